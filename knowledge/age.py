"""What changes, and when it was last looked at."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from knowledge.document import Document
from knowledge.statuses import Status


def older(
    documents: Iterable[Document], statuses: Mapping[str, Status], today: datetime.date, months: int
) -> list[tuple[str, str, str]]:
    """Return date, place and heading of every section and slot with an ``as_of`` more than ``months`` ago, oldest first."""
    dated = [(s.as_of, f"{d.id}#{s.anchor}", s.heading) for d in documents for s in d.sections]
    dated += [
        (slot.as_of, slot.place, f"{status.id}.{name}")
        for status in statuses.values()
        for name, slot in status.slots.items()
    ]
    limit = today.year * 12 + today.month - months
    return sorted(row for row in dated if row[0] and _month(row[0]) < limit)


def _month(date: str) -> int:
    """Return a date as months since the year 0; a year alone counts as its first month."""
    year, _, rest = date.partition("-")
    return int(year) * 12 + int(rest[:2] or 1)
