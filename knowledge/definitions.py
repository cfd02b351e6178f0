"""Legal terms, each with the one sentence that defines it whole: its place, its aliases, the elements it must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.document import Document
from knowledge.errors import KnowledgeError
from knowledge.sentences import sentences
from knowledge.statuses import line_of, read_toml

DEFINITIONS = Path(__file__).parent / "definitions.toml"
LANGUAGES = ("en", "ru", "ar")


@dataclass(frozen=True, slots=True)
class Definition:
    """A term of law. The first sentence of ``place`` defines it and holds every one of ``elements``, letter case aside."""

    id: str
    term: str
    jurisdiction: str
    place: str
    aliases: Mapping[str, tuple[str, ...]]
    elements: tuple[str, ...]


def read_definitions(path: Path = DEFINITIONS) -> dict[str, Definition]:
    """Read the definitions by id, in order of the file.

    Raises:
        KnowledgeError: the file is not TOML, or a field is unknown or missing.
    """
    found = {}
    required = {"term", "jurisdiction", "place", "en", "elements"}
    for id, raw in read_toml(path).items():
        if missing := sorted(required - set(raw)):
            raise KnowledgeError(path, line_of(path, id), f"{id} lacks {', '.join(missing)}")
        if unknown := sorted(set(raw) - required - {"ru", "ar"}):
            raise KnowledgeError(path, line_of(path, id), f"{id} has unknown fields {', '.join(unknown)}")
        aliases = {language: tuple(raw.get(language, ())) for language in LANGUAGES}
        found[id] = Definition(id, raw["term"], raw["jurisdiction"], raw["place"], aliases, tuple(raw["elements"]))
    return found


def defining_sentence(document: Document, anchor: str) -> str:
    """Return the first sentence of a section, "" where there is no such section."""
    section = document.section(anchor)
    if section is None:
        return ""
    start, end = next(iter(sentences(document.text, section.start, section.end, document.language)))
    return document.text[start:end]


def check_definitions(
    definitions: Mapping[str, Definition], documents: Mapping[str, Document], path: Path = DEFINITIONS
) -> Iterator[tuple[int, str]]:
    """Yield line and text of every definition whose place is missing or whose sentence lacks an element."""
    for definition in definitions.values():
        name, _, anchor = definition.place.partition("#")
        sentence = defining_sentence(documents[name], anchor) if name in documents else ""
        line = line_of(path, definition.id)
        if not sentence:
            yield line, f"{definition.id}: there is no section {definition.place}"
        elif lost := [e for e in definition.elements if e.casefold() not in sentence.casefold()]:
            yield line, f"{definition.id}: its sentence lacks {', '.join(map(repr, lost))}: {sentence[:80]}"
