"""The two questions that issue 2 promises an answer to, with the real model and the real documents."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from bot import wording
from bot.answering.answer import Answer, verify
from bot.answering.explainer import Explainer
from bot.answering.speaker import names_its_speaker
from bot.quality.measure import quotes
from bot.settings import Settings
from knowledge.errors import IndexMissingError

pytestmark = pytest.mark.quality

WHY = "Why did Russia give Assad humanitarian and not political asylum?"
DIFFERENCE = "What is the difference between humanitarian and political asylum?"


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    try:
        return Explainer(Settings.from_environment())
    except IndexMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def why(explainer: Explainer) -> Answer:
    return explainer.ask(WHY)


@pytest.fixture(scope="module")
def difference(explainer: Explainer) -> Answer:
    return explainer.ask(DIFFERENCE)


def blocks(answer: Answer) -> list[str]:
    return answer.text.split("\n\n")


@pytest.mark.parametrize("question", [WHY, DIFFERENCE])
def test_every_sentence_is_a_quote_that_checks_out_and_numbers_run_from_one(
    question: str, explainer: Explainer
) -> None:
    answer = explainer.ask(question)
    shown = "\n".join([answer.text, *(note.text for note in answer.notes)])
    mentioned = list(dict.fromkeys(int(n) for n in re.findall(r"\[(\d+)\]", shown)))
    assert (answer.answered, quotes(answer).strays) == (True, ())
    assert mentioned == list(range(1, len(answer.citations) + 1))
    assert {verify(asdict(c), explainer.generation.document) for c in answer.citations} == {""}


@pytest.mark.parametrize("question", [WHY, DIFFERENCE])
def test_the_quotes_are_few_enough_to_read_and_the_hedge_is_not_needed(question: str, explainer: Explainer) -> None:
    answer = explainer.ask(question)
    assert 1 <= len(quotes(answer).citations) <= 7
    assert "The closest the documents come" not in answer.text


def test_why_leads_with_the_articles_argument_introduced_as_one(why: Answer) -> None:
    first = why.citations[0]
    assert first.document.startswith("article/")
    assert re.search(r"overthrown|persecuted", first.quote)
    assert "article's interpretation" in first.quote or "argues" in first.quote
    assert any(block.startswith(("**The article argues (unnamed contact", "The article")) for block in blocks(why))


def test_why_lets_an_official_speak(why: Answer) -> None:
    said = [c for c in why.citations if c.kind == "official statement"]
    assert any(re.search(r"Kutrashev|Peskov|Kremlin|Lavrov", f"{c.voice} {c.quote}") for c in said)


def test_why_shows_where_sources_differ_with_both_sides_cited(why: Answer) -> None:
    card = next(note for note in why.notes if "Why did Russia not give Assad political asylum" in note.title)
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", card.text)}
    voices = {why.citations[n - 1].document.split("/")[0] for n in cited}
    assert len(cited) >= 2
    assert "article" in voices
    assert len(voices) >= 2


def test_no_claim_of_the_article_stands_under_another_name(why: Answer, difference: Answer) -> None:
    for answer in (why, difference):
        for citation in quotes(answer).citations:
            if (
                citation.document.startswith("article/")
                and citation.kind == "commentary"
                and "editors" not in citation.voice
            ):
                block = next(b for b in blocks(answer) if f"{citation.quote} [{citation.number}]" in b)
                assert block.startswith("**The article argues") or names_its_speaker(citation)


def test_the_difference_is_a_table_of_both_statuses(difference: Answer) -> None:
    assert difference.table is not None
    assert difference.table.columns == ("Temporary asylum (Russia)", "Political asylum (Russia)")
    assert {"decides", "grounds", "duration"} <= {name for name, _ in difference.table.rows}
    assert "| | Temporary asylum (Russia) | Political asylum (Russia) |" in difference.text


def test_each_cell_of_the_table_is_cited(difference: Answer) -> None:
    assert difference.table is not None
    cells = [cell for _, row in difference.table.rows for cell in row]
    assert [cell for cell in cells if not 1 <= cell.number <= len(difference.citations)] == []
    assert all(f"{cell.text} [{cell.number}]" in difference.text for cell in cells)


def test_who_decides_is_the_ministry_here_and_the_president_there(difference: Answer) -> None:
    assert difference.table is not None
    temporary, political = dict(difference.table.rows)["decides"]
    assert "Ministry of Internal Affairs" in temporary.text
    assert "President" in political.text
    assert "Russia" in difference.citations[political.number - 1].jurisdiction


def test_that_russia_was_taken_for_granted_is_said_once(difference: Answer) -> None:
    assert difference.text.count("is read here as Russia's temporary asylum") == 1


@pytest.mark.parametrize("question", [WHY, DIFFERENCE])
def test_next_questions_are_offered_and_answered(question: str, explainer: Explainer) -> None:
    suggestions = explainer.ask(question).suggestions
    assert 1 <= len(suggestions) <= 3
    assert [s for s in suggestions if s == question or not explainer.ask(s).answered] == []


def test_a_question_about_ones_own_case_gets_conditions_as_a_cited_list_and_no_verdict(explainer: Explainer) -> None:
    answer = explainer.ask("Do I qualify for temporary asylum in Russia?")

    assert "In general, what would have to be shown:\n\n* **Temporary asylum (Russia):** " in answer.text
    assert "Who cannot get it:\n\n* **Temporary asylum (Russia):** " in answer.text
    assert answer.text.endswith(wording.say("advice", "en"))


def test_the_year_asked_for_leads(explainer: Explainer) -> None:
    assert "2015" in explainer.ask("How many Ukrainians had temporary asylum in Russia in 2015?").citations[0].quote


def test_what_somebody_said_is_found_by_the_speaker(explainer: Explainer) -> None:
    assert "Lavrov" in explainer.ask("What did Lavrov say about Assad?").citations[0].voice


def test_whether_a_disputed_point_is_so_is_met_with_the_better_sources_words(explainer: Explainer) -> None:
    answer = explainer.ask("Was Snowden given political asylum in Russia?")
    assert "Edward Snowden was granted temporary asylum in Russia" in answer.citations[0].quote
    assert wording.say("premise", "en") not in answer.text  # who asks takes nothing for granted


def test_a_comparison_of_which_no_sentence_speaks_of_both_sides_begins_with_the_grounds_of_each(
    explainer: Explainer,
) -> None:
    answer = explainer.ask("Compare Russian temporary asylum with EU subsidiary protection")
    first = [c.jurisdiction for c in answer.citations if c.number <= 2]
    assert first == ["Russia", "European Union"]


def test_who_asks_what_to_do_reads_that_first_and_the_conditions_after(explainer: Explainer) -> None:
    text = explainer.ask("I am a student from Sudan in Moscow. Where do I have to apply?").text
    assert "local migration body" in text.split(wording.say("own_case", "en"))[0]


def test_a_refusal_says_only_of_names_that_stand_nowhere_that_they_do(explainer: Explainer) -> None:
    known = explainer.ask("Which hospital in London did Assad's wife get cured in by the Home Office?")
    assert not known.answered
    assert "United Kingdom" not in known.text.split(wording.say("covered", "en"))[0]
