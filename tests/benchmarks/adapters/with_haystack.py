"""Haystack: InMemoryDocumentStore, BM25 and embeddings in one pipeline, joined by reciprocal rank fusion."""

from __future__ import annotations

from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from serve import Found, model, run

STORED = "store.json"


class Haystack:
    def build(self, passages: list[tuple[str, str]], folder: Path) -> None:
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._write([Document(id=id, content=text) for id, text in passages])
        folder.mkdir()
        self._store.save_to_disk(str(folder / STORED))

    def open(self, folder: Path) -> None:
        self._store = InMemoryDocumentStore.load_from_disk(str(folder / STORED))
        pipeline = Pipeline()
        pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=model(), progress_bar=False))
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(self._store))
        pipeline.add_component("lexical", InMemoryBM25Retriever(self._store))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("embedder", "dense")
        pipeline.connect("dense", "joiner")
        pipeline.connect("lexical", "joiner")
        self._pipeline = pipeline

    def find(self, question: str, k: int, how: str) -> Found:
        found = self._pipeline.run(
            {
                "embedder": {"text": question},
                "dense": {"top_k": k},
                "lexical": {"query": question, "top_k": k},
                "joiner": {"top_k": k},
            }
        )
        return [(document.id, float(document.score)) for document in found["joiner"]["documents"]]

    def add(self, id: str, text: str, folder: Path) -> None:
        self._write([Document(id=id, content=text)])
        self._store.save_to_disk(str(folder / STORED))

    def _write(self, documents: list[Document]) -> None:
        pipeline = Pipeline()
        pipeline.add_component("embedder", SentenceTransformersDocumentEmbedder(model=model(), progress_bar=False))
        pipeline.add_component("writer", DocumentWriter(self._store))
        pipeline.connect("embedder", "writer")
        pipeline.run({"embedder": {"documents": documents}})


run(Haystack())
