"""The encoder: the real packaged model (marked ``quality``), and how a model is found without loading it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoding.models import DEFAULT_MODEL, model_folder
from index.encoding.reference import SentenceTransformersEncoder
from knowledge.errors import SettingsError

LONG = "asylum " * 300


@pytest.fixture(scope="module")
def model() -> SentenceTransformersEncoder:
    return SentenceTransformersEncoder(threads=1, device="cpu")


def test_the_packaged_model_lies_in_its_package() -> None:
    folder = model_folder(DEFAULT_MODEL)
    assert folder is not None
    assert (folder / "tokenizer.json").is_file()


def test_a_folder_is_a_model_and_a_name_is_left_to_the_library(tmp_path: Path) -> None:
    assert (model_folder(str(tmp_path)), model_folder("some/model")) == (tmp_path, None)


@pytest.mark.parametrize("model", ["/none/at/all", "./none", "~/none-at-all"])
def test_a_path_to_nothing_is_refused_at_once(model: str) -> None:
    with pytest.raises(SettingsError) as caught:
        SentenceTransformersEncoder(model)
    assert str(caught.value) == f"no model folder {model}"


def test_a_fingerprint_changes_with_the_files_that_decide_the_vectors(tmp_path: Path) -> None:
    for name, content in (("model.safetensors", "1"), ("config.json", "{}"), ("README.md", "a")):
        (tmp_path / name).write_text(content)
    before = SentenceTransformersEncoder(str(tmp_path)).fingerprint
    (tmp_path / "README.md").write_text("b")
    same = SentenceTransformersEncoder(str(tmp_path)).fingerprint
    (tmp_path / "model.safetensors").write_text("2")
    other = SentenceTransformersEncoder(str(tmp_path)).fingerprint
    assert (same == before, other == before, len(before)) == (True, False, 16)


@pytest.mark.quality
def test_a_folder_without_a_model_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be loaded .*; give a folder that holds one$"):
        SentenceTransformersEncoder(str(tmp_path)).encode_questions(["Why?"])


@pytest.mark.quality
def test_the_window_is_256_word_pieces(model: SentenceTransformersEncoder) -> None:
    assert model.window == 256


@pytest.mark.quality
@pytest.mark.parametrize(("text", "pieces"), [("", 0), ("asylum", 1), ("Art. 12", 3), (LONG, 300)])
def test_word_pieces_are_counted_without_special_ones_and_beyond_the_window(
    model: SentenceTransformersEncoder, text: str, pieces: int
) -> None:
    assert model.count(text) == pieces


@pytest.mark.quality
def test_only_the_window_is_read(model: SentenceTransformersEncoder) -> None:
    # 254 pieces and two special ones are the window
    cut, long, short = model.encode_passages(["asylum " * 254, LONG + "and more", "asylum " * 100])
    assert np.allclose(cut, long, atol=1e-5)
    assert not np.allclose(cut, short, atol=1e-5)


@pytest.mark.quality
def test_rows_are_unit_float32_in_the_order_of_the_texts_and_progress_adds_up(
    model: SentenceTransformersEncoder,
) -> None:
    told: list[int] = []
    texts = ["political asylum", "", "убежище", "لجوء", "😀"] * 52  # more than one slice of 256
    rows = model.encode_passages(texts, told.append)
    assert (rows.shape, rows.dtype, sum(told)) == ((260, 384), np.float32, 260)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(260), abs=1e-5)
    assert np.allclose(rows[:5], rows[-5:], atol=1e-5)


@pytest.mark.quality
def test_no_texts_are_no_rows_of_the_same_width(model: SentenceTransformersEncoder) -> None:
    assert model.encode_passages([]).shape == (0, 384)


@pytest.mark.quality
def test_a_question_lies_nearer_to_its_answer_than_to_another_subject(model: SentenceTransformersEncoder) -> None:
    answer, other = model.encode_passages(["Temporary asylum lasts one year.", "Bread is baked in an oven."])
    question = model.encode_questions(["How long can a refugee stay?"])[0]
    assert float(question @ answer) > float(question @ other) + 0.2


@pytest.mark.quality
def test_two_encoders_of_one_model_have_one_fingerprint(model: SentenceTransformersEncoder) -> None:
    assert SentenceTransformersEncoder().fingerprint == model.fingerprint
