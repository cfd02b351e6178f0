"""LangChain: HuggingFaceEmbeddings and the FAISS store of langchain-community, dense only."""

from __future__ import annotations

from pathlib import Path

import faiss
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from serve import Found, model, run


class LangChain:
    def build(self, passages: list[tuple[str, str]], folder: Path) -> None:
        embeddings = HuggingFaceEmbeddings(model_name=model())
        store = FAISS(
            embedding_function=embeddings,
            index=faiss.IndexFlatL2(len(embeddings.embed_query("hello world"))),
            docstore=InMemoryDocstore(),
            index_to_docstore_id={},
        )
        ids = [id for id, _ in passages]
        store.add_documents([Document(page_content=text, metadata={"id": id}) for id, text in passages], ids=ids)
        store.save_local(str(folder))

    def open(self, folder: Path) -> None:
        embeddings = HuggingFaceEmbeddings(model_name=model())
        # the store's texts are a pickle, so opening them needs this consent
        self._store = FAISS.load_local(str(folder), embeddings, allow_dangerous_deserialization=True)

    def find(self, question: str, k: int, how: str) -> Found:
        hits = self._store.similarity_search_with_score(question, k=k)
        return [(document.metadata["id"], -float(distance)) for document, distance in hits]

    def add(self, id: str, text: str, folder: Path) -> None:
        self._store.add_documents([Document(page_content=text, metadata={"id": id})], ids=[id])
        self._store.save_local(str(folder))


run(LangChain())
