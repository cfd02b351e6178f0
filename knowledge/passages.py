"""Passages: what is embedded and found, cut at section and paragraph borders and never inside a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.document import Document, Section
from knowledge.sentences import sentences

CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Passage:
    """The range ``[start, end)`` of a document's text, the section it lies in, and its sentences' ranges."""

    document: str
    anchor: str
    start: int
    end: int
    text: str
    heading: str
    sentences: tuple[tuple[int, int], ...]
    page: int | None = None

    @property
    def place(self) -> str:
        """The section that holds it, as ``document#anchor``: golden questions and statuses name places."""
        return f"{self.document}#{self.anchor}"

    @property
    def embedded(self) -> str:
        """What is embedded: heading path, then the text. Only the text is ever quoted."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


def split(document: Document, count: CountTokens, window: int) -> list[Passage]:
    """Cut a document into passages of at most ``window`` word pieces each, heading path included.

    Paragraphs of one section are joined while they fit. Only a single sentence that is longer than the
    window by itself makes a longer passage; the encoder then reads its beginning.
    """
    return [p for section in document.sections for p in _split_section(document, section, count, window)]


def heading_path(document: Document, section: Section) -> str:
    """Return what stands above a section: the document's title, then its headings."""
    return " > ".join(dict.fromkeys((document.title, *section.path)))


def _split_section(document: Document, section: Section, count: CountTokens, window: int) -> Iterator[Passage]:
    heading = heading_path(document, section)
    room = window - count(heading) - 2
    text, start, end = document.text, section.start, section.end
    cut = sentences(text, start, end, document.language)
    pieces: list[tuple[int, int]] = []
    for begin, stop in _paragraphs(text, start, end):
        whole = [(begin, stop)]
        pieces += whole if count(text[begin:stop]) <= room else [s for s in cut if begin <= s[0] and s[1] <= stop]
    group: list[tuple[int, int]] = []
    for piece in pieces:
        if group and count(text[group[0][0] : piece[1]]) > room:
            yield _passage(document, section, heading, group[0][0], group[-1][1], cut)
            group = []
        group.append(piece)
    if group:
        yield _passage(document, section, heading, group[0][0], group[-1][1], cut)


def _passage(
    document: Document, section: Section, heading: str, start: int, end: int, cut: Sequence[tuple[int, int]]
) -> Passage:
    inside = tuple(s for s in cut if start <= s[0] and s[1] <= end)
    words = document.text[start:end]
    return Passage(document.id, section.anchor, start, end, words, heading, inside, section.page)


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for block in text[start:end].split("\n\n"):
        if block.strip():
            yield at, at + len(block)
        at += len(block) + 2
