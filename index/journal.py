"""The journal: vectors a build has computed, on disk at once, so that a killed build does not compute them again."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np

from index.encoding.encoder import Encoder, Progress, Vectors

_log = logging.getLogger(__name__)
_SLICE = 256
_ROOM = 200  # rows a query; SQLite allows some hundreds of parameters everywhere

Side = Literal["passage", "question"]


class JournaledEncoder:
    """An encoder that writes every vector down and computes none twice; to its caller it is the encoder it wraps.

    A vector's key is the encoder's fingerprint, the side and the text, so that no other encoder's is ever taken.
    A journal that cannot be read or written is done without.
    """

    def __init__(self, encoder: Encoder, path: Path, fresh: bool = False) -> None:
        self._encoder = encoder
        self._path = path
        self._db: sqlite3.Connection | None = None
        if fresh:
            self.empty()
        self._db = self._opened()

    @property
    def name(self) -> str:
        """The wrapped encoder's."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """The wrapped encoder's."""
        return self._encoder.fingerprint

    @property
    def window(self) -> int:
        """The wrapped encoder's."""
        return self._encoder.window

    def count(self, text: str) -> int:
        """Count as the wrapped encoder does."""
        return self._encoder.count(text)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (n, d) float32 unit rows."""
        return self._encode("passage", texts, progress)

    def encode_questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (n, d) float32 unit rows."""
        return self._encode("question", texts, progress)

    def close(self) -> None:
        """Keep what is written for the next build."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def empty(self) -> None:
        """Remove the journal: what it held is published."""
        self.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _encode(self, side: Side, texts: Sequence[str], progress: Progress | None) -> Vectors:
        encode = self._encoder.encode_passages if side == "passage" else self._encoder.encode_questions
        keys = [self._key(side, text) for text in texts]
        rows = self._known(keys)
        missing = [n for n, key in enumerate(keys) if key not in rows]
        if not missing and rows:
            if progress:
                progress(len(texts))
            return np.stack([rows[key] for key in keys])
        if progress and len(missing) < len(texts):
            progress(len(texts) - len(missing))
        fresh = []
        for at in range(0, max(len(missing), 1), _SLICE):
            chunk = missing[at : at + _SLICE]
            vectors = encode([texts[n] for n in chunk], progress)
            self._write([keys[n] for n in chunk], vectors)
            fresh.append(vectors)
        computed = np.concatenate(fresh)
        result = np.empty((len(texts), computed.shape[1]), np.float32)
        result[missing] = computed
        for n, key in enumerate(keys):
            if key in rows:
                result[n] = rows[key]
        return result

    def _key(self, side: Side, text: str) -> bytes:
        return hashlib.sha256(f"{self._encoder.fingerprint}\n{side}\n{text}".encode()).digest()

    def _opened(self) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                db = sqlite3.connect(self._path)
                db.execute("PRAGMA journal_mode = WAL")
                # Power may fail: then the last slices are lost, and nothing else is.
                db.execute("PRAGMA synchronous = NORMAL")
                db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, row BLOB NOT NULL)")
                db.execute("SELECT count(*) FROM vectors").fetchone()
            except sqlite3.DatabaseError as error:
                _log.warning("the journal %s is damaged (%s) and begun anew", self._path, error)
                self.empty()
            else:
                return db
        return None

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        if self._db is None:
            return found
        try:
            for at in range(0, len(keys), _ROOM):
                chunk = list(dict.fromkeys(keys[at : at + _ROOM]))
                marks = ",".join("?" * len(chunk))
                for key, row in self._db.execute(f"SELECT key, row FROM vectors WHERE key IN ({marks})", chunk):
                    found[key] = np.frombuffer(row, np.float32)
        except sqlite3.DatabaseError as error:
            _log.warning("the journal cannot be read (%s)", error)
            return {}
        return found

    def _write(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        if self._db is None:
            return
        try:
            with self._db:
                rows = ((key, row.tobytes()) for key, row in zip(keys, vectors, strict=True))
                self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            # a full disk ends the build where it writes the generation, with a plain message
            _log.warning("the journal cannot be written (%s)", error)
            self.close()
