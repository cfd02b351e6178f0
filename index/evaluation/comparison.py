"""Two runs side by side: what changed on the questions that both hold, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.evaluation.evaluate import Record, Run, means
from index.evaluation.statistics import interval, paired


@dataclass(frozen=True, slots=True)
class Change:
    """A measure before and after, over the ``n`` questions that both runs measure.

    ``low`` and ``high`` bound the difference (bootstrap, 95 %), ``p`` is the paired randomisation test's; None where
    the measure is no mean.
    """

    measure: str
    before: float
    after: float
    low: float | None
    high: float | None
    p: float | None
    n: int

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Move:
    """One question that moved, and the places whose rank changed: (place, rank before, rank after), 0 for not found."""

    id: str
    question: str
    before: float
    after: float
    places: tuple[tuple[str, int, int], ...]


def compare(before: Run, after: Run, names: Sequence[str] = ()) -> list[Change]:
    """Compare measure by measure, over the questions in both runs."""
    pairs = _pairs(before, after)
    wanted = names or list(dict.fromkeys(name for _, new in pairs for name in new.measures))
    changes = []
    for name in wanted:
        both = [(o.measures[name], n.measures[name]) for o, n in pairs if name in o.measures and name in n.measures]
        if both:
            old, new = [o for o, _ in both], [n for _, n in both]
            low, high = interval([n - o for o, n in both])
            value = sum(old) / len(old), sum(new) / len(new)
            changes.append(Change(name, *value, low, high, paired(old, new), len(both)))
    areas = ("ROC AUC", "AURC")
    old_areas = means([o for o, _ in pairs], areas, intervals=False)
    new_areas = means([n for _, n in pairs], areas, intervals=False)
    for name in areas:
        if name in old_areas and name in new_areas and (not names or name in names):
            value = old_areas[name].value, new_areas[name].value
            changes.append(Change(name, *value, None, None, None, new_areas[name].n))
    return changes


def moves(before: Run, after: Run, measure: str) -> list[Move]:
    """Return the questions whose measure changed, the largest change first, losses before gains."""
    found = []
    for old, new in _pairs(before, after):
        was, now = old.measures.get(measure), new.measures.get(measure)
        if was is not None and now is not None and abs(was - now) > 1e-6:
            leg = measure.partition(" ")[0]
            found.append(
                Move(new.id, new.question, was, now, _places(old, new, leg if leg in new.rankings else "fused"))
            )
    return sorted(found, key=lambda m: (-abs(m.after - m.before), m.after - m.before, m.id))


def _pairs(before: Run, after: Run) -> list[tuple[Record, Record]]:
    old = {r.id: r for r in before.records}
    return [(old[r.id], r) for r in after.records if r.id in old]


def _places(before: Record, after: Record, leg: str) -> tuple[tuple[str, int, int], ...]:
    """Return the graded places that moved, and any that entered or left the first three."""
    old, new = _ranks(before.rankings, leg), _ranks(after.rankings, leg)
    found = []
    for place in dict.fromkeys((*new, *old)):
        was, now = old.get(place, 0), new.get(place, 0)
        near = 0 < was <= 3 or 0 < now <= 3
        if was != now and (place in after.judged or near):
            found.append((place, was, now))
    return tuple(found)


def _ranks(rankings: Mapping[str, Sequence[tuple[str, float]]], leg: str) -> dict[str, int]:
    return {place: rank for rank, (place, _) in enumerate(rankings.get(leg, ()), 1)}
