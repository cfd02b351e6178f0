"""Blocks: what a reader finds in a file of any format, and how they become a Document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.document import KINDS, REQUIRED, Document, Section, slug, split_brackets, split_locator
from knowledge.errors import KnowledgeError

PASSAGE = 600  # characters in a passage, about: the true number is known only to the encoder
LONGEST_HEADING = 200  # characters; what is longer is text that somebody set in large type


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; a file above a limit is left out with the reason.

    ``size`` and ``unpacked`` (a zip's contents) and ``memory`` count bytes, ``seconds`` the wall clock.
    """

    size: int = 100 * 2**20
    unpacked: int = 400 * 2**20
    pages: int = 3000
    passages: int = 20_000
    seconds: float = 60
    memory: int = 2 * 2**30


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading of level 1 to 6 (0 is text); the pages on which it begins and ends, from 1.

    ``lines`` are the numbers, in its margin, of the lines on which it begins and ends; None where lines are not counted.
    """

    text: str
    level: int = 0
    page: int | None = None
    last_page: int | None = None
    lines: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Extract:
    """What a file itself says: its blocks in reading order, and what it states about itself, "" where nothing."""

    blocks: tuple[Block, ...]
    title: str = ""
    date: str = ""
    publisher: str = ""
    language: str = ""
    url: str = ""


def clean(text: str) -> str:
    """Return the text in NFC, blanks joined to one, without characters that nobody sees.

    Tags, direction overrides, zero-width blanks and controls can hide words from a reader or show others;
    the joiners and direction marks that Arabic and Persian need stay.
    """
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", _CONTROL.sub(" ", text))).split())


def row_sentence(columns: Sequence[str], cells: Sequence[str]) -> str:
    """Return a table's row as a sentence, ``Status: temporary asylum; Duration: one year.``; "" for an empty one."""
    names = [*columns, *[""] * (len(cells) - len(columns))]
    told = [f"{name.rstrip(':')}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell]
    row = "; ".join(told)
    return row if not row or row.endswith((".", "!", "?")) else f"{row}."


def table_sentences(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return each row of a table below its first, which names the columns; a table of one row is told as it is."""
    columns, body = (rows[0], rows[1:]) if len(rows) > 1 else ((), rows)
    yield from filter(None, (row_sentence(columns, row) for row in body))


def language_of(text: str) -> str:
    """Return the language that the letters of a text point to: ru, uk, ar, fa, else en."""
    sample = text[:20_000]
    letters = sum(c.isalpha() for c in sample) or 1
    if sum("Ѐ" <= c <= "ӿ" for c in sample) > 0.4 * letters:
        return "uk" if sum(c in "іїєґ" for c in sample) > 0.02 * letters else "ru"
    if sum("؀" <= c <= "ۿ" for c in sample) > 0.4 * letters:
        return "fa" if sum(c in "پچژگی" for c in sample) > 0.03 * letters else "ar"
    return "en"


def to_document(
    extract: Extract,
    metadata: Mapping[str, str],
    id: str,
    path: Path,
    asked: Mapping[str, Sequence[str]],
    limits: Limits = LIMITS,
) -> Document:
    """Make a Document; ``metadata`` wins over what the file states about itself.

    Raises:
        KnowledgeError: there is no text or no kind, or there is more text than ``limits`` allow.
    """
    blocks = [b for b in extract.blocks if b.text]
    if not blocks:
        raise KnowledgeError(path, 1, "holds no text")
    if all(b.level for b in blocks):
        blocks = [replace(b, level=0) for b in blocks]  # a poster: set in large type, and text all the same
    if (passages := sum(len(b.text) for b in blocks) // PASSAGE) > limits.passages:
        raise KnowledgeError(path, 1, f"would make about {passages} passages; at most {limits.passages}")
    header = complete(metadata, extract, path, " ".join(b.text for b in blocks[:200]))
    text, sections = _write(blocks, header, asked)
    return Document(id=id, text=text, sections=sections, origin=str(path), **header)


def complete(metadata: Mapping[str, str], extract: Extract, path: Path, sample: str) -> dict[str, str]:
    """Return every field of a Document's header: from ``metadata``, else the file itself, else its name and letters.

    Raises:
        KnowledgeError: the kind is missing or unknown; nothing in a file states it.
    """
    known = ", ".join(KINDS)
    if not (kind := metadata.get("kind", "")):
        example = f'"kind: case law" into {path.name}.yaml'
        raise KnowledgeError(path, 1, f"no kind; write {example}, or use: asylum add --kind; known: {known}")
    if kind not in KINDS:
        raise KnowledgeError(path, 1, f"unknown kind {kind!r}; known: {known}")
    first = next((b.text for b in extract.blocks if b.level), "")
    itself = {
        "title": clean(extract.title) or first or path.stem.replace("_", " "),
        "date": extract.date,
        "publisher": clean(extract.publisher),
        "url": metadata.get("source", "") or extract.url,
        "language": extract.language or language_of(sample),
    }
    header = {name: metadata.get(name, "") or itself.get(name, "") for name in (*REQUIRED, "voice")}
    if not header["url"].startswith(("https://", "http://")):
        header["url"] = ""  # a file: or javascript: address is no link to show
    return header


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNSEEN = re.compile(
    r"[\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def _write(
    blocks: Sequence[Block], header: Mapping[str, str], asked: Mapping[str, Sequence[str]]
) -> tuple[str, tuple[Section, ...]]:
    text: list[str] = []
    length = 0
    path: list[tuple[int, str]] = []
    groups: list[tuple[tuple[str, ...], Block, int, int]] = []
    fresh = True
    for block in blocks:
        if block.level:
            path = [(deep, name) for deep, name in path if deep < block.level] + [(block.level, block.text)]
            fresh = True
        elif fresh or block.lines or _place(groups[-1][1]) != _place(block):
            groups.append((tuple(name for _, name in path), block, length, length + len(block.text)))
            fresh = False
        else:
            names, first, start, _ = groups[-1]
            groups[-1] = (names, first, start, length + len(block.text))
        text.append(block.text)
        length += len(block.text) + 2
    anchors: set[str] = set()
    return "\n\n".join(text), tuple(_section(*group, header, asked, anchors) for group in groups)


def _section(
    names: tuple[str, ...],
    first: Block,
    start: int,
    end: int,
    header: Mapping[str, str],
    asked: Mapping[str, Sequence[str]],
    anchors: set[str],
) -> Section:
    heading = names[-1] if names else header["title"]
    pages = _pages(first)
    anchor = slug(split_brackets(heading)[0])[:80]
    if pages and (not names or anchor in anchors):
        anchor = slug(pages) if not names else f"{anchor}-{slug(pages)}"
    unique, n = anchor, 1
    while unique in anchors:
        n += 1
        unique = f"{anchor}-{n}"
    anchors.add(unique)
    return Section(
        anchor=unique,
        heading=heading,
        path=names,
        locator=", ".join(filter(None, (split_locator(heading)[1], pages))),
        start=start,
        end=end,
        kind=header["kind"],
        voice=header["voice"],
        date=header["date"],
        asked=tuple(asked.get(unique, ())),
        page=first.page,
    )


def _place(block: Block) -> tuple[int | None, int | None, tuple[int, int] | None]:
    return block.page, block.last_page, block.lines


def _pages(block: Block) -> str:
    if block.page is None:
        return ""
    if block.lines:
        first, last = block.lines
        if block.last_page not in (None, block.page):
            return f"p. {block.page}, line {first} – p. {block.last_page}, line {last}"
        return f"p. {block.page}, line {first}" if first == last else f"p. {block.page}, lines {first}–{last}"
    return f"p. {block.page}" if block.last_page in (None, block.page) else f"pp. {block.page}–{block.last_page}"
