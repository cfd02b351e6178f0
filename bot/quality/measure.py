"""The program against the golden set: how questions are understood, what is found, and what the answers are worth."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import wording
from bot.answering.answer import Answer, Citation, verify
from bot.answering.disputes import assumed_wrongly
from bot.answering.explainer import Explainer
from bot.understanding.understood import Understood
from index.evaluation.evaluate import DEPTH, LEGS, Ranking, Record, Run, by_leg, by_place, measure_rankings, top
from index.lexical import words
from index.search import Leg
from knowledge.disagreements import read_disagreements
from knowledge.golden import GoldenQuestion, holds

RESOLVED = 0.6  # share of the standalone question's content words that must be understood
STAGES = ("encode", "search", "write")
# The measures of answers, in the order in which tables show them
ANSWERS = (
    "verbatim",
    "relevance",
    "first relevance",
    "facts",
    "wrongly declined",
    "hedged",
    "declined",
    "disagreements",
    "false alarms",
    "follow-ups",
)

_LABEL = re.compile(r"\*\*[^*\n]+:\*\*(.*)")


@dataclass(frozen=True, slots=True)
class Quoted:
    """What an answer's text quotes: the citations in order, and what stands where a quote should be but is none."""

    citations: tuple[Citation, ...]
    strays: tuple[str, ...]


