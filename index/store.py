"""A generation: everything one build made, in one immutable folder, published by one atomic rename.

built/current                    the name of the generation that answers
built/<generation>/manifest.json what it was made of, and the hash of every file beside it
built/<generation>/…             documents and passages (SQLite), vectors (FAISS, NumPy), BM25
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.lexical import Lexical
from index.lock import build_lock
from index.vectors import VectorIndex
from knowledge.document import Document, Mark, Section, Source
from knowledge.errors import IndexMissingError
from knowledge.passages import Passage

FORMAT = 2
BUILT = Path(__file__).parent / "built"
KEPT = 3
# At opening, files up to this size are hashed; larger ones are compared by size, and hashed by `build --verify`.
HASHED_AT_OPENING = 32 * 2**20

_SCHEMA = """
CREATE TABLE documents (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, digest TEXT NOT NULL, content TEXT NOT NULL);
CREATE TABLE passages (row INTEGER PRIMARY KEY, document TEXT NOT NULL, anchor TEXT NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, heading TEXT NOT NULL, page INTEGER, key TEXT NOT NULL, sentence_row INTEGER NOT NULL,
    sentences TEXT NOT NULL);
CREATE INDEX passages_by_place ON passages (document, anchor);
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a generation was made. ``documents`` maps ids to digests, ``files`` names to SHA-256 and size in bytes."""

    generation: str
    encoder: str
    fingerprint: str
    dimensions: int
    window: int
    passages: int
    sentences: int
    documents: dict[str, str]
    banks: str
    adapter: str
    files: dict[str, tuple[str, int]]
    built: str
    format: int = FORMAT


class Generation:
    """One opened generation; closed over a folder that never changes."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._db = sqlite3.connect(f"file:{folder / 'passages.sqlite'}?mode=ro", uri=True, check_same_thread=False)
        self._document = lru_cache(maxsize=1024)(self._load_document)

    def __len__(self) -> int:
        return self.manifest.passages

    @property
    def name(self) -> str:
        """The generation's name, which answers carry."""
        return self.manifest.generation

    @cached_property
    def vectors(self) -> VectorIndex:
        """The passages' vectors, in order of row."""
        return VectorIndex.load(self.folder / "passages.faiss")

    @cached_property
    def sentence_vectors(self) -> NDArray[np.float16]:
        """(sentences, d) unit rows; a passage's lie together, from its ``sentence_row``."""
        rows: NDArray[np.float16] = np.load(self.folder / "sentences.npy", mmap_mode="r", allow_pickle=False)
        return rows

    @cached_property
    def lexical(self) -> Lexical:
        """BM25 over heading, text and asked questions of every passage."""
        return Lexical.load(self.folder / "lexical", self.manifest.passages)

    @cached_property
    def flagged(self) -> frozenset[int]:
        """The rows of passages that read like instructions to a program: shown as ever, marked where a model reads them."""
        marks = self.array("flagged")
        return frozenset() if marks is None else frozenset(np.flatnonzero(marks).tolist())

    def array(self, name: str) -> NDArray[Any] | None:
        """Return a further array of the generation by name, or None where it has none."""
        path = self.folder / f"{name}.npy"
        return np.load(path, allow_pickle=False) if path.exists() else None

    def document(self, id: str) -> Document | None:
        """Return a document as it was when this generation was built, or None."""
        return self._document(id)

    def documents(self) -> list[Document]:
        """Return every document, in order of id."""
        ids = [id for (id,) in self._db.execute("SELECT id FROM documents ORDER BY id")]
        return [document for id in ids if (document := self._document(id))]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """Return the passages with these row numbers, in the same order."""
        return [self._passage(int(row))[0] for row in rows]

    def sentence_row(self, row: int) -> int:
        """Return the number of the first sentence vector of the passage in this row."""
        return self._passage(row)[1]

    def rows_of(self, document: str, anchor: str | None = None) -> list[int]:
        """Return the rows of a document's passages, or of one of its sections."""
        sql, args = "SELECT row FROM passages WHERE document = ?", [document]
        if anchor is not None:
            sql, args = sql + " AND anchor = ?", [document, anchor]
        return [row for (row,) in self._db.execute(sql + " ORDER BY row", args)]

    def keys(self) -> dict[str, int]:
        """Return for each passage's key (a hash of what was embedded) its row: what a later build can reuse."""
        return dict(self._db.execute("SELECT key, row FROM passages"))

    def verify(self) -> None:
        """Hash every file again.

        Raises:
            IndexMissingError: a file is missing or differs from the manifest.
        """
        _verify(self.folder, self.manifest, limit=None)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def _passage(self, row: int) -> tuple[Passage, int]:
        found = self._db.execute(
            "SELECT document, anchor, start, end, heading, page, sentences, sentence_row FROM passages WHERE row = ?",
            (row,),
        ).fetchone()
        document, anchor, start, end, heading, page, sentences, sentence_row = found
        text = self._document(document).text[start:end]  # type: ignore[union-attr]
        ranges = tuple((s, e) for s, e in json.loads(sentences))
        return Passage(document, anchor, start, end, text, heading, ranges, page), sentence_row

    def _load_document(self, id: str) -> Document | None:
        found = self._db.execute("SELECT content FROM documents WHERE id = ?", (id,)).fetchone()
        return document_from_json(json.loads(found[0])) if found else None


