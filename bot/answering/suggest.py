"""Next questions that the documents answer, related to the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from bot import wording
from bot.understanding.question import language_of
from index.lexical import terms_of, words
from index.search import Hit
from index.store import Generation
from knowledge.document import split_brackets
from knowledge.statuses import Status

MOST = 3
CITED = 2  # the first hits stand in the answer already
LONGEST = 100  # characters of a heading on a button
OF_STATUSES = 4  # looked at before the sections' questions
SAME = 0.7  # two questions that share more of their words ask the same


def suggest(
    generation: Generation,
    statuses: Sequence[Status],
    hits: Sequence[Hit],
    asked: Sequence[str],
    well_spelt: Callable[[str], bool] = lambda question: True,
    language: str = "en",
) -> tuple[str, ...]:
    """Return up to three questions: about the status asked after, then about the next sections found.

    A slot that a status fills, and a question kept beside a section, are answerable by construction; so are the first
    questions, which are offered where nothing else is.
    """
    before = [set(words(question)) for question in asked]
    found: list[str] = []
    offered: list[Iterable[str]]
    if language == "en":
        of_statuses = _of_statuses(statuses, wording.words("next", language))
        sections = _of_sections(generation, hits[CITED:], well_spelt)
        offered = [of_statuses[:OF_STATUSES], sections, of_statuses[OF_STATUSES:]]
    else:  # headings are English
        offered = [_points(statuses, language), _kept(generation, hits[CITED:], language)]
    for question in chain(*offered, wording.first_questions(language)):
        terms = set(words(question))
        if all(len(terms & other) < SAME * len(terms | other) for other in before):
            found.append(question)
            before.append(terms)
        if len(found) == MOST:
            break
    return tuple(found)


def _of_statuses(statuses: Sequence[Status], following: Mapping[str, str]) -> list[str]:
    """Return questions on the points that a status states; of two statuses, on their comparison and on one point each."""
    if len(statuses) > 1:
        compared = following["compare"].format(status=statuses[0].phrase, other=statuses[1].phrase)
        points = zip(("grounds", "duration", "rights"), statuses, strict=False)
        return [compared, *(following[slot].format(status=s.phrase) for slot, s in points if slot in s.slots)]
    return [text.format(status=s.phrase) for s in statuses for slot, text in following.items() if slot in s.slots]


def _points(statuses: Sequence[Status], language: str) -> list[str]:
    """Return a question for each point that a status states, in the words of another language: its name, and the point."""
    named = [(next((a for a in s.aliases if language_of(a) == language), ""), s) for s in statuses]
    return [
        text.format(status=f"{name[0].upper()}{name[1:]}")
        for name, status in named
        if name
        for slot, text in wording.words("next", language).items()
        if slot in status.slots
    ]


def _kept(generation: Generation, hits: Sequence[Hit], language: str) -> Iterator[str]:
    """Yield a question in another language that is kept beside each section."""
    for hit in hits:
        document = generation.document(hit.passage.document)
        section = document.section(hit.passage.anchor) if document else None
        fit = [q for q in section.asked if 15 <= len(q) <= 90 and language_of(q) == language] if section else []
        if fit:
            yield fit[0][0].upper() + fit[0][1:]


def _of_sections(generation: Generation, hits: Sequence[Hit], well_spelt: Callable[[str], bool]) -> Iterator[str]:
    """Yield for each section a kept question that can stand alone, since it shares its heading's names; else the heading."""
    for hit in hits:
        document = generation.document(hit.passage.document)
        section = document.section(hit.passage.anchor) if document else None
        if section is None:
            continue
        heading = set(words(section.heading))
        fit = [q for q in section.asked if 25 <= len(q) <= 90 and q.endswith("?")]
        shared = {q: len(heading & terms_of(q)) for q in fit}
        best = next((q for q in sorted(fit, key=lambda q: -shared[q]) if well_spelt(q)), "")
        if shared.get(best, 0) >= 2:
            yield best[0].upper() + best[1:]
        elif len(name := split_brackets(section.heading)[0]) <= LONGEST:
            yield wording.words("next", "en")["section"].format(heading=name)
