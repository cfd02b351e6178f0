from __future__ import annotations

import pytest

from bot import wording
from bot.answering.suggest import suggest
from bot.understanding.question import Reader
from bot.understanding.recognise import dictionary
from bot.understanding.spelling import Speller
from index.search import Searcher
from knowledge.statuses import Slot, Status, read_statuses

SLOTS = {"decides": Slot("x", "d#a"), "duration": Slot("x", "d#a")}
TEMPORARY = Status("t", "Temporary asylum (Russia)", "Russia", (), (), "", SLOTS)


def test_next_questions_ask_for_what_the_status_states(searcher: Searcher) -> None:
    assert suggest(searcher.generation, [TEMPORARY], [], ["What is temporary asylum?"])[:2] == (
        "Who decides on temporary asylum in Russia?",
        "How long does temporary asylum in Russia last?",
    )


def test_a_question_already_asked_is_not_suggested(searcher: Searcher) -> None:
    asked = ["who decides on temporary asylum in russia", "how long does temporary asylum last in Russia?"]

    assert not {q.lower() for q in suggest(searcher.generation, [TEMPORARY], [], asked)} & {q.lower() for q in asked}


def test_without_a_status_the_further_sections_found_are_offered(searcher: Searcher) -> None:
    hits = searcher.search(searcher.read("Who grants political asylum?"), 8)

    suggested = suggest(searcher.generation, [], hits, ["Who grants political asylum?"])

    assert "More on: Why Assad received humanitarian asylum" in suggested


def test_where_nothing_is_near_the_first_questions_are_offered(searcher: Searcher) -> None:
    assert suggest(searcher.generation, [], [], ["How do I bake bread?"]) == wording.first_questions("en")[:3]


@pytest.mark.parametrize(("language", "end"), [("ru", "?"), ("ar", "؟")])
def test_a_reader_of_another_language_is_offered_the_points_of_the_status(
    language: str, end: str, searcher: Searcher
) -> None:
    status = read_statuses()["russia-temporary-asylum"]
    reader = Reader(dictionary(), Speller(None, lambda word: True))
    for question in suggest(searcher.generation, [status], (), (), language=language):
        assert question.endswith(end)
        understood = reader.understand(question)
        assert understood.statuses == (status.id,)
        assert understood.slot in status.slots
