"""Hybrid retrieval: question → Hits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.adapter import adapt
from index.encoder import Encoder, Vectors
from index.store import Generation
from knowledge.errors import IndexMissingError
from knowledge.passages import Passage

Leg = Literal["fused", "dense", "lexical"]

# The dense leg's share of the fused score; flat from .4 to .7 on the dev half of the golden set
DENSE_SHARE = 0.55
# How many candidates each leg brings
DEPTH = 100


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
    """A question as the two legs read it: ``vector`` as the encoder gave it, ``moved`` by the adapter."""

    text: str
    vector: Vectors
    moved: Vectors


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
        self._share = dense_share

    def read(self, question: str, terms: str = "") -> Query:
        """Embed a question; ``terms`` are further words for the lexical leg alone."""
        vector = self.encoder.encode_questions([question])
        return Query(f"{question} {terms}".strip(), vector[0], adapt(vector, self._adapter)[0])

    def search(self, query: Query, k: int = 8, leg: Leg = "fused") -> list[Hit]:
        """Return at most ``k`` hits, best first; a passage that only the other leg finds still gets both scores."""
        depth = max(DEPTH, k)
        lexical = self.generation.lexical.scores(query.text)
        rows, _ = (
            self.generation.vectors.nearest(query.moved, depth) if leg != "lexical" else (np.zeros(0, np.int64), None)
        )
        if leg != "dense":
            rows = np.union1d(rows, _top(lexical, depth))
        if not len(rows):
            return []
        dense = self.generation.vectors.rows(rows) @ query.moved
        bm25 = lexical[rows] if len(lexical) else np.zeros(len(rows), np.float32)
        fused = {"dense": dense, "lexical": bm25}.get(leg)
        if fused is None:
            fused = self._share * _scaled(dense, dense.min()) + (1 - self._share) * _scaled(bm25, 0.0)
        best = np.argsort(-fused, kind="stable")[:k]
        passages = self.generation.passages(rows[best])
        return [
            Hit(passage, int(rows[n]), float(dense[n]), float(bm25[n]), float(fused[n]))
            for passage, n in zip(passages, best, strict=True)
        ]

    @cached_property
    def _adapter(self) -> Vectors | None:
        return self.generation.array("adapter")


def _top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    found = np.flatnonzero(scores > 0)
    if len(found) > k:
        found = found[np.argpartition(-scores[found], k)[:k]]
    return found


def _scaled(scores: NDArray[np.float32], low: float) -> NDArray[np.float32]:
    spread = scores.max() - low
    return (scores - low) / spread if spread > 0 else np.zeros_like(scores)
