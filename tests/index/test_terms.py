"""A sorted list of words, searched where it lies."""

from __future__ import annotations

import pytest

from index.terms import Terms

WORDS = sorted(["asylum", "a", "убежищ", "لجوء", "z", "\U00010400", "ﬀ"])


def test_words_are_found_by_their_place_in_order() -> None:
    terms = Terms.of(WORDS)
    assert [terms[word] for word in WORDS] == [0, 1, 2, 3, 4, 5, 6]
    assert (list(terms), len(terms)) == (WORDS, 7)


@pytest.mark.parametrize("word", ["", "asy", "asylums", "zz", "убеж", "\ud800", "\U0010ffff"])
def test_a_word_that_is_not_there_is_not_found(word: str) -> None:
    terms = Terms.of(WORDS)
    assert (word in terms, terms.get(word)) == (False, None)
    with pytest.raises(KeyError):
        terms[word]


def test_what_two_have_in_common_is_asked_of_its_keys() -> None:
    assert {"asylum", "zanzibar"} & Terms.of(WORDS).keys() == {"asylum"}


def test_no_words_are_a_list_too() -> None:
    assert (list(Terms.of([])), "a" in Terms.of([])) == ([], False)
