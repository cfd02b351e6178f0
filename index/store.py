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
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.lexical import Lexical
from index.lock import build_lock
from index.tables import Entry, Placed, Record, Tables, write_tables
from index.vectors import VectorIndex
from knowledge.document import Document
from knowledge.errors import IndexMissingError
from knowledge.passages import Passage

FORMAT = 4
BUILT = Path(__file__).parent / "built"
KEPT = 3
LONGEST_WORD = 48  # bytes of a word that spelling is repaired to
# At opening, files up to this size are hashed; larger ones are compared by size, and hashed by `build --verify`.
HASHED_AT_OPENING = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a generation was made. ``files`` maps names to SHA-256 and size in bytes.

    ``recipe`` stands for how the program cut the documents, ``index`` for how vectors are found (see ``VectorIndex.kind``),
    and ``trained_on`` for what the adapter was trained on.
    """

    generation: str
    encoder: str
    fingerprint: str
    dimensions: int
    window: int
    recipe: str
    documents: int
    passages: int
    sentences: int
    index: str
    banks: str
    adapter: str
    trained_on: str
    files: dict[str, tuple[str, int]]
    built: str
    format: int = FORMAT


class Generation:
    """One opened generation; closed over a folder that never changes, each part of which is opened when it is needed."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._tables = Tables(folder / "passages.sqlite")

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
        """BM25 over heading, text and English asked questions of every passage."""
        return Lexical.load(self.folder / "lexical")

    @cached_property
    def own(self) -> Lexical:
        """BM25 over the ``inflected`` questions in other languages than the encoder's, in the same rows as ``lexical``.

        By themselves, so that they neither lengthen a section for an English question nor make its words look commoner.
        """
        return Lexical.load(self.folder / "own")

    @cached_property
    def flagged(self) -> frozenset[int]:
        """The rows of passages that read like instructions to a program: shown as ever, marked where a model reads them."""
        placed = [self._tables.placed(id) for id in self._tables.flagged()]
        return frozenset(p.first + n for p in placed if p for n, flag in enumerate(p.record.flagged) if flag)

    def array(self, name: str) -> NDArray[Any] | None:
        """Return a further array of the generation by name, or None where it has none."""
        path = self.folder / f"{name}.npy"
        return np.load(path, allow_pickle=False) if path.exists() else None

    def document(self, id: str) -> Document | None:
        """Return a document as it was when this generation was built, or None."""
        placed = self.placed(id)
        return placed.record.document if placed else None

    def documents(self) -> list[Document]:
        """Return every document, in order of their rows."""
        return [document for entry in self.entries() if (document := self.document(entry.id))]

    def entries(self) -> list[Entry]:
        """Return what is counted of every document, in order of their rows; opens none of them."""
        return self._tables.entries()

    def placed(self, id: str) -> Placed | None:
        """Return a document with its passages, their keys and rows, or None."""
        return self._tables.placed(id)

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """Return the passages with these row numbers, in the same order."""
        placed = [(int(row), self._tables.at(int(row))) for row in rows]
        return [p.record.passages[row - p.first] for row, p in placed]

    def sentence_row(self, row: int) -> int:
        """Return the number of the first sentence vector of the passage in this row."""
        placed = self._tables.at(row)
        return placed.sentence_rows[row - placed.first]

    def rows_of(self, document: str, anchor: str | None = None) -> list[int]:
        """Return the rows of a document's passages, or of one of its sections."""
        placed = self.placed(document)
        passages = placed.record.passages if placed else ()
        first = placed.first if placed else 0
        return [first + n for n, p in enumerate(passages) if anchor in (None, p.anchor)]

    def verify(self) -> None:
        """Hash every file again.

        Raises:
            IndexMissingError: a file is missing or differs from the manifest.
        """
        _verify(self.folder, self.manifest, limit=None)

    def close(self) -> None:
        """Close the database."""
        self._tables.close()


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
    old: Generation | None,
    gone: Iterable[str],
    records: Iterable[Record],
    ids: Sequence[str],
    words: Counter[str],
    vectors: VectorIndex,
    sentences: tuple[int, int],
    sentence_vectors: Iterable[NDArray[np.float16]],
    lexical: Lexical,
    own: Lexical,
    arrays: dict[str, NDArray[Any]],
) -> dict[str, tuple[str, int]]:
    """Write everything but the manifest into ``folder`` and return each file's SHA-256 and size.

    Documents are those of ``old`` without ``gone``, and ``records``; ``ids`` and ``words`` see ``write_tables``. The sentences'
    vectors come in blocks, and ``sentences`` is the shape of all.
    """
    folder.mkdir(parents=True)
    before = old.folder / "passages.sqlite" if old else None
    spelled = write_tables(folder / "passages.sqlite", before, gone, records, ids, words)
    vectors.save(folder / "passages.faiss")
    _save_blocks(folder / "sentences.npy", sentences, sentence_vectors)
    for name, array in {**arrays, "words": _words(spelled)}.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    lexical.save(folder / "lexical")
    own.save(folder / "own")
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


def _save_blocks(path: Path, shape: tuple[int, int], blocks: Iterable[NDArray[np.float16]]) -> None:
    # not through a mapped file: a full disk would end the process there
    with path.open("wb") as file:
        header = {"descr": "<f2", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.ascontiguousarray(block, "<f2").data)


def _words(words: Sequence[str]) -> NDArray[np.bytes_]:
    encoded = (word.encode() for word in words)
    return np.array([word for word in encoded if len(word) <= LONGEST_WORD], f"S{LONGEST_WORD}")


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
