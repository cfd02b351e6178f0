"""Encoder: text → unit vectors, the one protocol that everything above is written against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
Kind = Literal["auto", "reference", "light"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Precision = Literal["auto", "float32", "bfloat16", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


class Encoder(Protocol):
    """Turns text into unit vectors; questions and passages may be treated differently by the model."""

    @property
    def name(self) -> str:
        """The model as the settings name it, and the precision of its vectors."""

    @property
    def fingerprint(self) -> str:
        """A hash of all that decides the vectors: two encoders with one fingerprint agree."""

    @property
    def window(self) -> int:
        """How many word pieces of a text are read, special pieces included."""

    def count(self, text: str) -> int:
        """Return how many word pieces a text has, special pieces not counted."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (n, d) float32 unit rows; ``progress`` is called with how many are done now."""

    def encode_questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (n, d) float32 unit rows, with the model's own treatment of questions."""
