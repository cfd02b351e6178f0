"""Many documents, of which those that did not change since they were last read are opened only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from knowledge.document import Document
from knowledge.document_json import digest


@dataclass(frozen=True, slots=True)
class Item:
    """A document that can be opened, and the digest it will have."""

    id: str
    digest: str
    open: Callable[[], Document]


class Corpus(Sequence[Document]):
    """A sequence of documents; ``ids`` and ``digests`` open none of them."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = tuple(items)
        self._by_id = {item.id: item for item in self._items}

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Corpus:
        """Return the documents as a corpus, which they may be already."""
        return documents if isinstance(documents, Corpus) else cls([opened(document) for document in documents])

    @property
    def ids(self) -> list[str]:
        """Every document's id, in order."""
        return [item.id for item in self._items]

    @property
    def digests(self) -> dict[str, str]:
        """Every document's digest, by id."""
        return {item.id: item.digest for item in self._items}

    def document(self, id: str) -> Document:
        """Open the document with this id."""
        return self._by_id[id].open()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Document]:
        return (item.open() for item in self._items)

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> Corpus: ...
    def __getitem__(self, at: int | slice) -> Document | Corpus:
        return Corpus(self._items[at]) if isinstance(at, slice) else self._items[at].open()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def opened(document: Document) -> Item:
    """Return the item of a document that is in memory."""
    return Item(document.id, digest(document), lambda: document)
