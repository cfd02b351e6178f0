"""Progress of a build: bars with speed and time left on a terminal, JSON lines for programs, nothing in a pipe."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from index.build import Stage
from index.encoding.encoder import Progress

_EVERY = 0.5  # seconds between two lines for programs


@contextmanager
def stages(as_json: bool = False) -> Iterator[Stage]:
    """Yield what a build calls when a stage begins: its name and how many items it has."""
    if as_json:
        yield _lines
    elif not sys.stderr.isatty():
        yield lambda name, total: lambda done: None
    else:
        with _bars() as stage:
            yield stage


def _lines(name: str, total: int) -> Progress:
    """Print ``{"stage", "done", "total", "per_second", "seconds_left"}`` at the start, at the end and at times between."""
    started = told = time.monotonic()
    so_far = 0

    def tell() -> None:
        rate = so_far / max(time.monotonic() - started, 1e-6)
        left = round((total - so_far) / rate, 1) if so_far else None
        row = {"stage": name, "done": so_far, "total": total, "per_second": round(rate, 1), "seconds_left": left}
        click.echo(json.dumps(row))

    def progress(done: int) -> None:
        nonlocal so_far, told
        so_far += done
        if so_far >= total or time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            tell()

    if total:
        tell()
    return progress


@contextmanager
def _bars() -> Iterator[Stage]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.3g}/s" if speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Speed(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:

        def bar(name: str, total: int) -> Progress:
            task = bars.add_task(name, total=total)
            return lambda done: bars.advance(task, done)

        yield bar
