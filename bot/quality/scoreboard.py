"""The measures as tables on a terminal: legs side by side, answers, and every kind of question."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as Grid

from bot.quality.ablate import SHOWN, Part
from bot.quality.measure import ANSWERS, latency
from index.evaluation.comparison import Change, Move
from index.evaluation.evaluate import LEGS, RETRIEVAL, Mean, Record, Run, groups, means

# One row a group of questions: what is shown of it, and the heads of the columns
KINDS = {
    "fused nDCG@10": "nDCG",
    "fused R@5": "R@5",
    "fused Success@1": "S@1",
    "facts": "facts",
    "relevance": "relevant",
    "wrongly declined": "declined\nwrongly",
    "declined": "declined\nrightly",
    "follow-ups": "follow-\nups",
    "false alarms": "false\nalarms",
}
AREAS = ("ROC AUC", "AURC")


def show_run(run: Run) -> None:
    """Print a run: retrieval by leg and answers, each with its interval, then a row for each kind."""
    records = run.records
    told = ", ".join(f"{name} {value}" for name, value in run.made.items())
    _print(f"{run.title}: {len(records)} questions ({told})")
    _show_legs(records)
    if any(r.kind for r in records):
        _show_answers(records)
        _show_kinds(records)
        stages = "; ".join(f"{name} {half:.1f} / {most:.1f}" for name, (half, most) in latency(records).items())
        _print(f"milliseconds, median / 95th percentile: {stages}")


def summary(records: Sequence[Record]) -> str:
    """Return the few numbers that matter, in one line."""
    found = means(records, [*KINDS, "verbatim", *AREAS], intervals=False)
    return ", ".join(f"{name} {mean.value:.3f}" for name, mean in found.items())


def show_changes(changes: Sequence[Change]) -> None:
    """Print what changed between two runs, measure by measure."""
    grid = Grid(
        "measure", "before", "after", "difference", "95 % of the difference", "p", "n", box=None, pad_edge=False
    )
    for change in changes:
        sure = change.low is not None and change.high is not None
        grid.add_row(
            change.measure,
            f"{change.before:.3f}",
            f"{change.after:.3f}",
            f"{change.difference:+.3f}",
            f"{change.low:+.3f} to {change.high:+.3f}" if sure else "",
            "" if change.p is None else f"{change.p:.3f}",
            str(change.n),
            style="bold" if change.p is not None and change.p < 0.05 else "",
        )
    _print(grid)
    _print(
        "p: two-sided paired randomisation test, each measure by itself; with many measures some fall below .05 by luck"
    )


def show_moves(moves: Sequence[Move], measure: str, most: int) -> None:
    """Print the questions that moved and which places changed rank."""
    better = sum(move.after > move.before for move in moves)
    _print(f"\n{measure}: {better} questions rose, {len(moves) - better} fell")
    for move in moves[:most]:
        _print(f"{move.before:.2f} to {move.after:.2f}  {move.id}  {move.question}")
        for place, was, now in move.places:
            _print(f"    {was or 'not found'} to {now or 'not found'}  {place}")
    if len(moves) > most:
        _print(f"… and {len(moves) - most} more")


def show_parts(parts: Sequence[Part]) -> None:
    """Print what each part earns: the measures of both halves, and on dev the difference from the whole program."""
    shown = [name for name in (*SHOWN, "facts", "words") if any(name in part.halves.get("dev", {}) for part in parts)]
    grid = Grid(
        "part", *(f"{name}\ndev" for name in shown), *(f"{name}\ntest" for name in shown), box=None, pad_edge=False
    )
    whole: dict[str, float] = {}
    for part in parts:
        cells = []
        for half in ("dev", "test"):
            found = part.halves.get(half, {})
            for name in shown:
                cell = "" if name not in found else f"{found[name]:.0f}" if name == "words" else f"{found[name]:.3f}"
                if half == "dev" and name in whole and name in found and name != "words":
                    cell += f" {found[name] - whole[name]:+.3f}"
                cells.append(cell)
        whole = {**part.halves.get("dev", {}), **whole}  # the first row of each sort is the whole program
        grid.add_row(part.name, *cells)
    _print(grid)


def _show_legs(records: Sequence[Record]) -> None:
    found = means(records)
    shown = [leg for leg in LEGS if f"{leg} {RETRIEVAL[0]}" in found]
    grid = Grid("retrieval", *shown, "n", box=None, pad_edge=False)
    for name in RETRIEVAL if shown else ():
        cells = [found[f"{leg} {name}"] for leg in shown]
        grid.add_row(name, *(_with_interval(cell) for cell in cells), str(cells[0].n))
    _print(grid)


def _show_answers(records: Sequence[Record]) -> None:
    tempers = {name: means(group) for name, group in groups(records).items() if name in ("all", "plain", "sources")}
    grid = Grid("answers", *tempers, "n", box=None, pad_edge=False)
    for name in (*ANSWERS, *AREAS):
        if name in tempers["all"]:
            cells = [_with_interval(found[name]) if name in found else "" for found in tempers.values()]
            grid.add_row(name, *cells, str(tempers["all"][name].n))
    _print(grid)


def _show_kinds(records: Sequence[Record]) -> None:
    grid = Grid("questions", "n", *KINDS.values(), box=None, pad_edge=False)
    for name, group in groups(records).items():
        found = means(group, list(KINDS), intervals=False)
        cells = (f"{found[measure].value:.3f}" if measure in found else "" for measure in KINDS)
        grid.add_row(name, str(len(group)), *cells)
    _print(grid)


def _with_interval(mean: Mean) -> str:
    return f"{mean.value:.3f}" + ("" if mean.low is None else f"  {mean.low:.3f} to {mean.high:.3f}")


def _print(what: Grid | str) -> None:
    console = Console()
    console = console if console.is_terminal else Console(width=200)
    console.print(what, markup=False, highlight=False, soft_wrap=isinstance(what, str))
    if isinstance(what, Grid):
        console.print()
