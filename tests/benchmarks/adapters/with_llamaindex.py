"""LlamaIndex: VectorStoreIndex over FaissVectorStore, dense only."""

from __future__ import annotations

from pathlib import Path

import faiss
from llama_index.core import Document, Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
from serve import Found, model, run


class LlamaIndex:
    def __init__(self) -> None:
        Settings.embed_model = HuggingFaceEmbedding(model_name=model())

    def build(self, passages: list[tuple[str, str]], folder: Path) -> None:
        dimensions = len(Settings.embed_model.get_query_embedding("hello world"))
        store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(dimensions))
        context = StorageContext.from_defaults(vector_store=store)
        documents = [Document(text=text, id_=id) for id, text in passages]
        index = VectorStoreIndex.from_documents(documents, storage_context=context)
        index.storage_context.persist(persist_dir=str(folder))

    def open(self, folder: Path) -> None:
        store = FaissVectorStore.from_persist_dir(str(folder))
        context = StorageContext.from_defaults(vector_store=store, persist_dir=str(folder))
        self._index = load_index_from_storage(storage_context=context)

    def find(self, question: str, k: int, how: str) -> Found:
        hits = self._index.as_retriever(similarity_top_k=k).retrieve(question)
        # FAISS gives squared distances here, smallest first; long documents come back in parts
        return [(str(hit.node.ref_doc_id), -float(hit.score or 0)) for hit in hits]

    def add(self, id: str, text: str, folder: Path) -> None:
        self._index.insert(Document(text=text, id_=id))
        self._index.storage_context.persist(persist_dir=str(folder))


run(LlamaIndex())
