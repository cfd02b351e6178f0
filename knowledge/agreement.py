"""Do statuses, disagreements, terms and golden questions agree with the documents they name?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import Stemmer
from rapidfuzz import fuzz, process

from knowledge.check import Problem, check_documents
from knowledge.definitions import DEFINITIONS, check_definitions, read_definitions
from knowledge.disagreements import DISAGREEMENTS, Disagreement, read_disagreements
from knowledge.document import DOCUMENTS, UNDERSTANDING, Document
from knowledge.errors import KnowledgeError
from knowledge.golden import GOLDEN, POINT, GoldenQuestion, holds, read_golden, read_offtopic
from knowledge.names import TERMS, Term, read_terms
from knowledge.passages import CountTokens
from knowledge.sentences import sentences
from knowledge.statuses import STATUSES, Status, line_of, read_statuses
from knowledge.utterances import check_utterances, read_utterances

SUPPORTED = 0.5  # share of a value's words that its section must hold; every number must be there
NEAR_COPY = 92  # rapidfuzz ratio, 0 to 100, from which two questions are copies of each other
OFFTOPIC_LEAST = 600
PIECE_LEAST = 4  # words by which a golden question names a sentence
ALIKE = 88  # rapidfuzz token ratio, 0 to 100, from which two sentences say the same but for their numbers

_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the of in on by for to with and or not no as at from is are be been it its who which that than only also if when after "
        "before under over into out up one per other another any all some must may can cannot until since",
    )
)
_stemmer = Stemmer.Stemmer("english")


def check_knowledge(root: Path = DOCUMENTS, count: CountTokens | None = None) -> list[Problem]:
    """Check the documents and all that names them; all problems at once, in order of file and line."""
    documents, problems = check_documents(root, count=count)
    places = {f"{d.id}#{s.anchor}": f"{s.heading}\n{d.text[s.start : s.end]}" for d in documents for s in d.sections}
    try:
        statuses = read_statuses()
        definitions = read_definitions()
        disagreements = read_disagreements()
        terms, _ = read_terms()
        golden, point = read_golden(), read_golden(POINT)
    except KnowledgeError as error:
        return sorted([*problems, Problem(str(error.path), error.line, error.problem)])
    problems += _check_statuses(statuses, places)
    problems += _check_grades(statuses, documents)
    problems += [
        Problem(str(DEFINITIONS), line, text)
        for line, text in check_definitions(definitions, {d.id: d for d in documents})
    ]
    problems += [Problem(str(path), 1, text) for path, text in _check_understanding()]
    problems += _check_disagreements(disagreements, places)
    problems += _check_terms(terms, places)
    problems += _check_golden([*golden, *point], places, statuses, disagreements)
    problems += _check_point(point, documents)
    problems += _check_independence([*golden, *point], documents)
    problems += check_numbers(documents, disagreements)
    return sorted(problems)


def unsupported(value: str, text: str) -> list[str]:
    """Return the words of ``value`` that ``text`` lacks: every number, and other words if too few of them are there."""
    held = _terms(text)
    wanted = [w for w in _terms(value) if w not in _FUNCTION_WORDS]
    figures = re.findall(r"\b\d[^\W_]*", value.casefold())  # "one" may be no number: "no one"
    numbers = [w for w in figures if w not in held]
    missing = [w for w in wanted if w not in held]
    return missing if len(missing) > (1 - SUPPORTED) * len(wanted) else numbers


def _check_statuses(statuses: Mapping[str, Status], places: Mapping[str, str]) -> Iterator[Problem]:
    generic = Counter(alias.casefold() for status in statuses.values() for alias in status.generic)
    for status in statuses.values():
        line = line_of(STATUSES, status.id)
        slots_line = line_of(STATUSES, f"{status.id}.slots")
        if status.partner and status.partner not in statuses:
            yield Problem(str(STATUSES), line, f"{status.id}: its partner {status.partner} is no status")
        for alias, n in Counter(alias.casefold() for alias in status.aliases).items():
            if n > 1:
                yield Problem(str(STATUSES), line, f"{status.id}: the alias {alias!r} stands twice")
        for alias in status.generic:
            if generic[alias.casefold()] > 1:
                yield Problem(str(STATUSES), line, f"{status.id}: {alias!r} is generic for another status too")
        for alias in status.aliases:
            if _mixes_scripts(alias):
                yield Problem(str(STATUSES), line, f"{status.id}: the alias {alias!r} mixes scripts in one word")
        if not status.slots:
            yield Problem(str(STATUSES), line, f"{status.id}: no slot is filled")
        for name, slot in status.slots.items():
            if slot.place not in places:
                yield Problem(str(STATUSES), slots_line, f"{status.id}.{name}: no section {slot.place}")
            elif missing := unsupported(slot.value, places[slot.place]):
                yield Problem(
                    str(STATUSES), slots_line, f"{status.id}.{name}: {slot.place} does not say {', '.join(missing)}"
                )


def _check_understanding() -> Iterator[tuple[Path, str]]:
    for path in sorted(UNDERSTANDING.glob("*.yaml")):
        yield from ((path, text) for text in check_utterances(read_utterances(path.stem)))


def _check_grades(statuses: Mapping[str, Status], documents: Sequence[Document]) -> Iterator[Problem]:
    """What a status promises must not rest on a provision that nobody read."""
    grades = {f"{d.id}#{s.anchor}": {m.source.grade for m in s.marks} for d in documents for s in d.sections}
    for status in statuses.values():
        for name, slot in status.slots.items():
            if grades.get(slot.place) == {"unread"}:
                line = line_of(STATUSES, f"{status.id}.slots")
                yield Problem(str(STATUSES), line, f"{status.id}.{name} rests on {slot.place}, which nobody read")


def _check_disagreements(disagreements: Mapping[str, Disagreement], places: Mapping[str, str]) -> Iterator[Problem]:
    for entry in disagreements.values():
        line = line_of(DISAGREEMENTS, entry.id)
        if len(entry.positions) < 2 and not entry.premises:
            yield Problem(str(DISAGREEMENTS), line, f"{entry.id}: one position is no disagreement")
        if not -1 <= entry.stronger < len(entry.positions):
            yield Problem(str(DISAGREEMENTS), line, f"{entry.id}: stronger = {entry.stronger} is none of its positions")
        if entry.premises and entry.stronger < 0:
            yield Problem(
                str(DISAGREEMENTS), line, f"{entry.id}: a premise is corrected by the stronger position; name it"
            )
        for place in sorted({p.place for p in entry.positions} | entry.touches):
            if place not in places:
                yield Problem(str(DISAGREEMENTS), line, f"{entry.id}: no section {place}")
        for position in entry.positions:
            if position.place in places and (missing := unsupported(position.says, places[position.place])):
                yield Problem(
                    str(DISAGREEMENTS), line, f"{entry.id}: {position.place} does not say {', '.join(missing)}"
                )


def _check_terms(terms: Sequence[Term], places: Mapping[str, str]) -> Iterator[Problem]:
    for term in terms:
        if term.place not in places:
            yield Problem(str(TERMS), 1, f"{term.english[0]}: no section {term.place}")
        for word in term.others:
            if _mixes_scripts(word):
                yield Problem(str(TERMS), 1, f"{term.english[0]}: {word!r} mixes scripts in one word")


def _check_golden(
    golden: Sequence[GoldenQuestion],
    places: Mapping[str, str],
    statuses: Mapping[str, Status],
    disagreements: Mapping[str, Disagreement],
) -> Iterator[Problem]:
    for q in golden:
        if q.temper not in ("plain", "sources"):
            yield Problem(q.file, q.line, f"{q.id}: temper {q.temper!r} is neither plain nor sources")
        if bool(q.places) == bool(q.declined):
            yield Problem(q.file, q.line, f"{q.id}: needs either places or declined")
        for place, grade in q.places.items():
            if place not in places:
                yield Problem(q.file, q.line, f"{q.id}: no section {place}")
            if grade not in (1, 2):
                yield Problem(q.file, q.line, f"{q.id}: the grade of {place} is {grade}, not 1 or 2")
        if q.places and 2 not in q.places.values():
            yield Problem(q.file, q.line, f"{q.id}: no place answers it (grade 2)")
        answers = "\n".join(places.get(place, "") for place, grade in q.places.items() if grade == 2)
        for fact in q.facts:
            try:
                found = holds(fact, answers)
            except re.error as error:
                yield Problem(q.file, q.line, f"{q.id}: the fact {fact!r} is no regular expression: {error}")
                continue
            if not found:
                yield Problem(q.file, q.line, f"{q.id}: no place that answers it says {fact!r}")
        for id in q.statuses:
            if id not in statuses:
                yield Problem(q.file, q.line, f"{q.id}: no status {id}")
        if q.disagreement and q.disagreement not in disagreements:
            yield Problem(q.file, q.line, f"{q.id}: no disagreement {q.disagreement}")
    if len(bank := read_offtopic()) < OFFTOPIC_LEAST:
        yield Problem(str(GOLDEN / "offtopic"), 1, f"{len(bank)} questions; write at least {OFFTOPIC_LEAST}")


def _check_point(point: Sequence[GoldenQuestion], documents: Sequence[Document]) -> Iterator[Problem]:
    """Every piece that answers or helps must name one sentence, and that sentence must stand in a place graded so."""
    said = [
        (f"{d.id}#{s.anchor}", d.text[start:end])
        for d in documents
        for s in d.sections
        for start, end in sentences(d.text, s.start, s.end, d.language)
    ]
    for q in point:
        if q.places and not q.answers:
            yield Problem(q.file, q.line, f"{q.id}: no sentence is named that answers it")
        if q.declined and (q.answers or q.helps):
            yield Problem(q.file, q.line, f"{q.id}: is to be declined, yet names sentences that answer or help")
        if q.missing not in q.question:
            yield Problem(q.file, q.line, f"{q.id}: the missing point {q.missing!r} is not in the question's words")
        for piece, grade in [*((p, 2) for p in q.answers), *((p, 1) for p in q.helps)]:
            found = [place for place, sentence in said if piece in sentence]
            if len(piece.split()) < PIECE_LEAST:
                yield Problem(q.file, q.line, f"{q.id}: {piece!r} has fewer than {PIECE_LEAST} words")
            elif not found:
                yield Problem(q.file, q.line, f"{q.id}: no sentence says {piece!r}")
            elif len(found) > 1:
                yield Problem(q.file, q.line, f"{q.id}: {len(found)} sentences say {piece!r}; name one with more words")
            elif q.places.get(found[0], 0) < grade:
                yield Problem(q.file, q.line, f"{q.id}: grade {found[0]} with {grade}, which says {piece!r}")


def _check_independence(golden: Sequence[GoldenQuestion], documents: Sequence[Document]) -> Iterator[Problem]:
    """No known question, asked or off-topic, may be a golden one or a near-copy: golden questions measure the others."""
    known = [q for d in documents for s in d.sections for q in s.asked] + read_offtopic()
    # a bare follow-up ("why?") is everybody's question
    measured = [q for q in golden if len(q.question.split()) >= 4]
    if not known or not measured:
        return
    scores = process.cdist(
        [q.question.casefold() for q in measured], [k.casefold() for k in known],
        scorer=fuzz.ratio, score_cutoff=NEAR_COPY, dtype=np.uint8, workers=-1,
    )  # fmt: skip
    for row, column in zip(*np.nonzero(scores), strict=True):
        q = measured[row]
        yield Problem(q.file, q.line, f"{q.id} is nearly a known question: {known[column]!r}")


def check_numbers(documents: Sequence[Document], disagreements: Mapping[str, Disagreement]) -> Iterator[Problem]:
    """Report sentences of two documents that are alike and of the same years, but give different numbers.

    Two places of one disagreement may differ: the reader is told so.
    """
    stated = [
        (document, section, document.text[start:end], *_numbers(document.text[start:end]))
        for document in documents
        for section in document.sections
        for start, end in sentences(document.text, section.start, section.end, document.language)
    ]
    stated = [s for s in stated if s[4]]
    if not stated:
        return
    bare = [_NUMBER.sub("#", text).casefold() for _, _, text, _, _ in stated]
    alike = process.cdist(bare, bare, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, dtype=np.uint8, workers=-1)
    for row, column in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
        (one, here, text, years, numbers), (other, there, _, years_there, numbers_there) = stated[row], stated[column]
        places = {f"{one.id}#{here.anchor}", f"{other.id}#{there.anchor}"}
        told = any(places <= {p.place for p in d.positions} | d.touches for d in disagreements.values())
        if one.id != other.id and years == years_there and numbers != numbers_there and not told:
            found = f"{other.id}#{there.anchor} has other numbers in the same words: {text[:80]}"
            yield Problem(one.origin, here.line, found)


def _numbers(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    found = [number.replace(",", "") for number in _NUMBER.findall(text)]
    years = frozenset(number for number in found if _YEAR.fullmatch(number))
    return years, tuple(sorted(number for number in found if number not in years))


def _terms(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+", text.casefold())
    return [str(_SMALL.index(w)) if w in _SMALL else w if w in _FUNCTION_WORDS else _stemmer.stemWord(w) for w in found]


def _mixes_scripts(text: str) -> bool:
    scripts = (r"[A-Za-z]", r"[Ѐ-ӿ]", r"[؀-ۿ]")
    return any(sum(bool(re.search(s, word)) for s in scripts) > 1 for word in text.split())
