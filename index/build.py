"""Plan and build: documents → a published generation, embedding only what changed."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import adapter
from index.encoder import Encoder, Progress, Vectors
from index.journal import JournaledEncoder
from index.lexical import Lexical
from index.lock import build_lock
from index.store import (
    BUILT,
    Generation,
    Manifest,
    current,
    digest,
    generations,
    open_generation,
    publish,
    sweep,
    write_generation,
)
from knowledge.document import Document
from knowledge.errors import ExplainerError, IndexMissingError, KnowledgeError
from knowledge.hostile import reads_like_instructions
from knowledge.passages import Passage, split

Stage = Callable[[str, int], Progress]  # the name of a stage and how many items it has → what to call as they get done


class NoRoomError(ExplainerError, OSError):
    """The generation could not be written; nothing was published."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do, by document id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    reason: str = ""  # why all is made again, where it is

    @property
    def is_empty(self) -> bool:
        """Whether the published generation is up to date."""
        return not (self.added or self.changed or self.removed or self.reason)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    generation: str
    documents: int
    passages: int
    embedded: int
    reused: int
    seconds: float


def plan(documents: Sequence[Document], encoder: Encoder, offtopic: Sequence[str] = (), built: Path = BUILT) -> Plan:
    """Compare the documents with the published generation; loads no model."""
    old = _usable(built)
    now = {d.id: digest(d) for d in documents}
    if old is None:
        reason = "there is no usable index yet" if documents else ""
        return Plan(tuple(now), (), (), 0, reason)
    manifest = old.manifest
    old.close()
    before = manifest.documents
    reason = ""
    if manifest.fingerprint != encoder.fingerprint:
        reason = f"it was built by another encoder ({manifest.encoder})"
    elif manifest.banks != _hash("\n".join(offtopic)):
        reason = "the bank of questions not to answer changed"
    return Plan(
        added=tuple(id for id in now if id not in before),
        changed=tuple(id for id in now if id in before and before[id] != now[id]),
        removed=tuple(id for id in before if id not in now),
        unchanged=sum(before.get(id) == now[id] for id in now),
        reason=reason,
    )


def build_index(
    documents: Sequence[Document],
    encoder: Encoder,
    offtopic: Sequence[str] = (),
    built: Path = BUILT,
    stage: Stage = lambda name, total: lambda done: None,
    fresh: bool = False,
) -> Summary:
    """Build and publish a generation; vectors of unchanged passages are taken over bit for bit.

    ``offtopic`` are questions that the documents do not answer; their vectors help to tell when to be silent.

    A build that was killed leaves its vectors in a journal, and the next one takes them from there.

    Raises:
        KnowledgeError: there is no document, or two have one id.
        NoRoomError: the disk is full; what was published before goes on answering.
        ExplainerError: another build is running.
    """
    if not documents:
        raise KnowledgeError("documents", 1, "there is no document to index")
    for id, n in Counter(d.id for d in documents).items():
        if n > 1:
            raise KnowledgeError(id, 1, f"{n} documents have this id")
    if not any(d.sections for d in documents):
        raise KnowledgeError(documents[0].id, 1, "no document has any text to index")
    with build_lock(built):
        journal = JournaledEncoder(encoder, built / "journal.sqlite", fresh)
        try:
            summary = _build(documents, journal, offtopic, built, stage, fresh)
        finally:
            journal.close()
        journal.empty()
        return summary


def _build(
    documents: Sequence[Document], encoder: Encoder, offtopic: Sequence[str], built: Path, stage: Stage, fresh: bool
) -> Summary:
    started = time.monotonic()
    old = None if fresh else _usable(built)
    if old and old.manifest.fingerprint != encoder.fingerprint:
        old = None

    cut = stage("cutting passages", len(documents))
    passages: list[Passage] = []
    for document in documents:
        passages += split(document, encoder.count, encoder.window)
        cut(1)
    keys = [_key(p) for p in passages]
    known = old.keys() if old else {}
    new = [n for n, key in enumerate(keys) if key not in known]

    vectors = _vectors(passages, keys, known, new, old, encoder, stage)
    sentence_vectors = _sentence_vectors(passages, keys, known, new, old, encoder, stage)
    arrays = _questions(documents, passages, vectors, offtopic, old, encoder, stage)
    arrays["words"] = _vocabulary(passages)
    if (flagged := np.array([reads_like_instructions(p.embedded) for p in passages], np.bool_)).any():
        arrays["flagged"] = flagged
    asked = {(d.id, s.anchor): s.asked for d in documents for s in d.sections}
    lexical = Lexical.build("\n".join((p.embedded, *asked[p.document, p.anchor])) for p in passages)
    if old:
        old.close()

    temporary = built / "building"
    shutil.rmtree(temporary, ignore_errors=True)
    with _writing(built, temporary):
        files = write_generation(temporary, documents, passages, keys, vectors, sentence_vectors, lexical, arrays)
        number = int((generations(built) or ["0"])[-1].split("-")[0]) + 1
        name = f"{number:06d}-{_hash(repr(sorted(files.items())))[:10]}"
        manifest = Manifest(
            generation=name,
            encoder=encoder.name,
            fingerprint=encoder.fingerprint,
            dimensions=vectors.shape[1],
            window=encoder.window,
            passages=len(passages),
            sentences=len(sentence_vectors),
            documents={d.id: digest(d) for d in documents},
            banks=_hash("\n".join(offtopic)),
            adapter=adapter.fingerprint([arrays["adapter"]]) if "adapter" in arrays else "",
            files=files,
            built=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        publish(built, temporary, manifest)
    sweep(built)
    seconds = time.monotonic() - started
    return Summary(name, len(documents), len(passages), len(new), len(passages) - len(new), seconds)


@contextmanager
def _writing(built: Path, temporary: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, RuntimeError) as error:  # FAISS and SQLite have their own words for a full disk
        shutil.rmtree(temporary, ignore_errors=True)
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0][:120]
        raise NoRoomError(
            f"the index could not be written to {built} ({reason}); the one before goes on answering; make room, then run: asylum build"
        ) from error


