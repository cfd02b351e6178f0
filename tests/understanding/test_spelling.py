from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.spelling import Speller

WORDS = np.array([b"asylum", b"political", b"temporary", b"refugee", b"refuge", b"syria"])


@pytest.fixture
def speller() -> Speller:
    return Speller(WORDS, lambda word: word in {"pizza", "kenya"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("assylum", "asylum"),
        ("Politcal asylm", "political asylum"),
        ("temprarry", "temporary"),
        ("syira", "syria"),
        ("pizza in Kenya", "pizza in Kenya"),
        ("xyzzyqwerty", "xyzzyqwerty"),
        ("asy", "asy"),
        ("live in limbo, it calms", "live in limbo, it calms"),  # English words, though no document has them
        ("temparary Temparery", "temporary Temparery"),  # two letters off, a name is another name
        ("убежище", "убежище"),
    ],
)
def test_only_near_misses_of_known_words_are_repaired(speller: Speller, typed: str, meant: str) -> None:
    assert speller.repair(typed) == meant


def test_the_commoner_of_two_equally_near_words_wins(speller: Speller) -> None:
    assert speller.repair("refugex") == "refugee"


def test_without_a_vocabulary_nothing_is_changed() -> None:
    assert Speller(None, lambda word: False).repair("assylum") == "assylum"
