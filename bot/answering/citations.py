"""The citations of one answer while it is written: numbered in order of first mention, each range once."""

from __future__ import annotations

from bot.answering.answer import Citation, cite, verify
from index.lexical import terms_of, words
from index.store import Generation
from knowledge.document import Document, Section
from knowledge.sentences import sentences


class Citations:
    """Collects verified citations of one generation's documents."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._found: dict[tuple[str, int, int], Citation] = {}

    def __call__(self) -> tuple[Citation, ...]:
        """Return the citations, by number."""
        return tuple(self._found.values())

    def range(self, document: str, start: int, end: int) -> Citation:
        """Cite the words ``[start, end)`` of a document, by their old number if they were cited before.

        Raises:
            RuntimeError: the index is inconsistent: no such document, or the quote does not check out.
        """
        key = (document, start, end)
        if key not in self._found:
            self._found[key] = self.cut(len(self._found) + 1, *key)
        return self._found[key]

    def cut(self, number: int, document: str, start: int, end: int) -> Citation:
        """Return a citation as ``range`` does, without counting it."""
        source = self._generation.document(document)
        if source is None:
            raise RuntimeError(f"a passage of {document} outlived its document")
        citation = cite(number, source, start, end)
        if problem := verify(citation.claim, self._generation.document):
            raise RuntimeError(f"{citation.place}: {problem}")
        return citation

    def supporting(self, place: str, claim: str) -> Citation | None:
        """Cite the sentence of a section that is nearest to ``claim``; None where the section is gone."""
        found = self.find(place, claim)
        return self.range(*found) if found else None

    def find(self, place: str, claim: str) -> tuple[str, int, int] | None:
        """Return document, start and end of the sentence of a section that is nearest to ``claim``.

        Nearest is the one that shares most words; among equals the first, since the first of a section stands alone.
        """
        found = self.section(place)
        if found is None:
            return None
        document, section = found
        wanted = set(words(claim))

        ranges = sentences(document.text, section.start, section.end, document.language)
        best = max(ranges, key=lambda r: len(wanted & terms_of(document.text[r[0] : r[1]])), default=None)
        return (document.id, *best) if best else None

    def section(self, place: str) -> tuple[Document, Section] | None:
        """Return the section at ``document#anchor`` and its document, or None."""
        id, _, anchor = place.partition("#")
        document = self._generation.document(id)
        section = document.section(anchor) if document else None
        return (document, section) if document and section else None
