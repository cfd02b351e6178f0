"""The table of peers.py: measures by tool → Markdown, and a line for every measure in which a peer is ahead of us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Value = float | tuple[float, ...] | str  # a tuple holds p50 and p95; a string is shown as it is
Results = Mapping[str, Mapping[str, Value]]  # by tool, then by measure

NONE = "–"


@dataclass(frozen=True, slots=True)
class Measure:
    """One row: its name with the unit, its decimals, which way is better, and why we would be behind in it."""

    name: str
    digits: int = 1
    better: str = "lower"  # "lower", "higher", or "" where it cannot be said
    why: str = ""


def table(measures: Sequence[Measure], results: Results, failed: Mapping[str, str]) -> list[str]:
    """Return a Markdown table, tools beside each other; in brackets the ratio to the first tool.

    A tool that ``failed`` keeps its column, and the first row says what went wrong.
    """
    tools = [*results, *(tool for tool in failed if tool not in results)]
    first = next(iter(results))
    lines = [_row(("", *tools)), _row(("---",) * (len(tools) + 1))]
    for number, measure in enumerate(measures):
        reference = results[first].get(measure.name)
        cells = [
            failed[tool] if tool in failed and number == 0 else _cell(measure, results.get(tool, {}), reference)
            for tool in tools
        ]
        lines.append(_row((measure.name, *cells)))
    return lines


def behind(measures: Sequence[Measure], results: Results, ours: Sequence[str]) -> list[str]:
    """Return a line for each measure in which a peer is better than our first tool, best peer first, and why."""
    lines = []
    for measure in measures:
        own = results[ours[0]].get(measure.name)
        if not measure.better or own is None or isinstance(own, str):
            continue
        sign = 1 if measure.better == "lower" else -1
        better = sorted(
            (sign * _first(value), tool)
            for tool, found in results.items()
            if tool not in ours
            and not isinstance(value := found.get(measure.name, ""), str)
            and sign * _first(value) < sign * _first(own)
        )
        if better:
            named = ", ".join(f"{tool} ({abs(value):.{measure.digits}f})" for value, tool in better)
            lines.append(
                f"* **{measure.name}**, {ours[0]} {_first(own):.{measure.digits}f}, ahead: {named}. {measure.why}".rstrip()
            )
    return lines


def pickles(folder: Path) -> list[str]:
    """Return the files below a folder that are pickles (protocol 2 or later), or NumPy arrays that hold some."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        pickled = data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05") and data[-1:] == b"."
        if pickled or (data[:6] == b"\x93NUMPY" and b"'|O'" in data[:128]):
            found.append(path.relative_to(folder).as_posix())
    return found


def _cell(measure: Measure, found: Mapping[str, Value], reference: Value | None) -> str:
    value = found.get(measure.name)
    if value is None:
        return NONE
    if isinstance(value, str):
        return value
    values = value if isinstance(value, tuple) else (value,)
    shown = " / ".join(f"{v:.{measure.digits}f}" for v in values)
    if measure.better != "lower" or reference is None or isinstance(reference, str):
        return shown
    return f"{shown} ({_first(value) / _first(reference):.2g})"


def _first(value: float | tuple[float, ...]) -> float:
    return value[0] if isinstance(value, tuple) else value


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
