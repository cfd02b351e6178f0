"""The table of statuses: one column a status, one row a slot, each cell with its citation."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording
from bot.answering.answer import Cell, Citation, Table
from bot.answering.citations import Citations
from knowledge.statuses import SLOTS, Status


def compare(statuses: Sequence[Status], slots: Sequence[str], citations: Citations) -> Table | None:
    """Build the table; ``slots`` are its rows, none means every row that at least one status fills.

    None where no cell could be cited.
    """
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    for name in slots or SLOTS:
        cells = tuple(_cell(status, name, citations) for status in statuses)
        if slots or any(cell.number for cell in cells):
            rows.append((name, cells))
    if not any(cell.number for _, cells in rows for cell in cells):
        return None
    return Table(tuple(status.name for status in statuses), tuple(rows))


def to_markdown(table: Table, language: str = "en") -> str:
    """Return the table as Markdown with ``[n]`` marks."""
    lines = ["| | " + " | ".join(table.columns) + " |", "|---" * (len(table.columns) + 1) + "|"]
    for name, cells in table.rows:
        told = [
            f"{cell.text} [{cell.number}]" if cell.number else wording.say("not_stated", language) for cell in cells
        ]
        lines.append(
            f"| **{wording.slot(name, language)}** | " + " | ".join(c.replace("|", "\\|") for c in told) + " |"
        )
    return "\n".join(lines)


def _cell(status: Status, name: str, citations: Citations) -> Cell:
    slot = status.slots.get(name)
    cited: Citation | None = citations.supporting(slot.place, slot.value) if slot else None
    return Cell(slot.value, cited.number) if slot and cited else Cell("", 0)
