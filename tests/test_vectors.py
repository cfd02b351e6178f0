"""The dense leg: the real FAISS, cosines of unit rows."""

from __future__ import annotations

from pathlib import Path

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
