"""What each part earns: the measures without it, on the same questions, against the whole program."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.explainer import HITS, Explainer
from bot.answering.quote import PASSAGES, choose
from bot.understanding.understood import Understood
from index.encoding import adapter
from index.encoding.encoder import Encoder, Progress, Vectors
from index.evaluation.evaluate import DEPTH, Ranking, by_place, measure_rankings
from index.lexical import Lexical, fold, words
from index.search import DENSE_SHARE, Leg, Query, Retriever
from index.store import Generation
from index.vectors import VectorIndex
from knowledge.golden import GoldenQuestion, holds
from knowledge.passages import Passage, split

SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SHORT = 128  # word pieces, half of the encoder's window
SHOWN = ("nDCG@10", "R@5", "R@100", "Success@1")

Stage = Callable[[str, int], Progress]


@dataclass(frozen=True, slots=True)
class Part:
    """What was left out or changed, and each half's measures with it; ``facts`` only where sentences were chosen."""

    name: str
    halves: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class _Asked:
    golden: GoldenQuestion
    understood: Understood
    query: Query


@dataclass(frozen=True, slots=True)
class _Legs:
    """A corpus in memory as both legs read it, with the adapter trained for it."""

    places: Sequence[str]
    vectors: VectorIndex
    lexical: Lexical
    weight: Vectors | None


class _Unstemmed(Lexical):
    """BM25 over whole words: what is left where nothing is stemmed."""

    def scores(self, question: str) -> NDArray[np.float32]:
        """Score a question by its words as they stand."""
        return self.scores_of(_whole_words(question))


def ablate(
    explainer: Explainer,
    questions: Sequence[GoldenQuestion],
    stage: Stage = lambda name, total: lambda done: None,
    embed: bool = True,
) -> list[Part]:
    """Measure the whole program and then one change after the other; ``embed`` includes those that embed all again."""
    graded = [q for q in questions if q.places and not q.declined]
    asked = _ask(explainer, graded, stage)
    generation, encoder = explainer.generation, explainer.searcher.encoder
    passages = generation.passages(range(len(generation)))
    rows = generation.vectors.rows(np.arange(len(generation), dtype=np.int64))
    asked_of = {(d.id, s.anchor): s.asked for d in generation.documents() for s in d.sections}
    full = _Legs([p.place for p in passages], generation.vectors, generation.lexical, generation.array("adapter"))

    def lexical(text: Callable[[Passage], str], own: Callable[[Passage], Sequence[str]]) -> _Legs:
        texts = ["\n".join((text(p), *own(p))) for p in passages]
        return _Legs(full.places, full.vectors, Lexical.build(texts), full.weight)

    def known(passage: Passage) -> Sequence[str]:
        return asked_of[passage.document, passage.anchor]

    unstemmed = _Unstemmed.from_terms([_whole_words("\n".join((p.embedded, *known(p)))) for p in passages])
    measure = _Measure(asked)
    parts = [
        measure.legs("the whole program", full),
        measure.legs("dense leg alone", full, leg="dense"),
        measure.legs("lexical leg alone", full, leg="lexical"),
        measure.legs("no adapter", _Legs(full.places, full.vectors, full.lexical, None)),
        measure.legs("no asked questions in BM25", lexical(lambda p: p.embedded, lambda p: ())),
        measure.legs("no headings in BM25", lexical(lambda p: p.text, known)),
        measure.legs("no stemming in BM25", _Legs(full.places, full.vectors, unstemmed, full.weight)),
        measure.legs("no further terms for BM25", full, terms=False),
        *(measure.legs(f"dense share {share}", full, share=share) for share in SHARES),
    ]
    typed = encoder.encode_questions([q.question for q in graded])
    plain = [_Asked(a.golden, a.understood, Query(a.golden.question, v, v)) for a, v in zip(asked, typed, strict=True)]
    parts.insert(8, _Measure(plain).legs("questions as typed, not understood", full))
    if embed:
        bare = _embed(generation, encoder, passages, [p.text for p in passages], full.lexical, stage)
        parts.append(measure.legs("no headings in the embedding", bare))
        short = [p for d in generation.documents() for p in split(d, encoder.count, SHORT)]
        texts = ["\n".join((p.embedded, *known(p))) for p in short]
        cut = _embed(generation, encoder, short, [p.embedded for p in short], Lexical.build(texts), stage)
        parts.append(measure.legs(f"passages of {SHORT} word pieces ({len(short)} for {len(rows)})", cut))
    return parts + _sentences(explainer, asked)


def _ask(explainer: Explainer, questions: Sequence[GoldenQuestion], stage: Stage) -> list[_Asked]:
    progress = stage("reading questions", len(questions))
    asked = []
    for question in questions:
        understood = explainer.understand(question.question, question.history)
        query = explainer.read(understood)
        asked.append(_Asked(question, understood, query))
        progress(1)
    return asked


