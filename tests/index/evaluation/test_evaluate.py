"""Measures, intervals, comparison, the gate and datasets: numbers worked out by hand, the retriever itself is real."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bot.commands.evaluate import evaluate
from bot.quality.report import write_report
from index.evaluation.benchmark import rank_dataset, read_dataset, to_run, write_trec
from index.evaluation.comparison import compare, moves
from index.evaluation.evaluate import Record, Run, by_place, groups, means, measure_rankings
from index.evaluation.gate import broken, read_floors
from index.evaluation.statistics import area_under_risk, area_under_roc, interval, paired
from index.lexical import Lexical
from index.search import DENSE_SHARE, Retriever
from index.vectors import VectorIndex
from knowledge.errors import ExplainerError, KnowledgeError


def record(id: str, temper: str = "plain", kind: str = "why", half: str = "test", **measures: float) -> Record:
    named = {name.replace("_", " "): value for name, value in measures.items()}
    return Record(id=id, question=f"Question {id}?", kind=kind, half=half, temper=temper, measures=named)


def test_a_place_has_the_score_of_its_best_passage() -> None:
    assert by_place([("a#x", 0.9), ("b#y", 0.8), ("a#x", 0.7)]) == {"a#x": 0.9, "b#y": 0.8}


def test_ndcg_is_graded_and_the_others_count_what_answers() -> None:
    found = measure_rankings({"q": {"helps": 2.0, "answers": 1.0}}, {"q": {"answers": 2, "helps": 1}})["q"]
    ideal = 2 + 1 / math.log2(3)
    assert found["nDCG@10"] == pytest.approx((1 + 2 / math.log2(3)) / ideal)
    assert (found["R@1"], found["R@5"], found["RR@10"], found["Success@1"], found["Success@3"]) == (0, 1, 0.5, 0, 1)


def test_a_question_that_finds_nothing_scores_zero_and_stays_in_the_mean() -> None:
    judged = {"found": {"a": 2}, "lost": {"a": 2}, "empty": {"a": 2}}
    per_question = measure_rankings({"found": {"a": 1.0}, "empty": {}}, judged)
    assert {id: m["nDCG@10"] for id, m in per_question.items()} == {"found": 1.0, "lost": 0.0, "empty": 0.0}
    mean = means([record(id, nDCG=m["nDCG@10"]) for id, m in per_question.items()])["nDCG"]
    assert (mean.value, mean.n) == (pytest.approx(1 / 3), 3)


def test_a_measure_is_averaged_over_the_questions_it_applies_to() -> None:
    found = means([record("a", facts=1.0), record("b", facts=0.5), record("c", declined=1.0)])
    assert (found["facts"].value, found["facts"].n) == (0.75, 2)
    assert (found["declined"].value, found["declined"].n) == (1.0, 1)


def test_groups_are_all_then_tempers_then_kinds() -> None:
    records = [record("a", "plain", "why"), record("b", "sources", "dates")]
    assert {name: [r.id for r in group] for name, group in groups(records).items()} == {
        "all": ["a", "b"],
        "plain": ["a"],
        "sources": ["b"],
        "dates": ["b"],
        "why": ["a"],
    }


def test_an_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 50
    low, high = interval(values)
    assert 0.35 < low < 0.5 < high < 0.65
    assert interval(values) == (low, high)
    assert interval([0.7]) == (0.7, 0.7)


def test_the_paired_test_counts_the_ways_chance_could_do_it() -> None:
    # four questions, each one better by 1: of 2**4 exchanges, two move the mean as far
    assert paired([0, 0, 0, 0], [1, 1, 1, 1]) == pytest.approx(2 / 16)
    assert paired([0.5, 0.2], [0.5, 0.2]) == 1.0


def test_areas_under_the_curves_of_silence() -> None:
    answerable, confidence = [True, False, True], [0.9, 0.8, 0.7]
    assert area_under_risk(answerable, confidence) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert area_under_roc(answerable, confidence) == pytest.approx(0.5)


def test_two_runs_are_compared_on_the_questions_of_both() -> None:
    before = Run("a", [record("x", fused_nDCG=0.2), record("y", fused_nDCG=0.6), record("old", fused_nDCG=0.0)])
    after = Run("b", [record("x", fused_nDCG=0.4), record("y", fused_nDCG=0.6), record("new", fused_nDCG=1.0)])
    (change,) = compare(before, after)
    assert (change.before, change.after, change.n) == (pytest.approx(0.4), pytest.approx(0.5), 2)
    assert change.low is not None and change.high is not None and change.low <= change.difference <= change.high


def test_a_question_that_moved_names_the_places_that_changed_rank() -> None:
    def ranked(measure: float, *places: str) -> Record:
        rankings = {"fused": [(place, 1.0) for place in places]}
        return Record("q", "Q?", measures={"fused R@5": measure}, rankings=rankings, judged={"good": 2})

    before, after = Run("a", [ranked(0.0, "w", "x", "y", "z")]), Run("b", [ranked(1.0, "w", "x", "good", "y", "z")])
    (move,) = moves(before, after, "fused R@5")
    assert (move.before, move.after) == (0.0, 1.0)
    assert move.places == (("good", 0, 3), ("y", 3, 4))


def test_a_saved_run_is_read_back(tmp_path: Path) -> None:
    run = Run("golden", [record("a", facts=0.123456)], {"half": "test"})
    run.save(tmp_path / "run.json")
    assert Run.load(tmp_path / "run.json") == run


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"title": "x", "records": [{"nonsense": 1}], "made": {}}'])
def test_what_is_no_saved_run_is_refused_with_the_remedy(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(ExplainerError, match="asylum evaluate run --json"):
        Run.load(tmp_path / "run.json")


# The gate


FLOORS = {"test": {"all": {"Success@1": 0.99}, "plain": {"Success@1": 0.99}}}


@pytest.fixture
def measured(word_encoder: type) -> Callable[..., list[Record]]:
    """Measure 40 questions on 40 sections; odd ones only the dense leg understands, even ones it takes for their neighbour."""
    ids = [f"law#{n}" for n in range(40)]
    encoder = word_encoder(dimensions=8192)
    vectors = encoder.encode_passages([f"meaning{n} hint{n} hint{n + 1} hint{n + 1}" for n in range(40)])
    texts = [f"topic{n} asked{n}" for n in range(40)]
    questions = {f"law#{n}": f"meaning{n}" if n % 2 else f"asked{n} hint{n}" for n in range(40)}

    def measure(
        order: Sequence[int] = range(40), kept: Sequence[int] = range(40), dense_share: float = DENSE_SHARE
    ) -> list[Record]:
        rows = vectors[list(order)][list(kept)]
        retriever = Retriever(VectorIndex.build(rows), Lexical.build(texts[n] for n in kept), dense_share)
        rankings = {}
        for place, question in questions.items():
            ranking = retriever.rank(encoder.encode_questions([question])[0], question, 10)
            rankings[place] = by_place(
                (ids[kept[r]], float(s)) for r, s in zip(ranking.rows, ranking.score, strict=True)
            )
        found = measure_rankings(rankings, {place: {place: 2} for place in questions})
        return [
            Record(place, text, half="test", temper="plain", measures=found[place]) for place, text in questions.items()
        ]

    return measure


def test_the_gate_is_open_while_nothing_is_broken(measured: Callable[..., list[Record]]) -> None:
    assert broken(measured(), FLOORS) == []


@pytest.mark.parametrize(
    "damage",
    [
        {"order": np.random.default_rng(1).permutation(40).tolist()},
        {"kept": [n for n in range(40) if n != 7]},
        {"dense_share": 1.0},
        {"dense_share": 0.0},
    ],
    ids=["shuffled vectors", "a dropped section", "only the dense leg counts", "only the lexical leg counts"],
)
def test_a_deliberate_break_fails_the_gate(measured: Callable[..., list[Record]], damage: Mapping[str, object]) -> None:
    lines = broken(measured(**damage), FLOORS)
    assert [line.split(" is ")[0] for line in lines] == ["test.all: Success@1", "test.plain: Success@1"]


def test_the_gate_knows_ceilings_and_what_was_not_measured() -> None:
    records = [record("a", wrongly_declined=1.0), record("b", wrongly_declined=0.0)]
    floors = {"test": {"all": {"wrongly declined": 0.05, "facts": 0.8}}}
    assert broken(records, floors) == [
        "test.all: wrongly declined is 0.500, above its ceiling 0.050 (2 questions)",
        "test.all: facts was not measured (floor 0.800)",
    ]


def test_a_mean_at_its_floor_passes() -> None:
    assert broken([record("a", facts=1 / 3), record("b", facts=1 / 3)], {"test": {"all": {"facts": 1 / 3}}}) == []


def test_the_gate_command_exits_with_1_and_one_line_for_each_broken_floor(tmp_path: Path) -> None:
    run, floors = tmp_path / "run.json", tmp_path / "floors.toml"
    Run("golden", [record("a", facts=0.5)]).save(run)
    floors.write_text("[test.all]\nfacts = 0.6\n[test.why]\nfacts = 0.5\n", encoding="utf-8")
    shut = CliRunner().invoke(evaluate, ["gate", "--from", str(run), "--floors", str(floors)])
    assert shut.exit_code == 1
    assert "test.all: facts is 0.500, below its floor 0.600 (1 questions)\n" in shut.output
    floors.write_text("[test.all]\nfacts = 0.5\n", encoding="utf-8")
    assert CliRunner().invoke(evaluate, ["gate", "--from", str(run), "--floors", str(floors)]).exit_code == 0


@pytest.mark.parametrize("text", ["facts = 0.5", "[test.all]\nfacts = 'high'", "[test.all"])
def test_floors_that_cannot_be_read_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "floors.toml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"floors\.toml:1"):
        read_floors(tmp_path / "floors.toml")


def test_the_floors_of_the_golden_set_are_well_formed() -> None:
    assert read_floors()["test"]["all"]["verbatim"] == 1.0


# Any dataset


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """Three documents, two judged questions and one without a judgement, in the BEIR layout."""
    folder = tmp_path / "small"
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {"_id": "d1", "title": "Temporary asylum", "text": "It lasts one year.\u2028It may be extended."},
        {"_id": "d2", "title": "", "text": "The President grants political asylum by decree."},
        {"_id": "q2", "title": "", "text": "Who signs the decree"},
    ]
    questions = [
        {"_id": "q1", "text": "How long does temporary asylum last?"},
        {"_id": "q2", "text": "Who signs the decree"},
        {"_id": "q3", "text": "Nobody judged this"},
    ]
    for name, objects in (("corpus", documents), ("queries", questions)):
        lines = [json.dumps(o, ensure_ascii=False) for o in objects]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    qrels = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq2\td1\t0\nq3\td1\t0\n"
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_a_dataset_is_ranked_and_measured(beir: Path, word_encoder: type) -> None:
    dataset = read_dataset(beir)
    assert list(dataset.questions) == ["q1", "q2"]
    rankings = rank_dataset(dataset, word_encoder())
    run = to_run(dataset, rankings, {})
    assert [r.measures["fused nDCG@10"] for r in run.records] == [1.0, 1.0]
    assert set(run.records[0].rankings) == {"fused", "dense", "lexical"}


def test_a_question_that_is_a_document_itself_does_not_find_itself(beir: Path, word_encoder: type) -> None:
    rankings = rank_dataset(read_dataset(beir), word_encoder(), ["lexical"])
    assert list(rankings["lexical"]["q2"]) == ["d2"]


def test_a_run_file_is_what_trec_eval_reads(tmp_path: Path) -> None:
    write_trec(tmp_path / "run.txt", {"q1": {"d2": 0.75, "d1": 0.5}}, "asylum-fused")
    assert (tmp_path / "run.txt").read_text(encoding="utf-8") == (
        "q1 Q0 d2 1 0.750000 asylum-fused\nq1 Q0 d1 2 0.500000 asylum-fused\n"
    )


def test_a_dataset_without_judgements_is_refused(beir: Path) -> None:
    with pytest.raises(ExplainerError, match=r"qrels/dev\.tsv"):
        read_dataset(beir, "dev")


def test_a_damaged_line_of_a_dataset_is_named(beir: Path) -> None:
    (beir / "queries.jsonl").write_text('{"_id": "q1", "text": "x"}\nnonsense\n', encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"queries\.jsonl:2"):
        read_dataset(beir)


# The page


def test_the_report_is_one_page_that_loads_nothing(tmp_path: Path) -> None:
    def asked(id: str, answerable: bool, confidence: float, **measures: float) -> Record:
        named = {name.replace("_", " ").replace("AT", "@"): value for name, value in measures.items()}
        rankings = {"fused": [("law#other", 0.4)]}
        return Record(
            id, "Who <b>decides</b>?", kind="why", half="test", temper="plain", answerable=answerable, measures=named,
            rankings=rankings, judged={"law#right": 2}, answered=True, confidence=confidence,
        )  # fmt: skip

    run = Run("golden", [asked("a", True, 0.9, fused_nDCGAT10=0.0, facts=0.5), asked("b", False, 0.2, declined=0.0)])
    earlier = Run("golden", [asked("a", True, 0.9, fused_nDCGAT10=0.5, facts=0.5)])
    write_report(run, tmp_path / "report.html", earlier)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "http" not in page
    assert "<script" not in page
    assert "Who &lt;b&gt;decides&lt;/b&gt;?" in page
    assert all(part in page for part in ("law#other", "law#right", "Change against the last run", "<svg viewBox"))
    assert "prefers-color-scheme: dark" in page and "width=device-width" in page
