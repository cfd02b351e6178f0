"""The lexical leg: BM25 over stemmed, folded words, so that article numbers and Cyrillic terms are found exactly."""

from __future__ import annotations

import importlib.util
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import Stemmer
from anyascii import anyascii
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


@lru_cache(maxsize=16_384)
def terms_of(passage: str) -> frozenset[str]:
    """Return the index terms of a document's text; remembered, hence never called with a question."""
    return frozenset(words(passage))


def stems(text: str) -> list[tuple[str, int, int]]:
    """Return every word of a text, stemmed, with its range ``[start, end)`` in the text; stop words too."""
    return [(_folded_stem(found.group()), found.start(), found.end()) for found in _PART.finditer(text)]


def fold(text: str) -> str:
    """Return the text in lower case, compatibility forms resolved, accents and vowel points dropped."""
    if text.isascii():
        return text.lower()
    # й is a letter of its own, which the Russian stemmer needs; decomposed it would lose its breve
    kept = unicodedata.normalize("NFC", text.casefold()).replace("й", _SHORT_I)
    decomposed = unicodedata.normalize("NFKD", kept)
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", folded).replace(_SHORT_I, "й")


class Lexical:
    """BM25 scores of every passage for a question.

    bm25s computes and stores them, one column a term, one entry for each passage that holds it; reading the columns
    takes three lines, and importing bm25s, which imports SciPy, a third of a second.
    """

    def __init__(
        self, arrays: tuple[NDArray[Any], NDArray[Any], NDArray[Any]], terms: dict[str, int], size: int
    ) -> None:
        """``arrays`` are a column-wise sparse matrix: scores, rows, and where each column begins."""
        self._scores, self._rows, self._begins = arrays
        self.vocabulary = terms  # every indexed term and its number
        self._size = size

    @classmethod
    def build(cls, texts: Iterable[str]) -> Lexical:
        """Index the texts; their order gives the row numbers."""
        return cls.from_terms([words(text) for text in texts])

    @classmethod
    def from_terms(cls, terms: Sequence[list[str]]) -> Lexical:
        """Index texts that are already cut into terms."""
        if not any(terms):
            return cls(_EMPTY, {}, 0)
        import bm25s

        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.index(terms, show_progress=False)
        arrays = tuple(np.asarray(bm25.scores[name]) for name in _ARRAYS)
        return cls(arrays, bm25.vocab_dict, len(terms))  # type: ignore[arg-type]

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return (n,) BM25 scores, 0 where a passage shares no term with the question."""
        return self.scores_of(words(question))

    def scores_of(self, terms: Iterable[str]) -> NDArray[np.float32]:
        """Return (n,) BM25 scores for index terms; one that stands twice counts twice."""
        scores = np.zeros(self._size, np.float32)
        for term in terms:
            if (number := self.vocabulary.get(term)) is not None:
                column = slice(self._begins[number], self._begins[number + 1])
                scores[self._rows[column]] += self._scores[column]
        return scores

    def idf(self, term: str) -> float:
        """Return how rare an indexed term is, Lucene's ln(1 + (N - n + .5) / (n + .5)); of an unknown one, as if n = 0."""
        number = self.vocabulary.get(term)
        holding = 0 if number is None else int(self._begins[number + 1] - self._begins[number])
        return math.log(1 + (self._size - holding + 0.5) / (holding + 0.5))

    def save(self, folder: Path) -> None:
        """Write NumPy arrays and JSON below ``folder``."""
        folder.mkdir()
        if self._size:
            for name, array in zip(_ARRAYS, (self._scores, self._rows, self._begins), strict=True):
                np.save(folder / f"{name}.csc.index.npy", array, allow_pickle=False)
            made = {"method": "lucene", "k1": K1, "b": B, "num_docs": self._size}
            (folder / "params.index.json").write_text(json.dumps(made), encoding="utf-8")
            (folder / "vocab.index.json").write_text(json.dumps(self.vocabulary, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, size: int) -> Lexical:
        """Open what ``save`` wrote; arrays are mapped, not read."""
        if not any(folder.iterdir()):
            return cls(_EMPTY, {}, 0)
        paths = [folder / f"{name}.csc.index.npy" for name in _ARRAYS]
        arrays = tuple(np.load(path, mmap_mode="r", allow_pickle=False) for path in paths)
        terms = json.loads((folder / "vocab.index.json").read_text(encoding="utf-8"))
        return cls(arrays, terms, size)


_ARRAYS = ("data", "indices", "indptr")
_EMPTY = (np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(1, np.int64))


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    # the file by itself: its package would bring SciPy along
    package = importlib.util.find_spec("bm25s")
    folder = (package.submodule_search_locations if package else None) or [""]
    spec = importlib.util.spec_from_file_location("_bm25s_stopwords", Path(folder[0]) / "stopwords.py")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("bm25s")
    lists = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lists)
    return frozenset(fold(word) for word in (*lists.STOPWORDS_EN, *lists.STOPWORDS_RUSSIAN))


@lru_cache(maxsize=3)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language)


@lru_cache(maxsize=100_000)
def _folded_stem(word: str) -> str:
    return stem(fold(word))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a folded word, by the Snowball stemmer of its script."""
    language = "russian" if _CYRILLIC.search(word) else "arabic" if _ARABIC.search(word) else "english"
    return str(_stemmer(language).stemWord(word))
