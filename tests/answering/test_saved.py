"""An answer that was saved, after its sources changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.answering.answer import Answer, Note, cite
from bot.answering.explainer import Explainer
from bot.answering.export import export
from bot.answering.render import cards
from bot.answering.saved import compare_again, read_saved, verify_saved
from bot.chat.worker import Desk
from bot.commands.cli import main
from bot.settings import Settings
from index.build import build_index
from knowledge.document import Document
from knowledge.errors import ExplainerError

BODY = "## Who granted it (Art. 1)\n\nThe President granted asylum. It was quiet.\n\n## More\n\nOther words.\n"
WHEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GONE = "source changed since (the quoted words are gone from it); it said: “The President granted asylum.”"


@pytest.fixture
def answer(parse: Callable[..., Document]) -> Answer:
    document = parse(BODY)
    start = document.text.index("The President")
    citation = cite(1, document, start, start + len("The President granted asylum."))
    note = Note("Where sources differ", "One says so [1].")
    return Answer("Who?", "Who?", True, f"**Law:** {citation.quote} [1]", (citation,), notes=(note,), generation="1-a")


@pytest.fixture
def saved(answer: Answer, parse: Callable[..., Document]) -> Any:
    return json.loads(export(answer, cards(answer, {"law": parse(BODY)}.get), "json", WHEN))


def test_words_that_still_stand_there_hold_wherever_else_the_document_changed(
    saved: Any, parse: Callable[..., Document]
) -> None:
    for body in (BODY + "\n## New\n\nText.\n", "## Before\n\nText.\n\n" + BODY, BODY.replace("Other", "Different")):
        assert verify_saved(saved, {"law": parse(body)}.get) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (BODY.replace("The President granted", "Nobody granted"), GONE),
        ("", GONE.replace("the quoted words are gone from it", "the document is no longer in the index")),
    ],
)
def test_what_changed_or_went_is_marked_with_its_old_words_in_every_form(
    saved: Any, parse: Callable[..., Document], body: str, problem: str
) -> None:
    find = {"law": parse(body)}.get if body else {}.get
    assert verify_saved(saved, find) == [f"[1] law: {problem}"]
    answer, around = read_saved(saved)
    now = compare_again(cards(answer, find), around, find)
    page, text = export(answer, now, "html", WHEN), export(answer, now, "md", WHEN)
    assert "<mark>The President granted asylum.</mark> It was quiet." in page
    assert '<p class="broken">Source changed since: the ' in page
    assert "**The President granted asylum.**" in text and "It was quiet." in text
    assert "Source changed since: the " in text
    assert json.loads(export(answer, now, "json", WHEN))["passages"][0]["problem"] in problem


def test_an_answer_is_read_again_as_it_was(saved: Any, answer: Answer) -> None:
    again, around = read_saved(saved)
    assert (again.question, again.text, again.citations, again.notes, again.generation) == (
        answer.question,
        answer.text,
        answer.citations,
        answer.notes,
        answer.generation,
    )
    assert around == {1: ("", " It was quiet.")}


@pytest.mark.parametrize(
    "damage",
    [
        {"citations": [{}]},
        {"citations": ["x"]},
        {"passages": [{}]},
        {"passages": 5},
        {"notes": [1]},
        {"notes": ["no colon"]},
        {"answer": None, "citations": None},
    ],
)
def test_a_damaged_file_is_refused_in_one_line(saved: Any, damage: dict[str, Any]) -> None:
    with pytest.raises(ExplainerError) as caught:
        read_saved({**saved, **damage})
    assert "\n" not in str(caught.value)


def test_the_command_exports_a_saved_answer_with_its_marks(
    saved: Any,
    parse: Callable[..., Document],
    tmp_path: Path,
    word_encoder: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build_index([parse(BODY.replace("The President granted", "Nobody granted"))], word_encoder(), built=tmp_path / "b")
    monkeypatch.setenv("ASYLUM_INDEX", str(tmp_path / "b"))
    (tmp_path / "a.json").write_text(json.dumps(saved), encoding="utf-8")
    done = CliRunner().invoke(main, ["verify", str(tmp_path / "a.json"), "--export", str(tmp_path / "a.html")])
    assert (done.exit_code, done.stdout) == (1, f"[1] law: {GONE}\n")
    assert "Source changed since: the quoted words are gone from it" in (tmp_path / "a.html").read_text("utf-8")


def test_an_answer_saved_in_the_chat_after_its_source_went_says_so(
    built: Path, documents: list[Document], word_encoder: Any
) -> None:
    encoder = word_encoder()
    desk = Desk(lambda: Explainer(Settings(index=built), encoder))
    reply = desk._answer("Who grants political asylum in Russia by decree?", ())
    assert not any(card.problem for card in reply.cards)
    build_index([d for d in documents if d.id != "law/political"], encoder, built=built)
    card = next(card for card in desk._again(reply).cards if card.citation.document == "law/political")
    desk.close()
    assert (card.changed, card.problem) == (True, "the document is no longer in the index")
    assert (
        card.before + card.after
        == next(c for c in reply.cards if c.citation == card.citation).before
        + next(c for c in reply.cards if c.citation == card.citation).after
    )
