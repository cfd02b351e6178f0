"""Next questions that the documents answer, related to the last one."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording
from index.lexical import words
from index.search import Hit
from index.store import Generation
from knowledge.statuses import Status

MOST = 3
SAME = 0.7  # two questions that share more of their words ask the same


def suggest(
    generation: Generation, statuses: Sequence[Status], hits: Sequence[Hit], asked: Sequence[str]
) -> tuple[str, ...]:
    """Return up to three questions: about the status asked after, then about the next sections found.

    A slot that a status fills, and a question kept beside a section, are answerable by construction.
    """
    before = [set(words(question)) for question in asked]
    found: list[str] = []
    for question in (*_of_statuses(statuses), *_of_sections(generation, hits)):
        terms = set(words(question))
        if all(len(terms & other) < SAME * len(terms | other) for other in before):
            found.append(question)
            before.append(terms)
        if len(found) == MOST:
            break
    return tuple(found)


def _of_statuses(statuses: Sequence[Status]) -> list[str]:
    if not statuses:
        return []
    if len(statuses) > 1:
        return [wording.NEXT["duration"].format(status=s.phrase) for s in statuses if "duration" in s.slots][:1]
    status = statuses[0]
    return [text.format(status=status.phrase) for slot, text in wording.NEXT.items() if slot in status.slots][:2]


def _of_sections(generation: Generation, hits: Sequence[Hit]) -> list[str]:
    """Return for each section one kept question that can stand alone: it shares a name with the section's heading."""
    found = []
    for hit in hits:
        document = generation.document(hit.passage.document)
        section = document.section(hit.passage.anchor) if document else None
        heading = set(words(section.heading)) if section else set()
        fit = [
            q for q in (section.asked if section else ()) if 30 <= len(q) <= 90 and q.endswith("?") and q[0].isupper()
        ]
        best = max(fit, key=lambda q: len(heading & set(words(q))), default="")
        if len(heading & set(words(best))) >= 2:
            found.append(best)
    return found
