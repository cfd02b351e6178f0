"""What a build would change, passage by passage, and which golden questions would lose or gain their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.build import Plan
from index.encoding.encoder import Encoder
from index.store import BUILT, Generation, open_generation
from knowledge.corpus import Corpus
from knowledge.document import Document
from knowledge.errors import IndexMissingError
from knowledge.golden import GoldenQuestion
from knowledge.passages import split


@dataclass(frozen=True, slots=True)
class Changes:
    """How many passages of each document come, are cut anew and go; and (question id, place) that golden questions lose or gain.

    A passage is changed where a document gives one up and gets another in its section.
    """

    added: dict[str, int]
    changed: dict[str, int]
    removed: dict[str, int]
    lost: tuple[tuple[str, str], ...]
    gained: tuple[tuple[str, str], ...]


def changes(
    planned: Plan,
    documents: Sequence[Document],
    encoder: Encoder,
    golden: Sequence[GoldenQuestion] = (),
    built: Path = BUILT,
) -> Changes:
    """Tell the changes of a plan by passage; embeds nothing, and loads no model where an index exists."""
    try:
        old: Generation | None = open_generation(built)
    except IndexMissingError:
        old = None
    touched = {*planned.added, *planned.changed, *planned.removed}
    same = old is not None and old.manifest.fingerprint == encoder.fingerprint
    window = old.manifest.window if old is not None and same else encoder.window
    added: dict[str, int] = {}
    changed: dict[str, int] = {}
    removed: dict[str, int] = {}
    places_before: set[str] = set()
    places_now: set[str] = set()
    corpus = Corpus.of(documents)
    now = corpus.digests
    for id in sorted(touched):
        was = old.placed(id) if old else None
        document = corpus.document(id) if id in now else None
        passages = split(document, encoder.count, window) if document else []
        before = Counter((p.anchor, p.embedded) for p in was.record.passages) if was else Counter()
        after = Counter((p.anchor, p.embedded) for p in passages)
        places_before.update(_places(was.record.document) if was else ())
        places_now.update(_places(document) if document else ())
        gone = Counter(anchor for anchor, _ in (before - after).elements())
        come = Counter(anchor for anchor, _ in (after - before).elements())
        told = ((added, come - gone), (changed, come & gone), (removed, gone - come))
        for counts, anchors in told:
            if n := anchors.total():
                counts[id] = n
    if old is not None:
        old.close()
    expected = [(q.id, place) for q in golden for place in q.places]
    return Changes(
        added,
        changed,
        removed,
        lost=tuple(e for e in expected if e[1] in places_before and e[1] not in places_now),
        gained=tuple(e for e in expected if e[1] not in places_before and e[1] in places_now),
    )


def _places(document: Document) -> list[str]:
    return [f"{document.id}#{section.anchor}" for section in document.sections]
