"""What a retrieval run is worth: measures question by question, a run that can be saved, and its means.

The measures are computed by ir-measures. nDCG is graded; all others are binary and count what at least *answers*.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from index.evaluation.statistics import area_under_risk, area_under_roc, interval
from index.search import Leg
from knowledge.errors import ExplainerError

LEGS: tuple[Leg, ...] = ("fused", "dense", "lexical")
RETRIEVAL = ("nDCG@10", "R@5", "R@10", "R@100", "RR@10", "Success@1", "Success@3")
CURVE = (1, 3, 5, 10, 20, 50, 100)  # the k of the plot of recall against k
DEPTH = 100
KEPT = 10  # places of each ranking that a saved run keeps
ANSWERS = 2  # the grade from which a place answers a golden question
LOWER_IS_BETTER = frozenset({"wrongly declined", "false alarms", "AURC"})

Ranking = Mapping[str, float]  # a place or document and its score, best first


@dataclass(frozen=True, slots=True)
class Record:
    """One question of a run and how it fared.

    ``measures`` holds only what applies to the question: a question to be declined has no nDCG. ``rankings`` keeps the
    best ten of each leg with their scores, ``judged`` the graded places, ``missed`` the facts that the answer lacks.
    """

    id: str
    question: str
    searched: str = ""
    kind: str = ""
    half: str = ""
    temper: str = ""
    language: str = "en"
    answerable: bool = True
    measures: Mapping[str, float] = field(default_factory=dict)
    rankings: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    judged: Mapping[str, int] = field(default_factory=dict)
    answered: bool = False
    confidence: float | None = None
    decision: str = ""
    signals: Mapping[str, float] = field(default_factory=dict)
    missed: Sequence[str] = ()
    milliseconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """Every question of one evaluation; ``made`` says of what: generation, encoder, half, date."""

    title: str
    records: Sequence[Record]
    made: Mapping[str, str] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write JSON that ``load`` reads."""
        path.write_text(json.dumps(_rounded(asdict(self)), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        """Read a saved run.

        Raises:
            ExplainerError: it is none.
        """
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            known = {f.name for f in fields(Record)}
            records = [_record({name: value for name, value in r.items() if name in known}) for r in raw["records"]]
            return cls(raw["title"], records, raw["made"])
        except OSError as error:
            raise ExplainerError(f"{path} cannot be read ({error.strerror})") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ExplainerError(
                f"{path} is no saved evaluation; make one with: asylum evaluate run --json FILE"
            ) from error


@dataclass(frozen=True, slots=True)
class Mean:
    """A measure over ``n`` questions with its bootstrap interval (95 %); no interval where it is not a mean."""

    value: float
    low: float | None
    high: float | None
    n: int


def by_place(hits: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return each place with the score of its best passage; ``hits`` come best first."""
    places: dict[str, float] = {}
    for place, score in hits:
        places.setdefault(place, score)
    return places


def measure_rankings(
    rankings: Mapping[str, Ranking], judged: Mapping[str, Mapping[str, int]], answers: int = ANSWERS
) -> dict[str, dict[str, float]]:
    """Return the measures of every judged question, by question and name.

    A question without a ranking scores 0. ``answers`` is the grade from which a place counts in the binary measures; a
    question where none reaches it has nDCG alone.
    """
    import ir_measures

    names = [*RETRIEVAL, *(f"R@{k}" for k in CURVE if f"R@{k}" not in RETRIEVAL)]
    asked = {ir_measures.parse_measure(_with_grade(name, answers)): name for name in names}
    found: dict[str, dict[str, float]] = {}
    for id, grades in judged.items():
        # where nothing answers, recall would be 0 of 0
        defined = any(grade >= answers for grade in grades.values())
        found[id] = {name: 0.0 for name in names if defined or name.startswith("nDCG")}
    if judged:
        qrels = {id: dict(grades) for id, grades in judged.items()}
        run = {id: dict(ranking) for id, ranking in rankings.items() if ranking}
        for metric in ir_measures.iter_calc(list(asked), qrels, run):
            if asked[metric.measure] in found[metric.query_id]:
                found[metric.query_id][asked[metric.measure]] = float(metric.value)
    return found


def by_leg(per_leg: Mapping[str, Mapping[str, Mapping[str, float]]], id: str) -> dict[str, float]:
    """Return one question's measures of all legs, each named ``leg measure``."""
    return {f"{leg} {name}": v for leg, found in per_leg.items() for name, v in found.get(id, {}).items()}


def top(ranking: Ranking) -> list[tuple[str, float]]:
    """Return the best ten of a ranking."""
    return list(ranking.items())[:KEPT]


def groups(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Return the records together, by temper, and by kind; empty groups are left out."""
    found = {"all": list(records)}
    for temper in ("plain", "sources"):
        found[temper] = [r for r in records if r.temper == temper]
    for kind in sorted({r.kind for r in records if r.kind}):
        found[kind] = [r for r in records if r.kind == kind]
    return {name: group for name, group in found.items() if group}


def means(records: Sequence[Record], names: Sequence[str] = (), intervals: bool = True) -> dict[str, Mean]:
    """Return the mean of each measure over the questions that it applies to, and the areas under the curves."""
    wanted = names or list(dict.fromkeys(name for r in records for name in r.measures))
    found: dict[str, Mean] = {}
    for name in wanted:
        values = [r.measures[name] for r in records if name in r.measures]
        if values:
            low, high = interval(values) if intervals else (None, None)
            found[name] = Mean(sum(values) / len(values), low, high, len(values))
    for name, value, n in _areas(records):
        if not names or name in names:
            found[name] = Mean(value, None, None, n)
    return found


def _record(raw: dict[str, Any]) -> Record:
    rankings = {leg: [(str(place), score) for place, score in hits] for leg, hits in raw.get("rankings", {}).items()}
    return Record(**{**raw, "rankings": rankings, "missed": tuple(raw.get("missed", ()))})


def _areas(records: Sequence[Record]) -> list[tuple[str, float, int]]:
    judged = [(r.answerable, r.confidence) for r in records if r.confidence is not None]
    labels, scores = [a for a, _ in judged], [c for _, c in judged]
    if len(set(labels)) < 2:
        return []
    return [
        ("ROC AUC", area_under_roc(labels, scores), len(judged)),
        ("AURC", area_under_risk(labels, scores), len(judged)),
    ]


def _with_grade(name: str, answers: int) -> str:
    measure, _, cutoff = name.partition("@")
    return name if measure == "nDCG" else f"{measure}(rel={answers})@{cutoff}"


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, (list, tuple)) else value
