"""Texts of many lengths → batches that waste little on padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int64]

BATCH = 2048  # word pieces, padding included; larger batches were slower on every length


def batches(lengths: Sequence[int], most: int = BATCH) -> Iterator[list[int]]:
    """Yield numbers of texts, longest first, as many together as fill ``most`` word pieces when padded; at least one."""
    batch: list[int] = []
    for n in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > most:
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


def padded(pieces: Sequence[Sequence[int]]) -> tuple[Tokens, Tokens]:
    """Return the model's two inputs, (texts, longest): word pieces, and 1 where there is one."""
    ids = np.zeros((len(pieces), max(map(len, pieces))), np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(pieces):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask
