from __future__ import annotations

import pytest

from bot.answering.silence import Signals, SilenceModel
from index.search import Searcher


def test_confidence_is_the_logistic_function_of_the_weighted_signals() -> None:
    model = SilenceModel(intercept=-1.0, weights={"dense": 2.0, "coverage": 1.0}, decline=0.3, answer=0.6)

    assert model.confidence({"dense": 0.5, "coverage": 0.0, "contrast": 9.0}) == pytest.approx(0.5)
    assert model.confidence({"dense": 1e9, "coverage": 0.0}) == pytest.approx(1.0)


def test_a_covered_question_is_nearer_to_the_known_ones_than_an_everyday_one(searcher: Searcher) -> None:
    signals = Signals(searcher)
    covered = searcher.read("For how many months can I stay?")
    everyday = searcher.read("How do I bake bread?")

    inside = signals.measure(covered, searcher.search(covered, 5))
    outside = signals.measure(everyday, searcher.search(everyday, 5))

    assert inside["contrast"] > 0 > outside["contrast"]


def test_words_that_the_best_passages_hold_raise_coverage(searcher: Searcher) -> None:
    signals = Signals(searcher)
    held = searcher.read("The President grants political asylum by decree")
    foreign = searcher.read("quantum chromodynamics")

    assert signals.measure(held, searcher.search(held, 5))["coverage"] > 0.9
    assert signals.measure(foreign, searcher.search(foreign, 5))["coverage"] == 0.0


def test_the_coefficients_in_the_repository_can_be_read() -> None:
    model = SilenceModel.load()

    assert 0 < model.decline <= model.answer < 1
