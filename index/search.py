"""Hybrid retrieval: question → Hits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.encoding.adapter import adapt
from index.encoding.encoder import Encoder, Vectors
from index.lexical import Lexical, inflected
from index.store import Generation
from index.vectors import VectorIndex
from knowledge.errors import IndexMissingError
from knowledge.passages import Passage

Leg = Literal["fused", "dense", "lexical"]

# The dense leg's share of the fused score; flat from .4 to .7 on the dev half of the golden set
DENSE_SHARE = 0.55
# How many candidates each leg brings
DEPTH = 100
# A question in another language is moved towards the passages whose kept questions in that language are most like it: so
# many of them, each with this power of its share of the best score; found on the dev half of the golden set
KINDRED, SHARPNESS = 40, 5.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and why it was found: its cosine (-1 to 1), its BM25 score, and both fused, 0 to 1."""

    passage: Passage
    row: int
    dense: float
    lexical: float
    score: float


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the two legs read it: ``vector`` as the encoder gave it, ``moved`` by the adapter.

    ``own`` are the words of a question in another language than the encoder's, and ``kept`` their (n,) BM25 scores among the
    questions kept in that language beside the sections.
    """

    text: str
    vector: Vectors
    moved: Vectors
    own: str = ""
    kept: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows, best first, with each leg's score and the fused one; all of one length."""

    rows: NDArray[np.int64]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    score: NDArray[np.float32]


class Retriever:
    """The two legs and their fusion; the corpus, a public benchmark and a user's folder are ranked by the same code."""

    def __init__(self, vectors: VectorIndex, lexical: Lexical, dense_share: float = DENSE_SHARE) -> None:
        self._vectors = vectors
        self._lexical = lexical
        self._share = dense_share

    def rank(
        self, vector: Vectors, text: str, k: int, leg: Leg = "fused", kept: NDArray[np.float32] | None = None
    ) -> Ranking:
        """Return at most ``k`` rows; one that only the other leg finds still gets both scores.

        ``kept`` are (n,) scores that are added to those of BM25.
        """
        depth = max(DEPTH, k)
        lexical = self._lexical.scores(text)
        if kept is not None:
            lexical += kept
        rows = np.zeros(0, np.int64) if leg == "lexical" else self._vectors.nearest(vector, depth)[0]
        if leg != "dense":
            rows = np.array(sorted({*rows.tolist(), *_top(lexical, depth).tolist()}), np.int64)
        if not len(rows):
            empty = np.zeros(0, np.float32)
            return Ranking(rows, empty, empty, empty)
        dense = self._vectors.rows(rows) @ vector
        bm25 = lexical[rows] if len(lexical) else np.zeros(len(rows), np.float32)
        if leg == "fused":
            score = self._share * _scaled(dense, dense.min()) + (1 - self._share) * _scaled(bm25, 0.0)
        else:
            score = dense if leg == "dense" else bm25
        best = np.argsort(-score, kind="stable")[:k]
        return Ranking(rows[best], dense[best], bm25[best], score[best])


class Searcher:
    """One generation and the encoder that made it."""

    def __init__(self, generation: Generation, encoder: Encoder, dense_share: float = DENSE_SHARE) -> None:
        """Refuse an index made by another encoder: FAISS would accept it and return noise.

        Raises:
            IndexMissingError: the fingerprints differ.
        """
        if generation.manifest.fingerprint != encoder.fingerprint:
            raise IndexMissingError(
                f"the index was built by another encoder ({generation.manifest.encoder}, now {encoder.name}); run: asylum build"
            )
        self.generation = generation
        self.encoder = encoder
        self._retriever = Retriever(generation.vectors, generation.lexical, dense_share)
        self._adapter: Vectors | None = generation.array("adapter")

    def read(self, question: str, terms: str = "", own: str = "") -> Query:
        """Embed a question; ``terms`` and ``own`` are further words for the lexical leg alone."""
        vector = self.encoder.encode_questions([question])
        moved = adapt(vector, self._adapter)[0]
        kept = self.generation.own.scores_of(inflected(own)) if own else None
        if kept is not None and len(rows := _top(kept, KINDRED)):
            pull = (kept[rows] / kept[rows].max()) ** SHARPNESS @ self.generation.vectors.rows(rows)
            moved = _unit(moved + _unit(pull))
        return Query(f"{question} {terms}".strip(), vector[0], moved, own, kept)

    def search(self, query: Query, k: int = 8, leg: Leg = "fused") -> list[Hit]:
        """Return at most ``k`` hits, best first."""
        ranking = self._retriever.rank(query.moved, f"{query.text} {query.own}".strip(), k, leg, query.kept)
        passages = self.generation.passages(ranking.rows)
        columns = zip(passages, ranking.rows, ranking.dense, ranking.lexical, ranking.score, strict=True)
        return [
            Hit(passage, int(row), float(dense), float(bm25), float(score))
            for passage, row, dense, bm25, score in columns
        ]


def _top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the rows of the k best scores above 0, in order of row; of equal scores the first rows."""
    least = 0.0
    if len(scores) > k * _BLOCK:
        # at least k scores reach the k-th best of the blocks' maxima; sorting all would take ten times as long
        maxima = np.maximum.reduceat(scores, np.arange(0, len(scores), _BLOCK))
        least = float(np.partition(maxima, len(maxima) - k)[len(maxima) - k])
    found = np.flatnonzero(scores >= least) if least > 0 else np.flatnonzero(scores > 0)
    if len(found) > k:
        found = np.sort(found[np.argsort(-scores[found], kind="stable")[:k]])
    return found


_BLOCK = 128


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / (np.linalg.norm(vector) or 1.0), np.float32)


def _scaled(scores: NDArray[np.float32], low: float) -> NDArray[np.float32]:
    spread = scores.max() - low
    return (scores - low) / spread if spread > 0 else np.zeros_like(scores)
