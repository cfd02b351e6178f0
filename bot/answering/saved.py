"""Saved answers: read again later, and compared with what the documents say now; their old words are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from bot.answering.answer import Answer, Citation, FindDocument, Note, verify
from bot.answering.render import Card
from knowledge.document import Source
from knowledge.errors import ExplainerError
from knowledge.reading.read_blocks import language_of


def changed_since(citation: Mapping[str, Any], find: FindDocument) -> str:
    """Return why the source of a citation no longer says its words, "" where it does.

    A document may have changed elsewhere, and the words may have moved in it.
    """
    document = find(str(citation["document"]))
    if document is None:
        return "the document is no longer in the index"
    if document.sha256 == citation["sha256"] or str(citation["quote"]) in document.text:
        return ""
    return "the quoted words are gone from it"


def verify_saved(saved: object, find: FindDocument) -> list[str]:
    """Check each citation of an answer read from JSON and return the problems with the old words, [] if all hold.

    Raises:
        ExplainerError: this is no saved answer.
    """
    problems: list[str] = []
    for n, citation in enumerate(_citations(saved), 1):
        try:
            problem = _problem(citation, find)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ExplainerError(f"citation {n} of the saved answer is not complete ({error!r})") from error
        if problem:
            problems.append(f"[{citation.get('number', n)}] {citation['document']}: {problem}")
    return problems


def read_saved(saved: object) -> tuple[Answer, dict[int, tuple[str, str]]]:
    """Return an answer from its JSON, and by number the words before and after each quote, where they were saved.

    Raises:
        ExplainerError: this is no saved answer, or a part is missing.
    """
    known = {field.name for field in fields(Citation)}
    try:
        citations = tuple(
            Citation(**{k: v for k, v in raw.items() if k in known} | {"sources": _sources(raw["sources"])})
            for raw in _citations(saved)
        )
        assert isinstance(saved, dict)  # else there were no citations to read
        around = {int(p["number"]): (str(p["before"]), str(p["after"])) for p in saved.get("passages", ())}
        answer = Answer(
            question=str(saved["question"]),
            standalone=str(saved["standalone"]),
            answered=bool(saved["answered"]),
            text=str(saved["answer"]),
            citations=citations,
            notes=tuple(Note(*note.split(": ", 1)) for note in saved.get("notes", ())),
            suggestions=tuple(map(str, saved.get("suggestions", ()))),
            generation=str(saved["generation"]),
            language=language_of(str(saved["question"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExplainerError(f"the saved answer is not complete ({error!r})") from error
    return answer, around


def compare_again(cards: Sequence[Card], around: Mapping[int, tuple[str, str]], find: FindDocument) -> tuple[Card, ...]:
    """Return an answer's ``cards``, which were cut from today's documents, as a saved answer shows them.

    A source that changed since is marked, and shows the old words with what stood around them.
    """
    found = []
    for card in cards:
        before, after = around.get(card.citation.number, ("", ""))
        if changed := changed_since(asdict(card.citation), find):
            card = Card(card.citation, before, after, changed, changed=True)
        elif card.problem and _problem(asdict(card.citation), find) == "":
            card = Card(card.citation, before, after, "")  # it changed elsewhere, and the words still stand there
        found.append(card)
    return tuple(found)


def _problem(citation: Mapping[str, Any], find: FindDocument) -> str:
    if changed := changed_since(citation, find):
        return f"source changed since ({changed}); it said: “{citation['quote']}”"
    document = find(str(citation["document"]))
    if document is not None and document.sha256 != citation["sha256"]:
        return "" if citation["quote"] else "nothing is quoted"
    return verify(citation, find)


def _citations(saved: object) -> list[Any]:
    if not isinstance(saved, dict) or not isinstance(saved.get("citations"), list):
        raise ExplainerError("not a saved answer: no list of citations; save one with: asylum ask … --json")
    return list(saved["citations"])


def _sources(raw: Sequence[Mapping[str, str]]) -> tuple[Source, ...]:
    return tuple(Source(str(source["label"]), str(source["url"]), str(source.get("grade", ""))) for source in raw)
