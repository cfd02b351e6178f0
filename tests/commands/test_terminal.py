from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.answering.answer import Answer, Citation, Explanation, Note, cite
from bot.commands.terminal import show_answer, show_explanation, show_hits
from index.search import Searcher
from knowledge.document import Document, Source

QUOTE = "Temporary asylum in Russia lasts up to one year."


@pytest.fixture(autouse=True)
def pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output goes into a pipe, whatever runs the tests."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def citation(parse: Callable[..., Document]) -> Citation:
    body = (
        f"## How long it lasts (Art. 12(3))\n\n{QUOTE}[^a]\n\n[^a]: Law 4528-1, Art. 12(3). https://example.org/law\n"
    )
    document = parse(body, title="A law", jurisdiction="Russia", date="1993-02-19")
    start = document.text.index(QUOTE)
    return cite(1, document, start, start + len(QUOTE))


@pytest.fixture
def answer(citation: Citation) -> Answer:
    return Answer(
        "How long does it last?", "How long does it last?", True, f"**Russian law:** {QUOTE} [1]", (citation,)
    )


def printed(answer: Answer, capsys: pytest.CaptureFixture[str]) -> str:
    show_answer(answer)
    return capsys.readouterr().out


def test_in_a_pipe_an_answer_is_plain_text_with_its_sources_below(
    answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(answer, capsys).split("\n") == [
        f"Russian law: {QUOTE} [1]",
        "",
        "",
        "[1] A law, Art. 12(3) (Russian law; 1993-02-19)",
        "    Law 4528-1, Art. 12(3)  https://example.org/law",
        "",
        "Information, not legal advice.",
        "",
    ]


def test_on_a_terminal_there_is_colour(
    answer: Answer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = printed(answer, capsys)
    assert "\x1b[" in shown
    assert "**" not in shown


def test_how_a_follow_up_was_understood_is_said_first(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(replace(answer, standalone="How long does asylum last?"), capsys)
    assert shown.startswith("Understood as: How long does asylum last?\n")


def test_in_a_pipe_no_line_is_broken(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    standalone = (
        "How long does temporary asylum in Russia last for people who fled " + "a war in their own country " * 3
    )
    assert f"Understood as: {standalone.strip()}\n" in printed(replace(answer, standalone=standalone.strip()), capsys)


def test_a_card_and_next_questions_follow(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    more = replace(answer, notes=(Note("Where sources differ", "Two say so. [1]"),), suggestions=("Who decides?",))
    shown = printed(more, capsys)
    assert "Where sources differ\n\nTwo say so. [1]\n" in shown
    assert "\nQuestions they do answer:\n  Who decides?\n" in shown


def test_brackets_in_titles_and_sources_are_no_markup(citation: Citation, capsys: pytest.CaptureFixture[str]) -> None:
    odd = replace(citation, title="[bold]Law[/bold] [red]", sources=(Source("[link=x]Gazette[/link]"),))
    shown = printed(Answer("q", "q", True, "t [1]", (odd,)), capsys)
    assert "[1] [bold]Law[/bold] [red], Art. 12(3)" in shown
    assert "    [link=x]Gazette[/link]\n" in shown


def test_a_source_without_a_date_shows_none(citation: Citation, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(Answer("q", "q", True, "t [1]", (replace(citation, date=""),)), capsys)
    assert "(Russian law)" in shown


@pytest.mark.parametrize("colour", ["", "1"])
def test_a_quote_is_shown_letter_for_letter(
    colour: str, citation: Citation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if colour:
        monkeypatch.setenv("FORCE_COLOR", colour)
    quote = "See **note** and *2* there."
    text = f"**Russian law:** {quote} [1]"
    assert quote in printed(Answer("q", "q", True, text, (replace(citation, quote=quote),)), capsys)


def test_the_frame_is_in_the_answers_language(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(replace(answer, language="ru", standalone="Сколько длится убежище?"), capsys)
    assert "Понято так: Сколько длится убежище?" in shown
    assert "Справка, не юридическая консультация" in shown


def test_an_explanation_names_decision_signals_stages_and_hits(
    answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    why = Explanation(("a-status",), "when", (("law#x", 0.5, 12.25, 0.875),), "answered", 0.934, {"dense": 0.51})
    show_explanation(replace(answer, explanation=why, milliseconds={"encode": 12.34}))
    assert capsys.readouterr().out.split("\n") == [
        "",
        "standalone  How long does it last?",
        "form        when",
        "statuses    a-status",
        "decision    answered (confidence 0.93)",
        "signals     dense 0.51",
        "stages      encode 12.3 ms",
        "  0.88  dense 0.50  lexical  12.2  law#x",
        "",
    ]


def test_hits_are_listed_with_scores_places_and_locators(
    searcher: Searcher, capsys: pytest.CaptureFixture[str]
) -> None:
    hits = searcher.search(searcher.read("Who grants political asylum by decree?"), 2)
    show_hits(hits, searcher.generation)
    lines = capsys.readouterr().out.split("\n")
    assert lines[0].split() == ["score", "dense", "BM25", "where", "passage"]
    assert lines[1].split()[:4] == [
        f"{hits[0].score:.2f}",
        f"{hits[0].dense:.2f}",
        f"{hits[0].lexical:.1f}",
        hits[0].passage.place,
    ]
    assert "Art. 63" in lines[2]
