"""The dictionary by which questions are recognised: people, countries, terms, and everyday words in other languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError
from knowledge.statuses import read_toml

NAMES = Path(__file__).parent / "names.toml"
TERMS = Path(__file__).parent / "terms.toml"


@dataclass(frozen=True, slots=True)
class Name:
    """A person or country: ``name`` as the documents write it, ``also`` how else people write or describe it."""

    name: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of art in English, Russian and Arabic, first the usual form, and the glossary section that defines it."""

    english: tuple[str, ...]
    others: tuple[str, ...]
    place: str


def read_names(path: Path = NAMES) -> tuple[list[Name], list[Name]]:
    """Return the people and the countries."""
    raw = read_toml(path)
    _complete(path, raw, "person", ("name", "also"))
    _complete(path, raw, "country", ("name", "also"))
    people = [Name(p["name"], tuple(p["also"])) for p in raw.get("person", ())]
    return people, [Name(c["name"], tuple(c["also"])) for c in raw.get("country", ())]


def read_terms(path: Path = TERMS) -> tuple[list[Term], dict[str, Mapping[str, str]]]:
    """Return the glossary's terms, and for each other language its everyday words in English."""
    raw = read_toml(path)
    _complete(path, raw, "term", ("en", "place"))
    terms = [
        Term(tuple(t["en"]), (*t.get("ru", ()), *t.get("translit", ()), *t.get("ar", ())), t["place"])
        for t in raw.get("term", ())
    ]
    return terms, dict(raw.get("words", {}))


def _complete(path: Path, raw: Mapping[str, Any], table: str, fields: Sequence[str]) -> None:
    for n, entry in enumerate(raw.get(table, ()), 1):
        if missing := [name for name in fields if name not in entry]:
            raise KnowledgeError(path, 1, f"[[{table}]] number {n} lacks {', '.join(missing)}")