def evaluate(
    explainer: Explainer, questions: Sequence[GoldenQuestion], progress: Callable[[int], None] = lambda done: None
) -> Run:
    """Ask every golden question, and measure what was found and what was said."""
    rankings: dict[Leg, dict[str, Ranking]] = {leg: {} for leg in LEGS}
    heard: dict[str, tuple[Understood, Answer, dict[str, float]]] = {}
    for question in questions:
        understood = explainer.understand(question.question, question.history)
        for leg, ranking in find(explainer, question, understood).items():
            rankings[leg][question.id] = ranking
        answer = explainer.ask(question.question, question.history)
        heard[question.id] = understood, answer, measure_answer(explainer, question, understood, answer)
        progress(1)
    judged = {q.id: q.places for q in questions if q.places and not q.declined}
    per_leg: dict[str, dict[str, dict[str, float]]] = {
        leg: measure_rankings(found, judged) for leg, found in rankings.items()
    }
    records = []
    for q in questions:
        understood, answer, measures = heard[q.id]
        records.append(
            Record(
                id=q.id,
                question=q.question,
                searched=understood.search,
                kind=q.kind,
                half=q.half,
                temper=q.temper,
                language=q.language,
                answerable=not q.declined,
                measures={**by_leg(per_leg, q.id), **measures},
                rankings={leg: top(found[q.id]) for leg, found in rankings.items()},
                judged=q.places,
                answered=answer.answered,
                confidence=answer.explanation.confidence,
                decision=answer.explanation.decision,
                signals=dict(answer.explanation.signals),
                missed=missed_facts(q, answer),
                milliseconds=dict(answer.milliseconds),
            )
        )
    made = {
        "generation": explainer.generation.name,
        "encoder": explainer.generation.manifest.encoder,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return Run("golden questions", records, made)


def find(explainer: Explainer, question: GoldenQuestion, understood: Understood) -> dict[Leg, Ranking]:
    """Return the places each leg finds for a question as it was understood, with the score of their best passage."""
    searcher = explainer.searcher
    query = explainer.read(understood)
    found = {leg: searcher.search(query, DEPTH, leg) for leg in LEGS}
    found["fused"] = explainer.retrieve(understood, DEPTH)  # the order in which answers use them
    return {leg: by_place((hit.passage.place, hit.score) for hit in hits) for leg, hits in found.items()}


def measure_answer(
    explainer: Explainer, question: GoldenQuestion, understood: Understood, answer: Answer
) -> dict[str, float]:
    """Return the measures that apply to this question; what ought to be answered and is not scores 0 facts."""
    quoted = quotes(answer)
    measures: dict[str, float] = {}
    if answer.citations:
        sound = not any(verify(citation.claim, explainer.generation.document) for citation in answer.citations)
        measures["verbatim"] = float(sound and not quoted.strays)
    if question.history and question.standalone:
        measures["follow-ups"] = float(resolved(explainer, question, understood))
    if question.declined:
        measures["declined"] = float(not answer.answered)
        return measures
    measures["wrongly declined"] = float(not answer.answered)
    if question.facts:
        missed = missed_facts(question, answer)
        measures["facts"] = 1 - len(missed) / len(question.facts)
    if answer.answered:
        measures["hedged"] = float(wording.say("closest", answer.language) in answer.text)
    if answer.answered and question.places:
        places = list(dict.fromkeys(citation.place for citation in quoted.citations))
        graded = [place in question.places for place in places]
        measures["relevance"] = sum(graded) / len(graded) if graded else 0.0
        measures["first relevance"] = float(graded[0]) if graded else 0.0
    shown = {note.id for note in answer.notes}
    corrected = _corrected(understood, answer)
    if question.disagreement:
        measures["disagreements"] = float(question.disagreement in shown | {corrected})
    alarms = shown - {question.disagreement}
    if corrected and corrected != question.disagreement and not question.premise:
        alarms.add(corrected)
    measures["false alarms"] = float(bool(alarms))
    return measures


def quotes(answer: Answer) -> Quoted:
    """Find the quotes in an answer's text, tables and lists of conditions left out: each stands as its exact words and ``[n]``.

    A quote may itself hold "[1]" or a colon, so the known quotes are taken out first, and only then is what remains
    searched: a mark, or words in a paragraph that a speaker introduces, are strays.
    """
    text = "\n".join(line for line in answer.text.split("\n") if not line.startswith(("|", "* **")))
    found: list[tuple[int, Citation]] = []
    rest = text
    for citation in sorted(answer.citations, key=lambda c: -len(c.quote)):
        marked = f"{citation.quote} [{citation.number}]"
        if (at := text.find(marked)) >= 0:
            found.append((at, citation))
            rest = rest.replace(marked, "\N{OBJECT REPLACEMENT CHARACTER}")
    for date in {citation.as_of for citation in answer.citations if citation.as_of}:
        rest = rest.replace(wording.say("as_of", answer.language).format(date=date), "")
    numbers = "|".join(str(citation.number) for citation in answer.citations)
    strays = [match.group() for match in re.finditer(rf"\S*\s?\[(?:{numbers})\]", rest)] if numbers else []
    for paragraph in _LABEL.findall(rest):
        words_left = paragraph.replace("\N{OBJECT REPLACEMENT CHARACTER}", "").strip()
        strays += [words_left] if words_left else []
    return Quoted(tuple(citation for _, citation in sorted(found, key=lambda f: f[0])), tuple(strays))


def missed_facts(question: GoldenQuestion, answer: Answer) -> tuple[str, ...]:
    """Return the facts that a reader does not find in the text, its table or a sentence that these cite."""
    if question.declined or not question.facts:
        return ()
    if not answer.answered:
        return question.facts
    marks = set(re.findall(r"\[(\d+)\]", answer.text))
    cited = [citation.quote for citation in answer.citations if str(citation.number) in marks]
    return tuple(fact for fact in question.facts if not holds(fact, "\n".join([answer.text, *cited])))


def resolved(explainer: Explainer, question: GoldenQuestion, understood: Understood) -> bool:
    """Return whether a follow-up was understood: most words of its standalone form, or unchanged at a new topic."""
    if question.standalone == question.question:
        return understood.text == explainer.understand(question.question).text
    wanted = set(words(question.standalone))
    return len(wanted & set(words(f"{understood.text} {understood.search}"))) >= RESOLVED * len(wanted)


def latency(records: Sequence[Record]) -> dict[str, tuple[float, float]]:
    """Return the milliseconds of each stage and of the whole: median and 95th percentile."""
    import numpy as np

    taken = [[r.milliseconds.get(stage, 0.0) for stage in STAGES] for r in records if r.milliseconds]
    if not taken:
        return {}
    columns = np.asarray(taken)
    stages = {stage: columns[:, n] for n, stage in enumerate(STAGES)} | {"whole": columns.sum(axis=1)}
    return {
        name: (float(np.percentile(values, 50)), float(np.percentile(values, 95))) for name, values in stages.items()
    }


def _corrected(understood: Understood, answer: Answer) -> str:
    """Return the id of the disagreement whose correction opens the answer, "" if none does."""
    if not answer.answered or wording.say("premise", answer.language) not in answer.text:
        return ""
    wrong = assumed_wrongly(understood.search, read_disagreements())
    return wrong.id if wrong else ""
