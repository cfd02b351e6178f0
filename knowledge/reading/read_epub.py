"""EPUB → blocks: its table of contents with zipfile and lxml, its chapters as HTML.

The maintained EPUB libraries for Python are under the AGPL or parse no better than this: an EPUB is a zip of XHTML.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, Block, Extract, Limits, clean
from knowledge.reading.read_html import blocks_of
from knowledge.reading.read_zip import open_zip

_CONTAINER = "META-INF/container.xml"
_CHAPTERS = ("application/xhtml+xml", "text/html")


def read_epub(path: Path, encoding: str = "", limits: Limits = LIMITS) -> Extract:
    """Read a book's chapters in reading order; its navigation page is none of them.

    Raises:
        KnowledgeError: the file is protected, broken or no EPUB.
    """
    try:
        with open_zip(path, _CONTAINER, limits) as book:
            container = _parse(book.read(_CONTAINER))
            place = container.find(".//{*}rootfile")
            package = (place.get("full-path") if place is not None else "") or ""
            root = _parse(book.read(package))
            items = {i.get("id"): i for i in root.iterfind(".//{*}manifest/{*}item")}
            spine = [items[r.get("idref")] for r in root.iterfind(".//{*}spine/{*}itemref") if r.get("idref") in items]
            names = [_name(package, i) for i in spine if _is_chapter(i)]
            _refuse_protected(path, book, names)
            blocks = tuple(b for name in names for b in _chapter(book.read(name)))
    except (KeyError, etree.LxmlError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:  # fmt: skip
        raise KnowledgeError(path, 1, f"is a broken EPUB ({_first_line(error)})") from error
    return Extract(
        blocks,
        title=_stated(root, "title"),
        date=_date(_stated(root, "date")),
        publisher=_stated(root, "publisher") or _stated(root, "creator"),
        language=_stated(root, "language").partition("-")[0].lower(),
    )


def _parse(raw: bytes) -> etree._Element:
    # no entities, no network: a file must not read another
    return etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _name(package: str, item: etree._Element) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(item.get("href") or "")))


def _is_chapter(item: etree._Element) -> bool:
    return item.get("media-type") in _CHAPTERS and "nav" not in (item.get("properties") or "").split()


def _refuse_protected(path: Path, book: zipfile.ZipFile, chapters: list[str]) -> None:
    if "META-INF/encryption.xml" in book.NameToInfo:
        listed = _parse(book.read("META-INF/encryption.xml")).iterfind(".//{*}CipherReference")
        if {unquote(e.get("URI") or "") for e in listed} & set(chapters):  # scrambled fonts do not matter
            raise KnowledgeError(path, 1, "is protected against copying (DRM); it cannot be read")


def _chapter(raw: bytes) -> Iterator[Block]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True, remove_pis=True)  # fmt: skip
    tree = etree.fromstring(_without_entities(raw), parser)
    if tree is None:
        return
    for element in tree.iter("{*}*"):
        element.tag = etree.QName(element).localname
    body = tree.find(".//body")
    yield from blocks_of(tree if body is None else body)


def _without_entities(raw: bytes) -> bytes:
    # XHTML names some characters as HTML does; without a DTD an XML parser drops them
    return re.sub(rb"&(nbsp|mdash|ndash|laquo|raquo|ldquo|rdquo|lsquo|rsquo|hellip|shy|copy|sect|para);", _entity, raw)


def _entity(found: re.Match[bytes]) -> bytes:
    return {
        b"nbsp": b"&#160;", b"mdash": b"&#8212;", b"ndash": b"&#8211;", b"laquo": b"&#171;", b"raquo": b"&#187;",
        b"ldquo": b"&#8220;", b"rdquo": b"&#8221;", b"lsquo": b"&#8216;", b"rsquo": b"&#8217;", b"hellip": b"&#8230;",
        b"shy": b"", b"copy": b"&#169;", b"sect": b"&#167;", b"para": b"&#182;",
    }[found.group(1)]  # fmt: skip


def _stated(root: etree._Element, name: str) -> str:
    found = root.find(f".//{{*}}metadata/{{http://purl.org/dc/elements/1.1/}}{name}")
    return clean("".join(str(piece) for piece in found.itertext())) if found is not None else ""


def _date(stated: str) -> str:
    found = re.match(r"\d{4}(-\d{2}(-\d{2})?)?", stated)
    return found.group() if found else ""


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
