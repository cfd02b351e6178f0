"""The dense leg: FAISS, inner product on unit rows of 16-bit numbers, exact up to some size and by clusters beyond."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoding.encoder import Vectors

# Up to this many rows every one is compared. A question over so many takes 4 ms; building clusters takes half a minute.
EXACT = 100_000
# Of 2 sqrt(n) clusters this many are searched, and of what they hold the best by one bit a dimension are compared again
# in 16 bits, this many for each hit that is asked for: see tests/benchmarks/README.md
PROBES, AGAIN, QUERY_BITS = 96, 4, 8
_SAMPLE = 40  # rows a cluster to find the clusters by
_BLOCK = 65_536  # rows that are widened to 32 bits at a time


class VectorIndex:
    """Unit rows and the nearest of them to a question; rows are kept in 16 bits whatever finds them."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, rows: Vectors) -> VectorIndex:
        """Index (n, d) float32 unit rows; their order gives the row numbers."""
        return cls.from_blocks([rows])

    @classmethod
    def from_blocks(
        cls,
        blocks: Iterable[NDArray[Any]],
        before: VectorIndex | None = None,
        origins: NDArray[np.int64] | None = None,
        exact: int | None = None,
    ) -> VectorIndex:
        """Index (n, d) blocks of rows, one after the other; above ``exact`` rows (default ``EXACT``), by clusters.

        The clusters of ``before`` serve again unless the index has doubled or halved since they were found; ``origins``
        says which row of it each row was, -1 for none.
        """
        blocks = iter(blocks)
        first = next(blocks)
        rows = faiss.IndexScalarQuantizer(first.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        for block in chain([first], blocks):
            for at in range(0, len(block), _BLOCK):
                # rounded here: what FAISS rounds differs in some last bits, and then nobody knows what is stored
                rows.add(np.ascontiguousarray(block[at : at + _BLOCK].astype(np.float16), np.float32))
        if rows.ntotal <= (EXACT if exact is None else exact):
            return cls(rows)
        old = before._index if before is not None and isinstance(before._index, faiss.IndexRefine) else None
        return cls(_clustered(rows, old, origins))

    @property
    def kind(self) -> str:
        """How rows are found, in FAISS's own shorthand: ``SQfp16`` compares all."""
        if isinstance(self._index, faiss.IndexScalarQuantizer):
            return "SQfp16"
        return f"IVF{_clusters(self._index).nlist},RaBitQ,Refine(SQfp16)"

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, question: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
        """Return at most ``k`` row numbers and their cosines, -1 to 1, best first."""
        # one question is one thread's work, and the others would spin for milliseconds; FAISS keeps this by thread
        faiss.omp_set_num_threads(1)
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
        """Open what ``save`` wrote, rows mapped; raises RuntimeError where the file is damaged."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))


def _clustered(
    rows: faiss.IndexScalarQuantizer, old: faiss.IndexRefine | None, origins: NDArray[np.int64] | None
) -> faiss.IndexRefine:
    n, d = rows.ntotal, rows.d
    wanted = int(2 * math.sqrt(n))
    clusters: Any
    if old is not None and origins is not None and 0.7 < wanted / _clusters(old).nlist < 1.4:
        clusters = _moved(_clusters(old), origins)
        new = np.flatnonzero(origins < 0)
    else:
        clusters = faiss.IndexIVFRaBitQ(faiss.IndexFlatIP(d), d, wanted, faiss.METRIC_INNER_PRODUCT)
        sample = np.random.default_rng(0).choice(n, min(n, _SAMPLE * wanted), replace=False)
        clusters.train(rows.reconstruct_batch(np.sort(sample)))
        new = np.arange(n)
    for at in range(0, len(new), _BLOCK):
        numbers = new[at : at + _BLOCK]
        clusters.add_with_ids(rows.reconstruct_batch(numbers), numbers)
    clusters.nprobe, clusters.qb = PROBES, QUERY_BITS
    index = faiss.IndexRefine(clusters, rows)
    index.k_factor = AGAIN
    return index


def _moved(old: Any, origins: NDArray[np.int64]) -> Any:  # noqa: ANN401
    """Return the clusters with what they hold of the rows that stay, under their new numbers."""
    numbers = np.full(old.ntotal, -1, np.int64)
    kept = np.flatnonzero(origins >= 0)
    numbers[origins[kept]] = kept
    centres = faiss.IndexFlatIP(old.d)
    centres.add(old.quantizer.reconstruct_n(0, old.nlist))
    clusters: Any = faiss.IndexIVFRaBitQ(centres, old.d, old.nlist, faiss.METRIC_INNER_PRODUCT)
    clusters.train(old.quantizer.reconstruct_n(0, 1))  # the centres are there, and bits need no training
    for cluster in range(old.nlist):
        size = old.invlists.list_size(cluster)
        if not size:
            continue
        ids = numbers[faiss.rev_swig_ptr(old.invlists.get_ids(cluster), size)]
        stays = ids >= 0
        codes = faiss.rev_swig_ptr(old.invlists.get_codes(cluster), size * old.code_size).reshape(size, -1)[stays]
        ids = np.ascontiguousarray(ids[stays])
        codes = np.ascontiguousarray(codes)
        clusters.invlists.add_entries(cluster, len(ids), faiss.swig_ptr(ids), faiss.swig_ptr(codes))
    clusters.ntotal = len(kept)
    return clusters


def _clusters(index: Any) -> Any:  # noqa: ANN401  FAISS's types do not know what downcast_index returns
    return faiss.downcast_index(index.base_index)
