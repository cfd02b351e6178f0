"""The whole program: documents read and cut, sentences and known questions embedded too, answers with citations."""

from __future__ import annotations

import os
from pathlib import Path

# as the command line does before NumPy is loaded
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from serve import Found, run

from bot.answering.explainer import Explainer
from bot.settings import Settings
from index.build import build_index
from index.encoding.choose import open_encoder
from index.encoding.encoder import Encoder
from index.store import open_generation
from knowledge.golden import read_offtopic
from knowledge.reading.readers import read_corpus

DOCUMENT = """---
title: "{id}"
kind: commentary
publisher: Nobody
jurisdiction: International
date: 2026-01-01
url: https://example.org/
language: en
---

## A document added later

{text}
"""


class Asylum:
    """Reads its documents from ASYLUM_DOCUMENTS, not from the passages that the peers are given."""

    def build(self, passages: list[tuple[str, str]], folder: Path) -> None:
        settings = self._settings(folder)
        encoder = open_encoder(settings.model, 0, settings.encoder, settings.index / "cache", building=True)
        self._build(settings, encoder)

    def open(self, folder: Path) -> None:
        self._explainer = Explainer(self._settings(folder))

    def find(self, question: str, k: int, how: str) -> Found:
        explainer = self._explainer
        if how == "answer":
            return [(citation.place, 0.0) for citation in explainer.ask(question).citations]
        if how == "bare":
            searcher = explainer.searcher
            return [(hit.passage.place, hit.score) for hit in searcher.search(searcher.read(question), k)]
        return [(hit.passage.place, hit.score) for hit in explainer.retrieve(explainer.understand(question), k)]

    def add(self, id: str, text: str, folder: Path) -> None:
        settings = self._settings(folder)
        path = settings.documents / "added-later" / f"{id}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(DOCUMENT.format(id=id, text=text), encoding="utf-8")
        self._build(settings, self._explainer.searcher.encoder)
        found = open_generation(settings.index)
        assert any(document.title == id for document in found.documents())

    def _build(self, settings: Settings, encoder: Encoder) -> None:
        documents, problems = read_corpus(settings.documents, cache=settings.index / "cache" / "documents")
        if problems:
            raise problems[0]
        build_index(documents, encoder, read_offtopic(), settings.index)

    def _settings(self, folder: Path) -> Settings:
        return Settings.from_environment({**os.environ, "ASYLUM_INDEX": str(folder)})


run(Asylum())