def current(built: Path = BUILT) -> str | None:
    """Return the name of the published generation, or None."""
    try:
        return (built / "current").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise IndexMissingError(
            f"the index in {built} is damaged (current is no name); run: asylum build --fresh"
        ) from error


def open_generation(built: Path = BUILT, name: str | None = None) -> Generation:
    """Open the published generation, or the one named.

    Raises:
        IndexMissingError: there is none, it is damaged, or it is of another format.
    """
    name = name or current(built)
    if name is None:
        raise IndexMissingError(f"no index in {built}; run: asylum build")
    folder = built / name
    try:
        raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        made = raw.get("format")
        if made == FORMAT:
            raw["files"] = {name: (sha256, size) for name, (sha256, size) in raw["files"].items()}
            manifest = Manifest(**raw)
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        message = f"the index in {folder} is damaged (no readable manifest); run: asylum build --fresh"
        raise IndexMissingError(message) from error
    if made != FORMAT:
        raise IndexMissingError(
            f"the index in {folder} has format {made}, this program reads {FORMAT}; run: asylum build --fresh"
        )
    _verify(folder, manifest, limit=HASHED_AT_OPENING)
    return Generation(folder, manifest)


def write_generation(
    folder: Path,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    keys: Sequence[str],
    vectors: Vectors,
    sentence_vectors: NDArray[np.float16],
    lexical: Lexical,
    arrays: dict[str, NDArray[Any]],
) -> dict[str, tuple[str, int]]:
    """Write everything but the manifest into ``folder`` and return each file's SHA-256 and size."""
    folder.mkdir(parents=True)
    db = sqlite3.connect(folder / "passages.sqlite")
    with db:
        db.executescript(_SCHEMA)
        db.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?)",
            ((d.id, d.sha256, digest(d), json.dumps(_document_to_json(d), ensure_ascii=False)) for d in documents),
        )
        db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _passage_rows(passages, keys))
    db.close()
    VectorIndex.build(vectors).save(folder / "passages.faiss")
    np.save(folder / "sentences.npy", sentence_vectors, allow_pickle=False)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    lexical.save(folder / "lexical")
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    for path in files:
        _sync(path)
    return {p.relative_to(folder).as_posix(): (_sha256(p), p.stat().st_size) for p in files}


def publish(built: Path, temporary: Path, manifest: Manifest) -> None:
    """Give a written generation its manifest and name, then point ``current`` at it: the commit mark."""
    path = temporary / "manifest.json"
    path.write_text(json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _sync(path)
    _sync(temporary)
    temporary.rename(built / manifest.generation)
    point(built, manifest.generation)


def point(built: Path, name: str) -> None:
    """Make ``name`` the published generation, atomically and durably."""
    pointer = built / "current.new"
    pointer.write_text(name + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(built / "current")
    _sync(built)


def generations(built: Path = BUILT) -> list[str]:
    """Return the names of complete generations, oldest first; their names begin with their number."""
    return sorted(p.parent.name for p in built.glob("[0-9]*/manifest.json"))


def rollback(built: Path = BUILT) -> str:
    """Publish the last undamaged generation before the current one again and return its name.

    Raises:
        IndexMissingError: there is none.
        ExplainerError: a build is running.
    """
    with build_lock(built):
        now = current(built)
        for name in reversed([g for g in generations(built) if now is None or g < now]):
            try:
                generation = open_generation(built, name)
                generation.verify()
                generation.close()
            except IndexMissingError:
                continue
            point(built, name)
            return name
    raise IndexMissingError(f"no earlier generation in {built}; make a new one: asylum build --fresh")


def sweep(built: Path) -> None:
    """Remove all but the last generations and what a dead build left; the published one always stays."""
    keep = {*generations(built)[-KEPT:], current(built)}
    for path in built.iterdir():
        if path.is_dir() and path.name not in keep and path.name != "cache":
            shutil.rmtree(path, ignore_errors=True)


def digest(document: Document) -> str:
    """Return a hash over all of a document that the index holds: text, metadata, marks, asked questions."""
    content = json.dumps(_document_to_json(document), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def document_from_json(raw: dict[str, Any]) -> Document:
    """Make a Document from what ``write_generation`` stored."""
    sections = tuple(
        Section(
            **{
                **s,
                "path": tuple(s["path"]),
                "asked": tuple(s["asked"]),
                "marks": tuple(Mark(m["offset"], Source(**m["source"])) for m in s["marks"]),
            }
        )
        for s in raw["sections"]
    )
    return Document(**{**raw, "sections": sections})


def _document_to_json(document: Document) -> dict[str, Any]:
    raw = asdict(document)
    del raw["origin"]
    return raw


def _passage_rows(passages: Sequence[Passage], keys: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    sentence_row = 0
    for row, (p, key) in enumerate(zip(passages, keys, strict=True)):
        yield (
            row,
            p.document,
            p.anchor,
            p.start,
            p.end,
            p.heading,
            p.page,
            key,
            sentence_row,
            json.dumps(p.sentences),
        )
        sentence_row += len(p.sentences)


def _verify(folder: Path, manifest: Manifest, limit: int | None) -> None:
    for name, (sha256, size) in manifest.files.items():
        path = folder / name
        actual = path.stat().st_size if path.exists() else -1
        if actual != size or ((limit is None or size <= limit) and _sha256(path) != sha256):
            what = "missing" if actual < 0 else "changed"
            raise IndexMissingError(f"the index in {folder} is damaged ({name} is {what}); run: asylum build --fresh")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
