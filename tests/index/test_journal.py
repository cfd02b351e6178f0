"""Vectors that a killed build had computed are not computed again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.build import build_index
from index.journal import JournaledEncoder
from knowledge.document import Document

TEXTS = [f"text number {n} on asylum" for n in range(600)]


def test_a_journal_gives_the_encoders_own_vectors_and_asks_for_none_twice(tmp_path: Path, word_encoder: Any) -> None:
    expected = word_encoder().encode_passages(TEXTS)
    first, second = word_encoder(), word_encoder()
    journal = JournaledEncoder(first, tmp_path / "journal")
    half = journal.encode_passages(TEXTS[:300])
    journal.close()
    journal = JournaledEncoder(second, tmp_path / "journal")
    whole = journal.encode_passages(TEXTS)
    again = journal.encode_passages(TEXTS)
    journal.close()
    assert np.array_equal(half, expected[:300])
    assert np.array_equal(whole, expected)
    assert np.array_equal(again, expected)
    assert (first.encoded, second.encoded) == (TEXTS[:300], TEXTS[300:])


def test_a_build_that_broke_off_goes_on_where_it_was(tmp_path: Path, word_encoder: Any) -> None:
    class Breaking(word_encoder):  # type: ignore[misc, valid-type]
        def encode_passages(self, texts: Any, progress: Any = None) -> Any:
            self.breaks = len(self.encoded) >= 512
            return super().encode_passages(texts, progress)

    journal = JournaledEncoder(Breaking(), tmp_path / "journal")
    with pytest.raises(MemoryError):
        journal.encode_passages(TEXTS)
    journal.close()
    after = word_encoder()
    JournaledEncoder(after, tmp_path / "journal").encode_passages(TEXTS)
    assert after.encoded == TEXTS[512:]


def test_another_encoder_and_the_other_side_take_nothing(tmp_path: Path, word_encoder: Any) -> None:
    JournaledEncoder(word_encoder(), tmp_path / "journal").encode_passages(TEXTS[:3])
    other, side = word_encoder(fingerprint="other"), word_encoder()
    JournaledEncoder(other, tmp_path / "journal").encode_passages(TEXTS[:3])
    JournaledEncoder(side, tmp_path / "journal").encode_questions(TEXTS[:3])
    assert (other.encoded, side.encoded) == (TEXTS[:3], TEXTS[:3])


def test_progress_counts_what_was_known_too(tmp_path: Path, word_encoder: Any) -> None:
    told: list[int] = []
    journal = JournaledEncoder(word_encoder(), tmp_path / "journal")
    journal.encode_passages(TEXTS[:300])
    journal.encode_passages(TEXTS[:310], told.append)
    assert sum(told) == 310


def test_no_text_gives_no_rows(tmp_path: Path, word_encoder: Any) -> None:
    assert JournaledEncoder(word_encoder(), tmp_path / "journal").encode_passages([]).shape == (0, 256)


def test_a_text_that_stands_twice_has_one_vector(tmp_path: Path, word_encoder: Any) -> None:
    rows = JournaledEncoder(word_encoder(), tmp_path / "journal").encode_passages(["a b", "a b", "c"])
    assert np.array_equal(rows[0], rows[1])


def test_a_damaged_journal_is_begun_anew(tmp_path: Path, word_encoder: Any) -> None:
    (tmp_path / "journal").write_bytes(b"no database at all" * 100)
    encoder = word_encoder()
    rows = JournaledEncoder(encoder, tmp_path / "journal").encode_passages(TEXTS[:3])
    assert np.array_equal(rows, word_encoder().encode_passages(TEXTS[:3]))


def test_a_journal_that_cannot_be_written_is_done_without(tmp_path: Path, word_encoder: Any) -> None:
    journal = JournaledEncoder(word_encoder(), tmp_path / "none" / "journal")
    assert np.array_equal(journal.encode_passages(TEXTS[:3]), word_encoder().encode_passages(TEXTS[:3]))


def test_a_published_build_leaves_no_journal_and_a_broken_one_does(
    built: Path, documents: list[Document], word_encoder: Any
) -> None:
    assert not (built / "journal.sqlite").exists()
    with pytest.raises(MemoryError):
        build_index(documents, word_encoder(fingerprint="other", breaks=True), built=built)
    assert (built / "journal.sqlite").exists()
    build_index(documents, word_encoder(fingerprint="other"), built=built)
    assert sorted(p.name for p in built.iterdir() if p.is_file()) == ["current"]


def test_a_fresh_build_takes_nothing_from_the_journal(
    tmp_path: Path, documents: list[Document], word_encoder: Any
) -> None:
    (tmp_path / "built").mkdir()
    left = JournaledEncoder(word_encoder(salt="old"), tmp_path / "built" / "journal.sqlite")
    left.encode_passages(TEXTS[:1])
    left.close()
    encoder = word_encoder()
    summary = build_index(documents, encoder, built=tmp_path / "built", fresh=True)
    assert summary.embedded == summary.passages
