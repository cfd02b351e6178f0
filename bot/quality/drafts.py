"""Drafts of golden questions: what a reader found badly answered waits here until a person has graded it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from bot.answering.explainer import HITS, Explainer
from index.evaluation.evaluate import by_place
from knowledge.errors import ExplainerError
from knowledge.golden import GOLDEN, read_golden

# a folder of its own, so that no measure counts what nobody has graded yet
DRAFTS = GOLDEN / "drafts"
_HEAD = """\
# Questions that wait for a grade. Give each the places that answer it (2) or help (1), the facts of a good answer, or
# `declined: reason`; then move it to the file of its kind. Places found now stand as remarks: look further than they do.
"""


def add_draft(
    explainer: Explainer, question: str, history: Sequence[str] = (), temper: str = "plain", folder: Path = DRAFTS
) -> tuple[Path, str]:
    """Append a question to the drafts, with the places found now as remarks; return the file and the new id.

    Raises:
        ExplainerError: the question is empty, or stands in the golden set or the drafts already.
    """
    question = " ".join(question.split())
    if not question:
        raise ExplainerError("a golden question needs words")
    known = [*read_golden(), *(read_golden(folder) if folder.is_dir() else [])]
    for golden in known:
        if (golden.question.casefold(), golden.history) == (question.casefold(), tuple(history)):
            raise ExplainerError(f"this question stands in {golden.file}:{golden.line} already, as {golden.id}")
    id = "new-" + hashlib.sha256("\n".join((*history, question)).encode()).hexdigest()[:8]
    understood = explainer.understand(question, history)
    query = explainer.read(understood)
    hits = explainer.searcher.search(query, HITS)
    places = by_place((hit.passage.place, hit.score) for hit in hits)
    lines = [
        f"- id: {id}",
        f"  question: {_quoted(question)}",
        f"  temper: {temper}",
        f"  language: {understood.language}",
    ]
    if history:
        lines += ["  history:", *(f"    - {_quoted(earlier)}" for earlier in history)]
        lines += ['  standalone: ""  # how it reads by itself']
    lines += ["  places: {}", *(f"    # {_quoted(place)}: 2" for place in places), "  facts: []", ""]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "drafts.yaml"
    text = path.read_text(encoding="utf-8-sig") if path.exists() else _HEAD
    path.write_text(text + "\n" + "\n".join(lines), encoding="utf-8")
    return path, id


def question_of(answer: Path) -> str:
    """Return the question of a saved answer, as it stands by itself.

    Raises:
        ExplainerError: this is no saved answer.
    """
    try:
        raw = json.loads(answer.read_text(encoding="utf-8"))
        return str(raw.get("standalone") or raw["question"])
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ExplainerError(f"{answer} is no saved answer; save one with: asylum ask … --json") from error


def _quoted(text: str) -> str:
    # a JSON string is a YAML string
    return json.dumps(text, ensure_ascii=False)
