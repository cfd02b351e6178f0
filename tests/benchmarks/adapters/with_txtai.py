"""txtai: one Embeddings object, hybrid (dense and BM25), content stored in SQLite."""

from __future__ import annotations

from pathlib import Path

from serve import Found, model, run
from txtai import Embeddings


class Txtai:
    def build(self, passages: list[tuple[str, str]], folder: Path) -> None:
        embeddings = Embeddings(path=model(), hybrid=True, content=True)
        embeddings.index(passages)
        embeddings.save(str(folder))

    def open(self, folder: Path) -> None:
        self._embeddings = Embeddings()
        self._embeddings.load(str(folder))

    def find(self, question: str, k: int, how: str) -> Found:
        return [(str(row["id"]), float(row["score"])) for row in self._embeddings.search(question, k)]

    def add(self, id: str, text: str, folder: Path) -> None:
        self._embeddings.upsert([(id, text)])
        self._embeddings.save(str(folder))


run(Txtai())
