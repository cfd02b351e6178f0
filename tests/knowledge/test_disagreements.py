"""Disagreements: positions, keys and premises as they stand in the file; mistakes named with their line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.disagreements import Disagreement, Position, read_disagreements
from knowledge.errors import KnowledgeError

GOOD = """\
# Where sources differ.

[assad]
question = "Which asylum?"
neutral = "Sources differ."
keys = [["assad", "asylum"], ["kreml"]]
touches = ["law#b", "law#a"]
premises = ["\\\\bpolitical asylum"]
correction = "It was humanitarian."
stronger = 1

[[assad.positions]]
who = "The article"
says = "humanitarian asylum"
place = "article#one"

[[assad.positions]]
who = "The Kremlin"
says = "no details"
place = "cases#two"

[bare]
question = "Why?"
neutral = "It is open."
positions = []
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disagreements.toml"


def test_disagreements_are_read_whole_in_order_of_the_file(path: Path) -> None:
    path.write_text(GOOD)
    assad = Disagreement(
        id="assad",
        question="Which asylum?",
        neutral="Sources differ.",
        positions=(
            Position("The article", "humanitarian asylum", "article#one"),
            Position("The Kremlin", "no details", "cases#two"),
        ),
        keys=(("assad", "asylum"), ("kreml",)),
        touches=frozenset({"law#a", "law#b"}),
        premises=(re.compile(r"\bpolitical asylum", re.IGNORECASE),),
        correction="It was humanitarian.",
        stronger=1,
    )
    bare = Disagreement("bare", "Why?", "It is open.", ())
    assert list(read_disagreements(path).items()) == [("assad", assad), ("bare", bare)]


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ('neutral = "Sources differ."\n', "", 3, "assad lacks neutral"),
        ("positions = []\n", "", 22, "bare lacks positions"),
        ("keys =", "words =", 3, "assad has unknown fields words"),
        ('correction = "It was humanitarian."\n', "", 3, "assad has premises but no correction"),
        (
            "bpolitical asylum",
            "b(political",
            3,
            "assad: a premise is no regular expression: missing ), unterminated subpattern at position 2",
        ),
    ],
)
def test_a_disagreement_that_is_not_well_formed_is_refused_with_its_line(
    path: Path, old: str, new: str, line: int, problem: str
) -> None:
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(KnowledgeError) as caught:
        read_disagreements(path)
    assert (caught.value.path, caught.value.line, caught.value.problem) == (path, line, problem)


@pytest.mark.parametrize(
    ("question", "assumed"),
    [
        ("Why did Putin give POLITICAL ASYLUM to him?", True),
        ("Putin gave him that political asylum", True),
        ("Putin did not give political asylum", False),
        ("Putin gave nothing, and years later in quite another matter political asylum", False),
        ("Did Putin give political asylum?", False),
        ("And is it so that Putin gives political asylum?", False),
        ("Who says that Putin gave political asylum?", False),
        ("Why humanitarian asylum?", False),
        ("How many people did Putin give political asylum to?", False),
        ("Who was sent to Putin and did he get political asylum?", False),
    ],
)
def test_a_question_assumes_a_premise_unless_it_asks_for_it_or_denies_it(
    path: Path, question: str, assumed: bool
) -> None:
    path.write_text(GOOD.replace("\\\\bpolitical asylum", "putin…political asylum"))
    assert read_disagreements(path)["assad"].assumed_by(question) is assumed


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Did Putin give political asylum?", True),
        ("So is it true that Putin gave him political asylum?", True),
        ("Did Putin give humanitarian asylum?", False),
        ("Why did Putin give political asylum?", False),
        ("How many people did Putin give political asylum to?", False),
    ],
)
def test_who_asks_whether_a_premise_holds_is_told_from_who_assumes_it(path: Path, question: str, asked: bool) -> None:
    path.write_text(GOOD)
    assert read_disagreements(path)["assad"].asked_by(question) is asked


def test_without_premises_nothing_is_assumed(path: Path) -> None:
    path.write_text(GOOD)
    assert not read_disagreements(path)["bare"].assumed_by("Why did Putin give political asylum?")


@pytest.mark.parametrize("field", ['who = "The Kremlin"\n', 'says = "no details"\n', 'place = "cases#two"\n'])
def test_a_position_that_is_incomplete_is_refused(path: Path, field: str) -> None:
    path.write_text(GOOD.replace(field, ""))
    with pytest.raises(KnowledgeError):
        read_disagreements(path)
