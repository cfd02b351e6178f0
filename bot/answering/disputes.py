"""Where sources differ: which disagreements an answer must mention, and their cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot import wording
from bot.answering.answer import Note
from bot.answering.citations import Citations
from knowledge.disagreements import Disagreement

MOST = 2  # cards under one answer
LEADING = 2  # citations that count: a note on a passage cited in passing was beside the point nine times in ten


def assumed_wrongly(question: str, disagreements: Mapping[str, Disagreement]) -> Disagreement | None:
    """Return the disagreement whose weaker side the question takes for granted, if any; the most narrowly worded one."""
    found = [d for d in disagreements.values() if d.assumed_by(question)]
    return min(found, key=lambda d: d.span_in(question), default=None)


def asked_whether(question: str, disagreements: Mapping[str, Disagreement]) -> Disagreement | None:
    """Return the disagreement of which the question asks whether its weaker side is right, if any."""
    return next((d for d in disagreements.values() if d.asked_by(question)), None)


def touched(question: str, cited: Sequence[str], disagreements: Mapping[str, Disagreement]) -> list[Disagreement]:
    """Return the disagreements that the question touches, then those that the leading citations touch.

    ``cited`` holds places, ``document#anchor``, in order of citation.
    """
    folded = question.casefold()
    stands = lru_cache(None)(lambda word: _begins(folded, word))  # many groups have a word in common
    by_question = [d for d in disagreements.values() if any(all(map(stands, group)) for group in d.keys)]
    by_place = [d for d in disagreements.values() if d not in by_question and d.touches & set(cited[:LEADING])]
    return [*by_question, *by_place][:MOST]


def card(disagreement: Disagreement, citations: Citations, language: str) -> Note | None:
    """Return the card: one neutral sentence, then what each side says, with kind, date and citation.

    Without a citation for each side there is none: the documents at hand then tell only half of it.
    """
    if any(citations.section(position.place) is None for position in disagreement.positions):
        return None
    lines = [disagreement.neutral]
    for position in disagreement.positions:
        cited = citations.supporting(position.place, position.says)
        if cited is not None:
            about = ", ".join(part for part in (wording.kind(cited.kind, language), cited.date) if part)
            lines.append(f"* **{position.who}** ({about}): {position.says} [{cited.number}]")
    return Note(f"{wording.say('differ', language)} {disagreement.question}", "\n".join(lines), disagreement.id)


def _begins(text: str, beginning: str) -> bool:
    """Return whether a word of the text begins so; without compiling hundreds of patterns."""
    at = text.find(beginning)
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at = text.find(beginning, at + 1)
    return at >= 0
