"""Definitions: one sentence that holds every element of a legal term."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.definitions import Definition, check_definitions, defining_sentence, read_definitions
from knowledge.document import DOCUMENTS, Document
from knowledge.errors import KnowledgeError
from knowledge.reading.readers import read_corpus

TERM = Definition("harbour", "harbour right", "Russia", "law/a#one", {"en": ("harbour right",)}, ("ship", "Harbour"))


@pytest.fixture
def document(parse: Callable[..., Document]) -> Document:
    return replace(parse("## One\n\nA harbour right lets a ship stay. It ends.[^a]\n\n[^a]: [text] Law\n"), id="law/a")


def test_the_first_sentence_of_the_section_defines(document: Document) -> None:
    assert defining_sentence(document, "one") == "A harbour right lets a ship stay."
    assert defining_sentence(document, "two") == ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"elements": ("ship", "whale")}, "harbour: its sentence lacks 'whale': A harbour right lets a ship stay."),
        ({"place": "law/a#two"}, "harbour: there is no section law/a#two"),
        ({"place": "law/b#one"}, "harbour: there is no section law/b#one"),
    ],
)
def test_a_sentence_without_an_element_is_a_problem(
    change: dict[str, object], problem: str | None, document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "definitions.toml"
    path.write_text("[other]\n\n[harbour]\n")
    found = list(check_definitions({"harbour": replace(TERM, **change)}, {"law/a": document}, path))  # type: ignore[arg-type]
    assert found == ([(3, problem)] if problem else [])


@pytest.mark.parametrize(
    "text", ['[a]\nterm = "x"\n', '[a]\nterm = "x"\njurisdiction = "y"\nplace = "z"\nen = []\nelements = []\nfr = []\n']
)
def test_a_definition_that_is_not_whole_is_refused_at_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "definitions.toml"
    path.write_text(text)
    with pytest.raises(KnowledgeError, match=r"definitions\.toml:1"):
        read_definitions(path)


def test_every_shipped_definition_holds_its_elements() -> None:
    documents, _ = read_corpus(DOCUMENTS)
    definitions = read_definitions()
    assert len(definitions) >= 100
    assert list(check_definitions(definitions, {d.id: d for d in documents})) == []
