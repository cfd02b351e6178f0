"""The golden set itself: well formed, labelled with what exists, broad and fair enough to measure with."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from knowledge.disagreements import read_disagreements
from knowledge.errors import KnowledgeError
from knowledge.golden import POINT, GoldenQuestion, holds, read_golden, read_offtopic
from knowledge.reading.readers import read_corpus
from knowledge.statuses import read_statuses


@pytest.fixture(scope="module")
def golden() -> list[GoldenQuestion]:
    return read_golden()


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """Place → the section's text."""
    return {f"{d.id}#{s.anchor}": d.text[s.start : s.end] for d in read_corpus()[0] for s in d.sections}


@pytest.fixture(scope="module")
def point() -> list[GoldenQuestion]:
    return read_golden(POINT)


LEAST = {
    "follow-ups": 60, "russian": 40, "arabic": 15, "misspelt": 40, "false-premise": 25, "offtopic": 50, "near-miss": 60, "steering": 15,
}  # fmt: skip


def test_there_are_enough_questions_of_each_kind(golden: list[GoldenQuestion]) -> None:
    counts = Counter(q.kind for q in golden)
    assert len(golden) >= 400
    assert {kind: counts[kind] for kind, least in LEAST.items() if counts[kind] < least} == {}


def test_at_least_half_are_in_a_lay_persons_words(golden: list[GoldenQuestion]) -> None:
    assert {q.temper for q in golden} == {"plain", "sources"}
    assert sum(q.temper == "plain" for q in golden) >= len(golden) / 2


def test_the_halves_are_about_equal_and_decided_by_the_id_alone(golden: list[GoldenQuestion]) -> None:
    assert GoldenQuestion("def-001", "x", "?").half == "dev"
    assert 0.45 < sum(q.half == "dev" for q in golden) / len(golden) < 0.55
    assert GoldenQuestion("def-001", "x", "?").half == GoldenQuestion("def-001", "y", "!", facts=("a",)).half


def test_every_question_is_either_answered_by_a_place_or_to_be_declined(golden: list[GoldenQuestion]) -> None:
    both = [q.id for q in golden if q.declined and (q.places or q.facts)]
    neither = [q.id for q in golden if not q.declined and 2 not in q.places.values()]
    assert (both, neither) == ([], [])


def test_every_graded_place_exists(golden: list[GoldenQuestion], sections: dict[str, str]) -> None:
    assert [(q.id, place) for q in golden for place in q.places if place not in sections] == []
    assert {grade for q in golden for grade in q.places.values()} == {1, 2}


def test_every_fact_stands_in_a_place_that_answers(golden: list[GoldenQuestion], sections: dict[str, str]) -> None:
    missing = [
        (q.id, fact)
        for q in golden
        for fact in q.facts
        if not any(holds(fact, sections.get(place, "")) for place, grade in q.places.items() if grade == 2)
    ]
    assert missing == []


def test_statuses_and_disagreements_exist(golden: list[GoldenQuestion]) -> None:
    statuses, disagreements = set(read_statuses()), set(read_disagreements())
    assert [q.id for q in golden if set(q.statuses) - statuses] == []
    assert [q.id for q in golden if q.disagreement and q.disagreement not in disagreements] == []


def test_follow_ups_have_a_history_and_say_how_they_read_alone(golden: list[GoldenQuestion]) -> None:
    assert [q.id for q in golden if q.kind == "follow-ups" and not (q.history and q.standalone)] == []


def test_no_golden_question_stands_among_the_known_ones(golden: list[GoldenQuestion]) -> None:
    """The index learns from the questions beside the documents and from the off-topic bank: none may be measured with."""
    known = {_bare(q) for d in read_corpus()[0] for s in d.sections for q in s.asked} | {
        _bare(q) for q in read_offtopic()
    }
    assert [q.id for q in golden if not q.history and _bare(q.question) in known] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- id: a\n  question: x\n- id: a\n  question: y\n", "golden.yaml:3: the id a stands in golden.yaml too"),
        ("- id: a\n", "golden.yaml:1: a question needs id and question"),
        ("- id: a\n  question: x\n  answer: y\n", "golden.yaml:1: unknown fields answer"),
        ("id: a\n", "golden.yaml:1: must be a list of questions"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "golden.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(problem)):
        read_golden(tmp_path)


def test_there_are_enough_questions_by_the_point_and_the_other_kinds_know_none_of_them(
    golden: list[GoldenQuestion], point: list[GoldenQuestion]
) -> None:
    counts = Counter(q.kind for q in point)
    assert counts.keys() == {"people", "beside", "two-point"}
    assert counts["people"] >= 250 and counts["beside"] >= 200 and counts["two-point"] >= 60
    assert {q.id for q in golden} & {q.id for q in point} == set()
    assert {_bare(q.question) for q in golden} & {_bare(q.question) for q in point} == set()


def test_questions_by_the_point_come_in_three_languages_and_two_halves(point: list[GoldenQuestion]) -> None:
    languages = Counter((q.kind, q.language) for q in point)
    assert {kind: languages[kind, "ru"] >= 35 and languages[kind, "ar"] >= 25 for kind in ("people", "beside")} == {
        "people": True,
        "beside": True,
    }
    assert 0.4 < sum(q.half == "dev" for q in point) / len(point) < 0.6


def test_each_kind_by_the_point_is_labelled_as_it_is_measured(point: list[GoldenQuestion]) -> None:
    wrong = {
        "people": [q.id for q in point if q.kind == "people" and (q.declined or q.missing or not q.answers)],
        "beside": [q.id for q in point if q.kind == "beside" and (not q.declined or q.missing)],
        "two-point": [q.id for q in point if q.kind == "two-point" and not (q.missing and q.answers)],
    }
    assert wrong == {"people": [], "beside": [], "two-point": []}


def test_every_place_that_answers_is_answered_by_a_sentence_of_its_own(
    point: list[GoldenQuestion], sections: dict[str, str]
) -> None:
    empty = [
        (q.id, place)
        for q in point
        for place, grade in q.places.items()
        if grade == 2 and not any(piece in sections[place] for piece in q.answers)
    ]
    assert empty == []


def test_drafts_are_not_counted(golden: list[GoldenQuestion]) -> None:
    assert not [q.id for q in golden if "drafts" in Path(q.file).parts]


def _bare(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))
