"""EPUB → blocks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import Block, Limits
from knowledge.reading.read_epub import read_epub

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Law of asylum</dc:title><dc:creator>A. Lawyer</dc:creator>
<dc:date>2019-02-03T00:00:00Z</dc:date><dc:language>ru-RU</dc:language></metadata>
<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="one" href="ch%201.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="ch2.xhtml" media-type="application/xhtml+xml"/><item id="p" href="p.png" media-type="image/png"/></manifest>
<spine><itemref idref="n"/><itemref idref="two"/><itemref idref="one"/></spine></package>"""
CHAPTER = '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
FILES = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/nav.xhtml": CHAPTER.format("<nav><ol><li>Contents</li></ol></nav>"),
    "OEBPS/ch 1.xhtml": CHAPTER.format("<h1>Last</h1><p>It ends&nbsp;&mdash; here.</p>"),
    "OEBPS/ch2.xhtml": CHAPTER.format(
        "<h1>Временное убежище</h1><p>Один <em>г</em>од.</p><!-- no --><p>اللجوء المؤقت.</p>"
    ),
}


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    def write(**changed: str) -> Path:
        path = tmp_path / "a.epub"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in {**FILES, **changed}.items():
                archive.writestr(name, text)
        return path

    return write


def test_chapters_are_read_in_the_order_of_the_spine_without_the_contents(book: Callable[..., Path]) -> None:
    extract = read_epub(book())
    assert extract.blocks == (
        Block("Временное убежище", 1),
        Block("Один год."),
        Block("اللجوء المؤقت."),
        Block("Last", 1),
        Block("It ends — here."),
    )
    assert (extract.title, extract.publisher, extract.date, extract.language) == (
        "Law of asylum",
        "A. Lawyer",
        "2019-02-03",
        "ru",
    )


def test_a_protected_book_is_refused_and_one_with_scrambled_fonts_is_not(book: Callable[..., Path]) -> None:
    listed = '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherReference URI="{}"/></encryption>'
    assert read_epub(book(**{"META-INF/encryption.xml": listed.format("OEBPS/font.otf")})).blocks
    with pytest.raises(KnowledgeError, match="is protected against copying"):
        read_epub(book(**{"META-INF/encryption.xml": listed.format("OEBPS/ch2.xhtml")}))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"META-INF/container.xml": "<x"}, r"is a broken EPUB"),
        ({"META-INF/container.xml": "<container/>"}, r"is a broken EPUB"),
        ({"OEBPS/book.opf": "<package"}, r"is a broken EPUB"),
    ],
)
def test_a_broken_book_says_so(book: Callable[..., Path], changed: dict[str, str], problem: str) -> None:
    with pytest.raises(KnowledgeError, match=problem):
        read_epub(book(**changed))


def test_a_bomb_is_refused_before_it_is_unpacked(book: Callable[..., Path]) -> None:
    with pytest.raises(KnowledgeError, match=r"unpacks to \d+ bytes in 7 files; at most 100000"):
        read_epub(book(big="0" * 200_000), limits=Limits(unpacked=100_000))


def test_entities_neither_grow_nor_read_files(tmp_path: Path, book: Callable[..., Path]) -> None:
    (tmp_path / "secret").write_text("secret words")
    laughs = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">'
    chapter = f'<!DOCTYPE html [{laughs}<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><html><body><p>Seen &x;&c;</p></body></html>'
    words = " ".join(b.text for b in read_epub(book(**{"OEBPS/ch2.xhtml": chapter})).blocks)
    assert ("Seen" in words, "secret" in words, "haha" in words) == (True, False, False)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["META-INF/container.xml", "OEBPS/book.opf", "OEBPS/ch2.xhtml"]),
    at=st.floats(0, 1),
    words=st.text(max_size=8) | st.sampled_from(["<", "</html>", "<p", "&x;", "]]>", "<?"]),
)
def test_a_damaged_book_is_read_or_refused(book: Callable[..., Path], name: str, at: float, words: str) -> None:
    n = int(at * len(FILES[name]))
    try:
        read_epub(book(**{name: FILES[name][:n] + words + FILES[name][n + 3 :]}))
    except KnowledgeError as error:
        assert error.problem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), byte=st.integers(0, 255))
def test_a_damaged_archive_is_read_or_refused(book: Callable[..., Path], at: float, byte: int) -> None:
    path = book()
    raw = bytearray(io.BytesIO(path.read_bytes()).getvalue())
    raw[int(at * (len(raw) - 1))] = byte
    path.write_bytes(raw)
    try:
        read_epub(path)
    except KnowledgeError as error:
        assert error.problem
