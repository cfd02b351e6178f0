"""The commands that make an index: ``asylum build``, ``asylum train``."""

from __future__ import annotations

import json

import click

from bot.commands.opened import encoder_for, open_settings
from knowledge.errors import ExplainerError


@click.command()
@click.option("--plan", "only_plan", is_flag=True, help="Show what would change, and do nothing.")
@click.option("--fresh", is_flag=True, help="Take nothing over from the last generation.")
@click.option("--strict", is_flag=True, help="Publish nothing if a document cannot be read.")
@click.option("--rollback", "back", is_flag=True, help="Return to the generation before; nothing is built.")
@click.option("--verify", "verify_files", is_flag=True, help="Hash every file of the current generation again.")
@click.option("--json", "as_json", is_flag=True, help="Print progress and the summary as JSON, one object a line.")
def build(only_plan: bool, fresh: bool, strict: bool, back: bool, verify_files: bool, as_json: bool) -> None:
    """Build the index from the documents; embed only what changed."""
    from index.store import open_generation, rollback

    settings = open_settings()
    if back:
        click.echo(f"generation {rollback(settings.index)} answers again", err=True)
        return
    if verify_files:
        generation = open_generation(settings.index)
        generation.verify()
        click.echo(f"generation {generation.name}: all {len(generation.manifest.files)} files hold", err=True)
        return
    from bot.commands.progress import stages
    from index.build import build_index, plan
    from index.changes import changes
    from knowledge.golden import read_golden, read_offtopic
    from knowledge.reading.readers import document_files, read_corpus

    encoder = encoder_for(settings, building=True)
    with stages(as_json) as stage:
        reading = stage("reading documents", len(document_files(settings.documents)))
        cache = settings.index / "cache" / "documents"
        documents, problems = read_corpus(settings.documents, settings.limits, cache, reading)
    for problem in problems:
        click.echo(f"left out: {problem}", err=True)
    if problems and strict:
        raise ExplainerError(f"{len(problems)} documents cannot be read; nothing was published")
    offtopic = read_offtopic()
    planned = plan(documents, encoder, offtopic, settings.index)
    if only_plan:
        from bot.commands.terminal import show_changes

        show_changes(planned, changes(planned, documents, encoder, read_golden(), settings.index))
    elif planned.is_empty and not fresh:
        click.echo(f"the index is up to date: {planned.unchanged} documents", err=True)
    else:
        with stages(as_json) as stage:
            summary = build_index(documents, encoder, offtopic, settings.index, stage, fresh)
        if as_json:
            click.echo(json.dumps({name: getattr(summary, name) for name in summary.__slots__}))
        click.echo(
            f"{summary.documents} documents, {summary.passages} passages: {summary.embedded} embedded now, "
            f"{summary.reused} taken over; {summary.seconds:.1f} s; generation {summary.generation}",
            err=True,
        )
    if problems:
        click.echo(f"{len(problems)} documents were left out", err=True)
        raise SystemExit(1)


@click.command()
def train() -> None:
    """Train the question adapter again, from the questions kept beside the sections; publishes a generation."""
    from bot.commands.progress import stages
    from index.build import build_index
    from index.store import open_generation
    from knowledge.golden import read_offtopic
    from knowledge.reading.readers import read_corpus

    settings = open_settings()
    documents, problems = read_corpus(settings.documents, settings.limits, settings.index / "cache" / "documents")
    if problems:
        raise ExplainerError(f"{problems[0]}; mend it first, or run: asylum build")
    with stages() as stage:
        build_index(documents, encoder_for(settings, building=True), read_offtopic(), settings.index, stage)
    generation = open_generation(settings.index)
    asked = sum(len(section.asked) for document in documents for section in document.sections)
    if not generation.manifest.adapter:
        raise ExplainerError("no section has questions to train on; write them in NAME.asked.yaml beside NAME.md")
    click.echo(f"adapter {generation.manifest.adapter} from {asked} questions; generation {generation.name}", err=True)
