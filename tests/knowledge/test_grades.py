"""How well sections are supported, and when what changes was last looked at."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

from knowledge.age import older
from knowledge.document import Document
from knowledge.grades import main_grade, show_grades
from knowledge.statuses import Slot, Status

BODY = (
    '{as_of="2025-03"}\n## One\n\nFirst.[^a][^b] Second.[^c]\n\n## Two\n\nThird.[^c]\n\n'
    "[^a]: [secondary] A site\n[^b]: [text] The law\n[^c]: [unread] A number\n"
)


def test_the_best_source_of_the_first_sentence_grades_a_section(parse: Callable[..., Document]) -> None:
    document = parse(BODY)
    assert [main_grade(document, s) for s in document.sections] == ["text", "unread"]
    assert [s.label for m in document.sections[0].marks[:1] for s in (m.source,)] == ["A site"]


def test_the_table_counts_by_jurisdiction_and_law_alone(parse: Callable[..., Document]) -> None:
    law = parse(BODY, kind="statute", jurisdiction="Russia")
    news = parse(BODY, kind="news", jurisdiction="Syria")
    assert show_grades([law, news]).split("\n")[2:] == [
        "| Russia | 2 | 1 | 0 | 0 | 0 | 1 | 0 | 2 | 50% |",
        "| Syria | 2 | 1 | 0 | 0 | 0 | 1 | 0 | 0 |  |",
        "| all | 4 | 2 | 0 | 0 | 0 | 2 | 0 | 2 | 50% |",
    ]


def test_what_was_not_looked_at_for_so_long_is_listed_oldest_first(parse: Callable[..., Document]) -> None:
    document = replace(parse(BODY), id="law/a")
    slots = {"duration": Slot("a year", "law/a#two", "2024"), "rights": Slot("work", "law/a#two")}
    status = Status("s", "S", "Russia", (), (), "", slots)
    today = datetime.date(2026, 4, 1)
    assert older([document], {"s": status}, today, 12) == [
        ("2024", "law/a#two", "s.duration"),
        ("2025-03", "law/a#one", "One"),
    ]
    assert older([document], {"s": status}, today, 13) == [("2024", "law/a#two", "s.duration")]
