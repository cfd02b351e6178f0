"""The commands that check what answers rest on: ``asylum check``, ``asylum verify``, ``asylum sources``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import IO

import click

from bot.commands.opened import encoder_for, open_settings
from knowledge.errors import ExplainerError


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--older-than", metavar="12m", help="List instead what changes and was not looked at for so many months.")
def check(paths: tuple[Path, ...], older_than: str | None) -> None:
    """Check that the knowledge base is well formed; all problems at once, as path:line: problem."""
    if older_than is not None:
        _show_old(older_than)
        return
    from knowledge.agreement import check_knowledge
    from knowledge.check import check_documents

    settings = open_settings()
    count = encoder_for(settings).count
    if paths:
        problems = [p for path in paths for p in check_documents(settings.documents, path.resolve(), count)[1]]
    else:
        problems = check_knowledge(settings.documents, count)
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{len(problems)} problems", err=True)
        raise SystemExit(1)
    click.echo("no problems", err=True)


def _show_old(older_than: str) -> None:
    from datetime import UTC, datetime

    from knowledge.age import older
    from knowledge.reading.readers import read_corpus
    from knowledge.statuses import read_statuses

    if not (found := re.fullmatch(r"([1-9][0-9]{0,2})m", older_than)):
        raise click.UsageError(f"--older-than is {older_than!r}; give months, as in 12m")
    settings = open_settings()
    documents, _ = read_corpus(settings.documents, settings.limits)
    today = datetime.now(UTC).date()
    rows = older(documents, read_statuses(), today, int(found[1]))
    for as_of, place, heading in rows:
        click.echo(f"{as_of}  {place}  {heading}")
    click.echo(f"{len(rows)} to look at again", err=True)


@click.command()
@click.argument("answer", type=click.File("r", encoding="utf-8"))
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as .html, .md or .json, with what changed since marked and the old words kept.",
)
def verify(answer: IO[str], export: Path | None) -> None:
    """Check every citation of a saved answer (JSON) against the documents; exit code 1 if one fails."""
    from bot.answering.saved import compare_again, read_saved, verify_saved
    from index.store import open_generation

    try:
        saved = json.load(answer)
    except ValueError as error:
        raise ExplainerError(
            f"{answer.name} is not JSON ({error}); save an answer with: asylum ask … --json"
        ) from error
    generation = open_generation(open_settings().index)
    problems = verify_saved(saved, generation.document)
    if export is not None:
        from bot.answering.export import write_export
        from bot.answering.render import cards

        again, around = read_saved(saved)
        now = compare_again(cards(again, generation.document), around, generation.document)
        write_export(again, now, export)
        click.echo(f"saved {export}", err=True)
    for problem in problems:
        click.echo(problem)
    if problems:
        raise SystemExit(1)
    click.echo(f"all {len(saved['citations'])} citations hold", err=True)


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "bibtex", "csl-json"]),
    default="markdown",
    show_default=True,
)
@click.option(
    "--grades", "only_grades", is_flag=True, help="Print instead how well each country's sections are supported."
)
def sources(form: str, only_grades: bool) -> None:
    """Print the bibliography: every source that the documents rest on."""
    from knowledge.bibliography import bibliography
    from knowledge.reading.readers import read_corpus

    settings = open_settings()
    documents, _ = read_corpus(settings.documents, settings.limits)
    if only_grades:
        from knowledge.grades import show_grades

        click.echo(show_grades(documents))
    else:
        click.echo(bibliography(documents, form))
