"""The commands that check what answers rest on: ``asylum check``, ``asylum verify``, ``asylum sources``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

import click

from bot.commands.opened import encoder_for, open_settings
from knowledge.errors import ExplainerError


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check that the knowledge base is well formed; all problems at once, as path:line: problem."""
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
def sources(form: str) -> None:
    """Print the bibliography: every source that the documents rest on."""
    from knowledge.bibliography import bibliography
    from knowledge.reading.readers import read_corpus

    settings = open_settings()
    documents, _ = read_corpus(settings.documents, settings.limits)
    click.echo(bibliography(documents, form))
