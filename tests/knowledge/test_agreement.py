"""Do statuses, disagreements, terms and golden questions agree with the documents? Every way not to is found.

The checks are called one by one over tables made here: ``check_knowledge`` reads the real ones (test_corpus.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge import agreement
from knowledge.agreement import check_knowledge, check_numbers, unsupported
from knowledge.disagreements import Disagreement, Position
from knowledge.document import Document
from knowledge.golden import GoldenQuestion, holds
from knowledge.names import TERMS, Term
from knowledge.statuses import STATUSES, Slot, Status

PLACES = {
    "law#lasts": "How long it lasts\nTemporary asylum lasts up to one year.",
    "law#decides": "Who decides\nThe Interior Ministry decides.",
}
STATUS = Status(
    "temporary",
    "Temporary asylum (Russia)",
    "Russia",
    ("temporary asylum", "временное убежище"),
    ("temporary asylum",),
    "",
    {"duration": Slot("up to one year", "law#lasts")},
)
DISPUTE = Disagreement(
    "term",
    "How long?",
    "Sources differ.",
    (Position("The law", "lasts one year", "law#lasts"), Position("A ministry", "it decides", "law#decides")),
)
QUESTION = GoldenQuestion("q1", "why", "How long may I stay there?", places={"law#lasts": 2}, file="why.yaml", line=3)


@pytest.mark.parametrize(
    ("value", "text", "missing"),
    [
        ("up to one year", "It lasts up to 1 year.", []),
        ("two years", "It lasts three years.", []),  # a number word may be none: "no one"
        ("2 years", "It lasts twelve years.", ["2"]),
        ("two years", "two days and 2 months", []),
        ("Article 12", "Art. 13 of the article", ["12"]),
        ("renewed yearly by the ministry", "The ministry renews it every year.", []),
        ("the President by decree", "The Ministry decides.", ["presid", "decre"]),
        ("work without permit", "They work.", ["without", "permit"]),
        ("work permit", "They work.", []),
        ("the of", "", []),
    ],
)
def test_a_value_is_supported_by_all_its_figures_and_half_its_words(value: str, text: str, missing: list[str]) -> None:
    assert unsupported(value, text) == missing


@pytest.mark.parametrize(
    ("fact", "held"),
    [("one YEAR", True), ("two years", False), (r"/one\s+year/", True), ("/^one/", False), ("//", False), ("/", False)],
)
def test_a_fact_is_a_string_or_a_pattern_and_case_does_not_matter(fact: str, held: bool) -> None:
    assert holds(fact, "It lasts One year.") is held


def test_a_status_that_agrees_has_no_problems() -> None:
    assert list(agreement._check_statuses({"temporary": STATUS}, PLACES)) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"partner": "political"}, "temporary: its partner political is no status"),
        ({"aliases": ("Refuge", "refuge")}, "temporary: the alias 'refuge' stands twice"),
        (
            {"aliases": ("vremennое ubezhishche",)},
            "temporary: the alias 'vremennое ubezhishche' mixes scripts in one word",
        ),
        ({"slots": {}}, "temporary: no slot is filled"),
        ({"slots": {"duration": Slot("one year", "law#none")}}, "temporary.duration: no section law#none"),
        ({"slots": {"duration": Slot("2 years", "law#lasts")}}, "temporary.duration: law#lasts does not say 2"),
    ],
)
def test_a_status_that_disagrees_is_a_problem(change: dict[str, Any], problem: str) -> None:
    assert [p.text for p in agreement._check_statuses({"temporary": replace(STATUS, **change)}, PLACES)] == [problem]


def test_an_alias_is_generic_for_one_status_only() -> None:
    other = replace(STATUS, id="humanitarian", generic=("Temporary Asylum",))
    assert [p.text for p in agreement._check_statuses({"temporary": STATUS, "humanitarian": other}, PLACES)] == [
        "temporary: 'temporary asylum' is generic for another status too",
        "humanitarian: 'Temporary Asylum' is generic for another status too",
    ]


def test_a_disagreement_that_agrees_has_no_problems() -> None:
    assert list(agreement._check_disagreements({"term": DISPUTE}, PLACES)) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"positions": DISPUTE.positions[:1]}, "term: one position is no disagreement"),
        ({"stronger": 2}, "term: stronger = 2 is none of its positions"),
        ({"stronger": -2}, "term: stronger = -2 is none of its positions"),
        (
            {"premises": (re.compile("x"),), "correction": "No."},
            "term: a premise is corrected by the stronger position; name it",
        ),
        ({"touches": frozenset({"law#none"})}, "term: no section law#none"),
        (
            {"positions": (DISPUTE.positions[0], Position("B", "the President decides by decree", "law#lasts"))},
            "term: law#lasts does not say presid, decid, decre",
        ),
    ],
)
def test_a_disagreement_that_disagrees_is_a_problem(change: dict[str, Any], problem: str) -> None:
    found = agreement._check_disagreements({"term": replace(DISPUTE, **change)}, PLACES)
    assert [p.text for p in found] == [problem]


def test_a_term_names_a_section_and_mixes_no_scripts() -> None:
    terms = [Term(("asylum",), ("убежище",), "law#lasts"), Term(("refuge",), ("убeжище",), "law#none")]
    assert [p.text for p in agreement._check_terms(terms, PLACES)] == [
        "refuge: no section law#none",
        "refuge: 'убeжище' mixes scripts in one word",
    ]


def test_a_golden_question_that_agrees_has_no_problems() -> None:
    whole = replace(QUESTION, facts=("one year",), statuses=("temporary",), disagreement="term")
    assert list(agreement._check_golden([whole], PLACES, {"temporary": STATUS}, {"term": DISPUTE})) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"temper": "angry"}, "q1: temper 'angry' is neither plain nor sources"),
        ({"places": {}}, "q1: needs either places or declined"),
        ({"declined": "off topic"}, "q1: needs either places or declined"),
        ({"places": {"law#lasts": 2, "law#none": 1}}, "q1: no section law#none"),
        ({"places": {"law#lasts": 2, "law#decides": 3}}, "q1: the grade of law#decides is 3, not 1 or 2"),
        ({"places": {"law#lasts": 1}}, "q1: no place answers it (grade 2)"),
        ({"facts": ("two years",)}, "q1: no place that answers it says 'two years'"),
        (
            {"facts": ("/(/",)},
            "q1: the fact '/(/' is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        ({"statuses": ("political",)}, "q1: no status political"),
        ({"disagreement": "other"}, "q1: no disagreement other"),
    ],
)
def test_a_golden_question_that_disagrees_is_a_problem_at_its_line(change: dict[str, Any], problem: str) -> None:
    problems = list(agreement._check_golden([replace(QUESTION, **change)], PLACES, {}, {}))
    assert [str(p) for p in problems] == [f"why.yaml:3: {problem}"]


def test_a_fact_that_only_a_helping_place_states_is_a_problem() -> None:
    question = replace(QUESTION, places={"law#lasts": 1, "law#decides": 2}, facts=("one year",))
    assert [p.text for p in agreement._check_golden([question], PLACES, {}, {})] == [
        "q1: no place that answers it says 'one year'"
    ]


POINTED = replace(
    QUESTION, places={"law#lasts": 2, "law#decides": 1}, answers=("asylum lasts up to one",), missing="stay there"
)


@pytest.fixture
def told(parse: Callable[..., Document]) -> Document:
    return parse(
        "## Lasts\n\nTemporary asylum lasts up to one year. It can be renewed each year.[^a]\n\n"
        "## Decides\n\nThe ministry decides on each request. It can be renewed each year.[^a]\n\n[^a]: A\n"
    )


def test_pieces_that_name_one_sentence_of_a_place_graded_so_have_no_problems(told: Document) -> None:
    question = replace(POINTED, helps=("ministry decides on each",))
    assert list(agreement._check_point([question], [told])) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"answers": ()}, "no sentence is named that answers it"),
        ({"declined": "x"}, "is to be declined, yet names sentences that answer or help"),
        ({"missing": "the colour"}, "the missing point 'the colour' is not in the question's words"),
        ({"answers": ("asylum lasts up",)}, "'asylum lasts up' has fewer than 4 words"),
        ({"answers": ("asylum lasts up to two",)}, "no sentence says 'asylum lasts up to two'"),
        ({"answers": ("one year. It can be",)}, "no sentence says 'one year. It can be'"),
        (
            {"helps": ("It can be renewed",)},
            "2 sentences say 'It can be renewed'; name one with more words",
        ),
        (
            {"answers": ("ministry decides on each",)},
            "grade law#decides with 2, which says 'ministry decides on each'",
        ),
    ],
)
def test_a_piece_that_names_no_sentence_or_the_wrong_one_is_a_problem_at_its_line(
    change: dict[str, Any], problem: str, told: Document
) -> None:
    found = list(agreement._check_point([replace(POINTED, **change)], [told]))
    assert [str(p) for p in found] == [f"why.yaml:3: q1: {problem}"]


def test_a_golden_question_is_no_copy_of_a_known_one(parse: Callable[..., Any]) -> None:
    section = replace(parse("## One\n\nText.\n").sections[0], asked=("How long may I stay there", "Why?"))
    document = replace(parse("## One\n\nText.\n"), sections=(section,))
    short = replace(QUESTION, question="Why?")  # everybody's follow-up
    other = replace(QUESTION, question="What does the court in Strasbourg say?")
    assert [str(p) for p in agreement._check_independence([QUESTION, short, other], [document])] == [
        "why.yaml:3: q1 is nearly a known question: 'How long may I stay there'"
    ]


def test_problems_of_documents_and_of_the_tables_that_name_them_come_together_in_order(
    root: Path, write_document: Callable[..., Path]
) -> None:
    write_document("a", "Text.\n", kind=None)
    problems = check_knowledge(root)
    assert problems == sorted(problems)
    assert {f"{root}/a.md", str(STATUSES), str(TERMS)} <= {p.path for p in problems}


def test_two_documents_that_give_different_numbers_in_the_same_words_are_reported(
    parse: Callable[..., Document],
) -> None:
    one = parse("## Syrians\n\nIn July 2019, 694 Syrians held temporary asylum in Russia.[^a]\n\n[^a]: A\n")
    other = replace(
        parse("## Syrians\n\nIn July 2019, 1,317 Syrians held temporary asylum in Russia.[^a]\n\n[^a]: A\n"), id="other"
    )
    later = replace(
        parse("## Syrians\n\nIn July 2017, 1,317 Syrians held temporary asylum in Russia.[^a]\n\n[^a]: A\n"), id="later"
    )
    told = Disagreement("d", "?", ".", (Position("a", "b", "law#syrians"), Position("c", "d", "other#syrians")))

    assert [p.text for p in check_numbers([one, other], {})] == [
        "other#syrians has other numbers in the same words: In July 2019, 694 Syrians held temporary asylum in Russia."
    ]
    assert list(check_numbers([one, later], {})) == []
    assert list(check_numbers([one, other], {"d": told})) == []
