"""How sure a number is: bootstrap intervals, the paired test, and the curves of answering against silence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_PERMUTATIONS = 9999
_BATCH = 250  # resamples drawn at once: thousands of questions must fit into memory

Floats = NDArray[np.float64]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a mean; the same values give the same interval."""
    from scipy.stats import bootstrap  # type: ignore[import-untyped]

    if len(set(values)) < 2:
        return values[0], values[0]
    found = bootstrap(
        (np.asarray(values, float),),
        np.mean,
        n_resamples=RESAMPLES,
        batch=_BATCH,
        method="percentile",
        rng=np.random.default_rng(7),
    ).confidence_interval
    return float(found.low), float(found.high)


def paired(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the two-sided p of a paired randomisation test: how often chance alone moves the mean as far."""
    from scipy.stats import permutation_test

    if list(before) == list(after) or len(before) < 2:
        return 1.0
    found = permutation_test(
        (np.asarray(after, float), np.asarray(before, float)),
        _difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=_PERMUTATIONS,
        batch=_BATCH,
        rng=np.random.default_rng(7),
    )
    return float(found.pvalue)


def risk_and_coverage(answerable: Sequence[bool], confidence: Sequence[float]) -> tuple[Floats, Floats]:
    """Return coverage and risk as one answers more and more questions, surest first.

    Coverage is the share of all questions that are answered, risk the share of those that ought to be declined.
    """
    order = np.argsort(-np.asarray(confidence, float), kind="stable")
    wrong = ~np.asarray(answerable, bool)[order]
    answered = np.arange(1, len(order) + 1)
    return answered / len(order), np.cumsum(wrong) / answered


def area_under_risk(answerable: Sequence[bool], confidence: Sequence[float]) -> float:
    """Return the mean risk over all coverages (AURC); 0 were perfect order among answerable questions alone."""
    return float(risk_and_coverage(answerable, confidence)[1].mean())


def area_under_roc(answerable: Sequence[bool], confidence: Sequence[float]) -> float:
    """Return the chance that an answerable question gets more confidence than one to be declined."""
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

    return float(roc_auc_score(answerable, confidence))


def _difference(after: Floats, before: Floats, axis: int = -1) -> Floats:
    return np.asarray(np.mean(after - before, axis=axis))
