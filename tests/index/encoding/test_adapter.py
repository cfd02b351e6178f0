"""The adapter: it moves questions towards the passages that answer them, the same way every time."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoding.adapter import adapt, fingerprint, train

# Four questions on the first axis belong to the section of the second passage, which lies on the second axis.
QUESTIONS = np.array([[1, 0, 0], [1, 0, 0], [0.8, 0, 0.6], [0.6, 0, 0.8]], np.float32)
SECTIONS = np.array([1, 1, 1, 1], np.int64)
PASSAGES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
PASSAGE_SECTIONS = np.array([0, 1, 2], np.int64)


def test_questions_move_towards_the_passages_of_their_section() -> None:
    moved = adapt(QUESTIONS, train(QUESTIONS, SECTIONS, PASSAGES, PASSAGE_SECTIONS))
    gain = (moved @ PASSAGES.T - QUESTIONS @ PASSAGES.T)[:, 1]
    assert gain.min() > 0


def test_any_passage_of_the_section_is_right() -> None:
    both = np.array([1, 1, 2], np.int64)  # the nearest passage is of the section: nothing to gain on the first two
    apart = train(QUESTIONS, SECTIONS, PASSAGES, PASSAGE_SECTIONS)
    together = train(QUESTIONS, SECTIONS, PASSAGES, both)
    assert together[0, 1] < apart[0, 1]


def test_the_same_input_gives_the_same_matrix() -> None:
    one, two = (train(QUESTIONS, SECTIONS, PASSAGES, PASSAGE_SECTIONS) for _ in range(2))
    assert (one.dtype, one.shape, one.tobytes()) == (np.float32, (3, 3), two.tobytes())


def test_a_moved_question_is_of_length_one() -> None:
    weight = np.array([[0, 1], [0, 0]], np.float32)
    moved = adapt(np.array([[1, 0], [0, 1]], np.float32), weight)
    # (1, 0) + (0, 1) = (1, 1), scaled; (0, 1) stays
    assert moved.tolist() == [pytest.approx([0.5**0.5, 0.5**0.5]), [0, 1]]
    assert moved.dtype == np.float32


def test_without_a_matrix_questions_stay_as_they_are() -> None:
    assert adapt(QUESTIONS, None) is QUESTIONS


def test_a_fingerprint_tells_arrays_apart_whatever_their_layout() -> None:
    turned = np.asfortranarray(PASSAGES)
    assert fingerprint([PASSAGES]) == fingerprint([turned]) != fingerprint([QUESTIONS])
    assert len(fingerprint([PASSAGES])) == 16
