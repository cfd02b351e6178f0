from __future__ import annotations

import re

from bot.answering.citations import Citations
from bot.answering.disputes import assumed_wrongly, card, touched
from index.search import Searcher
from knowledge.disagreements import Disagreement, Position

WHO = Disagreement(
    id="who",
    question="Who granted it?",
    neutral="One source names the President, another the ministry.",
    positions=(
        Position("The Constitution", "the President, by decree", "law/political#who-grants-political-asylum"),
        Position("The law", "the Interior Ministry", "law/temporary#who-decides-on-temporary-asylum"),
    ),
    keys=(("who", "grant"),),
    touches=frozenset({"law/political#who-grants-political-asylum"}),
    premises=(re.compile("since the ministry grants political asylum", re.IGNORECASE),),
    correction="The President grants political asylum.",
    stronger=0,
)
ALL = {"who": WHO}


def test_a_question_with_all_words_of_a_key_touches_the_point() -> None:
    assert touched("Who grants political asylum?", (), ALL) == [WHO]
    assert touched("Who was Honecker?", (), ALL) == []


def test_an_answer_that_cites_a_disputed_place_touches_the_point() -> None:
    assert touched("Honecker?", ["law/political#who-grants-political-asylum"], ALL) == [WHO]


def test_only_a_question_that_takes_the_weaker_side_for_granted_is_corrected() -> None:
    assert assumed_wrongly("Since the ministry grants political asylum, where do I go?", ALL) is WHO
    assert assumed_wrongly("Does it matter, since the ministry grants political asylum?", ALL) is None
    assert assumed_wrongly("Who grants political asylum?", ALL) is None


def test_the_card_lets_each_side_speak_with_kind_date_and_citation(searcher: Searcher) -> None:
    citations = Citations(searcher.generation)

    note = card(WHO, citations, "en")

    assert note.title == "Where sources differ: Who granted it?"
    assert note.text.split("\n") == [
        "One source names the President, another the ministry.",
        "* **The Constitution** (constitution, 1993-02-19): the President, by decree [1]",
        "* **The law** (statute, 1993-02-19): the Interior Ministry [2]",
    ]
    assert [c.number for c in citations()] == [1, 2]
