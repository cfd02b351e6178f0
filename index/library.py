"""The library of documents: what is taken in, taken out and listed. Behind `asylum add`, `remove`, `list` and the chat's uploads."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from knowledge.document import Document, document_id
from knowledge.errors import ExplainerError
from knowledge.reading.read_blocks import LIMITS, Limits
from knowledge.reading.readers import ADDED, ASKED, SUFFIXES, document_files, is_added, known_suffixes
from knowledge.reading.sandbox import Sandbox
from knowledge.reading.sidecar import file_sha256, read_sidecar, sidecar, write_sidecar

_STALE = 3600.0  # seconds after which a copy that a killed process left is swept away


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to take in: where it lies, below which name it goes, and what is known of its origin."""

    path: Path
    name: Path
    origin: Mapping[str, str]

    @property
    def label(self) -> str:
        """What messages call it: the file or address that the user gave."""
        return self.origin.get("source", "") or shown(self.path)


@dataclass(frozen=True, slots=True)
class Row:
    """A document of the library as `asylum list` shows it; ``passages`` is None where the index does not hold it."""

    id: str
    kind: str
    passages: int | None
    added: str
    title: str
    state: str


class Library:
    """The documents below a folder; knows by their hashes which were added before."""

    def __init__(self, root: Path, limits: Limits = LIMITS) -> None:
        self._root = root
        self._added = root / ADDED
        self._limits = limits
        self._known: dict[str, Path] = {}
        for path in document_files(self._added) if self._added.is_dir() else ():
            with suppress(OSError):  # the build tells of a file that cannot be read or is too large
                if path.stat().st_size <= limits.size:
                    self._known[file_sha256(path)] = path

    def check(self, item: Incoming, replace: bool = False) -> Path:
        """Return where a file would go.

        Raises:
            ExplainerError: it cannot be opened, is too large or in the library already, or its name is taken.
        """
        return self._place(item, self._digest(item), replace)

    def take_in(
        self, item: Incoming, stated: Mapping[str, str], sandbox: Sandbox, replace: bool = False
    ) -> tuple[Document, Path]:
        """Copy a file into a hidden folder, read it there, and only then put it in its place with its sidecar.

        Raises:
            ExplainerError: it cannot be read or taken in; nothing of it is left behind.
        """
        digest = self._digest(item)
        target = self._place(item, digest, replace)
        fields = {
            **{name: value for name, value in read_sidecar(item.path).items() if value},
            **{name: value for name, value in item.origin.items() if value},
            **{name: value for name, value in stated.items() if value},
            "retrieved": datetime.now(UTC).date().isoformat(),
            "sha256": digest,
        }
        try:
            document = self._copy(item, target, fields, sandbox)
        except OSError as error:
            raise ExplainerError(
                f"{item.label} cannot be copied to {self._added} ({error.strerror or error}); make room, then add it again"
            ) from error
        self._known[digest] = target
        return document, target

    def _digest(self, item: Incoming) -> str:
        if (suffix := item.name.suffix.lower()) not in SUFFIXES:
            raise ExplainerError(
                f"{item.label}:1: files of type {shown(suffix) or 'none'} cannot be read; known: {known_suffixes()}"
            )
        try:
            # a gigantic file is not even hashed
            if (size := item.path.stat().st_size) > self._limits.size:
                raise ExplainerError(f"{item.label}:1: has {size} bytes; at most {self._limits.size}")
            return file_sha256(item.path)
        except OSError as error:
            raise ExplainerError(f"{item.label}:1: cannot be read: {error.strerror}") from error

    def _place(self, item: Incoming, digest: str, replace: bool) -> Path:
        target = self._added / safe_name(item.name)
        if (same := self._known.get(digest)) and not (replace and same == target):
            raise ExplainerError(f"{item.label} is in the library already, as {document_id(same, self._root)}")
        if target.exists() and not replace:
            raise ExplainerError(
                f"{item.label}: another document is called {document_id(target, self._root)}; rename the file, or use: "
                "asylum add --replace"
            )
        return target

    def _copy(self, item: Incoming, target: Path, fields: Mapping[str, str], sandbox: Sandbox) -> Document:
        self._added.mkdir(parents=True, exist_ok=True)
        self._sweep()
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=self._added) as staging:
            staged = Path(staging) / target.name
            shutil.copyfile(item.path, staged)
            write_sidecar(staged, fields)
            try:
                document = sandbox.read(staged, document_id(target, self._root), fields, {})
            except ExplainerError as error:
                # the reader knows the copy; its name tells the user nothing
                raise ExplainerError(str(error).replace(str(staged), item.label)) from error
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(sidecar(staged), sidecar(target))  # noqa: PTH105  a document without its sidecar must not be seen
            os.replace(staged, target)  # noqa: PTH105
        return document

    def _sweep(self) -> None:
        for left in self._added.glob(".incoming-*"):
            with suppress(OSError):  # another process swept it first
                if time.time() - left.stat().st_mtime > _STALE:
                    shutil.rmtree(left)


def take_out(path: Path, root: Path) -> None:
    """Remove an added document with its sidecar, its questions and the folders that are empty then.

    Raises:
        ExplainerError: it is one of our own.
    """
    if not is_added(path, root):
        id = document_id(path, root)
        raise ExplainerError(f"{id} is part of the knowledge base, and others rest on it; remove {path} by hand")
    # the document first: a sidecar alone is no document, a document without its sidecar is a broken one
    path.unlink(missing_ok=True)
    sidecar(path).unlink(missing_ok=True)
    if not any(other.stem == path.stem for other in document_files(path.parent)):
        path.with_name(path.stem + ASKED).unlink(missing_ok=True)
    with suppress(OSError):  # other documents are still there
        for folder in path.parents:
            if folder == root:
                break
            folder.rmdir()


def safe_name(name: Path) -> Path:
    """Return a name that every system can hold: letters and digits of any script, dots and hyphens; the suffix lower case."""
    *folders, stem = (_safe_part(part) for part in (*name.parent.parts, name.stem))
    return Path(*folders, stem + name.suffix.lower())


def shown(path: Path | str) -> str:
    """Return a path as messages and sidecars can hold it: on one line, without what is no text or moves a terminal."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", str(path))


def _safe_part(part: str) -> str:
    kept = re.sub(r"[^\w.-]+", "-", part).strip(".-_")
    # a name holds 255 bytes, and the sidecar's is longer than the file's; a letter may take four
    return kept.encode()[:200].decode("utf-8", "ignore") or "document"


def list_rows(root: Path, built: Path) -> Iterator[Row]:
    """Yield the documents of the library in order of path, then those that only the index still holds."""
    from index.store import current, open_generation

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
        yield Row(id, kind, passages, stated.get("retrieved", ""), title, state)
    for id in sorted(set(indexed) - seen):
        yield Row(id, indexed[id].kind, None, "", indexed[id].title, "the file is gone; run: asylum build")
    if generation:
        generation.close()
