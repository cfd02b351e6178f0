"""One file of any format, with what is stated about it → Document; this runs in the worker for files from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from knowledge.document import REQUIRED, Document
from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, PASSAGE, Block, Extract, Limits, complete, to_document
from knowledge.reading.read_docx import read_docx
from knowledge.reading.read_epub import read_epub
from knowledge.reading.read_html import read_html
from knowledge.reading.read_markdown import parse_markdown
from knowledge.reading.read_pdf import read_pdf
from knowledge.reading.read_text import decode, read_text
from knowledge.reading.sidecar import front_matter

Extractor = Callable[[Path, str, Limits], Extract]

EXTRACTORS: dict[str, Extractor] = {
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".epub": read_epub,
}


def read_any(
    path: Path, id: str, metadata: Mapping[str, str], asked: Mapping[str, Sequence[str]], limits: Limits = LIMITS
) -> Document:
    """Read one file.

    Raises:
        KnowledgeError: it cannot be read, holds no text, is above a limit, or nothing states its kind.
    """
    try:
        if (size := path.stat().st_size) > limits.size:
            raise KnowledgeError(path, 1, f"has {size} bytes; at most {limits.size}")
        if size == 0:
            raise KnowledgeError(path, 1, "is empty")
        if path.suffix.lower() == ".md":
            return _markdown(path, id, metadata, asked, limits)
        extract = EXTRACTORS[path.suffix.lower()](path, metadata.get("encoding", ""), limits)
    except OSError as error:
        raise KnowledgeError(path, 1, f"cannot be read: {error.strerror or error}") from error
    return to_document(extract, metadata, id, path, asked, limits)


def _markdown(
    path: Path, id: str, metadata: Mapping[str, str], asked: Mapping[str, Sequence[str]], limits: Limits
) -> Document:
    """Read Markdown from elsewhere: its front matter wins, the sidecar fills what is missing."""
    stated, body = front_matter(decode(path.read_bytes(), path, metadata.get("encoding", "")), path)
    heading = next((line.lstrip("# ").strip() for line in body.split("\n") if line.startswith("# ")), "")
    itself = Extract((Block(heading, 1),) if heading else ())
    header = complete({**metadata, **stated}, itself, path, body)
    # our own documents must state these fields; a file from elsewhere may not, and a stand-in keeps the parser content
    blank = [name for name in REQUIRED if not header[name]]
    filled = {name: header[name] or _STAND_IN for name in (*REQUIRED, "voice") if header[name] or name in blank}
    markup = f"---\n{yaml.safe_dump(filled, allow_unicode=True, sort_keys=False, width=10_000)}---\n{body}"
    document = parse_markdown(markup, id, str(path), asked)
    if not document.sections:
        raise KnowledgeError(path, 1, "holds no text")
    if (passages := len(document.text) // PASSAGE) > limits.passages:
        raise KnowledgeError(path, 1, f"would make about {passages} passages; at most {limits.passages}")
    sections = tuple(replace(s, date="") if s.date == _STAND_IN else s for s in document.sections)
    return replace(document, sections=sections, **dict.fromkeys(blank, ""))


_STAND_IN = "\u2205"
