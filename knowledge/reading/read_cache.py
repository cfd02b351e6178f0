"""Documents that were read before: a corpus of thousands is parsed once, and files that did not change are not even opened.

One SQLite file holds every document with the stamp of its files (size, times, inode) and the hash of all that decides it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from knowledge.corpus import Item, opened
from knowledge.document import Document
from knowledge.document_json import document_from_json, document_to_json
from knowledge.reading.read_blocks import LIMITS, Limits
from knowledge.reading.sidecar import file_sha256

_log = logging.getLogger(__name__)
# Raised by hand with every change of a reader that changes what it gives.
READERS = 2
_LIBRARIES = (
    "markdown-it-py",
    "mdit-py-plugins",
    "pypdfium2",
    "trafilatura",
    "python-docx",
    "lxml",
    "charset-normalizer",
)
# Seconds that a file must have been left alone before its stamp is believed: a change within one tick of the file system's
# clock, of the same length, would go unseen.
SETTLED = 2.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS read (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
    digest TEXT NOT NULL, sha256 TEXT NOT NULL, content TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS read_by_key ON read (key);
"""


class ReadCache:
    """Remembers documents by path; those that a run did not ask for are removed at its end.

    A cache that is damaged or cannot be written costs only the time to read again.
    """

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self._path = folder / "documents.sqlite"
        # a file that is above a lowered limit is left out, though it was read before
        self._readers = repr((READERS, limits, [_version(name) for name in _LIBRARIES]))
        self._db = self._opened()
        self._known: dict[str, tuple[str, str, str]] = {}
        if self._db is not None:
            rows = self._db.execute("SELECT path, stamp, id, digest FROM read")
            self._known = {path: (stamp, id, digest) for path, stamp, id, digest in rows}
        self._used: set[str] = set()

    def stamp(self, paths: Sequence[Path]) -> str:
        """Return what tells files apart without opening them, "" where one changed just now."""
        stats = [_stat(path) for path in paths]
        newest = max((max(s.st_mtime, s.st_ctime) for s in stats if s), default=0.0)
        if time.time() - newest < SETTLED:
            return ""
        return repr((self._readers, [s and (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for s in stats]))

    def key(self, path: Path, id: str, metadata: Mapping[str, str], asked: Mapping[str, Sequence[str]]) -> str:
        """Return a hash of all that decides a document."""
        stated = json.dumps(
            [self._readers, id, file_sha256(path), dict(metadata), {k: list(v) for k, v in asked.items()}]
        )
        return hashlib.sha256(stated.encode()).hexdigest()

    def unchanged(self, path: Path, stamp: str, read: Callable[[], Document]) -> Item | None:
        """Return the document of a file whose stamp is as it was; ``read`` reads it where the cache is damaged."""
        known = self._known.get(str(path))
        if known is None or not stamp or known[0] != stamp:
            return None
        self._used.add(str(path))
        return Item(known[1], known[2], lambda: self._content("path", str(path), path) or read())

    def get(self, key: str, path: Path, stamp: str) -> Item | None:
        """Return the document of the same key, or None; from now on it is known by its stamp."""
        document = self._content("key", key, path)
        if document is None:
            return None
        item = opened(document)
        self._put(key, path, stamp, item, document)
        return item

    def put(self, key: str, path: Path, stamp: str, document: Document) -> Item:
        """Store a document and return it as an item."""
        item = opened(document)
        self._put(key, path, stamp, item, document)
        return item

    def sweep(self) -> None:
        """Remove what was not asked for: a removed document leaves no trace. Write the rest down."""
        for path in self._path.parent.glob("*.json"):  # as this cache once was
            path.unlink(missing_ok=True)
        gone = [(path,) for path in self._known if path not in self._used]
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.executemany("DELETE FROM read WHERE path = ?", gone)
                self._db.commit()

    def _put(self, key: str, path: Path, stamp: str, item: Item, document: Document) -> None:
        self._used.add(str(path))
        if self._db is None:
            return
        content = json.dumps(document_to_json(document), ensure_ascii=False)
        try:
            values = (str(path), stamp, key, item.id, item.digest, _sha256(content), content)
            self._db.execute("INSERT OR REPLACE INTO read VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        except (sqlite3.Error, UnicodeEncodeError) as error:  # a full disk, half a character
            _log.warning("a document is not cached (%s)", type(error).__name__)

    def _content(self, column: str, value: str, path: Path) -> Document | None:
        if self._db is None:
            return None
        try:
            found = self._db.execute(f"SELECT sha256, content FROM read WHERE {column} = ?", (value,)).fetchone()
            if found is None or found[0] != _sha256(found[1]):
                return None
            return replace(document_from_json(json.loads(found[1])), origin=str(path))
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            return None

    def _opened(self) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                # a build may run in another thread than the one that read the corpus
                db = sqlite3.connect(self._path, check_same_thread=False)
                db.executescript(f"PRAGMA secure_delete = ON; PRAGMA synchronous = OFF; {_SCHEMA}")
                db.execute("SELECT path, stamp, id, digest FROM read LIMIT 1").fetchone()
            except (
                OSError,
                sqlite3.OperationalError,
            ) as error:  # somebody else builds, or the folder cannot be written
                _log.warning("the cache of documents is not used (%s)", error)
                return None
            except sqlite3.DatabaseError as error:
                _log.warning("the cache of documents is damaged (%s) and begun anew", error)
                with suppress(OSError):
                    self._path.unlink(missing_ok=True)
            else:
                return db
        return None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
