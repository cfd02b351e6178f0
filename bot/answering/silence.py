"""Whether the documents answer a question: a small calibrated model over a few signals."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from index.encoding.encoder import Vectors
from index.lexical import terms_of, words
from index.search import Hit, Query, Searcher

MODEL = Path(__file__).parent / "silence.toml"
NEAREST = 5  # known questions on each side of the contrast


@dataclass(frozen=True, slots=True)
class SilenceModel:
    """Logistic regression: P(answered) = 1 / (1 + exp(-(intercept + sum of weight x signal))).

    Below ``decline`` the answer is silence; from there to ``answer`` it is hedged.
    """

    intercept: float
    weights: Mapping[str, float]
    decline: float
    answer: float

    @classmethod
    def load(cls, path: Path = MODEL) -> SilenceModel:
        """Read the coefficients that ``asylum evaluate calibrate`` wrote."""
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(raw["intercept"], raw["weights"], raw["decline"], raw["answer"])

    def confidence(self, signals: Mapping[str, float]) -> float:
        """Return the probability that the documents answer the question, 0 to 1."""
        z = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))


class Signals:
    """Measures how well the documents cover a question."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def measure(self, query: Query, hits: Sequence[Hit]) -> dict[str, float]:
        """Return the signals by name, each about -1 to 1.

        ``dense``: the best cosine. ``coverage``: the share of the question's words, weighted by rarity, that the five
        best passages hold. ``contrast``: how much nearer the known covered questions are than the off-topic ones.
        ``lexical``: the best BM25 score for each unit of the words' rarity; it reads the sections' kept questions too.
        """
        lexical = self._searcher.generation.lexical
        asked = set(words(query.text))
        held = frozenset().union(*(terms_of(hit.passage.embedded) for hit in hits[:5]))
        total = sum(lexical.idf(term) for term in asked)
        return {
            "dense": max((hit.dense for hit in hits), default=0.0),
            "coverage": sum(lexical.idf(term) for term in asked & held) / total if total else 0.0,
            "contrast": self._contrast(query.vector),
            "lexical": max((hit.lexical for hit in hits), default=0.0) / total if total else 0.0,
        }

    def _contrast(self, vector: Vectors) -> float:
        inside, outside = self._banks
        return _nearest(inside, vector) - _nearest(outside, vector)

    @cached_property
    def _banks(self) -> tuple[Vectors, Vectors]:
        generation = self._searcher.generation
        vectors, places = generation.array("question_vectors"), generation.array("question_places")
        if vectors is None or places is None:
            empty = np.zeros((0, generation.manifest.dimensions), np.float32)
            return empty, empty
        return vectors[: len(places)], vectors[len(places) :]


def _nearest(bank: Vectors, vector: Vectors) -> float:
    if not len(bank):
        return 0.0
    cosines = bank @ vector
    k = min(NEAREST, len(cosines))
    return float(np.partition(cosines, -k)[-k:].mean())
