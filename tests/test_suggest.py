from __future__ import annotations

from bot.suggest import suggest
from index.search import Searcher
from knowledge.statuses import Slot, Status

SLOTS = {"decides": Slot("x", "d#a"), "duration": Slot("x", "d#a")}
TEMPORARY = Status("t", "Temporary asylum (Russia)", "Russia", (), (), "", SLOTS)


def test_next_questions_ask_for_what_the_status_states(searcher: Searcher) -> None:
    assert suggest(searcher.generation, [TEMPORARY], [], ["What is temporary asylum?"]) == (
        "Who decides on temporary asylum in Russia?",
        "How long does temporary asylum in Russia last?",
    )


def test_a_question_already_asked_is_not_suggested(searcher: Searcher) -> None:
    asked = ["who decides on temporary asylum in russia", "how long does temporary asylum last in Russia?"]

    assert suggest(searcher.generation, [TEMPORARY], [], asked) == ()


def test_without_a_status_the_sections_found_suggest_their_own_questions(searcher: Searcher) -> None:
    hits = searcher.search(searcher.read("How long does the permit last?"), 3)

    assert suggest(searcher.generation, [], hits, ["How long does the permit last?"]) == ()
