"""The commands that change the library: ``asylum add``, ``asylum remove``, ``asylum list``."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from knowledge.errors import ExplainerError

if TYPE_CHECKING:
    from knowledge.document import Document
    from knowledge.read_blocks import Limits
    from knowledge.sandbox import Sandbox


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
    from bot.settings import Settings
    from knowledge.document import KINDS
    from knowledge.read_blocks import LIMITS
    from knowledge.readers import ADDED
    from knowledge.sandbox import Sandbox

    if stated["kind"] and stated["kind"] not in KINDS:
        raise click.UsageError(f"unknown kind {stated['kind']!r}; known: {', '.join(KINDS)}")
    if stated["date"] and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", stated["date"]):
        raise click.UsageError(f"date {stated['date']!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    root = Settings.from_environment().documents
    left_out: list[str] = []
    added = 0
    with tempfile.TemporaryDirectory(prefix="asylum-add-") as fetched, Sandbox(LIMITS) as sandbox:
        incoming = list(_incoming(sources, Path(fetched), LIMITS, allow_private, left_out))
        if stated["title"] and len(incoming) > 1:
            raise click.UsageError(
                f"one title cannot name {len(incoming)} documents; leave --title out, or add them singly"
            )
        known = _hashes(root / ADDED)
        for item in incoming:
            try:
                document = _take_in(item, root, stated, replace, known, sandbox, LIMITS)
            except ExplainerError as error:
                left_out.append(str(error))
                click.echo(f"left out: {error}", err=True)
                continue
            added += 1
            _tell(document, as_json)
    if left_out:
        click.echo(f"{len(left_out)} of {len(left_out) + added} documents were left out", err=True)
    _finish(then_build and added > 0, bool(left_out))


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--build/--no-build", "then_build", default=True, help="Build the index afterwards (default).")
def remove(ids: tuple[str, ...], then_build: bool) -> None:
    """Remove documents that were added, by the id that `asylum list` shows; no answer uses them any more."""
    from bot.settings import Settings
    from knowledge.document import document_id
    from knowledge.readers import ASKED, document_files, is_added
    from knowledge.sidecar import sidecar

    root = Settings.from_environment().documents
    paths = {document_id(path, root): path for path in document_files(root)}
    for id in ids:
        if id not in paths:
            raise ExplainerError(f"no document {id}; see them with: asylum list")
        if not is_added(paths[id], root):
            raise ExplainerError(
                f"{id} is part of the knowledge base, and others rest on it; remove {paths[id]} by hand"
            )
    for id in dict.fromkeys(ids):
        path = paths[id]
        # the document first: a sidecar alone is no document, a document without its sidecar is a broken one
        path.unlink(missing_ok=True)
        sidecar(path).unlink(missing_ok=True)
        if not any(other.stem == path.stem for other in document_files(path.parent)):
            path.with_name(path.stem + ASKED).unlink(missing_ok=True)
        with suppress(OSError):  # other documents are still there
            path.parent.rmdir()
        click.echo(f"removed {id}", err=True)
    _finish(then_build, False)


@click.command(name="list")
@click.option("--added", "only_added", is_flag=True, help="Only what `asylum add` brought in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a document.")
def list_documents(only_added: bool, as_json: bool) -> None:
    """List the documents: id, kind, number of passages, when it was added, title."""
    from bot.settings import Settings

    settings = Settings.from_environment()
    rows = [row for row in _rows(settings.documents, settings.index) if row.added or not only_added]
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


@dataclass(frozen=True, slots=True)
class _Item:
    """A file to take in: where it lies, below which name it goes, and what is known of its origin."""

    path: Path
    name: Path
    origin: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    kind: str
    passages: int | None
    added: str
    title: str
    state: str


def _incoming(
    sources: Sequence[str], folder: Path, limits: Limits, allow_private: bool, left_out: list[str]
) -> Iterator[_Item]:
    from knowledge.fetch import fetch
    from knowledge.readers import SUFFIXES, known_suffixes

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
            yield _Item(place, Path(place.name), {"source": source, "url": found.url, "encoding": found.encoding})
        elif path.is_dir():
            top = path.resolve()
            for file in sorted(p for p in top.rglob("*") if p.is_file() and not p.is_symlink()):
                name = file.relative_to(top.parent)
                if any(part.startswith(".") for part in name.parts) or file.suffix.lower() in (".yaml", ".yml"):
                    continue
                if file.suffix.lower() not in SUFFIXES:
                    leave(f"{file}:1: files of type {file.suffix or 'none'} cannot be read; known: {known_suffixes()}")
                    continue
                yield _Item(file, name, {"source": str(file)})
        elif path.is_file():
            yield _Item(path.resolve(), Path(path.resolve().name), {"source": str(path.resolve())})
        else:
            leave(f"{source}: no such file or folder")


def _take_in(
    item: _Item,
    root: Path,
    stated: Mapping[str, str],
    replace: bool,
    known: dict[str, Path],
    sandbox: Sandbox,
    limits: Limits,
) -> Document:
    """Copy one file into a hidden folder, read it there, and only then put it in its place with its sidecar."""
    from knowledge.document import document_id
    from knowledge.readers import ADDED
    from knowledge.sidecar import file_sha256, read_sidecar, sidecar, write_sidecar

    if (size := item.path.stat().st_size) > limits.size:
        raise ExplainerError(f"{item.path}:1: has {size} bytes; at most {limits.size}")
    target = root / ADDED / _safe(item.name)
    digest = file_sha256(item.path)
    if (same := known.get(digest)) and not (replace and same == target):
        raise ExplainerError(f"{item.path} is in the library already, as {document_id(same, root)}")
    if target.exists() and not replace:
        raise ExplainerError(
            f"{item.path}: another document is called {document_id(target, root)}; rename the file, or use --replace"
        )
    fields = {
        **{name: value for name, value in read_sidecar(item.path).items() if value},
        **{name: value for name, value in item.origin.items() if value},
        **{name: value for name, value in stated.items() if value},
        "retrieved": datetime.now(UTC).date().isoformat(),
        "sha256": digest,
    }
    staging = root / ADDED / ".incoming"
    staging.mkdir(parents=True, exist_ok=True)
    staged = staging / target.name
    try:
        shutil.copyfile(item.path, staged)
        write_sidecar(staged, fields)
        try:
            document = sandbox.read(staged, document_id(target, root), fields, {})
        except ExplainerError as error:
            # the reader knows the copy; its name tells the user nothing
            raise ExplainerError(str(error).replace(str(staged), item.origin.get("source", str(item.path)))) from error
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(sidecar(staged), sidecar(target))  # noqa: PTH105  a document without its sidecar must not be seen
        os.replace(staged, target)  # noqa: PTH105
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    known[digest] = target
    return document


def _safe(name: Path) -> Path:
    """Return a name that every system can hold: letters and digits of any script, dots and hyphens; the suffix lower case."""
    parts = [re.sub(r"[^\w.-]+", "-", part).strip(".-_")[:100] or "document" for part in name.parts]
    stem, suffix = Path(parts[-1]).stem, Path(parts[-1]).suffix.lower()
    return Path(*parts[:-1], f"{stem}{suffix or name.suffix.lower()}")


def _hashes(folder: Path) -> dict[str, Path]:
    from knowledge.readers import document_files
    from knowledge.sidecar import file_sha256

    return {file_sha256(path): path for path in document_files(folder)} if folder.is_dir() else {}


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


def _rows(root: Path, built: Path) -> Iterator[_Row]:
    from index.store import current, open_generation
    from knowledge.document import document_id
    from knowledge.readers import document_files
    from knowledge.sidecar import read_sidecar

    generation = open_generation(built) if current(built) else None
    indexed = {d.id: d for d in generation.documents()} if generation else {}
    seen: set[str] = set()
    for path in document_files(root):
        id = document_id(path, root)
        seen.add(id)
        try:
            stated = read_sidecar(path)
            state = "" if id in indexed else "not in the index; run: asylum build"
        except ExplainerError as error:
            stated, state = {}, str(error)
        document = indexed.get(id)
        kind, title = (document.kind, document.title) if document else (stated.get("kind", ""), stated.get("title", ""))
        passages = len(generation.rows_of(id)) if generation and document else None
        yield _Row(id, kind, passages, stated.get("retrieved", ""), title, state)
    for id in sorted(set(indexed) - seen):
        yield _Row(id, indexed[id].kind, None, "", indexed[id].title, "the file is gone; run: asylum build")
    if generation:
        generation.close()


def _finish(then_build: bool, left_out: bool) -> None:
    """Build, and leave with exit code 1 where something was left out now or in the build."""
    if then_build:
        from bot.cli import build

        click.get_current_context().invoke(build)
    if left_out:
        raise SystemExit(1)