class _Measure:
    """Ranks the same questions again and again."""

    def __init__(self, asked: Sequence[_Asked]) -> None:
        self._asked = asked

    def legs(self, name: str, legs: _Legs, leg: Leg = "fused", share: float = DENSE_SHARE, terms: bool = True) -> Part:
        """Measure one way to rank."""
        retriever = Retriever(legs.vectors, legs.lexical, share)
        vectors = adapter.adapt(np.stack([a.query.vector for a in self._asked]), legs.weight)
        rankings: dict[str, Ranking] = {}
        for asked, vector in zip(self._asked, vectors, strict=True):
            text = asked.query.text if terms else asked.understood.search
            ranking = retriever.rank(vector, text, DEPTH, leg)
            hits = zip(ranking.rows, ranking.score, strict=True)
            rankings[asked.golden.id] = by_place((legs.places[row], float(score)) for row, score in hits)
        found = measure_rankings(rankings, {a.golden.id: a.golden.places for a in self._asked})
        return Part(name, _halves(self._asked, lambda a: {m: found[a.golden.id][m] for m in SHOWN}))


def _embed(
    generation: Generation,
    encoder: Encoder,
    passages: Sequence[Passage],
    texts: Sequence[str],
    lexical: Lexical,
    stage: Stage,
) -> _Legs:
    """Embed other texts for the passages, and train the adapter for them on the questions that the index holds."""
    rows = encoder.encode_passages(texts, stage("embedding again", len(texts)))
    weight = None
    questions, targets = generation.array("question_vectors"), generation.array("question_places")
    if questions is not None and targets is not None and len(targets):
        # sections are numbered in the order of the index, as at its build
        ordered = dict.fromkeys(p.place for p in generation.passages(range(len(generation))))
        numbers = {place: n for n, place in enumerate(ordered)}
        sections = np.array([numbers[p.place] for p in passages], np.int64)
        weight = adapter.train(questions[: len(targets)], targets, rows, sections)
    return _Legs([p.place for p in passages], VectorIndex.build(rows), lexical, weight)


def _sentences(explainer: Explainer, asked: Sequence[_Asked]) -> list[Part]:
    """Measure which facts the quoted sentences hold, tables and corrections left out."""
    searcher = explainer.searcher
    with_facts = [a for a in asked if a.golden.facts]

    def part(name: str, passages: int, write: Callable[[_Asked, int], str]) -> Part:
        def coverage(a: _Asked) -> dict[str, float]:
            text = write(a, passages)
            kept = sum(holds(fact, text) for fact in a.golden.facts) / len(a.golden.facts)
            return {"facts": kept, "words": float(len(text.split()))}

        return Part(name, _halves(with_facts, coverage))

    def chosen(a: _Asked, passages: int) -> str:
        hits = searcher.search(a.query, HITS)[:passages]
        found = choose(searcher, a.query, hits, a.understood.form, a.understood.most)
        texts = {s.document: document.text for s in found if (document := searcher.generation.document(s.document))}
        return " ".join(texts[s.document][s.start : s.end] for s in found)

    def whole(a: _Asked, passages: int) -> str:
        return " ".join(hit.passage.text for hit in searcher.search(a.query, passages))

    def by_words(a: _Asked, passages: int) -> str:
        # the sentences with most of the question's words, without vectors or the rank of their section
        wanted = set(words(a.query.text))
        texts = [
            hit.passage.text[start - hit.passage.start : end - hit.passage.start]
            for hit in searcher.search(a.query, HITS)[:passages]
            for start, end in hit.passage.sentences
        ]
        return " ".join(sorted(texts, key=lambda text: -len(wanted & set(words(text))))[: a.understood.most])

    return [
        part(f"sentences chosen from {PASSAGES} passages", PASSAGES, chosen),
        *(part(f"sentences chosen from {n} passages", n, chosen) for n in (1, 3, 4) if n < PASSAGES),
        part("sentences chosen by shared words alone", PASSAGES, by_words),
        part("the whole best passage", 1, whole),
        part("the two best passages whole", 2, whole),
    ]


def _whole_words(text: str) -> list[str]:
    # what has no index term is a stop word
    return [word for word in re.findall(r"[^\W_]+", fold(text)) if words(word)]


def _halves(asked: Sequence[_Asked], measure: Callable[[_Asked], dict[str, float]]) -> dict[str, dict[str, float]]:
    halves: dict[str, dict[str, float]] = {}
    for half in ("dev", "test"):
        found = [measure(a) for a in asked if a.golden.half == half]
        if found:
            halves[half] = {name: sum(f[name] for f in found) / len(found) for name in found[0]}
    return halves