def _usable(built: Path) -> Generation | None:
    if current(built) is None:
        return None
    try:
        return open_generation(built)
    except IndexMissingError:
        return None  # damaged or of another format: nothing of it is taken over


def _vectors(
    passages: Sequence[Passage],
    keys: Sequence[str],
    known: dict[str, int],
    new: Sequence[int],
    old: Generation | None,
    encoder: Encoder,
    stage: Stage,
) -> Vectors:
    fresh = encoder.encode_passages([passages[n].embedded for n in new], stage("embedding passages", len(new)))
    rows = np.zeros((len(passages), fresh.shape[1]), np.float32)
    rows[list(new)] = fresh
    if old:
        kept = [n for n, key in enumerate(keys) if key in known]
        rows[kept] = old.vectors.rows(np.asarray([known[keys[n]] for n in kept], np.int64))
    return rows


def _sentence_vectors(
    passages: Sequence[Passage],
    keys: Sequence[str],
    known: dict[str, int],
    new: Sequence[int],
    old: Generation | None,
    encoder: Encoder,
    stage: Stage,
) -> NDArray[np.float16]:
    texts = [text for n in new for text in _sentence_texts(passages[n])]
    fresh = iter(encoder.encode_passages(texts, stage("embedding sentences", len(texts))).astype(np.float16))
    rows: list[NDArray[np.float16]] = []
    for passage, key in zip(passages, keys, strict=True):
        if old and key in known:
            first = old.sentence_row(known[key])
            rows += list(old.sentence_vectors[first : first + len(passage.sentences)])
        else:
            rows += [next(fresh) for _ in passage.sentences]
    return np.stack(rows)


def _key(passage: Passage) -> str:
    """Return a hash of all that decides a passage's vectors: what is embedded, and how it is cut into sentences."""
    cut = [(start - passage.start, end - passage.start) for start, end in passage.sentences]
    return _hash(f"{passage.embedded}\n{cut}")


def _sentence_texts(passage: Passage) -> Iterator[str]:
    for start, end in passage.sentences:
        yield passage.text[start - passage.start : end - passage.start]


def _questions(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    vectors: Vectors,
    offtopic: Sequence[str],
    old: Generation | None,
    encoder: Encoder,
    stage: Stage,
) -> dict[str, NDArray[Any]]:
    """Return the vectors of the known questions, asked and off-topic, and the adapter trained on the asked ones."""
    places = {place: n for n, place in enumerate(dict.fromkeys(p.place for p in passages))}
    asked = [(q, places[f"{d.id}#{s.anchor}"]) for d in documents for s in d.sections for q in s.asked]
    if not asked and not offtopic:
        return {}
    texts = [q for q, _ in asked] + list(offtopic)
    keys = np.array([_hash(q)[:16] for q in texts], "S16")
    known: dict[bytes, int] = {}
    before = old.array("question_vectors") if old else None
    if old is not None and before is not None:
        known = {key: n for n, key in enumerate(old.array("question_keys"))}  # type: ignore[arg-type]
    new = [n for n, key in enumerate(keys) if key not in known]
    rows = np.zeros((len(texts), vectors.shape[1]), np.float32)
    rows[new] = encoder.encode_questions([texts[n] for n in new], stage("embedding known questions", len(new)))
    for n, key in enumerate(keys):
        if key in known and before is not None:
            rows[n] = before[known[key]]
    arrays: dict[str, NDArray[Any]] = {
        "question_vectors": rows,
        "question_keys": keys,
        "question_places": np.array([place for _, place in asked], np.int64),  # the rest is off-topic
    }
    if asked:
        progress = stage("training the adapter", 1)
        passage_places = np.array([places[p.place] for p in passages], np.int64)
        arrays["adapter"] = adapter.train(rows[: len(asked)], arrays["question_places"], vectors, passage_places)
        progress(1)
    return arrays


def _vocabulary(passages: Sequence[Passage]) -> NDArray[np.bytes_]:
    """Return the words of four letters or more that stand at least twice, commonest first: what spelling is repaired to."""
    counts = Counter(word for p in passages for word in re.findall(r"[^\W\d_]{4,}", p.embedded.lower()))
    return np.array([word.encode() for word, n in counts.most_common() if n > 1], "S48")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
