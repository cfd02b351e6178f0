"""Document and Section: a source as plain text, its sections as exact ranges of that text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

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
UNDERSTANDING = Path(__file__).parent / "understanding"

_OTHER_SCRIPT = re.compile(r"[\u0400-\u04ff\u0600-\u06ff]")  # Cyrillic, Arabic
_PINPOINT = re.compile(
    r"\b(arts?|articles?|sections?|ss?|paras?|paragraphs?|rules?|items?|nos?|pp?|chapters?|annex|points?|preamble|decree|order|law|"
    r"act|code|resolution|regulation|directive|convention|protocol|note|ст|п|ч|гл)\b|§",
    re.IGNORECASE,
)


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

    @property
    def asked_in_english(self) -> tuple[str, ...]:
        """The kept questions that an English encoder reads."""
        return tuple(question for question in self.asked if not _OTHER_SCRIPT.search(question))

    @property
    def asked_in_their_own(self) -> tuple[str, ...]:
        """The kept questions in Russian and Arabic, which are found by their words alone."""
        return tuple(question for question in self.asked if _OTHER_SCRIPT.search(question))


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
