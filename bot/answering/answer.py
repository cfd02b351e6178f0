"""Citation and Answer: what is said, and the exact words each part of it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from knowledge.document import Document, Source

FindDocument = Callable[[str], Document | None]


@dataclass(frozen=True, slots=True)
class Citation:
    """The range ``[start, end)`` of a document's text, the words that stand there, and what they rest on.

    ``number`` counts from 1 in the answer. ``sha256`` is the text's, so that a later change of the source shows.
    """

    number: int
    document: str
    anchor: str
    title: str
    heading: str
    kind: str
    voice: str
    jurisdiction: str
    publisher: str
    date: str
    locator: str
    url: str
    sources: tuple[Source, ...]
    sha256: str
    start: int
    end: int
    quote: str
    page: int | None = None
    as_of: str = ""  # when what it says was last looked at, where it changes

    @property
    def place(self) -> str:
        """The section cited, as ``document#anchor``."""
        return f"{self.document}#{self.anchor}"

    @property
    def claim(self) -> dict[str, Any]:
        """What ``verify`` checks: these words stand there."""
        return {name: getattr(self, name) for name in ("document", "sha256", "start", "end", "quote")}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a comparison: a short phrase and the number of its citation, 0 where the sources state nothing."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison: one column a status, one row a slot; ``rows`` holds the slot's name and a cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A card that follows an answer: a title, a neutral sentence, and what each side says, as Markdown with marks."""

    title: str
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the answer is as it is: for ``--explain`` and the collapsed step in the chat."""

    statuses: tuple[str, ...] = ()
    form: str = ""
    hits: tuple[tuple[str, float, float, float], ...] = ()  # place, cosine, BM25, fused
    decision: str = ""
    confidence: float = 1.0
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply in which every sentence is a quote with its number, or a line of the program's own frame.

    ``text`` is Markdown with ``[n]`` marks. ``milliseconds`` has the stages encode, search and write.
    """

    question: str
    standalone: str
    answered: bool
    text: str
    citations: tuple[Citation, ...] = ()
    table: Table | None = None
    notes: tuple[Note, ...] = ()
    suggestions: tuple[str, ...] = ()
    generation: str = ""
    language: str = "en"
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    explanation: Explanation = Explanation()

    def to_json(self) -> dict[str, Any]:
        """Return the fixed interface that other programs read, see README.md."""
        return {
            "question": self.question,
            "standalone": self.standalone,
            "answered": self.answered,
            "answer": self.text,
            "notes": [f"{note.title}: {note.text}" for note in self.notes],
            "suggestions": list(self.suggestions),
            "citations": [asdict(citation) for citation in self.citations],
            "generation": self.generation,
            "milliseconds": {stage: round(value, 1) for stage, value in self.milliseconds.items()},
        }


def cite(number: int, document: Document, start: int, end: int) -> Citation:
    """Cut the words ``[start, end)`` out of the document and say where they come from.

    Raises:
        ValueError: the range is empty, or lies outside the text or outside every section.
    """
    section = document.section_at(start)
    if section is None or not section.start <= start < end <= section.end:
        raise ValueError(f"{document.id}: [{start}, {end}) is not inside one section")
    return Citation(
        number=number,
        document=document.id,
        anchor=section.anchor,
        title=document.title,
        heading=section.heading,
        kind=section.kind,
        voice=section.voice,
        jurisdiction=document.jurisdiction,
        publisher=document.publisher,
        date=section.date,
        locator=section.locator or (f"p. {section.page}" if section.page else section.heading),
        url=document.url,
        sources=document.sources(start, end),
        sha256=document.sha256,
        start=start,
        end=end,
        quote=document.text[start:end],
        page=section.page,
        as_of=section.as_of,
    )


def verify(citation: Mapping[str, Any], find: FindDocument) -> str:
    """Return "" if the quoted words stand where the citation says, else what is wrong, in words for the reader."""
    document = find(str(citation["document"]))
    if document is None:
        return "the document is no longer in the index"
    if not citation["quote"]:
        return "nothing is quoted"
    actual = document.text[int(citation["start"]) : int(citation["end"])]
    if document.sha256 != citation["sha256"]:
        where = (
            "the quoted words still stand there"
            if actual == citation["quote"]
            else "the quoted words are gone from there"
        )
        return f"the source has changed since ({where})"
    return "" if actual == citation["quote"] else "the quote is not what stands at that place"
