"""Plan and build: documents → a published generation, embedding only what changed."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.cut import count_words, cut, recipe, sentence_texts
from index.encoding import adapter
from index.encoding.encoder import Encoder, Progress
from index.journal import JournaledEncoder
from index.layout import Layout, Rows, blocks, take
from index.lexical import Lexical, inflected, words
from index.lock import build_lock
from index.questions import known_questions, section_numbers, train_adapter
from index.store import (
    BUILT,
    Generation,
    Manifest,
    current,
    generations,
    open_generation,
    publish,
    sweep,
    write_generation,
)
from index.tables import Entry, Record
from index.vectors import VectorIndex
from knowledge.corpus import Corpus
from knowledge.document import Document
from knowledge.errors import ExplainerError, IndexMissingError, KnowledgeError
from knowledge.passages import Passage

_AT_ONCE = 8192  # texts embedded before their vectors are kept in 16 bits
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
    now = Corpus.of(documents).digests
    if old is None:
        reason = "there is no usable index yet" if documents else ""
        return Plan(tuple(now), (), (), 0, reason)
    manifest = old.manifest
    before = {entry.id: entry.digest for entry in old.entries()}
    old.close()
    reason = ""
    if manifest.fingerprint != encoder.fingerprint:
        reason = f"it was built by another encoder ({manifest.encoder})"
    elif manifest.banks != _hash("\n".join(offtopic)):
        reason = "the bank of questions not to answer changed"
    elif manifest.recipe != recipe():
        reason = "the program cuts documents another way now"
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
    corpus = Corpus.of(documents)
    for id, n in Counter(corpus.ids).items():
        if n > 1:
            raise KnowledgeError(id, 1, f"{n} documents have this id")
    if not any(d.sections for d in corpus):
        raise KnowledgeError(corpus.ids[0], 1, "no document has any text to index")
    with build_lock(built):
        journal = JournaledEncoder(encoder, built / "journal.sqlite", fresh)
        try:
            summary = _build(corpus, journal, offtopic, built, stage, fresh)
        finally:
            journal.close()
        journal.empty()
        return summary


def _build(
    corpus: Corpus, encoder: Encoder, offtopic: Sequence[str], built: Path, stage: Stage, fresh: bool
) -> Summary:
    started = time.monotonic()
    old = None if fresh else _usable(built)
    if old and old.manifest.fingerprint != encoder.fingerprint:
        old.close()
        old = None
    window = encoder.window
    digests = corpus.digests
    was = {entry.id: entry for entry in old.entries()} if old else {}
    same_cut = old is not None and (old.manifest.recipe, old.manifest.window) == (recipe(), window)
    kept = _kept(digests, was) if same_cut else set()
    gone = [id for id in was if id not in kept]
    records = cut(corpus, {id: digest for id, digest in digests.items() if id not in kept}, encoder, window, stage)
    now = [was[id] if id in kept else records[id].entry for id in digests]
    passages, sentences, asked = (
        Layout(list(was.values()), now, kept, count) for count in (_passages, _sentences, _questions)
    )

    origins, sentence_origins, new = _word_for_word(records, gone, passages, sentences, old)
    width = old.manifest.dimensions if old else 0
    rows = _embed([p.embedded for p in new], "embedding passages", encoder, stage, width)
    texts = [text for p in new for text in sentence_texts(p)]
    sentence_rows = _embed(texts, "embedding sentences", encoder, stage, rows.shape[1])
    vectors = VectorIndex.from_blocks(
        blocks(origins, old.vectors.rows if old else None, rows), old.vectors if old else None, origins
    )
    sections = section_numbers(passages, records, old)
    questions = known_questions(records, asked, passages, sections, offtopic, old, encoder, stage)
    weight, trained_on = train_adapter(questions, sections, vectors, old, stage)
    lexical = _lexical(_terms(records), passages, old.lexical if old else None)
    own = _lexical(_own_terms(records), passages, old.own if old else None)
    words = count_words(p for record in records.values() for p in record.passages)
    if old:
        words.subtract(count_words(p for id in gone if (placed := old.placed(id)) for p in placed.record.passages))
    arrays: dict[str, NDArray[Any]] = {"sections": sections.astype(np.int32), **questions.arrays()}
    if weight is not None:
        arrays["adapter"] = weight

    temporary = built / "building"
    shutil.rmtree(temporary, ignore_errors=True)
    with _writing(built, temporary):
        files = write_generation(
            temporary,
            old,
            gone,
            records.values(),
            list(digests),
            words,
            vectors,
            (sentences.size, rows.shape[1]),
            blocks(sentence_origins, partial(take, old.sentence_vectors) if old else None, sentence_rows),
            lexical,
            own,
            arrays,
        )
        number = int((generations(built) or ["0"])[-1].split("-")[0]) + 1
        name = f"{number:06d}-{_hash(repr(sorted(files.items())))[:10]}"
        manifest = Manifest(
            generation=name,
            encoder=encoder.name,
            fingerprint=encoder.fingerprint,
            dimensions=rows.shape[1],
            window=window,
            recipe=recipe(),
            documents=len(digests),
            passages=passages.size,
            sentences=sentences.size,
            index=vectors.kind,
            banks=_hash("\n".join(offtopic)),
            adapter=adapter.fingerprint([weight]) if weight is not None else "",
            trained_on=trained_on,
            files=files,
            built=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        publish(built, temporary, manifest)
    if old:
        old.close()
    sweep(built)
    seconds = time.monotonic() - started
    return Summary(name, len(digests), passages.size, len(new), passages.size - len(new), seconds)


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


def _kept(digests: Mapping[str, str], was: Mapping[str, Entry]) -> set[str]:
    """Return the documents that are as they were; none where they come in another order now, which a corpus never does."""
    same = [id for id, digest in digests.items() if id in was and was[id].digest == digest]
    kept = set(same)
    return kept if same == [id for id in was if id in kept] else set()


def _word_for_word(
    records: Mapping[str, Record], gone: Sequence[str], passages: Layout, sentences: Layout, old: Generation | None
) -> tuple[Rows, Rows, list[Passage]]:
    """Return for each row of passages and sentences the old row whose vector it takes over, -1 for none, and the new passages.

    A passage of a changed document takes over from one that went with the same words, cut into the same sentences.
    """
    origins, sentence_origins = passages.origin.copy(), sentences.origin.copy()
    known: dict[str, tuple[int, int]] = {}
    for id in gone if records and old else ():
        if old and (placed := old.placed(id)):
            rows = range(placed.first, placed.first + len(placed.record.keys))
            known.update(zip(placed.record.keys, zip(rows, placed.sentence_rows, strict=False), strict=True))
    new: list[Passage] = []
    for id, record in records.items():
        row, sentence_row = passages.first[id], sentences.first[id]
        for passage, key in zip(record.passages, record.keys, strict=True):
            count = len(passage.sentences)
            if key in known:
                origins[row], first = known[key]
                sentence_origins[sentence_row : sentence_row + count] = np.arange(first, first + count)
            else:
                new.append(passage)
            row += 1
            sentence_row += count
    return origins, sentence_origins, new


def _embed(texts: Sequence[str], name: str, encoder: Encoder, stage: Stage, width: int) -> NDArray[np.float16]:
    """Return (n, d) unit rows in the 16 bits in which they are stored; ``width`` is d, where it is known."""
    told = stage(name, len(texts))
    rows = [
        encoder.encode_passages(texts[at : at + _AT_ONCE], told).astype(np.float16)
        for at in range(0, len(texts), _AT_ONCE)
    ]
    if not rows and not width:
        rows = [encoder.encode_passages([], told).astype(np.float16)]
    return np.concatenate([np.zeros((0, width or rows[0].shape[1]), np.float16), *rows])


def _lexical(texts: Iterator[list[str]], passages: Layout, old: Lexical | None) -> Lexical:
    """Index the terms of every passage; ``texts`` are those of changed documents alone."""
    if old is None:
        return Lexical.from_terms(texts)
    return old.changed(passages.moved(), passages.size, texts, np.flatnonzero(passages.origin < 0))


def _terms(records: Mapping[str, Record]) -> Iterator[list[str]]:
    """Yield the terms of heading, text and English questions of every passage."""
    for record in records.values():
        asked = {section.anchor: section.asked_in_english for section in record.document.sections}
        for p in record.passages:
            yield words("\n".join((p.embedded, *asked[p.anchor])))


def _own_terms(records: Mapping[str, Record]) -> Iterator[list[str]]:
    """Yield the terms of the questions in other languages beside every passage's section."""
    for record in records.values():
        asked = {section.anchor: section.asked_in_their_own for section in record.document.sections}
        for p in record.passages:
            yield inflected("\n".join(asked[p.anchor]))


def _passages(entry: Entry) -> int:
    return entry.passages


def _sentences(entry: Entry) -> int:
    return entry.sentences


def _questions(entry: Entry) -> int:
    return entry.questions


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
