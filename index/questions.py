"""The vectors of known questions, asked and off-topic, and the adapter that the asked ones train."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoding import adapter
from index.encoding.encoder import Encoder, Progress, Vectors
from index.layout import Layout, Rows
from index.store import Generation
from index.tables import Record
from index.vectors import VectorIndex

# Training costs questions times passages; of more questions than this, evenly chosen ones stand for the rest.
MOST = 10_000

Stage = Callable[[str, int], Progress]


@dataclass(frozen=True, slots=True)
class Questions:
    """Known questions: those asked of sections, in order of document, then those off topic.

    ``vectors`` (n, d) and ``keys`` (n,) are of all of them, ``places`` (m,) is the number of the section of each asked one.
    """

    vectors: Vectors
    keys: NDArray[np.bytes_]
    places: Rows

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return them by the names under which a generation stores them; none where there is no question."""
        if not len(self.keys):
            return {}
        return {"question_vectors": self.vectors, "question_keys": self.keys, "question_places": self.places}


def section_numbers(passages: Layout, records: Mapping[str, Record], old: Generation | None) -> Rows:
    """Return for each passage row the number of its section, from 0, in order of the rows."""
    begins = np.zeros(passages.size, np.bool_)
    if old is not None:
        kept = passages.origin >= 0
        begins[kept] = (np.diff(_sections(old), prepend=-1) > 0)[passages.origin[kept]]
    for id, record in records.items():
        anchors = [p.anchor for p in record.passages]
        first = passages.first[id]
        begins[first : first + len(anchors)] = [n == 0 or anchors[n - 1] != a for n, a in enumerate(anchors)]
    return np.cumsum(begins) - 1


def known_questions(
    records: Mapping[str, Record],
    asked: Layout,
    passages: Layout,
    sections: Rows,
    offtopic: Sequence[str],
    old: Generation | None,
    encoder: Encoder,
    stage: Stage,
) -> Questions:
    """Embed those questions that the old generation does not know.

    ``records`` are the documents that changed; ``asked`` and ``passages`` say what is taken over of the others.
    """
    texts: dict[int, str] = {asked.size + n: text for n, text in enumerate(offtopic)}
    places = np.zeros(asked.size, np.int64)
    for id, record in records.items():
        row = asked.first[id]
        rows = {p.anchor: passages.first[id] + n for n, p in reversed(list(enumerate(record.passages)))}
        for section in record.document.sections:
            for text in section.asked_in_english:
                texts[row] = text
                places[row] = sections[rows[section.anchor]]
                row += 1
    origin = np.concatenate([asked.origin, np.full(len(offtopic), -1, np.int64)])
    keys = np.zeros(len(origin), "S16")
    keys[list(texts)] = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts.values()]
    before = old.array("question_vectors") if old else None
    if old is not None and before is not None:
        known_keys, known_places = _array(old, "question_keys"), _array(old, "question_places")
        kept = np.flatnonzero(asked.origin >= 0)
        first_rows = np.searchsorted(_sections(old), known_places[asked.origin[kept]])
        places[kept] = sections[passages.moved()[first_rows]]
        keys[kept] = known_keys[asked.origin[kept]]
        known = {key: n for n, key in enumerate(known_keys.tolist())} if texts else {}
        for row in texts:
            origin[row] = known.get(keys[row], -1)
    new = np.flatnonzero(origin < 0)
    told = stage("embedding known questions", len(new)) if len(origin) else None
    fresh = encoder.encode_questions([texts[row] for row in new.tolist()], told) if len(new) else None
    width = fresh.shape[1] if fresh is not None else before.shape[1] if before is not None else 0
    vectors = np.zeros((len(origin), width), np.float32)
    if fresh is not None:
        vectors[new] = fresh
    if before is not None:
        vectors[origin >= 0] = before[origin[origin >= 0]]
    return Questions(vectors, keys, places)


def train_adapter(
    questions: Questions, sections: Rows, vectors: VectorIndex, old: Generation | None, stage: Stage
) -> tuple[Vectors | None, str]:
    """Return the adapter and a hash of all it was trained on; the old one where that is the same, None without questions.

    Questions learn to tell the sections apart that have any, so that a document without does not change the adapter.
    """
    asked = len(questions.places)
    if not asked:
        return None, ""
    chosen = np.arange(asked) if asked <= MOST else np.linspace(0, asked - 1, MOST).astype(np.int64)
    has_questions = np.zeros(int(sections[-1]) + 1, np.bool_)
    has_questions[questions.places[chosen]] = True
    number = np.cumsum(has_questions) - 1
    rows = np.flatnonzero(has_questions[sections])
    inputs = (
        questions.vectors[chosen],
        number[questions.places[chosen]],
        vectors.rows(rows),
        number[sections[rows]],
    )
    made = hashlib.sha256(Path(adapter.__file__).read_bytes())
    for array in inputs:
        made.update(np.ascontiguousarray(array).data)
    trained_on = made.hexdigest()[:16]
    if old is not None and old.manifest.trained_on == trained_on:
        return old.array("adapter"), trained_on
    told = stage("training the adapter", 1)
    weight = adapter.train(*inputs)
    told(1)
    return weight, trained_on


def _sections(old: Generation) -> Rows:
    return _array(old, "sections").astype(np.int64)


def _array(old: Generation, name: str) -> NDArray[Any]:
    array = old.array(name)
    if array is None:
        raise FileNotFoundError(name)  # every generation with questions has it
    return array
