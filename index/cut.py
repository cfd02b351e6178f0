"""Documents → passages as they are stored: each with a key that decides its vectors, and the recipe behind all of them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import index.lexical
import knowledge.hostile
import knowledge.passages
import knowledge.sentences
from index.encoding.encoder import Encoder, Progress
from index.tables import Record
from knowledge.corpus import Corpus
from knowledge.hostile import reads_like_instructions
from knowledge.passages import Passage, split


@lru_cache(maxsize=1)
def recipe() -> str:
    """Return a hash of all in the program that decides how a document is cut into passages, sentences and terms.

    A change of these files is noticed without anybody raising a number; what it costs is one build that cuts all again.
    """
    made = hashlib.sha256()
    for module in (index.lexical, knowledge.hostile, knowledge.passages, knowledge.sentences):
        made.update(Path(str(module.__file__)).read_bytes())
    made.update(repr([version(name) for name in ("sentencex", "PyStemmer", "anyascii", "bm25s")]).encode())
    return made.hexdigest()[:16]


def cut(
    corpus: Corpus, digests: Mapping[str, str], encoder: Encoder, window: int, stage: Callable[[str, int], Progress]
) -> dict[str, Record]:
    """Cut the documents whose ``digests`` are given, by id."""
    told = stage("cutting passages", len(digests))
    records: dict[str, Record] = {}
    for id, digest in digests.items():
        document = corpus.document(id)
        passages = tuple(split(document, encoder.count, window))
        flagged = tuple(reads_like_instructions(p.embedded) for p in passages)
        records[id] = Record(document, digest, passages, tuple(_key(p) for p in passages), flagged)
        told(1)
    return records


def count_words(passages: Iterable[Passage]) -> Counter[str]:
    """Count the words of four letters or more: those that stand at least twice are what spelling is repaired to."""
    return Counter(word for p in passages for word in re.findall(r"[^\W\d_]{4,}", p.embedded.lower()))


def _key(passage: Passage) -> str:
    """Return a hash of all that decides a passage's vectors: what is embedded, and how it is cut into sentences."""
    ranges = [(start - passage.start, end - passage.start) for start, end in passage.sentences]
    return hashlib.sha256(f"{passage.embedded}\n{ranges}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def sentence_texts(passage: Passage) -> Iterator[str]:
    """Yield a passage's sentences."""
    for start, end in passage.sentences:
        yield passage.text[start - passage.start : end - passage.start]
