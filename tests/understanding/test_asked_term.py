"""Which defined term a question names."""

from __future__ import annotations

import pytest

from bot.understanding.asked_term import Terms
from knowledge.definitions import Definition


def term(id: str, jurisdiction: str, *names: str) -> Definition:
    return Definition(id, names[0], jurisdiction, "law/a#b", {"en": names}, ())


TERMS = Terms(
    {
        d.id: d
        for d in (
            term("refugee", "International", "refugee", "беженец"),
            term("russian", "Russia", "refugee", "refugee in Russia"),
            term("turkish", "Türkiye", "refugee"),
            term("temporary", "Russia", "temporary asylum"),
        )
    }
)


def weigh(stem: str) -> float:
    return 0.0 if stem in {"what", "is", "a", "who", "mean", "doe", "the", "кто", "тако"} else 1.0


@pytest.mark.parametrize(
    ("question", "countries", "found"),
    [
        ("What is a refugee?", (), "refugee"),
        ("Who is a refugee?", ("Türkiye",), "turkish"),
        ("What is a refugee in Russia?", ("Russia",), "russian"),
        ("What does temporary asylum mean?", (), "temporary"),
        ("кто такой беженец", (), "refugee"),
        ("What is a refugee?", ("Germany",), None),
        ("What is a port?", (), None),
        ("Which minister signed the last decree on refugee camps near Rostov?", (), None),
    ],
)
def test_the_term_is_found_in_the_law_that_is_meant(
    question: str, countries: tuple[str, ...], found: str | None
) -> None:
    asked = TERMS.asked(question, weigh, countries)
    assert (asked.id if asked else None) == found
