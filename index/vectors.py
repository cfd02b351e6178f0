"""The dense leg: FAISS, inner product on unit rows."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors


class VectorIndex:
    """Unit rows and the nearest of them to a question."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, rows: Vectors) -> VectorIndex:
        """Index (n, d) float32 unit rows; their order gives the row numbers."""
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, question: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
        """Return at most ``k`` row numbers and their cosines, -1 to 1, best first."""
        cosines, rows = self._index.search(question[None, :], min(k, len(self)))
        found = rows[0] != -1  # FAISS pads with -1 when it holds fewer than k
        return rows[0][found], cosines[0][found]

    def rows(self, numbers: NDArray[np.int64]) -> Vectors:
        """Return the (n, d) rows with these numbers, as stored."""
        if not len(numbers):
            return np.zeros((0, self._index.d), np.float32)
        return np.asarray(self._index.reconstruct_batch(numbers), np.float32)

    def save(self, path: Path) -> None:
        """Write FAISS's own format."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Open what ``save`` wrote; raises RuntimeError where the file is damaged."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
