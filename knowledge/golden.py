"""Golden questions, for the quality tests, and the bank of questions not to answer."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from knowledge.errors import KnowledgeError

GOLDEN = Path(__file__).parent / "golden"
OFFTOPIC = GOLDEN / "offtopic"
# a folder of its own: these kinds are measured by the point, and must not move the averages over the others
POINT = GOLDEN / "point"
_FIELDS = {
    "id", "question", "temper", "language", "history", "declined", "standalone", "premise", "places", "facts", "statuses",
    "disagreement", "answers", "helps", "missing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question, and what a good answer to it is.

    ``places`` maps ``document#anchor`` to a grade: 2 answers it, 1 helps. ``facts`` are what the answer must
    contain: a string, or a regular expression between slashes; case does not matter. ``declined`` holds the
    reason where the documents must not answer. ``answers`` are pieces of the sentences that answer the very point,
    ``helps`` of those that only help, each word for word as in the documents; ``missing`` names, in words of the
    question, the point of two that the documents leave open. ``temper`` is "plain" for a lay person's words, "sources" for the law's own.
    """

    id: str
    kind: str
    question: str
    temper: str = "plain"
    language: str = "en"
    history: tuple[str, ...] = ()
    standalone: str = ""
    declined: str = ""
    premise: str = ""
    places: dict[str, int] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    disagreement: str = ""
    answers: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    missing: str = ""
    file: str = ""
    line: int = 0

    @property
    def half(self) -> Literal["dev", "test"]:
        """Which half it belongs to: parameters are tuned on "dev" and reported on "test"; decided by the id alone."""
        return "dev" if hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0 else "test"


def read_golden(folder: Path = GOLDEN) -> list[GoldenQuestion]:
    """Read every question in ``folder``, in order of file; the file's name is the kind.

    ``POINT`` holds the kinds that are measured by the point: people, beside, two-point.

    Raises:
        KnowledgeError: a file is not a list of questions, an id stands twice, or a field is unknown.
    """
    questions: list[GoldenQuestion] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for entry, line in _entries(path):
            if unknown := sorted(set(entry) - _FIELDS):
                raise KnowledgeError(path, line, f"unknown fields {', '.join(unknown)}")
            if not entry.get("id") or not entry.get("question"):
                raise KnowledgeError(path, line, "a question needs id and question")
            if entry["id"] in seen:
                raise KnowledgeError(path, line, f"the id {entry['id']} stands in {seen[entry['id']]} too")
            seen[entry["id"]] = path.name
            for name in ("history", "facts", "statuses", "answers", "helps"):
                entry[name] = tuple(entry.get(name) or ())
            entry["places"] = dict(entry.get("places") or {})
            questions.append(GoldenQuestion(**entry, kind=path.stem, file=str(path), line=line))
    return questions


def read_offtopic(folder: Path = OFFTOPIC) -> list[str]:
    """Read the bank of questions that the documents do not answer: text files, a question a line, ``#`` for remarks."""
    return [
        line.strip()
        for path in sorted(folder.glob("*.txt"))
        for line in path.read_text(encoding="utf-8-sig").split("\n")
        if line.strip() and not line.startswith("#")
    ]


def holds(fact: str, text: str) -> bool:
    """Return whether a text states a golden fact: a string, or a regular expression between slashes; case does not matter."""
    text = re.sub(r"\s+", " ", text)
    if len(fact) > 2 and fact.startswith("/") and fact.endswith("/"):
        return re.search(fact[1:-1], text, re.IGNORECASE) is not None
    return fact.casefold() in text.casefold()


def _entries(path: Path) -> list[tuple[dict[str, Any], int]]:
    text = path.read_text(encoding="utf-8-sig")
    try:
        raw = yaml.safe_load(text) or []
        node = yaml.compose(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise KnowledgeError(path, line, f"not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
        raise KnowledgeError(path, 1, "must be a list of questions, each beginning with '- id:'")
    lines = [item.start_mark.line + 1 for item in node.value] if node else []
    return list(zip(raw, lines, strict=True))
