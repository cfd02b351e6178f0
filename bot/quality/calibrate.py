"""Fits when to be silent: logistic regression over the signals, on the dev half of the golden questions alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.answering.silence import MODEL, SilenceModel
from index.evaluation.evaluate import Record
from index.evaluation.statistics import area_under_risk, area_under_roc
from knowledge.errors import ExplainerError

MOST_DECLINED = 0.03
HEDGED_AT = 1 / 2  # hedge while a plain answer to the questions up to there fails at least this often
_FOLDS = 5
_STRENGTHS = tuple(float(c) for c in np.logspace(-2, 2, 9))

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a model does on one half: areas, and the share declined of each group of questions."""

    half: str
    n: int
    roc: float
    risk: float
    wrongly_declined: float
    hedged: float
    declined: dict[str, float]


def fit(records: Sequence[Record]) -> tuple[SilenceModel, Floats]:
    """Fit on the dev half and return the model and each dev question's confidence by a model that never saw it.

    The thresholds are chosen on those unseen confidences: on its own examples every model looks surer than it is.

    Raises:
        ExplainerError: there are too few questions of either sort.
    """
    from sklearn.linear_model import LogisticRegressionCV  # type: ignore[import-untyped]
    from sklearn.model_selection import StratifiedKFold, cross_val_predict  # type: ignore[import-untyped]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

    dev = measured(records, "dev")
    names = sorted(dev[0].signals) if dev else []
    labels = np.array([r.answerable for r in dev], bool)
    if min(labels.sum(), (~labels).sum()) < _FOLDS:
        raise ExplainerError(
            f"too few dev questions to fit on: at least {_FOLDS} answerable and {_FOLDS} to be declined"
        )
    signals = np.array([[r.signals[name] for name in names] for r in dev])
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=7)
    learner = make_pipeline(
        StandardScaler(),
        LogisticRegressionCV(
            Cs=_STRENGTHS, cv=folds, scoring="neg_log_loss", l1_ratios=(0.0,), use_legacy_attributes=False
        ),
    )
    unseen = cross_val_predict(learner, signals, labels, cv=folds, method="predict_proba")[:, 1]
    scaler, regression = learner.fit(signals, labels)
    # the model file knows no scaling: a weight of the scaled signal is the weight over the spread
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - weights @ scaler.mean_)
    decline, answer = thresholds(dev, unseen)
    by_name = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}
    return SilenceModel(round(intercept, 4), by_name, decline, answer), unseen


def thresholds(dev: Sequence[Record], confidence: Floats) -> tuple[float, float]:
    """Return below what to be silent, and below what to hedge.

    Silence may cost at most 3 % of the answerable questions, those included that a rule declines anyway (a name that
    no passage holds). Hedging reaches as far as half of the questions between have no answer in the documents, or one
    that would miss most of its facts.
    """
    ruled = np.array([by_rule(r) for r in dev], bool)
    labels = np.array([r.answerable for r in dev], bool)
    budget = int(MOST_DECLINED * labels.sum()) - int((labels & ruled).sum())
    sure = np.sort(confidence[labels & ~ruled])
    decline = _between(confidence, float(sure[max(budget, 0)]))
    answer = decline
    failing = np.array([not r.answerable or (r.answered and r.measures.get("facts", 1.0) < 0.5) for r in dev], bool)
    for step in sorted(float(c) for c in confidence if c > decline):
        band = (confidence >= decline) & (confidence < step) & ~ruled
        if band.sum() and failing[band].mean() >= HEDGED_AT:
            answer = step
    return round(decline, 4), round(max(answer, decline), 4)


def outcome(model: SilenceModel, records: Sequence[Record], half: str, confidence: Floats | None = None) -> Outcome:
    """Apply a model to one half; ``confidence`` replaces what it would say of its own examples."""
    chosen = measured(records, half)
    sure = confidence if confidence is not None else np.array([model.confidence(r.signals) for r in chosen])
    labels = [r.answerable for r in chosen]
    silent = [by_rule(r) or bool(c < model.decline) for r, c in zip(chosen, sure, strict=True)]
    kinds: dict[str, list[bool]] = {}
    for record, declined in zip(chosen, silent, strict=True):
        if not record.answerable:
            kinds.setdefault("all", []).append(declined)
            kinds.setdefault(group(record), []).append(declined)
    wrongly = [declined for record, declined in zip(chosen, silent, strict=True) if record.answerable]
    hedged = [
        not declined and bool(c < model.answer)
        for record, declined, c in zip(chosen, silent, sure, strict=True)
        if record.answerable
    ]
    return Outcome(
        half,
        len(chosen),
        area_under_roc(labels, list(sure)),
        area_under_risk(labels, list(sure)),
        sum(wrongly) / len(wrongly),
        sum(hedged) / len(hedged),
        {name: sum(values) / len(values) for name, values in kinds.items()},
    )


def measured(records: Sequence[Record], half: str) -> list[Record]:
    """Return the questions of one half whose signals were measured."""
    return [r for r in records if r.half == half and r.signals]


def by_rule(record: Record) -> bool:
    """Return whether a question was declined for another reason than its confidence."""
    return not record.answered and "cover" not in record.decision


def group(record: Record) -> str:
    """Return the kind of a question to be declined; "elsewhere" where its kind is mostly answerable."""
    return record.kind if record.kind in ("offtopic", "near-miss", "steering") else "elsewhere"


def write(model: SilenceModel, about: Outcome, path: Path = MODEL) -> None:
    """Write the model, with what it reached on unseen dev questions."""
    kinds = ", ".join(f"{name} {share:.0%}" for name, share in about.declined.items())
    lines = [
        "# Written by: asylum evaluate calibrate",
        f"# {about.n} dev questions, cross-validated: ROC AUC {about.roc:.3f}; {about.wrongly_declined:.1%} of the answerable",
        f"# declined wrongly; declined rightly: {kinds}",
        f"intercept = {model.intercept}",
        f"decline = {model.decline}",
        f"answer = {model.answer}",
        "",
        "[weights]",
        *(f"{name} = {weight}" for name, weight in model.weights.items()),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _between(confidence: Floats, least: float) -> float:
    """Return a threshold halfway between ``least`` and the next confidence below it."""
    below = confidence[confidence < least]
    return (float(below.max()) + least) / 2 if len(below) else least
