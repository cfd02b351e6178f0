"""Where sources contradict each other: the positions, each with its place, and one neutral sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError
from knowledge.statuses import line_of, read_toml

DISAGREEMENTS = Path(__file__).parent / "disagreements.toml"


_GAP = (
    r"(?:(?!\b(?:not|never|no|or|instead|rather|refus\w*|den(?:y|ied|ies)|if|whether|would|could|\w+n\Wt|cannot|"
    r"didnt|dont|wasnt|isnt|versus|vs)\b).){0,40}"
)
# Who asks whether something is so, or who says so, takes nothing for granted.
_WHETHER = r"(?:(?:so|and|but|ok|hi) )*(?:is|are|was|were|does|do|did|has|have|can|could|will|would|should|may|must)\b"
_ASKS_WHETHER = re.compile(_WHETHER, re.IGNORECASE)
_ASKS = re.compile(
    rf"{_WHETHER}|(?:(?:so|and|but|ok|hi) )*(?:"
    r"why (?:would|could|should)|how (?:many|much|often))\b|.*\b(?:and|or|,) (?:did|does|do|has|have|is|was|were) (?:he|she|it|they)\b|.*\b(?:whether|who says|who claims|media|press|newspapers?|difference|compare|true that)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Position:
    """What one side says, and the section in which it says so."""

    who: str
    says: str
    place: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A disputed point.

    A question touches it if all the words (or beginnings of words) of one of ``keys`` stand in it; an answer, if it
    cites one of ``touches``. ``premises`` match questions that take the weaker side for granted; ``correction`` then
    comes first; in them ``…`` stands for up to forty characters without a "not", "if" or the like. ``stronger`` counts positions from 0; -1 where none is later or more official.
    """

    id: str
    question: str
    neutral: str
    positions: tuple[Position, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    touches: frozenset[str] = frozenset()
    premises: tuple[re.Pattern[str], ...] = ()
    correction: str = ""
    stronger: int = -1

    def assumed_by(self, question: str) -> bool:
        """Return whether an English question takes the weaker side for granted."""
        return self._stands_in(question) and not _ASKS.match(question)

    def asked_by(self, question: str) -> bool:
        """Return whether an English question asks if the weaker side is right."""
        return bool(_ASKS_WHETHER.match(question)) and self._stands_in(question)

    def span_in(self, question: str) -> int:
        """Return how many characters of a question its narrowest premise there takes up, 0 where none stands in it."""
        found = [match for premise in self.premises if (match := premise.search(question))]
        return min((match.end() - match.start() for match in found), default=0)

    def _stands_in(self, question: str) -> bool:
        return any(premise.search(question) for premise in self.premises)


def read_disagreements(path: Path = DISAGREEMENTS) -> dict[str, Disagreement]:
    """Read the disagreements by id, in order of the file.

    Raises:
        KnowledgeError: the file is not TOML, or an entry is incomplete.
    """
    return {id: _disagreement(path, id, raw) for id, raw in read_toml(path).items()}


def _disagreement(path: Path, id: str, raw: dict[str, Any]) -> Disagreement:
    if missing := sorted({"question", "neutral", "positions"} - set(raw)):
        raise KnowledgeError(path, line_of(path, id), f"{id} lacks {', '.join(missing)}")
    known = {"question", "neutral", "positions", "keys", "touches", "premises", "correction", "stronger"}
    if unknown := sorted(set(raw) - known):
        raise KnowledgeError(path, line_of(path, id), f"{id} has unknown fields {', '.join(unknown)}")
    if raw.get("premises") and not raw.get("correction"):
        raise KnowledgeError(path, line_of(path, id), f"{id} has premises but no correction")
    for position in raw["positions"]:
        if not isinstance(position, dict) or set(position) != {"who", "says", "place"}:
            raise KnowledgeError(path, line_of(path, id), f"{id}: each position needs who, says and place")
    try:
        premises = tuple(re.compile(p.replace("…", _GAP), re.IGNORECASE) for p in raw.get("premises", ()))
    except re.error as error:
        raise KnowledgeError(path, line_of(path, id), f"{id}: a premise is no regular expression: {error}") from error
    return Disagreement(
        id=id,
        question=raw["question"],
        neutral=raw["neutral"],
        positions=tuple(Position(**p) for p in raw["positions"]),
        keys=tuple(tuple(group) for group in raw.get("keys", ())),
        touches=frozenset(raw.get("touches", ())),
        premises=premises,
        correction=raw.get("correction", ""),
        stronger=raw.get("stronger", -1),
    )
