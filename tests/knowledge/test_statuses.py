"""Statuses: read in the order of their file, slots in the order of a comparison, mistakes named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.statuses import SLOTS, Slot, Status, line_of, read_statuses, read_toml

GOOD = """\
[temporary]
name = "Temporary asylum (Russia)"
jurisdiction = "Russia"
partner = "political"
aliases = ["refuge", "temporary asylum"]
generic = ["temporary asylum", "temporary refuge"]

[temporary.slots]
duration = { value = "one year", place = "law#lasts" }
basis = { value = "Article 12", place = "law#basis" }

[political]
name = "Political asylum"
jurisdiction = "Russia"
aliases = []

[political.slots]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "statuses.toml"


def test_statuses_are_read_in_order_of_the_file_and_slots_in_order_of_a_comparison(path: Path) -> None:
    path.write_text(GOOD)
    statuses = read_statuses(path)
    temporary = Status(
        id="temporary",
        name="Temporary asylum (Russia)",
        jurisdiction="Russia",
        aliases=("refuge", "temporary asylum", "temporary refuge"),
        generic=("temporary asylum", "temporary refuge"),
        partner="political",
        slots={"basis": Slot("Article 12", "law#basis"), "duration": Slot("one year", "law#lasts")},
    )
    political = Status("political", "Political asylum", "Russia", (), (), "", {})
    assert list(statuses.items()) == [("temporary", temporary), ("political", political)]
    assert list(statuses["temporary"].slots) == ["basis", "duration"]


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ('jurisdiction = "Russia"\npartner', "partner", 1, "temporary lacks jurisdiction"),
        ("\n[political.slots]\n", "", 12, "political lacks slots"),
        ("partner =", "friend =", 1, "temporary has unknown fields or slots friend"),
        ("duration =", "length =", 1, "temporary has unknown fields or slots length"),
        ("aliases = []", "aliases =", 15, "not TOML: Invalid value (at line 15, column 10)"),
    ],
)
def test_a_status_that_is_not_well_formed_is_refused_with_its_line(
    path: Path, old: str, new: str, line: int, problem: str
) -> None:
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(KnowledgeError) as caught:
        read_statuses(path)
    assert (caught.value.path, caught.value.line, caught.value.problem) == (path, line, problem)


@pytest.mark.parametrize("slot", ['{ value = "one year" }', '{ place = "law#lasts" }', '"one year"'])
def test_a_slot_without_value_or_place_is_refused(path: Path, slot: str) -> None:
    path.write_text(GOOD.replace('{ value = "one year", place = "law#lasts" }', slot))
    with pytest.raises(KnowledgeError):
        read_statuses(path)


def test_a_file_that_is_not_utf_8_is_refused(path: Path) -> None:
    path.write_bytes(b'name = "caf\xe9"\n')
    with pytest.raises(KnowledgeError):
        read_toml(path)


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"statuses\.toml:1: cannot be read: No such file or directory$"):
        read_statuses(path)


def test_a_byte_order_mark_is_read_over(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_toml(path) == {"a": 1}


def test_the_line_of_a_table_is_where_its_name_stands_alone(path: Path) -> None:
    path.write_text(GOOD)
    assert [line_of(path, name) for name in ("temporary", "temporary.slots", "political", "none")] == [1, 8, 12, 1]


@pytest.mark.parametrize(
    ("name", "jurisdiction", "phrase"),
    [
        ("Temporary asylum (Russia)", "Russia", "temporary asylum in Russia"),
        ("Subsidiary protection (EU)", "European Union", "subsidiary protection in the European Union"),
        ("Diplomatic asylum", "International", "diplomatic asylum"),
        ("TPS (United States)", "United States", "TPS in the United States"),
    ],
)
def test_a_phrase_is_the_name_as_it_stands_in_a_sentence(name: str, jurisdiction: str, phrase: str) -> None:
    assert Status("x", name, jurisdiction, (), (), "", {}).phrase == phrase


def test_there_are_eight_slots() -> None:
    assert SLOTS == ("basis", "decides", "grounds", "duration", "excluded", "rights", "ends", "permanence")
