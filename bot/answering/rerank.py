"""The second look: hits that speak of the very people, statuses and points the question names move up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.understanding.recognise import HOME, Dictionary
from bot.understanding.understood import Understood
from index.lexical import terms_of, words
from index.search import Hit, Query, Searcher

DEPTH = 40  # hits that are looked at again
# Added to the fused score (0 to 1); found on the dev half of the golden set
SENTENCE = 0.2  # times the best sentence's cosine, scaled over the hits
PERSON, STATUS = 0.1, 0.1  # where the passage names all the people, times the share of the statuses it names
SLOT = 0.2  # where statuses.toml says that this section states the very point asked for
SAID = 0.2  # times the share of the speaker's name that a question about who said what has
# Taken from the law of a country that nothing in the question speaks of: who names none asks about Russia or the treaties
FOREIGN = 0.12
_SAID = re.compile(
    r"\b(?:say|says|said|saying|claim|claims|claimed|stated?|states|argue[sd]?|think|thinks|thought|opinion|view|comment\w*|told|tells?|"
    r"according to|explain(?:s|ed)?|announced?|deny|denied|denies|admit\w*)\b",
    re.I,
)
_WORLD = re.compile(
    r"\b(?:worldwide|in the world|global(?:ly)?|international(?:ly)?|universal|any (?:country|state)|everywhere|all (?:countries|states))\b",
    re.I,
)
NEAR = frozenset(("", "International", HOME))


def rerank(
    searcher: Searcher, query: Query, hits: Sequence[Hit], understood: Understood, dictionary: Dictionary
) -> list[Hit]:
    """Return the hits in their new order, with their new scores."""
    if not hits:
        return []
    slots = [dictionary.statuses[id].slots.get(understood.slot) for id in understood.statuses]
    points = {slot.place for slot in slots if slot is not None}
    named = dictionary.mentions(dictionary.spread_noun(understood.search))
    statuses = {m.name for m in named if m.kind == "status"}
    people = set(understood.people)
    home = NEAR - {HOME} if _WORLD.search(query.text) else NEAR
    near = home | {dictionary.statuses[id].jurisdiction for id in understood.statuses}
    unplaced = not understood.countries and not people
    asked, asks_who_said = set(words(query.text)), _SAID.search(query.text)
    sentences = _best_sentences(searcher, query, hits)
    spread = float(np.ptp(sentences)) or 1.0
    scored: list[Hit] = []
    for hit, sentence in zip(hits, sentences, strict=True):
        score = hit.score + SENTENCE * float(sentence - sentences.min()) / spread
        if people or statuses:
            held = dictionary.names_in(hit.passage.embedded)
            if people:
                score += PERSON * (people <= {name for kind, name in held if kind == "person"})
            if statuses:
                score += STATUS * len(statuses & {name for kind, name in held if kind == "status"}) / len(statuses)
        score += SLOT * (hit.passage.place in points)
        document = searcher.generation.document(hit.passage.document)
        if document is not None:
            elsewhere = document.jurisdiction not in near if unplaced else document.jurisdiction in understood.origins
            score -= FOREIGN * elsewhere
            section = document.section(hit.passage.anchor)
            if asks_who_said and section and (voice := terms_of(section.voice)):
                score += SAID * len(voice & asked) / len(voice)
        scored.append(replace(hit, score=score))
    return sorted(scored, key=lambda hit: -hit.score)


def _best_sentences(searcher: Searcher, query: Query, hits: Sequence[Hit]) -> NDArray[np.float32]:
    """Return for each hit the cosine of the sentence nearest to the question, -1 where it has none."""
    generation = searcher.generation
    sizes = [len(hit.passage.sentences) for hit in hits]
    rows = [
        first + n
        for first, size in zip((generation.sentence_row(hit.row) for hit in hits), sizes, strict=True)
        for n in range(size)
    ]
    cosines = np.asarray(generation.sentence_vectors[rows], np.float32) @ query.moved
    best = np.full(len(hits), -1.0, np.float32)
    np.maximum.at(best, np.repeat(np.arange(len(hits)), sizes), cosines)
    return best
