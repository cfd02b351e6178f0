"""DOCX → blocks, with python-docx."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, LONGEST_HEADING, Block, Extract, Limits, clean, table_sentences
from knowledge.reading.read_zip import open_zip


def read_docx(path: Path, encoding: str = "", limits: Limits = LIMITS) -> Extract:
    """Read a Word document: paragraphs, headings by style, tables; insertions count, deletions do not.

    Headers and footers are no part of the body. Footnotes are left out: python-docx does not read them.

    Raises:
        KnowledgeError: the file is encrypted, broken or no DOCX.
    """
    open_zip(path, "word/document.xml", limits).close()
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(str(path))
        properties = document.core_properties
        blocks = tuple(_blocks(document))
        created = properties.modified or properties.created
        return Extract(
            blocks,
            title=str(properties.title or ""),
            date=created.date().isoformat() if created else "",
            publisher=_author(str(properties.author or "")),
            language=_language(str(properties.language or "")),
        )
    except (OpcError, LxmlError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError, IndexError, ValueError, AttributeError, TypeError) as error:  # fmt: skip
        # the errors that a fuzzer found python-docx to leave to its caller
        raise KnowledgeError(path, 1, f"is a broken DOCX ({type(error).__name__})") from error


_MARK = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BLANKS = {f"{_MARK}tab": " ", f"{_MARK}br": " ", f"{_MARK}cr": " ", f"{_MARK}noBreakHyphen": "-"}


def _blocks(document: Any) -> Iterator[Block]:  # noqa: ANN401  python-docx's container of paragraphs and tables
    for item in document.iter_inner_content():
        if hasattr(item, "rows"):
            rows = [_cells(row) for row in item._tbl.iterchildren(f"{_MARK}tr")]
            yield from (Block(sentence) for sentence in table_sentences([row for row in rows if any(row)]))
        elif text := _text(item._p):
            level = _level(item)
            yield Block(text, level if len(text) <= LONGEST_HEADING else 0)


def _cells(row: Any) -> list[str]:  # noqa: ANN401  an lxml element
    return [_text(cell) for cell in row.iterchildren(f"{_MARK}tc")]


def _text(element: Any) -> str:  # noqa: ANN401  an lxml element
    """Return the words below an element; what a tracked change deleted stands in tags of its own and is not among them."""
    words: list[str] = []
    for piece in element.iter(f"{_MARK}t", f"{_MARK}p", *_BLANKS):
        if piece.tag == f"{_MARK}t":
            if next(piece.iterancestors(_FALLBACK), None) is None:  # a text box is stored twice
                words.append(piece.text or "")
        else:
            words.append(_BLANKS.get(piece.tag, " "))
    return clean("".join(words))


def _level(paragraph: Any) -> int:  # noqa: ANN401  python-docx's paragraph
    style = paragraph.style
    while style is not None:
        name = str(style.name or "")
        if found := re.fullmatch(r"[Hh]eading ([1-6])", name):
            return int(found.group(1))
        if name == "Title":
            return 1
        style = style.base_style
    outline = paragraph._p.find(f".//{_MARK}outlineLvl")
    value = outline.get(f"{_MARK}val", "9") if outline is not None else "9"
    return int(value) + 1 if value in "012345" and value else 0


def _author(name: str) -> str:
    return "" if name == "python-docx" else name


def _language(tag: str) -> str:
    code = tag.partition("-")[0].lower()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else ""
