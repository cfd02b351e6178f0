"""The index alone, on the very input that the peers get: the light encoder, FAISS and BM25, fused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from serve import Found, read, run

from index.encoding.choose import open_encoder
from index.encoding.encoder import Encoder
from index.lexical import Lexical, words
from index.search import Retriever
from index.vectors import VectorIndex


class AsylumIndex:
    def build(self, passages: list[tuple[str, str]], folder: Path) -> None:
        folder.mkdir()
        texts = [text for _, text in passages]
        vectors = VectorIndex.build(self._encoder(folder, threads=0).encode_passages(texts))
        self._store(folder, passages, vectors, Lexical.build(texts))

    def open(self, folder: Path) -> None:
        encoder = open_encoder(threads=1, kind="light", cache_folder=folder / "cache", soon=True)
        self._encoder_of_questions = encoder
        self._passages = read(folder / "passages.jsonl")
        self._vectors = VectorIndex.load(folder / "passages.faiss")
        self._lexical = Lexical.load(folder / "lexical")
        self._retriever = Retriever(self._vectors, self._lexical)

    def find(self, question: str, k: int, how: str) -> Found:
        vector = self._encoder_of_questions.encode_questions([question])[0]
        ranking = self._retriever.rank(vector, question, k)
        return [(self._passages[row][0], float(score)) for row, score in zip(ranking.rows, ranking.score, strict=True)]

    def add(self, id: str, text: str, folder: Path) -> None:
        fresh = self._encoder_of_questions.encode_passages([text])
        old = np.arange(len(self._vectors))
        rows = np.concatenate((self._vectors.rows(old), fresh))
        lexical = self._lexical.changed(old, len(rows), [words(text)], np.array([len(old)]))
        self._store(folder, [*self._passages, (id, text)], VectorIndex.build(rows), lexical)

    def _store(self, folder: Path, passages: list[tuple[str, str]], vectors: VectorIndex, lexical: Lexical) -> None:
        new = folder / "new"
        new.mkdir()
        vectors.save(new / "passages.faiss")
        lexical.save(new / "lexical")
        lines = [json.dumps({"id": id, "text": text}, ensure_ascii=False) + "\n" for id, text in passages]
        (new / "passages.jsonl").write_text("".join(lines), encoding="utf-8")
        shutil.rmtree(folder / "lexical", ignore_errors=True)
        for path in new.iterdir():
            path.replace(folder / path.name)
        new.rmdir()

    def _encoder(self, folder: Path, threads: int) -> Encoder:
        return open_encoder(threads=threads, kind="light", cache_folder=folder / "cache", building=True)


run(AsylumIndex())
