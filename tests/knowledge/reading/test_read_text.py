"""Plain text of any encoding → blocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import Block, clean
from knowledge.reading.read_text import decode, read_text

RUSSIAN = "Временное убежище предоставляет территориальный орган. Статус длится один год и может быть продлён."
ARABIC = "اللجوء المؤقت في روسيا يمنح لمدة سنة واحدة ويمكن تمديده من قبل السلطات المختصة"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-8-sig"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "utf-32"),
        (ARABIC, "utf-8"),
        (ARABIC, "cp1256"),
        (ARABIC, "iso8859-6"),
        ("Café, naïve “quotes” – für", "cp1252"),
    ],
)
def test_text_survives_whatever_it_was_saved_in(tmp_path: Path, text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), tmp_path / "a.txt") == text


def test_the_encoding_that_a_server_stated_wins_over_a_guess(tmp_path: Path) -> None:
    assert decode("Да.".encode("cp1251"), tmp_path / "a.txt", "windows-1251") == "Да."


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"%PDF-1.7 ...", "is named .txt but holds a PDF; give it its true suffix"),
        (b"PK\x03\x04....", "is named .txt but holds a zip archive (DOCX, EPUB …); give it its true suffix"),
        (b"\x89PNG\r\n", "is named .txt but holds a picture; give it its true suffix"),
        (b"abc\x00\x01\x02\x03def", "holds no text: it has zero bytes; is it named wrongly?"),
    ],
)
def test_what_is_no_text_is_refused_by_what_it_is(tmp_path: Path, raw: bytes, problem: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        decode(raw, tmp_path / "a.txt")
    assert caught.value.problem == problem


def test_a_title_numbered_headings_lists_and_wrapped_lines_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Two forms of asylum\n"
        "It is often asked.\n"
        "1. Political asylum\n"
        "The President grants it.\n"
        "1. Avoid a decree.\n"
        "2. Avoid a conflict.\n"
        "• Humanitarian asylum is protection.\n"
        "2. What about others?\n"
        "\n"
        "This paragraph was broken by an editor at a width\n"
        "of fifty characters, and so its lines are one and\n"
        "the same paragraph.\n",
        encoding="utf-8",
    )
    extract = read_text(path)
    assert (extract.title, extract.blocks) == (
        "Two forms of asylum",
        (
            Block("Two forms of asylum", 1),
            Block("It is often asked."),
            Block("1. Political asylum", 2),
            Block("The President grants it."),
            Block("1. Avoid a decree."),
            Block("2. Avoid a conflict."),
            Block("Humanitarian asylum is protection."),
            Block("2. What about others?", 2),
            Block(
                "This paragraph was broken by an editor at a width of fifty characters, "
                "and so its lines are one and the same paragraph."
            ),
        ),
    )


def test_numbered_lines_that_follow_each_other_are_a_list(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Bring:\n1. Passport\n2. Photograph\n3. Form\nThat is all.\n", encoding="utf-8")
    assert [b.level for b in read_text(path).blocks] == [0, 0, 0, 0, 0]


def test_characters_that_nobody_sees_are_dropped_and_joiners_stay() -> None:
    hidden = "a\u202eb\u200bc\U000e0041\u00add\x00e\ufeff"
    assert (clean(hidden), clean("می\u200cخواهم  e\u0301")) == ("abcd e", "می\u200cخواهم é")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    try:
        blocks = read_text(path).blocks
    except KnowledgeError:
        return
    assert all(block.text == clean(block.text) != "" for block in blocks)
