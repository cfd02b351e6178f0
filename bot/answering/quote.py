"""The writer that needs no model: chooses whole sentences that answer the question, to be quoted letter for letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.lexical import terms_of, words
from index.search import Hit, Query, Searcher

# Measured on the dev half of the golden set: see `asylum evaluate ablate`
PASSAGES = 4  # how many hits lend sentences
DENSE, WORDS, SECTION = 0.3, 0.1, 1.2  # shares of a sentence's score
NEWS = 0.05  # for a sentence that says more than the question does
NUMBER = 0.1  # for a sentence with a number where a date or number is asked for
STAY = 0.15  # for the other sentences of the passage that holds the best one: an answer is rarely one sentence long
REASON = 0.1  # for a sentence that gives a reason where one is asked for
YEAR = 0.1  # for a sentence on the very year asked for
PAST = 0.1  # less for a rule of the past, and more for the newest number, where what holds now is asked for
SPEAKER = 0.03  # less for each sentence already chosen of the same speaker: a disputed subject has several
NEAR = 0.22  # a sentence this far below the best one is left out
MUCH = 30.0  # this sum of idf beyond the question's words is as new as a sentence can be
SAME = 0.86  # two sentences with a higher cosine say the same

# Words by which a sentence leans on the one before it: such a one does not come first
_LEANS = re.compile(
    r"^(?:no|neither|nobody)\b|^(?:\S+ ){0,8}(?:also|thus|therefore|too|again|likewise|instead|so|added|adds|the same)\b(?! far)",
    re.I,
)
_REASON = re.compile(
    r"\b(?:because|reasons?|since|so that|so as|motives?|in order to|would (?:imply|admit|mean)|threat|danger|risk\w*)\b",
    re.I,
)
_ONCE = re.compile(
    r"^(?:until|before|formerly|previously|older|the (?:old|former|earlier))\b|\bno longer in force\b", re.I
)
_ASKS_ONCE = re.compile(
    r"\b(?:until|before|former(?:ly)?|old|earlier|previous(?:ly)?|was|were|did|used to|history|(?:19|20)\d\d)\b", re.I
)
_NEWEST = re.compile(r"\b(?:newest|latest|current(?:ly)?|today|now|at present|most recent)\b", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_OTHER_SCRIPT = re.compile(r"[Ѐ-ӿ؀-ۿ]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit: its document, its range in the document's text, and how well it answers, about 0 to 1."""

    document: str
    start: int
    end: int
    score: float
    rank: int  # of the hit it comes from, from 0
    speaker: str = ""
    leans: bool = False  # on the sentence before it


def choose(searcher: Searcher, query: Query, hits: Sequence[Hit], form: str = "", most: int = 5) -> list[Sentence]:
    """Return the sentences that answer best: the best one first, the others in the order of hits and text."""
    candidates, vectors = _candidates(searcher, query, hits[:PASSAGES], form)
    if not candidates:
        return []
    left = sorted(range(len(candidates)), key=lambda n: -candidates[n].score)
    least = candidates[left[0]].score - (NEAR if most <= 6 else 2 * NEAR)
    chosen = [left.pop(0)]
    top = candidates[chosen[0]]
    score = [c.score + (STAY if c.rank == top.rank else 0.0) for c in candidates]
    while left and len(chosen) < most:
        spoken = Counter(candidates[n].speaker for n in chosen)
        best = max(left, key=lambda n: score[n] - SPEAKER * spoken[candidates[n].speaker])
        left.remove(best)
        if score[best] >= least and all(float(vectors[best] @ vectors[m]) <= SAME for m in chosen):
            chosen.append(best)
    rest = sorted(chosen[1:], key=lambda n: (candidates[n].rank, candidates[n].start))
    if top.leans and any(candidates[n].rank == top.rank and candidates[n].start < top.start for n in rest):
        return sorted((candidates[n] for n in chosen), key=lambda c: (c.rank != top.rank, c.rank, c.start))
    return [candidates[n] for n in (chosen[0], *rest)]


def _candidates(
    searcher: Searcher, query: Query, hits: Sequence[Hit], form: str
) -> tuple[list[Sentence], NDArray[np.float32]]:
    generation = searcher.generation
    weigh = generation.lexical.idf
    asked = dict.fromkeys(words(query.text))
    total = sum(weigh(term) for term in asked) or 1.0
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    wants_words = bool(_OTHER_SCRIPT.search(query.text)) or bool(
        asked.keys() & set(words("Russian Arabic word term called translate"))
    )
    asks_once, asks_newest = _ASKS_ONCE.search(query.text), _NEWEST.search(query.text)
    years = set(_YEAR.findall(query.text))
    found: list[Sentence] = []
    rows: list[NDArray[np.float32]] = []
    for rank, hit in enumerate(hits):
        first = generation.sentence_row(hit.row)
        document = generation.document(hit.passage.document)
        section = document.section(hit.passage.anchor) if document else None
        speaker = f"{section.kind} {section.voice}" if section else ""
        vectors = np.asarray(generation.sentence_vectors[first : first + len(hit.passage.sentences)], np.float32)
        cosines = vectors @ query.moved
        for (start, end), vector, cosine in zip(hit.passage.sentences, vectors, cosines, strict=True):
            text = hit.passage.text[start - hit.passage.start : end - hit.passage.start]
            if not text.rstrip().endswith((".", "!", "?", "…", '"', "”", "»", ")")) or len(text) < 20:
                continue  # a heading or a stray label answers nothing
            if _OTHER_SCRIPT.search(text) and not wants_words:
                continue  # it gives the Russian or Arabic word, which nobody asked for
            said = terms_of(text)
            shared = sum(weigh(term) for term in asked.keys() & said) / total
            new = min(1.0, sum(weigh(term) for term in said - asked.keys()) / MUCH)
            score = DENSE * float(cosine) + WORDS * shared + SECTION * hit.score / best + NEWS * new
            if form in ("when", "how many") and any(c.isdigit() for c in text):
                score += NUMBER
            if years and not years.isdisjoint(_YEAR.findall(text)):
                score += YEAR
            if form == "why" and _REASON.search(text):
                score += REASON
            if _ONCE.search(text) and not asks_once:
                score -= PAST
            if asks_newest and _NEWEST.search(text):
                score += PAST
            leans = bool(_LEANS.search(text))
            found.append(Sentence(hit.passage.document, start, end, score, rank, speaker, leans))
            rows.append(vector)
    return found, np.stack(rows) if rows else np.zeros((0, 0), np.float32)
