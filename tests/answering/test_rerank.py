from __future__ import annotations

import pytest

from bot.answering.rerank import PERSON, SLOT, STATUS, rerank
from bot.understanding.recognise import Dictionary
from bot.understanding.understood import Understood
from index.search import Hit, Searcher
from knowledge.names import Name
from knowledge.statuses import Slot, Status

TEMPORARY = Status(
    "t",
    "Temporary asylum (Russia)",
    "Russia",
    ("temporary asylum",),
    ("temporary asylum",),
    "",
    {"decides": Slot("the ministry", "law/temporary#who-decides-on-temporary-asylum")},
)
DURATION = "law/temporary#how-long-temporary-asylum-lasts"
DECIDES = "law/temporary#who-decides-on-temporary-asylum"
ASSAD = "cases/assad#why-assad-received-humanitarian-asylum"


@pytest.fixture
def dictionary() -> Dictionary:
    return Dictionary({"t": TEMPORARY}, [Name("Assad", ("Bashar al-Assad",))], [], [], {})


def looked_at(
    searcher: Searcher, dictionary: Dictionary, question: str, **understood: object
) -> tuple[list[Hit], list[Hit]]:
    """The hits of a question before and after the second look."""
    query = searcher.read(question)
    hits = searcher.search(query, 8)
    read = Understood(text=question, search=question, **understood)  # type: ignore[arg-type]
    return hits, rerank(searcher, query, hits, read, dictionary)


def gains(before: list[Hit], after: list[Hit]) -> dict[str, float]:
    was = {hit.row: hit.score for hit in before}
    return {hit.passage.place: hit.score - was[hit.row] for hit in after}


def test_no_hits_stay_none(searcher: Searcher, dictionary: Dictionary) -> None:
    query = searcher.read("asylum")
    assert rerank(searcher, query, [], Understood(text="asylum", search="asylum"), dictionary) == []


def test_the_same_passages_come_back_best_first(searcher: Searcher, dictionary: Dictionary) -> None:
    before, after = looked_at(searcher, dictionary, "Who grants asylum by decree?")
    assert sorted(hit.row for hit in after) == sorted(hit.row for hit in before)
    assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)


def test_why_a_passage_was_found_is_kept(searcher: Searcher, dictionary: Dictionary) -> None:
    before, after = looked_at(searcher, dictionary, "Who grants asylum by decree?")
    assert {h.row: (h.dense, h.lexical) for h in after} == {h.row: (h.dense, h.lexical) for h in before}


def test_a_passage_whose_best_sentence_answers_gains_most(searcher: Searcher, dictionary: Dictionary) -> None:
    before, after = looked_at(searcher, dictionary, "The President of Russia grants political asylum by decree")
    gained = gains(before, after)
    assert max(gained, key=gained.__getitem__) == "law/political#who-grants-political-asylum"
    assert min(gained.values()) == 0.0


def test_a_passage_that_names_the_person_moves_up(searcher: Searcher, dictionary: Dictionary) -> None:
    question = "Why asylum and no decree?"
    plain = gains(*looked_at(searcher, dictionary, question))
    named = gains(*looked_at(searcher, dictionary, question, people=("Assad",)))
    assert {place: named[place] - plain[place] for place in plain} == pytest.approx(
        {place: PERSON * (place == ASSAD) for place in plain}
    )


def test_a_passage_must_name_all_the_people(searcher: Searcher, dictionary: Dictionary) -> None:
    question = "Why asylum and no decree?"
    plain = gains(*looked_at(searcher, dictionary, question))
    both = gains(*looked_at(searcher, dictionary, question, people=("Assad", "Snowden")))
    assert both == pytest.approx(plain)


def test_passages_that_name_the_status_move_up(searcher: Searcher, dictionary: Dictionary) -> None:
    question = "How long does temporary asylum last?"
    unaware = gains(*looked_at(searcher, Dictionary({}, [], [], [], {}), question))
    aware = gains(*looked_at(searcher, dictionary, question))
    moved = {place for place in aware if aware[place] - unaware[place] == pytest.approx(STATUS)}
    assert moved == {DURATION, DECIDES}


def test_the_section_that_states_the_very_point_moves_up(searcher: Searcher, dictionary: Dictionary) -> None:
    question = "Which office is it for temporary asylum?"
    plain = gains(*looked_at(searcher, dictionary, question, statuses=("t",)))
    point = gains(*looked_at(searcher, dictionary, question, statuses=("t",), slots=("decides",)))
    assert {place: point[place] - plain[place] for place in plain} == pytest.approx(
        {place: SLOT * (place == DECIDES) for place in plain}
    )


def test_a_point_that_the_status_does_not_state_moves_nothing(searcher: Searcher, dictionary: Dictionary) -> None:
    question = "Which rights come with temporary asylum?"
    plain = gains(*looked_at(searcher, dictionary, question, statuses=("t",)))
    asked = gains(*looked_at(searcher, dictionary, question, statuses=("t",), slots=("duration",)))
    assert asked == pytest.approx(plain)
