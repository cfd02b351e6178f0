"""The commands that change the library: ``asylum add``, ``asylum remove``, ``asylum list``."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.build import build
from bot.commands.opened import open_settings
from knowledge.errors import ExplainerError

if TYPE_CHECKING:
    from index.library import Incoming
    from knowledge.document import Document
    from knowledge.reading.read_blocks import Limits


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|URL…")
@click.option(
    "--kind", default="", help="What it is: case law, statute, news … Needed unless the file or its sidecar says so."
)
@click.option("--title", default="", help="Its title; else the file's own.")
@click.option("--date", default="", help="Its date: YYYY, YYYY-MM or YYYY-MM-DD.")
@click.option("--voice", default="", help="Who speaks in it, where that is not the publisher.")
@click.option("--publisher", default="", help="Who published it.")
@click.option("--jurisdiction", default="", help="Whose law it is: a country, the European Union, International.")
@click.option("--language", default="", help="Its language as a code: en, ru, ar …; else told by its letters.")
@click.option("--replace", is_flag=True, help="Replace a document of the same name that was added before.")
@click.option("--allow-private", is_flag=True, help="Fetch from private and loopback addresses too.")
@click.option("--build/--no-build", "then_build", default=True, help="Build the index afterwards (default).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a document.")
def add(
    sources: tuple[str, ...], replace: bool, allow_private: bool, then_build: bool, as_json: bool, **stated: str
) -> None:
    """Copy documents into the library, check them, and build.

    \b
    asylum add decision.pdf --kind "case law" --jurisdiction Russia --date 2021-03-04
    asylum add decisions/ --kind "case law"
    asylum add https://example.org/law.html --kind statute
    """
    from index.library import Library
    from knowledge.document import KINDS
    from knowledge.reading.sandbox import Sandbox

    if stated["kind"] and stated["kind"] not in KINDS:
        raise click.UsageError(f"unknown kind {stated['kind']!r}; known: {', '.join(KINDS)}")
    if stated["date"] and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", stated["date"]):
        raise click.UsageError(f"date {stated['date']!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    settings = open_settings()
    limits = settings.limits
    left_out: list[str] = []
    added = 0
    with tempfile.TemporaryDirectory(prefix="asylum-add-") as fetched, Sandbox(limits) as sandbox:
        incoming = list(_incoming(sources, Path(fetched), limits, allow_private, left_out))
        if stated["title"] and len(incoming) > 1:
            raise click.UsageError(
                f"one title cannot name {len(incoming)} documents; leave --title out, or add them singly"
            )
        library = Library(settings.documents, limits)
        for item in incoming:
            try:
                document, _ = library.take_in(item, stated, sandbox, replace)
            except ExplainerError as error:
                left_out.append(str(error))
                click.echo(f"left out: {error}", err=True)
                continue
            added += 1
            _tell(document, as_json)
    if left_out:
        click.echo(f"{len(left_out)} of {len(left_out) + added} documents were left out", err=True)
    _finish(then_build and added > 0, bool(left_out), as_json)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--build/--no-build", "then_build", default=True, help="Build the index afterwards (default).")
def remove(ids: tuple[str, ...], then_build: bool) -> None:
    """Remove documents that were added, by the id that `asylum list` shows; no answer uses them any more."""
    from index.library import take_out
    from knowledge.document import document_id
    from knowledge.reading.readers import document_files, is_added

    root = open_settings().documents
    paths = {document_id(path, root): path for path in document_files(root)}
    for id in ids:
        if id not in paths:
            raise ExplainerError(f"no document {id}; see them with: asylum list")
    # our own are refused before anything is gone
    for id in sorted(dict.fromkeys(ids), key=lambda id: is_added(paths[id], root)):
        take_out(paths[id], root)
        click.echo(f"removed {id}", err=True)
    _finish(then_build, False)


@click.command(name="list")
@click.option("--added", "only_added", is_flag=True, help="Only what `asylum add` brought in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a document.")
def list_documents(only_added: bool, as_json: bool) -> None:
    """List the documents: id, kind, number of passages, when it was added, title."""
    from index.library import list_rows

    settings = open_settings()
    rows = [row for row in list_rows(settings.documents, settings.index) if row.added or not only_added]
    if as_json:
        for row in rows:
            click.echo(json.dumps({name: getattr(row, name) for name in row.__slots__}, ensure_ascii=False))
        return
    width = max((len(row.id) for row in rows), default=0)
    for row in rows:
        passages = "-" if row.passages is None else str(row.passages)
        told = row.state or row.title
        click.echo(f"{row.id:<{width}}  {row.kind or '-':<18} {passages:>6}  {row.added or '-':<10}  {told}")
    total = sum(row.passages or 0 for row in rows)
    click.echo(f"{len(rows)} documents, {total} passages", err=True)


def _incoming(
    sources: Sequence[str], folder: Path, limits: Limits, allow_private: bool, left_out: list[str]
) -> Iterator[Incoming]:
    from index.library import Incoming, shown
    from knowledge.reading.fetch import fetch

    def leave(problem: str) -> None:
        left_out.append(problem)
        click.echo(f"left out: {problem}", err=True)

    for number, source in enumerate(sources):
        path = Path(source).expanduser()
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", source):
            try:
                found = fetch(source, limits.size, limits.seconds, allow_private)
            except ExplainerError as error:
                leave(str(error))
                continue
            place = folder / str(number) / (found.name or "page.html")
            place.parent.mkdir()
            place.write_bytes(found.content)
            yield Incoming(place, Path(place.name), {"source": source, "url": found.url, "encoding": found.encoding})
        elif path.is_dir():
            top = path.resolve()
            for file in sorted(p for p in top.rglob("*") if p.is_file() and not p.is_symlink()):
                name = file.relative_to(top.parent)
                if any(part.startswith(".") for part in name.parts) or file.suffix.lower() in (".yaml", ".yml"):
                    continue
                yield Incoming(file, name, {"source": shown(file)})
        elif path.is_file():
            yield Incoming(path.resolve(), Path(path.resolve().name), {"source": shown(path.resolve())})
        else:
            leave(f"{shown(source)}: no such file or folder")


def _tell(document: Document, as_json: bool) -> None:
    pages = [section.page for section in document.sections if section.page]
    told = {
        "id": document.id,
        "title": document.title,
        "kind": document.kind,
        "date": document.date,
        "language": document.language,
        "sections": len(document.sections),
        "pages": max(pages, default=0),
        "characters": len(document.text),
        "begins": document.text[:200],
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        extent = f"{told['sections']} sections" + (f", {told['pages']} pages" if pages else "")
        click.echo(f"added {document.id}: {document.title} ({document.kind}; {extent})", err=True)


def _finish(then_build: bool, left_out: bool, as_json: bool = False) -> None:
    """Build, and leave with exit code 1 where something was left out now or in the build."""
    if then_build:
        click.get_current_context().invoke(build, as_json=as_json)
    if left_out:
        raise SystemExit(1)
