"""DOCX → blocks."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import Block, Limits
from knowledge.reading.read_docx import read_docx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@lru_cache(maxsize=1)
def word() -> bytes:
    """A Word document with headings, a list, a table, a header and a tracked change."""
    document = docx.Document()
    document.core_properties.title = "Временное убежище"
    document.core_properties.author = "МВД"
    document.core_properties.created = document.core_properties.modified = datetime.datetime(2020, 5, 6)
    document.sections[0].header.paragraphs[0].text = "A running head"
    document.add_heading("Who decides (Art. 12)", 1)
    paragraph = document.add_paragraph("The ministry ")
    paragraph.add_run("decides").bold = True
    paragraph._p.append(parse_xml(f"<w:ins {W}><w:r><w:t> today</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:del {W}><w:r><w:delText> yesterday</w:delText></w:r></w:del>"))
    document.add_paragraph("Временное убежище. اللجوء المؤقت.", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Status", "Duration", "Temporary", "one year"), strict=True):
        cell.text = text
    document.add_heading("How long", 2)
    document.add_paragraph("One year.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def save(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(raw: bytes) -> Path:
        path = tmp_path / "a.docx"
        path.write_bytes(raw)
        return path

    return write


def test_headings_paragraphs_tables_and_insertions_are_read(save: Callable[[bytes], Path]) -> None:
    extract = read_docx(save(word()))
    assert extract.blocks == (
        Block("Who decides (Art. 12)", 1),
        Block("The ministry decides today"),
        Block("Временное убежище. اللجوء المؤقت."),
        Block("Status: Temporary; Duration: one year."),
        Block("How long", 2),
        Block("One year."),
    )
    assert (extract.title, extract.publisher, extract.date) == ("Временное убежище", "МВД", "2020-05-06")


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 3_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"\xd0\xcf\x11\xe0....", "is encrypted, or an old Office file; save it without a password as .docx"),
        (b"nothing", "is broken, or no .docx (File is not a zip file)"),
        (bomb(), "unpacks to 3000000 bytes in 1 files; at most 1000000 in 10000"),
    ],
)
def test_what_cannot_be_read_says_why(save: Callable[[bytes], Path], raw: bytes, problem: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        read_docx(save(raw), limits=Limits(unpacked=1_000_000))
    assert caught.value.problem == problem


def test_another_zip_is_no_word_document(save: Callable[[bytes], Path]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
    with pytest.raises(KnowledgeError, match=r"is named \.docx but holds no word/document\.xml"):
        read_docx(save(buffer.getvalue()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_document_is_read_or_refused(save: Callable[[bytes], Path], at: float, byte: int, cut: bool) -> None:
    n = int(at * (len(word()) - 1))
    path = save(word()[:n] if cut else word()[:n] + bytes([byte]) + word()[n + 1 :])
    try:
        read_docx(path)
    except KnowledgeError as error:
        assert error.problem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), words=st.sampled_from(["<", ">", "</w:p>", "<w:tbl/>", "&x;", "\x00", "<w:t>", "é", '"']))
def test_a_document_with_damaged_xml_is_read_or_refused(save: Callable[[bytes], Path], at: float, words: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            raw = old.read(name).decode("latin-1")
            n = int(at * len(raw))
            new.writestr(
                name, (raw[:n] + words + raw[n:] if name.endswith("document.xml") else raw).encode("latin-1", "replace")
            )
    try:
        read_docx(save(buffer.getvalue()))
    except KnowledgeError as error:
        assert error.problem
