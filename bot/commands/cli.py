"""The command ``asylum``: one sub-command a job; answers on stdout, everything else on stderr.

Nothing heavy is imported before the command that uses it: ``asylum --help`` loads no NumPy, no model and no chat.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.commands.evaluate import evaluate
from bot.commands.library import add, list_documents, remove
from knowledge.errors import ExplainerError

if TYPE_CHECKING:
    from bot.answering.explainer import Explainer
    from bot.settings import Settings
    from index.encoding.encoder import Encoder
    from index.search import Leg


class _Commands(click.Group):
    """The only place that turns errors into text: one line, exit code 1."""

    def invoke(self, context: click.Context) -> object:
        """Run the sub-command."""
        try:
            return super().invoke(context)
        except ExplainerError as error:
            click.echo(f"asylum: {error}", err=True)
            context.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="asylum-explainer")
def main() -> None:
    """Answer questions about humanitarian and political asylum, every sentence with its source."""


@main.command()
@click.option("--plan", "only_plan", is_flag=True, help="Show what would change, and do nothing.")
@click.option("--fresh", is_flag=True, help="Take nothing over from the last generation.")
@click.option("--strict", is_flag=True, help="Publish nothing if a document cannot be read.")
@click.option("--rollback", "back", is_flag=True, help="Return to the generation before; nothing is built.")
@click.option("--verify", "verify_files", is_flag=True, help="Hash every file of the current generation again.")
@click.option("--json", "as_json", is_flag=True, help="Print progress and the summary as JSON, one object a line.")
def build(only_plan: bool, fresh: bool, strict: bool, back: bool, verify_files: bool, as_json: bool) -> None:
    """Build the index from the documents; embed only what changed."""
    from index.store import open_generation, rollback

    settings = _settings()
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

    encoder = _encoder(settings, building=True)
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


@main.command()
def train() -> None:
    """Train the question adapter again, from the questions kept beside the sections; publishes a generation."""
    from bot.commands.progress import stages
    from index.build import build_index
    from index.store import open_generation
    from knowledge.golden import read_offtopic
    from knowledge.reading.readers import read_corpus

    settings = _settings()
    documents, problems = read_corpus(settings.documents, settings.limits, settings.index / "cache" / "documents")
    if problems:
        raise ExplainerError(f"{problems[0]}; mend it first, or run: asylum build")
    with stages() as stage:
        build_index(documents, _encoder(settings, building=True), read_offtopic(), settings.index, stage)
    generation = open_generation(settings.index)
    asked = sum(len(section.asked) for document in documents for section in document.sections)
    if not generation.manifest.adapter:
        raise ExplainerError("no section has questions to train on; write them in NAME.asked.yaml beside NAME.md")
    click.echo(f"adapter {generation.manifest.adapter} from {asked} questions; generation {generation.name}", err=True)


@main.command()
@click.argument("question", required=False)
@click.option("--history", multiple=True, help="An earlier question of the conversation; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the form that `asylum verify` reads.")
@click.option(
    "--batch",
    type=click.File("rb"),
    help="Answer one JSON object a line; - for standard input.",
)
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the answer as .md, .json or .html.",
)
@click.option("--explain", is_flag=True, help="Show how the answer was found.")
def ask(
    question: str | None,
    history: tuple[str, ...],
    as_json: bool,
    batch: IO[bytes] | None,
    export: Path | None,
    explain: bool,
) -> None:
    """Answer one question, or many with --batch."""
    if (question is None) == (batch is None):
        raise click.UsageError("give either a question or --batch FILE")
    explainer = _explainer()
    if batch is not None:
        raise SystemExit(_batch(explainer, batch))
    answer = explainer.ask(question or "", history)
    if export is not None:
        from bot.answering.export import export_answer

        export_answer(answer, explainer.generation, export)
        click.echo(f"saved {export}", err=True)
    if as_json:
        click.echo(json.dumps({"id": None, **answer.to_json()}, ensure_ascii=False))
    else:
        from bot.commands.terminal import show_answer, show_explanation

        show_answer(answer)
        if explain:
            show_explanation(answer)


@main.command()
@click.argument("question")
@click.option("-k", "how_many", default=8, show_default=True, type=click.IntRange(1, 1000), help="How many passages.")
@click.option("--leg", type=click.Choice(["fused", "dense", "lexical"]), default="fused", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one passage a line.")
def search(question: str, how_many: int, leg: Leg, as_json: bool) -> None:
    """Show the passages found for a question, with their scores."""
    from bot.commands.terminal import show_hits

    searcher = _explainer().searcher
    hits = searcher.search(searcher.read(question), how_many, leg)
    if not as_json:
        show_hits(hits, searcher.generation)
    for hit in hits if as_json else ():
        scores = {"score": hit.score, "dense": hit.dense, "lexical": hit.lexical}
        click.echo(json.dumps({"place": hit.passage.place, **scores, "text": hit.passage.text}, ensure_ascii=False))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def chat(host: str, port: int) -> None:
    """Serve the chat for the browser."""
    _no_spinning()
    from bot.chat.serve import serve

    serve(host, port)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check that the knowledge base is well formed; all problems at once, as path:line: problem."""
    from knowledge.agreement import check_knowledge
    from knowledge.check import check_documents

    settings = _settings()
    count = _encoder(settings).count
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


@main.command()
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
    generation = open_generation(_settings().index)
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


@main.command()
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

    settings = _settings()
    documents, _ = read_corpus(settings.documents, settings.limits)
    click.echo(bibliography(documents, form))


for command in (add, remove, list_documents, evaluate):
    main.add_command(command)


def _settings() -> Settings:
    from bot.settings import Settings

    return Settings.from_environment()


def _encoder(settings: Settings, building: bool = False) -> Encoder:
    from index.encoding.encoder import open_encoder

    # a build has the machine to itself and takes every core
    threads = 0 if building else settings.threads
    return open_encoder(
        settings.model,
        threads,
        settings.encoder,
        settings.index / "cache",
        building,
        precision=settings.precision,
        documents=settings.documents,
    )


def _explainer() -> Explainer:
    _no_spinning()
    from bot.answering.explainer import Explainer

    return Explainer(_settings())


def _no_spinning() -> None:
    """Keep NumPy, which must not be loaded yet, to one thread: the others wait in a loop, at twice the processor time."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _batch(explainer: Explainer, lines: IO[bytes]) -> int:
    failed = 0
    out = sys.stdout.buffer  # UTF-8, whatever the console writes
    for reply in _replies(explainer, lines):
        failed += "error" in reply
        out.write((json.dumps(reply, ensure_ascii=False) + "\n").encode("utf-8", "replace"))
        out.flush()
    return 1 if failed else 0


def _replies(explainer: Explainer, lines: IO[bytes]) -> Iterator[dict[str, Any]]:
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        id = None
        try:
            item = json.loads(raw.decode("utf-8-sig"))  # some editors begin a file with a byte order mark
            if not isinstance(item, dict):
                raise ValueError("not an object")
            id = item.get("id")
            history = item.get("history") or []
            if not isinstance(item.get("question"), str):
                raise ValueError("lacks a question")
            if not isinstance(history, list) or not all(isinstance(q, str) for q in history):
                raise ValueError("history must be a list of questions")
        except (ValueError, RecursionError) as error:
            yield {"id": id, "error": f"line {number}: {error}"}
        else:
            yield {"id": id, **explainer.ask(item["question"], history).to_json()}


if __name__ == "__main__":
    main()
