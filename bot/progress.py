"""Progress of a build: a bar on a terminal, a plain line a stage elsewhere; always on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from index.build import Stage
from index.encoder import Progress


@contextmanager
def stages() -> Iterator[Stage]:
    """Yield what a build calls when a stage begins."""
    if not sys.stderr.isatty():

        def line(name: str, total: int) -> Progress:
            if total:
                click.echo(f"{name}: {total}", err=True)
            return lambda done: None

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:

        def bar(name: str, total: int) -> Progress:
            task = bars.add_task(name, total=total)
            return lambda done: bars.advance(task, done)

        yield bar
