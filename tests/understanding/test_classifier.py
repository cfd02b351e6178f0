"""What a question wants, learned from labelled utterances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.understanding.classifier import cross_validated, features, train, trained
from index.encoding.choose import open_encoder
from knowledge.errors import KnowledgeError
from knowledge.utterances import LEAST, check_utterances, read_utterances

LEARNED = {
    "when": tuple(
        f"when did {who} arrive in {place}" for who in ("he", "she", "they") for place in ("a", "b", "c", "d")
    ),
    "who": tuple(
        f"who decides on {what} in {place}" for what in ("it", "this", "that") for place in ("a", "b", "c", "d")
    ),
}


def test_an_unseen_question_is_told_by_its_words(encoder: Any) -> None:
    model = train(LEARNED, encoder.encode_questions)
    (vector,) = encoder.encode_questions(["when did Assad arrive in Moscow"])
    label, share = model.best("when did Assad arrive in Moscow", vector)
    assert label == "when"
    assert 0.5 < share <= 1
    assert sum(model.probabilities("who decides", vector).values()) == pytest.approx(1)


def test_words_are_told_apart_from_their_order() -> None:
    assert features("who is it") != features("is it who")
    assert features("Who  is IT?") == features("who is it")


def test_what_was_learned_once_is_read_from_the_cache(
    encoder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forms.yaml").write_text("when:\n- when was it\n- what year\nwho:\n- who was it\n- by whom\n")
    monkeypatch.setattr("bot.understanding.classifier._IN_MEMORY", {})
    first = trained("forms", encoder, tmp_path / "cache", tmp_path)
    monkeypatch.setattr("bot.understanding.classifier._IN_MEMORY", {})
    monkeypatch.setattr("bot.understanding.classifier.train", lambda *_: pytest.fail("learned again"))
    again = trained("forms", encoder, tmp_path / "cache", tmp_path)
    assert again.labels == first.labels == ("when", "who")
    assert (again.words == first.words).all() and (again.vectors == first.vectors).all()


@pytest.mark.parametrize("damage", [b"", b"not numpy", b"PK\x03\x04"])
def test_a_damaged_cache_is_learned_anew(
    damage: bytes, encoder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forms.yaml").write_text("when:\n- when was it\n- what year\nwho:\n- who was it\n- by whom\n")
    monkeypatch.setattr("bot.understanding.classifier._IN_MEMORY", {})
    trained("forms", encoder, tmp_path / "cache", tmp_path)
    (kept,) = (tmp_path / "cache").glob("*.npz")
    kept.write_bytes(damage)
    monkeypatch.setattr("bot.understanding.classifier._IN_MEMORY", {})
    assert trained("forms", encoder, tmp_path / "cache", tmp_path).labels == ("when", "who")


@pytest.mark.parametrize("content", ["- a list\n", "label: text\n", "label:\n- yes\n", "label: [\n"])
def test_a_file_of_utterances_that_is_none_is_refused_by_name(content: str, tmp_path: Path) -> None:
    (tmp_path / "forms.yaml").write_text(content)
    with pytest.raises(KnowledgeError, match=r"forms\.yaml"):
        read_utterances("forms", tmp_path)


def test_an_utterance_under_two_labels_and_a_label_with_few_are_problems() -> None:
    many = tuple(f"utterance {n}" for n in range(LEAST))
    assert list(check_utterances({"a": many})) == []
    assert list(check_utterances({"a": many, "b": ("Utterance  0", *(f"other {n}" for n in range(LEAST - 2)))})) == [
        f"b: {LEAST - 1} utterances; write {LEAST} or more",
        "'Utterance  0' stands under a and b",
    ]


@pytest.mark.quality
def test_what_a_question_wants_is_told_as_well_as_it_was(tmp_path: Path) -> None:
    encoder = open_encoder(cache_folder=tmp_path)
    accuracy, each = cross_validated(read_utterances("forms"), encoder.encode_questions)
    assert accuracy >= 0.62  # the English ones .79; others rest on words alone
    assert each["definition"] >= 0.72
