"""Answers and hits on a terminal: colour where there is one, plain text in a pipe."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table as Grid

from bot import wording
from bot.answering.answer import Answer
from bot.answering.speaker import speaker

if TYPE_CHECKING:  # the build is no part of an answer, and costs its start
    from index.build import Plan
    from index.changes import Changes
    from index.search import Hit
    from index.store import Generation


def show_answer(answer: Answer) -> None:
    """Print an answer, its notes, its sources and its suggestions."""
    console = Console()
    words = wording.chat(answer.language)

    def plain(text: str, style: str = "") -> None:
        console.print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)

    if answer.standalone != answer.question:
        plain(words["understood"].format(question=answer.standalone), "italic")
    quotes = [citation.quote for citation in answer.citations]
    _print(console, answer.text, quotes)
    for note in answer.notes:
        _print(console, f"**{note.title}**\n\n{note.text}", quotes)
    for citation in answer.citations:
        about = "; ".join(part for part in (speaker(citation), citation.date) if part)
        plain(f"\n[{citation.number}] {citation.title}, {citation.locator} ({about})")
        for source in citation.sources:
            label = wording.graded(source.label, source.grade, answer.language)
            plain(f"    {words['rests']}: {label}  {source.url}".rstrip(), "dim")
    if answer.suggestions:
        click.echo(f"\n{wording.say('try', answer.language)}")
        for suggestion in answer.suggestions:
            click.echo(f"  {suggestion}")
    plain(f"\n{words['disclaimer']}.", "dim")


def show_explanation(answer: Answer) -> None:
    """Print how an answer was found."""
    why = answer.explanation
    click.echo(
        f"\nstandalone  {answer.standalone}\nform        {why.form or 'any'}\nstatuses    {', '.join(why.statuses) or 'none'}"
    )
    click.echo(f"decision    {why.decision} (confidence {why.confidence:.2f})")
    click.echo("signals     " + ", ".join(f"{name} {value:.2f}" for name, value in why.signals.items()))
    click.echo("stages      " + ", ".join(f"{name} {value:.1f} ms" for name, value in answer.milliseconds.items()))
    for place, dense, lexical, score in why.hits:
        click.echo(f"  {score:.2f}  dense {dense:.2f}  lexical {lexical:5.1f}  {place}")


def show_hits(hits: Sequence[Hit], generation: Generation) -> None:
    """Print passages as a table with scores and locators."""
    grid = Grid("score", "dense", "BM25", "where", "passage", box=None, pad_edge=False)
    for hit in hits:
        document = generation.document(hit.passage.document)
        section = document.section(hit.passage.anchor) if document else None
        where = f"{hit.passage.place}\n{section.locator if section else ''}".rstrip()
        text = textwrap.shorten(hit.passage.text, 160, placeholder=" …")
        grid.add_row(f"{hit.score:.2f}", f"{hit.dense:.2f}", f"{hit.lexical:.1f}", where, text)
    console = Console()
    console.print(grid) if console.is_terminal else Console(width=200).print(grid)


def show_changes(planned: Plan, changed: Changes) -> None:
    """Print what a build would do: documents with their passages, then golden questions that lose or gain their place."""
    for sign, ids in (("+", planned.added), ("~", planned.changed), ("-", planned.removed)):
        for id in ids:
            counts = (
                f"{changed.added.get(id, 0)} new",
                f"{changed.changed.get(id, 0)} changed",
                f"{changed.removed.get(id, 0)} gone",
            )
            click.echo(f"{sign} {id}: passages " + ", ".join(counts))
    for what, questions in (("loses", changed.lost), ("gains", changed.gained)):
        for question, place in questions:
            click.echo(f"golden question {question} {what} {place}")
    click.echo(planned.reason or f"{planned.unchanged} documents unchanged", err=True)


def _print(console: Console, markdown: str, quotes: Sequence[str]) -> None:
    """Print our own Markdown; quotes in it stand as they are, whatever characters they hold."""
    if not console.is_terminal:
        # labels alone are bold, and they begin a line, a list item or a row
        click.echo(re.sub(r"(?m)^(\* |\| )?\*\*(.+?)\*\*", lambda m: f"{m[1] or ''}{m[2]}", markdown))
        click.echo()
        return
    for quote in quotes:
        markdown = markdown.replace(quote, re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", quote))
    console.print(Markdown(markdown))
