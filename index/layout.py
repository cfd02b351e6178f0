"""Which row of the old generation each row of the new one takes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.tables import Entry

Rows = NDArray[np.int64]
_BLOCK = 65_536  # rows copied at a time


class Layout:
    """Documents in order, each with the rows it has in a list of vectors, before and now."""

    def __init__(
        self, old: Sequence[Entry], new: Sequence[Entry], kept: Set[str], count: Callable[[Entry], int]
    ) -> None:
        """``count`` tells how many rows a document has in the list; documents ``kept`` have the same
        now as before, and come in the same order."""
        before = np.cumsum([0, *(count(entry) for entry in old)])
        self.old_size = int(before[-1])
        self.old_first = {entry.id: int(row) for entry, row in zip(old, before, strict=False)}
        counts = np.array([count(entry) for entry in new], np.int64)
        rows = np.concatenate([[0], np.cumsum(counts)])
        self.size = int(rows[-1])
        self.first = {entry.id: int(row) for entry, row in zip(new, rows, strict=False)}
        is_kept = np.array([entry.id in kept for entry in new], np.bool_)
        moved = np.array([self.old_first[e.id] if e.id in kept else 0 for e in new], np.int64) - rows[:-1]
        self.origin: Rows = np.where(
            np.repeat(is_kept, counts), np.arange(self.size) + np.repeat(moved, counts), -1
        )  # for each row the old one, -1 where it is new

    def moved(self) -> Rows:
        """Return for each old row its new one, -1 where it is gone."""
        rows = np.full(self.old_size, -1, np.int64)
        kept = self.origin >= 0
        rows[self.origin[kept]] = np.flatnonzero(kept)
        return rows


def blocks(
    origin: Rows, old: Callable[[Rows], NDArray[Any]] | None, new: NDArray[np.float16]
) -> Iterator[NDArray[Any]]:
    """Yield the rows in blocks: those with an origin out of ``old``, the others out of ``new``, in its order."""
    used = 0
    for begin in range(0, max(len(origin), 1), _BLOCK):
        rows = origin[begin : begin + _BLOCK]
        is_new = rows < 0
        count = int(is_new.sum())
        if old is None or count == len(rows):
            yield new[used : used + count]
        elif not count:
            yield old(rows)
        else:
            block = np.empty((len(rows), new.shape[1]), np.float16)
            block[is_new] = new[used : used + count]
            block[~is_new] = old(rows[~is_new])
            yield block
        used += count


def take(array: NDArray[Any], rows: Rows) -> NDArray[Any]:
    """Return rows of an array, without a copy where they lie together."""
    together = len(rows) > 0 and bool((np.diff(rows) == 1).all())
    return array[rows[0] : rows[-1] + 1] if together else array[rows]
