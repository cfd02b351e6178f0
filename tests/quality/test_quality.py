"""Quality: how answers are measured, and a fast part of the golden set with the real model and the real corpus."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from bot.answering.answer import Answer, Citation, cite
from bot.answering.explainer import Explainer
from bot.quality.calibrate import fit, outcome, thresholds
from bot.quality.measure import evaluate, missed_facts, quotes
from bot.quality.scoreboard import summary
from bot.settings import Settings
from index.evaluation.evaluate import Record, Run, means
from index.evaluation.gate import read_floors
from knowledge.document import Document
from knowledge.errors import IndexMissingError
from knowledge.golden import GoldenQuestion, holds, read_golden

BODY = "## Who decides\n\nThe Ministry decides: see note [1] there. The President grants asylum.\n"


@pytest.fixture
def citations(parse) -> tuple[Citation, Citation]:
    document: Document = parse(BODY)
    first, second = "The Ministry decides: see note [1] there.", "The President grants asylum."
    starts = document.text.index(first), document.text.index(second)
    return (
        cite(1, document, starts[0], starts[0] + len(first)),
        cite(2, document, starts[1], starts[1] + len(second)),
    )


def answer(text: str, citations: tuple[Citation, ...], answered: bool = True) -> Answer:
    return Answer("Who?", "Who?", answered, text, citations)


def test_quotes_are_found_in_the_order_of_the_text_even_if_they_hold_marks(citations) -> None:
    first, second = citations
    text = f"A frame.\n\n**Russian law:** {second.quote} [2] {first.quote} [1]"
    quoted = quotes(answer(text, citations))
    assert ([c.number for c in quoted.citations], quoted.strays) == ([2, 1], ())


@pytest.mark.parametrize("extra", ["And more.", "The Ministry rules. [1]"])
def test_words_that_no_source_says_are_strays(extra: str, citations) -> None:
    first, _ = citations
    assert quotes(answer(f"**Russian law:** {first.quote} [1] {extra}", citations[:1])).strays


def test_a_tables_citations_are_not_counted_as_quotes(citations) -> None:
    first, _ = citations
    text = f"**Russian law:** {first.quote} [1]\n\n| | A |\n|---|---|\n| **who** | President [2] |"
    assert [c.number for c in quotes(answer(text, citations)).citations] == [1]


@pytest.mark.parametrize(
    ("fact", "found"),
    [("ONE year", True), ("/one (year|month)s?/", True), ("/two years/", False), ("years and", False)],
)
def test_a_fact_is_a_string_or_a_pattern_whatever_the_case(fact: str, found: bool) -> None:
    assert holds(fact, "It lasts one\nyear.") is found


def test_a_declined_answer_misses_every_fact_and_a_citation_counts_only_if_the_text_marks_it(citations) -> None:
    question = GoldenQuestion("a", "why", "Who?", facts=("ministry", "president"), places={"law#who-decides": 2})
    first, _ = citations
    text = f"**Russian law:** {first.quote} [1]"
    assert missed_facts(question, answer(text, citations)) == ("president",)
    assert missed_facts(question, answer(text, citations, answered=False)) == ("ministry", "president")


def calibrated() -> list[Record]:
    """Eighty dev and eighty test questions; one signal tells most of them apart."""
    records = []
    for half in ("dev", "test"):
        for n in range(80):
            answerable = n % 4 != 0
            strength = (0.7 if answerable else 0.3) + 0.2 * ((n * 37 % 80) / 80 - 0.5)
            kind = "why" if answerable else "offtopic"
            records.append(
                Record(
                    f"{half}{n}",
                    "?",
                    half=half,
                    kind=kind,
                    answerable=answerable,
                    answered=True,
                    signals={"dense": strength},
                )
            )
    return records


def test_calibration_finds_the_signal_and_declines_few_that_can_be_answered() -> None:
    model, unseen = fit(calibrated())
    on_dev, on_test = outcome(model, calibrated(), "dev", unseen), outcome(model, calibrated(), "test")
    assert model.weights["dense"] > 0
    assert on_dev.roc == on_test.roc == 1.0
    assert on_dev.wrongly_declined <= 0.03
    assert on_test.declined == {"all": 1.0, "offtopic": 1.0}


def test_questions_that_a_rule_declines_use_up_what_silence_may_cost() -> None:
    records = [r for r in calibrated() if r.half == "dev"]
    ruled = [
        replace(r, answered=False, decision="no passage found mentions X") if r.id == "dev1" else r for r in records
    ]
    _, unseen = fit(records)
    assert thresholds(ruled, unseen)[0] <= thresholds(records, unseen)[0]


# The real thing


@pytest.fixture(scope="module")
def quick() -> Run:
    """A fixed quarter of the test half."""
    try:
        explainer = Explainer(Settings.from_environment())
    except IndexMissingError as error:
        pytest.skip(str(error))
    chosen = [q for q in read_golden() if q.half == "test" and hashlib.sha256(q.id.encode()).digest()[1] % 4 == 0]
    return evaluate(explainer, chosen)


@pytest.mark.quality
def test_every_sentence_is_verbatim(quick: Run) -> None:
    assert [r.id for r in quick.records if r.measures.get("verbatim", 1.0) < 1] == []


@pytest.mark.quality
def test_fusion_beats_both_legs(quick: Run) -> None:
    found = means(quick.records, intervals=False)
    assert found["fused nDCG@10"].value > max(found["dense nDCG@10"].value, found["lexical nDCG@10"].value)


@pytest.mark.quality
@pytest.mark.parametrize("measure", ["fused nDCG@10", "fused R@5", "fused Success@1", "facts", "relevance", "declined"])
def test_no_measure_of_the_quick_part_is_far_below_its_floor(quick: Run, measure: str) -> None:
    # a quarter of the questions scatters more than the half that the floors were measured on
    assert (
        means(quick.records, [measure], intervals=False)[measure].value >= read_floors()["test"]["all"][measure] - 0.1
    )


@pytest.mark.quality
def test_few_answerable_questions_are_declined(quick: Run) -> None:
    assert means(quick.records, ["wrongly declined"], intervals=False)["wrongly declined"].value <= 0.1


@pytest.mark.quality
def test_the_few_numbers_that_matter_are_printed(quick: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nquality, {len(quick.records)} golden questions: {summary(quick.records)}")
