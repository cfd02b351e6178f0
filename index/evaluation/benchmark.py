"""Any public dataset in the BEIR layout, ranked by the same code as the corpus: one document is one passage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.encoding.encoder import Encoder, Progress
from index.evaluation.evaluate import DEPTH, LEGS, Ranking, Record, Run, by_leg, measure_rankings, top
from index.lexical import Lexical
from index.search import Leg, Retriever
from index.vectors import VectorIndex
from knowledge.errors import ExplainerError, KnowledgeError

Stage = Callable[[str, int], Progress]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Documents (title above text), questions and graded judgements, each by id."""

    name: str
    documents: Mapping[str, str]
    questions: Mapping[str, str]
    judged: Mapping[str, Mapping[str, int]]


def read_dataset(folder: Path, split: str = "test") -> Dataset:
    """Read corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv; only questions with a relevant document are kept.

    Raises:
        ExplainerError: a file is missing, or no question is judged.
        KnowledgeError: a line is not well formed.
    """
    qrels = folder / "qrels" / f"{split}.tsv"
    for path in (folder / "corpus.jsonl", folder / "queries.jsonl", qrels):
        if not path.is_file():
            raise ExplainerError(f"no {path}; a BEIR folder holds corpus.jsonl, queries.jsonl and qrels/{split}.tsv")
    judged = _judgements(qrels)
    documents = {
        id: "\n".join(part for part in (raw.get("title") or "", raw.get("text") or "") if part)
        for id, raw in _objects(folder / "corpus.jsonl")
    }
    questions = {id: str(raw.get("text") or "") for id, raw in _objects(folder / "queries.jsonl") if id in judged}
    if not questions or not documents:
        raise ExplainerError(f"{folder}: no question of the split {split} is judged")
    return Dataset(folder.resolve().name, documents, questions, {id: judged[id] for id in questions})


def rank_dataset(
    dataset: Dataset,
    encoder: Encoder,
    legs: Sequence[Leg] = LEGS,
    stage: Stage = lambda name, total: lambda done: None,
) -> dict[str, dict[str, Ranking]]:
    """Index the documents in memory and return for each leg each question's ranking, at most 100 documents long."""
    ids = list(dataset.documents)
    texts = list(dataset.documents.values())
    lexical = Lexical.build(texts)
    vectors = VectorIndex.build(encoder.encode_passages(texts, stage("embedding documents", len(texts))))
    retriever = Retriever(vectors, lexical)
    asked = list(dataset.questions.items())
    rows = encoder.encode_questions([text for _, text in asked], stage("embedding questions", len(asked)))
    found: dict[str, dict[str, Ranking]] = {leg: {} for leg in legs}
    searched = stage("searching", len(asked))
    for (id, text), vector in zip(asked, rows, strict=True):
        for leg in legs:
            ranking = retriever.rank(vector, text, DEPTH + 1, leg)
            # where questions are documents themselves (ArguAna), BEIR takes a question's own copy out
            scored = [(ids[row], float(score)) for row, score in zip(ranking.rows, ranking.score, strict=True)]
            found[leg][id] = dict([(document, score) for document, score in scored if document != id][:DEPTH])
        searched(1)
    return found


def to_run(dataset: Dataset, rankings: Mapping[str, Mapping[str, Ranking]], made: Mapping[str, str]) -> Run:
    """Measure the rankings; as BEIR does, every grade above 0 counts as relevant in the binary measures."""
    per_leg = {leg: measure_rankings(found, dataset.judged, answers=1) for leg, found in rankings.items()}
    records = [
        Record(
            id=id,
            question=text,
            searched=text,
            measures=by_leg(per_leg, id),
            rankings={leg: top(found[id]) for leg, found in rankings.items()},
            judged=dataset.judged[id],
        )
        for id, text in dataset.questions.items()
    ]
    return Run(dataset.name, records, made)


def write_trec(path: Path, rankings: Mapping[str, Ranking], name: str) -> None:
    """Write a run file as trec_eval reads it: question, Q0, document, rank from 1, score, name of the run."""
    with path.open("w", encoding="utf-8") as file:
        for id, ranking in rankings.items():
            for rank, (document, score) in enumerate(ranking.items(), 1):
                file.write(f"{id} Q0 {document} {rank} {score:.6f} {name}\n")


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    # newline="\n": texts hold U+2028 and bare carriage returns, which are no ends of lines in JSON Lines
    with path.open(encoding="utf-8-sig", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                raw = json.loads(line)
                yield str(raw["_id"]), raw
            except (ValueError, KeyError, TypeError) as error:
                raise KnowledgeError(path, number, f"not a JSON object with an _id ({error})") from error


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and not cells[-1].lstrip("-").isdigit()):
            continue  # the first line names the columns
        try:
            question, document, grade = cells
            judged.setdefault(question, {})[document] = int(grade)
        except ValueError as error:
            raise KnowledgeError(path, number, "not question, document and grade, with tabs between") from error
    return {id: grades for id, grades in judged.items() if any(grade > 0 for grade in grades.values())}
