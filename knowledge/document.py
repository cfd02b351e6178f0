"""Document and Section: a source as plain text, its sections as exact ranges of that text."""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

KINDS = (
    "constitution",
    "statute",
    "decree",
    "treaty",
    "case law",
    "official statement",
    "guidance",
    "statistics",
    "scholarship",
    "news",
    "commentary",
    "glossary",
)
# How well a footnote supports its statement: the instrument itself was read; the issuing body's own page or form; press,
# an NGO or scholarship; a site that reports a law; a provision known by number whose wording was not seen.
GRADES = ("text", "official", "report", "secondary", "unread")
REQUIRED = ("title", "kind", "publisher", "jurisdiction", "date", "url", "language")
DOCUMENTS = Path(__file__).parent / "documents"

_PINPOINT = re.compile(
    r"\b(arts?|articles?|sections?|ss?|paras?|paragraphs?|rules?|items?|nos?|pp?|chapters?|annex|points?|preamble|decree|order|law|"
    r"act|code|resolution|regulation|directive|convention|protocol|note|ст|п|ч|гл)\b|§",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S+$")
_GRADE = re.compile(r"\[([a-z]+)\]\s+")


@dataclass(frozen=True, slots=True)
class Source:
    """What a statement rests on: the label a lawyer would cite, an address if there is one, and its grade (``GRADES`` or "")."""

    label: str
    url: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote mark: everything before ``offset``, back to the previous mark, rests on ``source``."""

    offset: int
    source: Source


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the range ``[start, end)`` of the document's text below it, heading not included.

    ``anchor`` is unique in the document. ``kind``, ``voice`` and ``date`` are the section's own where it
    states them, else the document's; ``as_of`` is when what it says was last looked at, "" where it does not change. ``line`` counts from 1 in the file. ``asked`` holds questions that
    people ask about the section: for search only, never quoted.
    """

    anchor: str
    heading: str
    path: tuple[str, ...]
    locator: str
    start: int
    end: int
    kind: str
    voice: str
    date: str
    line: int = 0
    marks: tuple[Mark, ...] = ()
    asked: tuple[str, ...] = ()
    page: int | None = None
    as_of: str = ""


@dataclass(frozen=True)
class Document:
    """A source: its metadata, its plain text, and its sections in the order of the text."""

    id: str
    title: str
    kind: str
    publisher: str
    jurisdiction: str
    date: str
    url: str
    language: str
    voice: str
    text: str
    sections: tuple[Section, ...]
    origin: str = field(default="", compare=False)  # where it was read from, for messages

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the text, in hexadecimal: a citation holds it, so that a later change shows."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def section(self, anchor: str) -> Section | None:
        """Return the section with this anchor, or None."""
        return self._by_anchor.get(anchor)

    @cached_property
    def _by_anchor(self) -> dict[str, Section]:
        return {section.anchor: section for section in self.sections}

    def section_at(self, offset: int) -> Section | None:
        """Return the section whose text holds this offset, or None between sections."""
        return next((s for s in self.sections if s.start <= offset < s.end), None)

    def sources(self, start: int, end: int) -> tuple[Source, ...]:
        """Return what the words ``[start, end)`` rest on, in order of mention.

        A mark supports the words before it back to the previous mark in the paragraph; a sentence without
        a mark of its own therefore rests on the next one in its paragraph, else on all of its section's.
        """
        section = self.section_at(start)
        if section is None:
            return ()
        own = [m for m in section.marks if start < m.offset <= end]
        if not own:
            border = self.text.find("\n\n", end)
            last = len(self.text) if border < 0 else border
            later = [m for m in section.marks if end < m.offset <= last]
            own = [m for m in later if m.offset == later[0].offset] or list(section.marks)
        return tuple(dict.fromkeys(m.source for m in own))


def document_id(path: Path, root: Path) -> str:
    """Return the id of a file below the documents folder: its relative path without the suffix ``.md``."""
    relative = path.relative_to(root)
    return (relative.with_suffix("") if relative.suffix == ".md" else relative).as_posix()


def slug(heading: str) -> str:
    """Return the anchor for a heading: lower case, letters and digits, single hyphens between, no accents, no apostrophes."""
    folded = unicodedata.normalize("NFKD", heading.lower())
    plain = "".join(c for c in folded if not unicodedata.combining(c) and c not in "'’")
    return re.sub(r"[\W_]+", "-", plain).strip("-") or "section"


def split_locator(heading: str) -> tuple[str, str]:
    """Split ``"Who decides (Art. 12(1))"`` into the heading proper and the locator, "" where it has none.

    A last, balanced pair of brackets is a locator if it names an article, section, paragraph, page or instrument.
    """
    name, inside = split_brackets(heading)
    return (name, inside) if _PINPOINT.search(inside) else (heading, "")


def split_brackets(heading: str) -> tuple[str, str]:
    """Split off the last, balanced pair of brackets; ("…", "") where the heading does not end in one."""
    depth = 0
    for at in range(len(heading) - 1, 0, -1) if heading.endswith(")") else ():
        depth += {")": 1, "(": -1}.get(heading[at], 0)
        if depth == 0:
            return heading[:at].rstrip(), heading[at + 1 : -1]
    return heading, ""


@lru_cache(maxsize=1)
def markdown() -> MarkdownIt:
    """Return the one Markdown parser: tables, front matter, footnotes, attributes above a heading."""
    # here, not above: whoever only reads an index parses nothing
    from markdown_it import MarkdownIt
    from mdit_py_plugins.attrs import attrs_block_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = MarkdownIt("commonmark").enable("table")
    return parser.use(front_matter_plugin).use(footnote_plugin).use(attrs_block_plugin)


def parse_markdown(
    markup: str, id: str, origin: str = "", asked: Mapping[str, Sequence[str]] | None = None
) -> Document:
    """Turn Markdown with YAML front matter into a Document.

    Raises:
        KnowledgeError: the front matter is missing, is not YAML, or lacks a required field.
    """
    markup = unicodedata.normalize("NFC", markup.replace("\r\n", "\n").replace("\r", "\n"))
    tokens = markdown().parse(markup)
    header = _header(tokens, origin or id)
    text, sections = _Flattener(tokens, header, asked or {}).result()
    return Document(
        id=id,
        text=text,
        sections=sections,
        origin=origin or id,
        **{k: header[k] for k in (*REQUIRED, "voice")},
    )


def _header(tokens: list[Token], origin: str) -> dict[str, str]:
    if not tokens or tokens[0].type != "front_matter":
        raise KnowledgeError(origin, 1, "no header; the file must begin with '---', then title, kind, publisher …")
    import yaml

    try:
        raw = yaml.safe_load(tokens[0].content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + (mark.line if mark else 0)
        raise KnowledgeError(origin, line, f"the header is not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(raw, dict):
        raise KnowledgeError(origin, 2, "the header must be lines of 'name: value'")
    header = {str(k): _plain(v) for k, v in raw.items()}
    if missing := [name for name in REQUIRED if not header.get(name)]:
        raise KnowledgeError(origin, 1, f"header lacks {', '.join(missing)}")
    if unknown := sorted(set(header) - {*REQUIRED, "voice", "as_of"}):
        raise KnowledgeError(origin, 1, f"header has unknown fields {', '.join(unknown)}")
    return {"voice": "", "as_of": "", **header}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else "" if value is None else str(value).strip()


class _Flattener:
    """Writes the plain text block by block and notes where each section and footnote mark falls."""

    def __init__(self, tokens: list[Token], header: dict[str, str], asked: Mapping[str, Sequence[str]]) -> None:
        self._tokens = tokens
        self._header = header
        self._asked = asked
        self._footnotes = _footnotes(tokens)
        self._parts: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._path: list[tuple[int, str]] = []
        self._open: dict[str, object] | None = None
        self._anchors: set[str] = set()
        self._sections: list[Section] = []
        self._says_something = False  # whether the open section has a visible character yet
        self._last = ""  # the last visible character written

    def result(self) -> tuple[str, tuple[Section, ...]]:
        """Return the plain text and its sections."""
        self._begin(self._header["title"], "", {}, line=1)
        row: list[list[Token]] = []
        columns: list[str] = []
        cell: str | None = None
        rows = at = 0
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.type == "footnote_block_open":
                break
            if token.type == "heading_open":
                self._heading(token, self._tokens[at + 1])
                at += 2
            elif token.type in ("th_open", "td_open"):
                cell = token.type
            elif token.type == "tr_open":
                row = []
            elif token.type == "inline" and cell:
                row.append(token.children or [])
            elif token.type == "thead_close":
                columns, rows = [_words(c) for c in row], 0
            elif token.type == "tr_close" and cell == "td_open":
                self._row(columns, row)
                rows += 1
            elif token.type == "table_close":
                if not rows and any(columns):  # a table of nothing but a header
                    self._write("; ".join(name for name in columns if name))
                    self._end_block()
                cell = None
            elif token.type == "inline":
                self._block(token.children or [])
            elif token.type in ("fence", "code_block", "html_block") and token.content.strip():
                self._write(token.content.strip())
                self._end_block()
            at += 1
        self._close()
        return "".join(self._parts).removesuffix("\n\n"), tuple(self._sections)

    def _heading(self, token: Token, inline: Token) -> None:
        heading = _words(inline.children or [])
        level = int(token.tag[1])
        self._close()
        self._path = [(deep, name) for deep, name in self._path if deep < level] + [(level, heading)]
        self._write(heading)
        self._end_block()
        line = (token.map or [0])[0] + 1
        self._begin(heading, split_locator(heading)[1], {k: str(v) for k, v in token.attrs.items()}, line)

    def _begin(self, heading: str, locator: str, attributes: dict[str, str], line: int) -> None:
        anchor = attributes.get("id") or slug(split_brackets(heading)[0])
        unique, n = anchor, 1
        while unique in self._anchors:
            n += 1
            unique = f"{anchor}-{n}"
        self._open = {
            "anchor": unique,
            "heading": heading,
            "path": tuple(name for _, name in self._path),
            "locator": locator,
            "start": self._length,
            "kind": attributes.get("kind", self._header["kind"]),
            "voice": attributes.get("voice", self._header["voice"]),
            # a section in another voice has its own date, or none that is known
            "date": attributes.get("date", "" if "voice" in attributes else self._header["date"]),
            "as_of": attributes.get("as_of", self._header["as_of"]),
            "line": line,
        }
        self._marks = []
        self._says_something = False

    def _close(self) -> None:
        opened = self._open
        if opened is None or not self._says_something:
            return  # a heading with nothing below it only lends its name to the headings under it
        end = self._length - 2  # without the blank line after the last block
        anchor = str(opened["anchor"])
        self._anchors.add(anchor)
        asked = tuple(self._asked.get(anchor, ()))
        self._sections.append(Section(**opened, end=end, marks=tuple(self._marks), asked=asked))  # type: ignore[arg-type]
        self._open = None

    def _row(self, columns: list[str], row: list[list[Token]]) -> None:
        if not any(_words(cell) for cell in row):
            return
        first = True
        for name, cell in zip(columns, row, strict=False):
            if _words(cell):
                self._write(("" if first else "; ") + (f"{name}: " if name else ""))
                first = False
                self._inline(cell)
            else:  # a mark alone: it supports the row
                self._inline([c for c in cell if c.type == "footnote_ref"])
        if self._last not in ".!?":
            self._write(".")
        self._end_block()

    def _block(self, children: list[Token]) -> None:
        before = self._length
        self._inline(children)
        if self._length > before:
            self._end_block()

    def _inline(self, children: list[Token]) -> None:
        for child in children:
            if child.type == "footnote_ref":
                source = self._footnotes.get(child.meta["id"])
                if source:
                    self._marks.append(Mark(self._length, source))
            else:
                self._write(_word(child))

    def _write(self, words: str) -> None:
        self._parts.append(words)
        self._length += len(words)
        if visible := words.strip():
            self._says_something = True
            self._last = visible[-1]

    def _end_block(self) -> None:
        self._write("\n\n")


def _word(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return token.content  # the description; the picture itself is never shown
    return token.content if token.type in ("text", "code_inline", "html_inline", "text_special") else ""


def _words(children: list[Token]) -> str:
    return "".join(_word(c) for c in children).strip()


def _footnotes(tokens: list[Token]) -> dict[int, Source]:
    found: dict[int, Source] = {}
    current = -1
    for token in tokens:
        if token.type == "footnote_open":
            current = token.meta["id"]
        elif token.type == "footnote_close":
            current = -1
        elif token.type == "inline" and current >= 0 and current not in found:
            words = _words(token.children or [])
            graded = _GRADE.match(words)
            words = words[graded.end() :] if graded else words
            url = _URL.search(words)
            label = words[: url.start()].rstrip(" .,;:(") if url else words
            address = url.group().rstrip(").,;") if url else ""
            found[current] = Source(label or address, address, graded[1] if graded else "")
    return found
