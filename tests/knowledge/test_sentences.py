"""Sentences are exact, whole and in order, in legal English and Russian."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.sentences import sentences

_PIECES = st.sampled_from(
    ["Art. 12 ", "The U.S. ", "court. ", "ст. ", "Москва. ", "e.g. ", "S.K. v. Russia ", "No. 3", " (1) ", "\n", "\n\n", " ", "“Yes.” ",
     "! ", "? ", "… ", "1.", "г. ", "\u2028", "\x85", "。", "؟ ", "اللجوء ", "\x1c", "\ufeff", "😀", "[1]"]
)  # fmt: skip
ANY_TEXT = st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=25).map("".join))
LANGUAGES = st.sampled_from(["en", "ru", "ar", "de"])
EXAMPLES = settings(max_examples=100, deadline=None, derandomize=True)


@EXAMPLES
@given(text=ANY_TEXT, language=LANGUAGES)
def test_sentences_of_any_text_are_in_order_and_do_not_overlap(text: str, language: str) -> None:
    borders = [border for found in sentences(text, 0, len(text), language) for border in found]
    assert borders == sorted(borders)
    assert all(0 <= border <= len(text) for border in borders)


@EXAMPLES
@given(text=ANY_TEXT, language=LANGUAGES)
def test_sentences_of_any_text_are_not_blank_at_either_end(text: str, language: str) -> None:
    found = [text[start:end] for start, end in sentences(text, 0, len(text), language)]
    assert found == [words.strip() for words in found if words.strip()]


@EXAMPLES
@given(text=ANY_TEXT, language=LANGUAGES)
def test_sentences_leave_out_nothing_but_blanks(text: str, language: str) -> None:
    found = "".join(text[start:end] for start, end in sentences(text, 0, len(text), language))
    assert "".join(found.split()) == "".join(text.split())


@EXAMPLES
@given(before=ANY_TEXT, text=ANY_TEXT, after=ANY_TEXT)
def test_sentences_of_a_part_are_those_of_the_part_alone(before: str, text: str, after: str) -> None:
    found = sentences(before + text + after, len(before), len(before) + len(text))
    assert found == [(start + len(before), end + len(before)) for start, end in sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("en", "Art. 12 of Law No. 4528-1 applies. The court agrees.", ["Art. 12 of Law No. 4528-1 applies.", "The court agrees."]),
        ("en", "Cf. S.K. v. Russia, paras. 3 and 4. It holds.", ["Cf. S.K. v. Russia, paras. 3 and 4.", "It holds."]),
        ("en", "He left the U.S. The court wept.", ["He left the U.S.", "The court wept."]),
        ("en", "It binds the U.S. and the U.K. as well. Yes.", ["It binds the U.S. and the U.K. as well.", "Yes."]),
        ("en", "First paragraph\n\nsecond paragraph", ["First paragraph", "second paragraph"]),
        ("ru", "По ст. 12 п. 3 закона. Он действует.", ["По ст. 12 п. 3 закона.", "Он действует."]),
        ("ru", "Живёт в г. Москве. Работает.", ["Живёт в г. Москве.", "Работает."]),
        ("en", " \n\n ", []),
    ],
)  # fmt: skip
def test_an_abbreviation_ends_no_sentence(language: str, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, 0, len(text), language)] == expected
