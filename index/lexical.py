"""The lexical leg: BM25 over stemmed, folded words, so that article numbers and Cyrillic terms are found exactly."""

from __future__ import annotations

import importlib.util
import math
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import Stemmer
from anyascii import anyascii
from numpy.typing import NDArray

from index.terms import Terms

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
    return [term for compound in _WORD.findall(fold(text)) for term in _terms(compound, stop)]


@lru_cache(maxsize=200_000)
def _terms(compound: str, stop: bool) -> tuple[str, ...]:
    found: list[str] = []
    parts = _PART.findall(compound)
    if len(parts) > 1 and any(c.isdigit() for c in compound):
        found.append(compound.replace("–", "-"))
    for part in parts:
        if stop and part in _stop_words():
            continue
        found.append(stem(part))
        if _CYRILLIC.search(part):
            found.append(stem(anyascii(part).lower()))
    return tuple(found)


def inflected(text: str) -> list[str]:
    """Return the index terms of a text and every four letters of its words, which endings, prefixes and misspellings share."""
    spelled = [f"<{word}>" for word in _PART.findall(fold(text))]
    return [*words(text), *(f"#{word[n : n + 4]}" for word in spelled for n in range(max(1, len(word) - 3)))]


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
    """BM25 of every passage for a question, in the form of Lucene.

    Stored are numbers that no other passage decides: for each term the rows that hold it and how often, for each row its
    length. A change therefore touches only what changed, and gives bit for bit what building anew would give. Scores are
    worked out for the terms of a question when it is asked.
    """

    def __init__(
        self,
        vocabulary: Terms,
        begins: NDArray[np.int64],
        rows: NDArray[np.int32],
        counts: NDArray[np.uint8],
        lengths: NDArray[np.int32],
    ) -> None:
        """Term n stands in ``rows[begins[n]:begins[n + 1]]``, ascending, and ``counts`` times in each (255 at most).

        ``lengths`` says for each row how many terms it has.
        """
        self.vocabulary = vocabulary  # every indexed term and its number
        self._begins = begins
        self._rows = rows
        self._counts = counts
        self._lengths = lengths
        self.idf = lru_cache(maxsize=50_000)(self._idf)

    @classmethod
    def build(cls, texts: Iterable[str]) -> Self:
        """Index the texts; their order gives the row numbers."""
        return cls.from_terms(words(text) for text in texts)

    @classmethod
    def from_terms(cls, texts: Iterable[Sequence[str]]) -> Self:
        """Index texts that are already cut into terms."""
        return cls(*_columns(texts))

    def changed(
        self, rows: NDArray[np.int64], size: int, texts: Iterable[Sequence[str]], rows_of_texts: NDArray[np.int64]
    ) -> Self:
        """Return the index of ``size`` rows that has old row n in row ``rows[n]``, -1 for none, and new texts in theirs.

        Old rows keep their order, and ``rows_of_texts`` ascend.
        """
        fresh, fresh_begins, fresh_rows, fresh_counts, fresh_lengths = _columns(texts)
        moved = rows.astype(np.int32)[self._rows]
        gone = np.flatnonzero(moved < 0)
        holding = np.diff(self._begins) - np.bincount(self._terms_at(gone), minlength=len(self.vocabulary))
        kept_rows, kept_counts = np.delete(moved, gone), np.delete(self._counts, gone)

        old = [term for term, n in zip(self.vocabulary, holding.tolist(), strict=True) if n]
        terms = sorted({*old, *fresh})
        number = {term: n for n, term in enumerate(terms)}
        old_numbers = np.fromiter((number[term] for term in old), np.int64, len(old))
        fresh_numbers = np.fromiter((number[term] for term in fresh), np.int64, len(fresh))
        held = np.zeros(len(terms), np.int64)
        held[old_numbers] = holding[holding > 0]
        columns = _begins(held)

        into_rows = rows_of_texts.astype(np.int32)[fresh_rows]
        at = np.zeros(len(into_rows), np.int64)  # before which kept entry each new one goes
        for n, term in enumerate(fresh_numbers.tolist() if len(kept_rows) else ()):
            new = slice(fresh_begins[n], fresh_begins[n + 1])
            column = kept_rows[columns[term] : columns[term + 1]]
            at[new] = columns[term] + np.searchsorted(column, into_rows[new])
        held[fresh_numbers] += np.diff(fresh_begins)

        lengths = np.zeros(size, np.int32)
        lengths[rows[rows >= 0]] = self._lengths[rows >= 0]
        lengths[rows_of_texts] = fresh_lengths
        return type(self)(
            Terms.of(terms),
            _begins(held),
            np.insert(kept_rows, at, into_rows),
            np.insert(kept_counts, at, fresh_counts),
            lengths,
        )

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return (n,) BM25 scores, 0 where a passage shares no term with the question."""
        return self.scores_of(words(question))

    def scores_of(self, terms: Iterable[str]) -> NDArray[np.float32]:
        """Return (n,) BM25 scores for index terms; one that stands twice counts twice."""
        scores = np.zeros(len(self._lengths), np.float32)
        for term in terms:
            if (number := self.vocabulary.get(term)) is not None:
                column = slice(self._begins[number], self._begins[number + 1])
                rows, counts = self._rows[column], self._counts[column].astype(np.float32)
                scores[rows] += np.float32(self.idf(term)) * (counts / (counts + self._saturation[rows]))
        return scores

    def _idf(self, term: str) -> float:
        """Return how rare an indexed term is, Lucene's ln(1 + (N - n + .5) / (n + .5)); of an unknown one, as if n = 0."""
        number = self.vocabulary.get(term)
        holding = 0 if number is None else int(self._begins[number + 1] - self._begins[number])
        return math.log(1 + (len(self._lengths) - holding + 0.5) / (holding + 0.5))

    def save(self, folder: Path) -> None:
        """Write NumPy arrays below ``folder``."""
        folder.mkdir()
        for name, values in zip(_ARRAYS, self._arrays(), strict=True):
            np.save(folder / f"{name}.npy", values, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote; arrays are mapped, not read."""
        letters, words, *arrays = (
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS
        )
        return cls(Terms(letters, words), *arrays)

    @cached_property
    def _saturation(self) -> NDArray[np.float32]:
        """How many times a term must stand in each row for half of what it can score."""
        mean = float(self._lengths.mean()) or 1.0
        return np.asarray(K1 * (1 - B + B * self._lengths / mean), np.float32)

    def _terms_at(self, entries: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.searchsorted(self._begins, entries, "right") - 1

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        vocabulary = self.vocabulary
        return vocabulary.letters, vocabulary.begins, self._begins, self._rows, self._counts, self._lengths


_ARRAYS = ("letters", "words", "begins", "rows", "counts", "lengths")


def _columns(
    texts: Iterable[Sequence[str]],
) -> tuple[Terms, NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8], NDArray[np.int32]]:
    """Count the terms of texts, by term."""
    numbers: dict[str, int] = {}
    of_terms, counts, distinct, lengths = array("i"), array("B"), array("i"), array("i")
    for text in texts:
        counted = Counter(text)
        of_terms.extend([numbers.setdefault(term, len(numbers)) for term in counted])
        counts.extend([min(n, 255) for n in counted.values()])
        distinct.append(len(counted))
        lengths.append(len(text))
    terms = sorted(numbers)
    rank = np.empty(len(terms), np.int32)
    rank[[numbers[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
    columns = rank[np.frombuffer(of_terms, np.int32)]
    order = np.argsort(columns, kind="stable")  # rows ascend already
    rows = np.repeat(np.arange(len(lengths), dtype=np.int32), np.frombuffer(distinct, np.int32))
    held = np.bincount(columns, minlength=len(terms))
    return (
        Terms.of(terms),
        _begins(held),
        rows[order],
        np.frombuffer(counts, np.uint8)[order],
        np.frombuffer(lengths, np.int32),
    )


def _begins(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


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
