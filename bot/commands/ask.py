"""The commands that ask it: ``asylum ask``, ``asylum search``, ``asylum chat``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.commands.opened import no_spinning, open_explainer

if TYPE_CHECKING:
    from bot.answering.explainer import Explainer
    from index.search import Leg


@click.command()
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
    explainer = open_explainer()
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


@click.command()
@click.argument("question")
@click.option("-k", "how_many", default=8, show_default=True, type=click.IntRange(1, 1000), help="How many passages.")
@click.option("--leg", type=click.Choice(["fused", "dense", "lexical"]), default="fused", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one passage a line.")
def search(question: str, how_many: int, leg: Leg, as_json: bool) -> None:
    """Show the passages found for a question, with their scores."""
    from bot.commands.terminal import show_hits

    searcher = open_explainer().searcher
    hits = searcher.search(searcher.read(question), how_many, leg)
    if not as_json:
        show_hits(hits, searcher.generation)
    for hit in hits if as_json else ():
        scores = {"score": hit.score, "dense": hit.dense, "lexical": hit.lexical}
        click.echo(json.dumps({"place": hit.passage.place, **scores, "text": hit.passage.text}, ensure_ascii=False))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def chat(host: str, port: int) -> None:
    """Serve the chat for the browser."""
    no_spinning()
    from bot.chat.serve import serve

    serve(host, port)


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
