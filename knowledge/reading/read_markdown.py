"""Our own Markdown → Document: front matter, footnotes as sources, attributes above a heading; exact offsets."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from knowledge.document import REQUIRED, Document, Mark, Section, Source, slug, split_brackets, split_locator
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_URL = re.compile(r"https?://\S+$")
_GRADE = re.compile(r"\[([a-z]+)\]\s+")


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
