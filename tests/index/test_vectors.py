"""The dense leg: the real FAISS, cosines of unit rows."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from index.vectors import VectorIndex

ROWS = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)


def stored(rows: NDArray[np.float32]) -> bytes:
    """Return rows as 16 bits keep them."""
    return rows.astype(np.float16).astype(np.float32).tobytes()


def test_the_nearest_rows_come_best_first_with_their_cosines() -> None:
    rows, cosines = VectorIndex.build(ROWS).nearest(np.array([0, 1], np.float32), 2)
    assert (rows.tolist(), cosines.tolist()) == ([1, 2], pytest.approx([1.0, 0.8], abs=1e-3))


def test_more_than_there_are_is_all_there_are() -> None:
    rows, cosines = VectorIndex.build(ROWS).nearest(np.array([-1, 0], np.float32), 10)
    assert (rows.tolist(), cosines.tolist()) == ([1, 2, 0], pytest.approx([0.0, -0.6, -1.0], abs=1e-3))


def test_rows_are_given_back_in_16_bits_in_the_order_asked_for() -> None:
    rows = VectorIndex.build(ROWS).rows(np.array([2, 0], np.int64))
    assert rows.tobytes() == stored(ROWS[[2, 0]])


def test_no_rows_asked_for_are_no_rows_of_the_same_width() -> None:
    assert VectorIndex.build(ROWS).rows(np.zeros(0, np.int64)).shape == (0, 2)


def test_what_was_saved_is_the_same_index(tmp_path: Path) -> None:
    VectorIndex.build(ROWS).save(tmp_path / "rows.faiss")
    again = VectorIndex.load(tmp_path / "rows.faiss")
    assert len(again) == 3
    assert again.rows(np.arange(3)).tobytes() == stored(ROWS)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.faiss").write_bytes(b"no index at all")
    with pytest.raises(RuntimeError):
        VectorIndex.load(tmp_path / "rows.faiss")


def drawn(n: int, seed: int) -> NDArray[np.float32]:
    """Return unit rows round 50 centres, in 32 dimensions."""
    centres = np.random.default_rng(0).standard_normal((50, 32))
    random = np.random.default_rng(seed)
    rows = centres[random.integers(0, 50, n)] + 0.7 * random.standard_normal((n, 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def recall(index: VectorIndex, rows: NDArray[np.float32]) -> float:
    """Return the share of the ten nearest of all rows that the index finds, for 100 questions; it is asked for 40."""
    questions = drawn(100, seed=9)
    best = np.argsort(-(questions @ rows.T), axis=1)[:, :10].tolist()
    found = [index.nearest(question, 40)[0][:10].tolist() for question in questions]
    return float(np.mean([len(set(b) & set(f)) / 10 for b, f in zip(best, found, strict=True)]))


MANY = drawn(6000, seed=1)


@pytest.mark.parametrize(("exact", "kind"), [(6000, "SQfp16"), (5999, "IVF154,RaBitQ,Refine(SQfp16)")])
def test_each_kind_finds_the_nearest_and_keeps_the_rows(tmp_path: Path, exact: int, kind: str) -> None:
    VectorIndex.from_blocks([MANY[:5000], MANY[5000:]], exact=exact).save(tmp_path / "rows.faiss")
    index = VectorIndex.load(tmp_path / "rows.faiss")
    assert (index.kind, len(index)) == (kind, 6000)
    assert index.rows(np.arange(6000)).tobytes() == stored(MANY)
    assert recall(index, MANY) >= 0.95


def test_rows_that_stay_keep_their_cluster_and_new_ones_join(tmp_path: Path) -> None:
    VectorIndex.from_blocks([MANY], exact=0).save(tmp_path / "rows.faiss")
    old = VectorIndex.load(tmp_path / "rows.faiss")
    origins = np.concatenate([np.arange(1000), np.full(300, -1), np.arange(1500, 6000)])
    rows = np.where((origins >= 0)[:, None], MANY[origins], drawn(len(origins), seed=2))
    index = VectorIndex.from_blocks([rows], old, origins, exact=0)
    assert (index.kind, len(index)) == (old.kind, 5800)  # of its own it would have 152 clusters
    assert index.rows(np.arange(5800)).tobytes() == stored(rows)
    assert recall(index, rows) >= 0.95
    assert [int(index.nearest(rows[n], 1)[0][0]) for n in (0, 999, 1000, 1299, 1300, 5799)] == [
        0, 999, 1000, 1299, 1300, 5799,
    ]  # fmt: skip


def test_clusters_are_found_again_when_the_rows_have_doubled() -> None:
    old = VectorIndex.from_blocks([MANY[:2500]], exact=0)
    origins = np.concatenate([np.arange(2500), np.full(3500, -1)])
    assert (old.kind[:6], VectorIndex.from_blocks([MANY], old, origins, exact=0).kind[:6]) == ("IVF100", "IVF154")


def test_a_search_leaves_no_other_thread_waiting_in_a_loop() -> None:
    faiss.omp_set_num_threads(2)
    index = VectorIndex.build(np.eye(4, dtype=np.float32))
    index.nearest(np.eye(4, dtype=np.float32)[0], 1)
    assert faiss.omp_get_max_threads() == 1
