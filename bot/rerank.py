"""The second look: hits that speak of the very people, statuses and points the question names move up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.question import Understood
from bot.recognise import Dictionary, spread_noun
from index.search import Hit, Query, Searcher

DEPTH = 40  # hits that are looked at again
# Added to the fused score (0 to 1); found on the dev half of the golden set
SENTENCE = 0.2  # times the best sentence's cosine, scaled over the hits
PERSON, STATUS = 0.1, 0.1  # where the passage names all the people, times the share of the statuses it names
SLOT = 0.2  # where statuses.toml says that this section states the very point asked for


def rerank(
    searcher: Searcher, query: Query, hits: Sequence[Hit], understood: Understood, dictionary: Dictionary
) -> list[Hit]:
    """Return the hits in their new order, with their new scores."""
    if not hits:
        return []
    slots = [dictionary.statuses[id].slots.get(understood.slot) for id in understood.statuses]
    points = {slot.place for slot in slots if slot is not None}
    named = dictionary.mentions(spread_noun(understood.search))
    statuses = {m.name for m in named if m.kind == "status"}
    people = set(understood.people)
    sentences = np.array([_best_sentence(searcher, query, hit) for hit in hits])
    spread = float(np.ptp(sentences)) or 1.0
    scored: list[Hit] = []
    for hit, sentence in zip(hits, sentences, strict=True):
        score = hit.score + SENTENCE * float(sentence - sentences.min()) / spread
        if people or statuses:
            held = dictionary.mentions(hit.passage.embedded)
            if people:
                score += PERSON * (people <= {m.name for m in held if m.kind == "person"})
            if statuses:
                score += STATUS * len(statuses & {m.name for m in held if m.kind == "status"}) / len(statuses)
        scored.append(replace(hit, score=score + SLOT * (hit.passage.place in points)))
    return sorted(scored, key=lambda hit: -hit.score)


def _best_sentence(searcher: Searcher, query: Query, hit: Hit) -> float:
    first = searcher.generation.sentence_row(hit.row)
    vectors = searcher.generation.sentence_vectors[first : first + len(hit.passage.sentences)]
    return float((np.asarray(vectors, np.float32) @ query.moved).max(initial=-1.0))
