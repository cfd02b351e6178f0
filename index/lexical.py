"""The lexical leg: BM25 over stemmed, folded words, so that article numbers and Cyrillic terms are found exactly."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from anyascii import anyascii
from bm25s.stopwords import STOPWORDS_EN, STOPWORDS_RUSSIAN
from numpy.typing import NDArray

# k1 and b as Lucene ships BM25 for passages; measured on public data, see tests/benchmarks/README.md
K1, B = 1.2, 0.75

_WORD = re.compile(r"[^\W_]+(?:[-–'’][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_SHORT_I = "\ue000"  # a private character that no text holds
_ARABIC = re.compile(r"[؀-ۿ]")


def words(text: str, stop: bool = True) -> list[str]:
    """Return the index terms of a text, in order: folded, without stop words, stemmed by script.

    ``4528-1`` stays one term beside its parts, and a Cyrillic word brings its transliteration along, so that a
    reader who types ``vremennoe ubezhishche`` finds ``временное убежище``.
    """
    found: list[str] = []
    for compound in _WORD.findall(fold(text)):
        parts = _PART.findall(compound)
        if len(parts) > 1 and any(c.isdigit() for c in compound):
            found.append(compound.replace("–", "-"))
        for part in parts:
            if stop and part in _stop_words():
                continue
            found.append(stem(part))
            if _CYRILLIC.search(part):
                found.append(stem(anyascii(part).lower()))
    return found


def stems(text: str) -> list[tuple[str, int, int]]:
    """Return every word of a text, stemmed, with its range ``[start, end)`` in the text; stop words too."""
    return [(stem(fold(found.group())), found.start(), found.end()) for found in _PART.finditer(text)]


def fold(text: str) -> str:
    """Return the text in lower case, compatibility forms resolved, accents and vowel points dropped."""
    # й is a letter of its own, which the Russian stemmer needs; decomposed it would lose its breve
    kept = unicodedata.normalize("NFC", text.casefold()).replace("й", _SHORT_I)
    decomposed = unicodedata.normalize("NFKD", kept)
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", folded).replace(_SHORT_I, "й")


class Lexical:
    """BM25 scores of every passage for a question."""

    def __init__(self, bm25: bm25s.BM25, size: int) -> None:
        self._bm25 = bm25
        self._size = size

    @classmethod
    def build(cls, texts: Iterable[str]) -> Lexical:
        """Index the texts; their order gives the row numbers."""
        return cls.from_terms([words(text) for text in texts])

    @classmethod
    def from_terms(cls, terms: Sequence[list[str]]) -> Lexical:
        """Index texts that are already cut into terms."""
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        if any(terms):
            bm25.index(terms, show_progress=False)
        return cls(bm25, len(terms) if any(terms) else 0)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return (n,) BM25 scores, 0 where a passage shares no term with the question."""
        known = [term for term in words(question) if term in self.vocabulary]
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)

    def idf(self, term: str) -> float:
        """Return how rare an indexed term is, Lucene's ln(1 + (N - n + .5) / (n + .5)); of an unknown one, as if n = 0."""
        number = self.vocabulary.get(term)
        holding = 0 if number is None else int(self._indptr[number + 1] - self._indptr[number])
        return math.log(1 + (self._size - holding + 0.5) / (holding + 0.5))

    @cached_property
    def _indptr(self) -> NDArray[np.int64]:
        # one column a term, one stored entry for each passage that holds it
        return np.asarray(self._bm25.scores["indptr"])

    @property
    def vocabulary(self) -> dict[str, int]:
        """Every indexed term and its number."""
        return self._bm25.vocab_dict if self._size else {}

    def save(self, folder: Path) -> None:
        """Write NumPy arrays and JSON below ``folder``."""
        folder.mkdir()
        if self._size:
            self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> Lexical:
        """Open what ``save`` wrote; arrays are mapped, not read."""
        if not any(folder.iterdir()):
            return cls(bm25s.BM25(method="lucene", k1=K1, b=B), 0)
        return cls(bm25s.BM25.load(str(folder), mmap=True, show_progress=False), size)


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    return frozenset(fold(word) for word in (*STOPWORDS_EN, *STOPWORDS_RUSSIAN))


@lru_cache(maxsize=3)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a folded word, by the Snowball stemmer of its script."""
    language = "russian" if _CYRILLIC.search(word) else "arabic" if _ARABIC.search(word) else "english"
    return str(_stemmer(language).stemWord(word))
