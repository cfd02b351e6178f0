"""The SQLite file of a generation: documents as they were, how each was cut, and the words that spelling is repaired to.

A later generation copies the file and exchanges what changed. Row numbers follow from the order of documents and are
worked out anew each time; all else is stored by document and stays as it is.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from knowledge.document import Document
from knowledge.document_json import document_from_json, document_to_json
from knowledge.passages import Passage

_SCHEMA = """
PRAGMA auto_vacuum = FULL;
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    passages INTEGER NOT NULL, sentences INTEGER NOT NULL, questions INTEGER NOT NULL, flagged INTEGER NOT NULL);
CREATE INDEX flagged_documents ON documents (id) WHERE flagged > 0;
CREATE TABLE contents (document INTEGER PRIMARY KEY, content TEXT NOT NULL, passages TEXT NOT NULL);
CREATE TABLE firsts (position INTEGER PRIMARY KEY, document INTEGER NOT NULL UNIQUE, passage INTEGER NOT NULL,
    sentence INTEGER NOT NULL);
CREATE INDEX firsts_by_passage ON firsts (passage);
CREATE TABLE words (word TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of a generation: its digest, and how many rows it has in each list of vectors."""

    id: str
    digest: str
    passages: int
    sentences: int
    questions: int


@dataclass(frozen=True, slots=True)
class Record:
    """A document as it is stored: its passages, each with its key, and which of them read like instructions."""

    document: Document
    digest: str
    passages: tuple[Passage, ...]
    keys: tuple[str, ...]
    flagged: tuple[bool, ...]

    @property
    def entry(self) -> Entry:
        """What other documents' row numbers depend on."""
        sentences = sum(len(p.sentences) for p in self.passages)
        questions = sum(len(s.asked_in_english) for s in self.document.sections)
        return Entry(self.document.id, self.digest, len(self.passages), sentences, questions)


@dataclass(frozen=True, slots=True)
class Placed:
    """A record, the row of its first passage, and for each passage the row of its first sentence."""

    record: Record
    first: int
    sentence_rows: tuple[int, ...]


class Tables:
    """Reads the file of one generation."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        self._cached = lru_cache(maxsize=1024)(self._load)
        self._holder = lru_cache(maxsize=65_536)(self._id_at)

    def entries(self) -> list[Entry]:
        """Return every document's, in order of their rows."""
        sql = (
            "SELECT id, digest, passages, sentences, questions FROM firsts JOIN documents ON number = document "
            "ORDER BY position"
        )
        return [Entry(*found) for found in self._db.execute(sql)]

    def flagged(self) -> list[str]:
        """Return the ids of documents that have a flagged passage."""
        return [id for (id,) in self._db.execute("SELECT id FROM documents WHERE flagged > 0 ORDER BY id")]

    def at(self, row: int) -> Placed:
        """Return the record that holds a passage row."""
        placed = self.placed(self._holder(row))
        if placed is None:
            raise IndexError(f"no passage {row}")
        return placed

    def placed(self, id: str) -> Placed | None:
        """Return a document with its passages, or None."""
        return self._cached(id)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _id_at(self, row: int) -> str:
        sql = (
            "SELECT id FROM firsts JOIN documents ON number = document WHERE passage <= ? ORDER BY passage DESC LIMIT 1"
        )
        (id,) = self._db.execute(sql, (row,)).fetchone()
        return str(id)

    def _load(self, id: str) -> Placed | None:
        sql = (
            "SELECT digest, content, contents.passages, passage, sentence FROM documents "
            "JOIN contents ON contents.document = number JOIN firsts ON firsts.document = number WHERE id = ?"
        )
        found = self._db.execute(sql, (id,)).fetchone()
        if found is None:
            return None
        digest, content, cut, passage, sentence = found
        document = document_from_json(json.loads(content))
        rows = [_passage_from_json(document, raw) for raw in json.loads(cut)]
        passages, keys, flagged = zip(*rows, strict=True) if rows else ((), (), ())
        sentence_rows = accumulate((len(p.sentences) for p in passages), initial=sentence)
        return Placed(Record(document, digest, passages, keys, flagged), passage, tuple(sentence_rows))


def write_tables(
    path: Path,
    before: Path | None,
    gone: Iterable[str],
    records: Iterable[Record],
    ids: Sequence[str],
    words: Counter[str],
) -> list[str]:
    """Write the file: that of ``before`` without the documents ``gone``, with ``records``; return the spelling words.

    ``ids`` are all documents in order of their rows; ``words`` are how many more of each word there are now, and may be below zero.
    """
    if before is not None:
        shutil.copyfile(before, path)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        # nobody reads the file before it is whole, and what is deleted must not stay on disk
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;")
        if before is None:
            db.executescript(_SCHEMA)
        db.execute("BEGIN")
        for id in gone:
            db.execute("DELETE FROM contents WHERE document = (SELECT number FROM documents WHERE id = ?)", (id,))
            db.execute("DELETE FROM documents WHERE id = ?", (id,))
        for record in records:
            _insert(db, record)
        _number(db, ids)
        sql = "INSERT INTO words VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET n = n + excluded.n"
        db.executemany(sql, ((word, n) for word, n in words.items() if n))
        db.execute("DELETE FROM words WHERE n <= 0")
        db.execute("COMMIT")
        sql = "SELECT word FROM words WHERE n > 1 ORDER BY n DESC, word LIMIT ?"
        return [word for (word,) in db.execute(sql, (SPELLED,))]
    finally:
        db.close()


# Words that spelling is repaired to: rarer ones than these are misspelt themselves as often as not
SPELLED = 100_000


def _insert(db: sqlite3.Connection, record: Record) -> None:
    entry = record.entry
    sql = "INSERT INTO documents (id, digest, passages, sentences, questions, flagged) VALUES (?, ?, ?, ?, ?, ?)"
    counts = (entry.passages, entry.sentences, entry.questions, sum(record.flagged))
    number = db.execute(sql, (entry.id, entry.digest, *counts)).lastrowid
    content = json.dumps(document_to_json(record.document), ensure_ascii=False)
    columns = zip(record.passages, record.keys, record.flagged, strict=True)
    cut = json.dumps([_passage_to_json(*column) for column in columns], ensure_ascii=False)
    db.execute("INSERT INTO contents VALUES (?, ?, ?)", (number, content, cut))


def _number(db: sqlite3.Connection, ids: Sequence[str]) -> None:
    sql = "SELECT id, number, passages, sentences FROM documents"
    known = {id: (number, passages, sentences) for id, number, passages, sentences in db.execute(sql)}
    rows: list[tuple[int, int, int, int]] = []
    passage = sentence = 0
    for position, id in enumerate(ids):
        number, passages, sentences = known[id]
        rows.append((position, number, passage, sentence))
        passage += passages
        sentence += sentences
    db.execute("DELETE FROM firsts")
    db.executemany("INSERT INTO firsts VALUES (?, ?, ?, ?)", rows)


def _passage_to_json(passage: Passage, key: str, flagged: bool) -> list[Any]:
    p = passage
    return [p.anchor, p.start, p.end, p.heading, p.page, p.sentences, key, int(flagged)]


def _passage_from_json(document: Document, raw: Sequence[Any]) -> tuple[Passage, str, bool]:
    anchor, start, end, heading, page, sentences, key, flagged = raw
    ranges = tuple((begin, stop) for begin, stop in sentences)
    text = document.text[start:end]
    return Passage(document.id, anchor, start, end, text, heading, ranges, page), key, bool(flagged)
