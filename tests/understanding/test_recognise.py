from __future__ import annotations

import pytest

from bot.understanding.recognise import Dictionary, Mention, dictionary
from knowledge.names import Name, Term
from knowledge.statuses import Slot, Status

SLOTS = {name: Slot("x", "d#a") for name in ("basis", "decides", "grounds", "duration")}
RUSSIA = Status(
    "ru-temp",
    "Temporary asylum (Russia)",
    "Russia",
    ("временное убежище", "humanitarian asylum"),
    ("humanitarian asylum",),
    "",
    SLOTS,
)
FRANCE = Status("fr-sub", "Subsidiary protection (France)", "France", (), (), "", SLOTS)
GERMANY = Status("de-sub", "Subsidiary protection (Germany)", "Germany", (), (), "", SLOTS)


@pytest.fixture
def small() -> Dictionary:
    return Dictionary(
        {status.id: status for status in (RUSSIA, FRANCE, GERMANY)},
        [Name("Snowden", ("american whistleblower", "сноуден", "сноудену"))],
        [Name("Russia", ("russian", "россии")), Name("France", ("french",)), Name("Germany", ("german",))],
        [Term(("non-refoulement",), ("невысылка",), "d#a")],
        {"ru": {"кто": "who", "предоставлять": "grant"}},
    )


def test_names_are_found_in_any_inflection_and_by_description(small: Dictionary) -> None:
    assert small.mentions("Did the American whistleblowers get temporary asylum?") == [
        Mention("person", "Snowden", 8, 31),
        Mention("status", "temporari asylum", 36, 52),
    ]


def test_the_country_decides_which_status_of_one_name_is_meant(small: Dictionary) -> None:
    mention = small.mentions("subsidiary protection")[0]

    assert small.resolve(mention, ["Germany"]) == ["de-sub"]
    assert small.resolve(mention, ["Russia"]) == []
    assert small.resolve(mention, []) == []


def test_an_alias_that_is_generic_needs_no_country(small: Dictionary) -> None:
    mention = small.mentions("humanitarian asylum")[0]

    assert small.resolve(mention, []) == ["ru-temp"]
    assert small.resolve(mention, ["France"]) == []


def test_a_russian_question_becomes_english_words_and_tells_how_much_was_understood(small: Dictionary) -> None:
    english, share = small.translate("Кто предоставляет временное убежище Сноудену в России?", "ru")

    assert english == "who grant temporary asylum Snowden Russia"
    assert share == pytest.approx(6 / 7)


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        ("humanitarian and political asylum", "humanitarian asylum and political asylum"),
        ("humanitarian, not political asylum", "humanitarian asylum, not political asylum"),
        ("temporary vs. political asylum", "temporary asylum vs. political asylum"),
        ("refugee status and asylum", "refugee status and asylum"),
        ("political asylum", "political asylum"),
        ("a refugee and an asylum seeker", "a refugee and an asylum seeker"),
        ("which is longer, temporary asylum or TPS", "which is longer, temporary asylum or TPS"),
    ],
)
def test_one_noun_serves_two_adjectives(text: str, spread: str) -> None:
    assert dictionary().spread_noun(text) == spread


def test_the_real_dictionary_knows_the_statuses_of_russia() -> None:
    assert set(dictionary().of_country("Russia")) == {
        "russia-refugee",
        "russia-temporary-asylum",
        "russia-political-asylum",
    }
