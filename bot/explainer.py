"""Explainer.ask: the one use case behind chat, command line and batch."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bot import wording
from bot.answer import Answer, Citation, Explanation, cite, verify
from bot.question import Understood, understand
from bot.quote import Sentence, choose
from bot.settings import Settings
from bot.silence import Signals, SilenceModel
from index.encoder import Encoder, SentenceTransformersEncoder
from index.search import Hit, Searcher
from index.store import Generation, current, open_generation

HITS = 8
LONGEST = 2000  # characters of a question that are read; the encoder's window is far shorter


class Explainer:
    """Answers questions from one generation of the index; safe to call from one thread at a time."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Open the published index.

        Raises:
            IndexMissingError: there is none that this encoder can use.
        """
        self._settings = settings
        self._encoder = encoder or SentenceTransformersEncoder(settings.model, settings.threads)
        self._silence = SilenceModel.load()
        self._use(open_generation(settings.index))

    @property
    def generation(self) -> Generation:
        """The generation that answers now."""
        return self._searcher.generation

    @property
    def searcher(self) -> Searcher:
        """The retriever, for ``asylum search`` and the quality tests."""
        return self._searcher

    def refresh(self) -> bool:
        """Move to a newly published generation, if there is one; return whether there was."""
        if current(self._settings.index) in (self.generation.name, None):
            return False
        self._use(open_generation(self._settings.index))
        return True

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answer a question; ``history`` holds the earlier questions of the conversation, oldest first."""
        started = time.perf_counter()
        question = " ".join(question[:LONGEST].split())
        if not any(c.isalnum() for c in question):
            return self._empty(question)
        understood = understand(question, history)
        query = self._searcher.read(understood.text, understood.terms)
        encoded = time.perf_counter()
        hits = self._searcher.search(query, HITS)
        found = time.perf_counter()
        signals = self._signals.measure(query, hits)
        confidence = self._silence.confidence(signals)
        sentences = choose(self._searcher, query, hits, most=understood.most)
        explanation = Explanation(
            form=understood.form,
            hits=tuple((h.passage.place, h.dense, h.lexical, h.score) for h in hits),
            confidence=confidence,
            signals=signals,
        )
        answered = confidence >= self._silence.decline and bool(sentences)
        if answered:
            hedge = confidence < self._silence.answer
            text, citations = self._compose(sentences[:2] if hedge else sentences, wording.CLOSEST if hedge else "")
        else:
            text, citations = self._decline(sentences)
        written = time.perf_counter()
        return Answer(
            question=question,
            standalone=understood.text,
            answered=answered,
            text=text,
            citations=citations,
            suggestions=self._suggest(hits, (question, *history)),
            generation=self.generation.name,
            language=understood.language,
            milliseconds={
                "encode": (encoded - started) * 1000,
                "search": (found - encoded) * 1000,
                "write": (written - found) * 1000,
            },
            explanation=explanation,
        )

    def _use(self, generation: Generation) -> None:
        self._searcher = Searcher(generation, self._encoder)
        self._signals = Signals(self._searcher)

    def _compose(self, sentences: Sequence[Sentence], opening: str) -> tuple[str, tuple[Citation, ...]]:
        citations = self._cite(sentences)
        groups: dict[str, list[Citation]] = {}
        for citation in citations:
            groups.setdefault(wording.speaker(citation), []).append(citation)
        ordered = [citation for group in groups.values() for citation in group]
        renumbered = {c: n for n, c in enumerate(ordered, 1)}
        lines = [opening] if opening else []
        for label, group in groups.items():
            quoted = " ".join(f"{c.quote} [{renumbered[c]}]" for c in group)
            lines.append(f"**{label}:** {quoted}")
        return "\n\n".join(lines), tuple(_renumber(c, n) for c, n in renumbered.items())

    def _decline(self, sentences: Sequence[Sentence]) -> tuple[str, tuple[Citation, ...]]:
        lines = [wording.NOT_FOUND, wording.COVERED]
        citations: tuple[Citation, ...] = ()
        if sentences:
            nearest, citations = self._compose(sentences[:2], "")
            lines += [wording.NEAREST, nearest]
        return "\n\n".join(lines), citations

    def _cite(self, sentences: Sequence[Sentence]) -> list[Citation]:
        citations: list[Citation] = []
        for n, sentence in enumerate(sentences, 1):
            document = self.generation.document(sentence.passage.document)
            if document is None:
                raise RuntimeError(f"a passage of {sentence.passage.document} outlived its document")
            citation = cite(n, document, sentence.start, sentence.end)
            if problem := verify({"document": citation.document, **_checked(citation)}, self.generation.document):
                raise RuntimeError(f"{citation.place}: {problem}")
            citations.append(citation)
        return citations

    def _suggest(self, hits: Sequence[Hit], asked: Sequence[str]) -> tuple[str, ...]:
        return ()

    def _empty(self, question: str) -> Answer:
        return Answer(question, question, False, wording.EMPTY, generation=self.generation.name)


def _checked(citation: Citation) -> dict[str, object]:
    return {"start": citation.start, "end": citation.end, "quote": citation.quote, "sha256": citation.sha256}


def _renumber(citation: Citation, number: int) -> Citation:
    from dataclasses import replace

    return replace(citation, number=number)
