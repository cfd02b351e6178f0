"""The plots of the report: drawn by matplotlib as SVG that takes its colours from the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from bot.answering.silence import SilenceModel
from index.evaluation.comparison import Change
from index.evaluation.evaluate import CURVE, LEGS, Record, groups, means
from index.evaluation.statistics import risk_and_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that stand in the drawing for the page's own, so that a plot follows light and dark
_COLOURS = {
    "text": "#0a0b01",
    "line": "#0a0b02",
    "fused": "#0a0b03",
    "dense": "#0a0b04",
    "lexical": "#0a0b05",
    "good": "#0a0b06",
    "bad": "#0a0b07",
}
_WIDTH = 4.8  # inches: letters of 10 points stay readable when a phone shrinks it, and pleasant on a screen
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "asylum",
    "font.size": 10,
    "text.color": _COLOURS["text"],
    "axes.labelcolor": _COLOURS["text"],
    "axes.edgecolor": _COLOURS["line"],
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "xtick.color": _COLOURS["text"],
    "ytick.color": _COLOURS["text"],
    "grid.color": _COLOURS["line"],
    "grid.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


def by_kind(records: Sequence[Record], names: Mapping[str, str]) -> str:
    """Draw measures of each group of questions with their intervals; ``names`` maps measures to their legend."""
    found = {group: means(inside, list(names)) for group, inside in groups(records).items()}
    rows = [group for group, values in found.items() if values][::-1]
    with _figure(0.42 * len(rows) + 1.3) as (figure, axes):
        for n, (measure, label) in enumerate(names.items()):
            points = [(y, found[group][measure]) for y, group in enumerate(rows) if measure in found[group]]
            values = [mean.value for _, mean in points]
            below = [mean.value - (mean.low if mean.low is not None else mean.value) for _, mean in points]
            above = [(mean.high if mean.high is not None else mean.value) - mean.value for _, mean in points]
            colour = _COLOURS[("fused", "dense", "good")[n % 3]]
            heights = [y + 0.22 - 0.22 * n for y, _ in points]
            axes.errorbar(
                values, heights, xerr=[below, above], fmt="os^"[n % 3], color=colour, label=label, markersize=4, lw=1.2
            )
        axes.set_yticks(range(len(rows)), rows)
        axes.set_xlim(-0.02, 1.02)
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside upper center", ncols=len(names))
        return _svg(figure, "Measures by kind of question, with 95 % bootstrap intervals")


def recall_by_depth(records: Sequence[Record]) -> str:
    """Draw recall against k for the three legs."""
    found = means(records, [f"{leg} R@{k}" for leg in LEGS for k in CURVE], intervals=False)
    with _figure(3.2) as (figure, axes):
        for leg, marker in zip(LEGS, "osv", strict=True):
            values = [found[f"{leg} R@{k}"].value for k in CURVE if f"{leg} R@{k}" in found]
            if values:
                axes.plot(CURVE[: len(values)], values, marker=marker, color=_COLOURS[leg], label=leg, markersize=4)
        axes.set_xscale("log")
        axes.set_xticks(CURVE, [str(k) for k in CURVE])
        axes.minorticks_off()
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("k")
        if axes.lines:
            axes.legend(loc="lower right")
        return _svg(figure, "Recall against k for the fused, dense and lexical leg")


def confidences(records: Sequence[Record], model: SilenceModel) -> str:
    """Draw how sure the program is of questions that the documents answer and of the others."""
    sure = [(r.answerable, r.confidence) for r in records if r.confidence is not None]
    with _figure(3.0) as (figure, axes):
        bins = [n / 25 for n in range(26)]
        for answerable, label, colour in ((True, "answerable", "good"), (False, "to be declined", "bad")):
            values = [confidence for a, confidence in sure if a is answerable]
            axes.hist(values, bins, alpha=0.6, color=_COLOURS[colour], label=f"{label} ({len(values)})")
        axes.axvline(model.decline, color=_COLOURS["text"], lw=1.2, ls="--", label=f"silent below {model.decline:.2f}")
        if model.answer > model.decline:
            axes.axvline(model.answer, color=_COLOURS["text"], lw=1.2, ls=":", label=f"hedged below {model.answer:.2f}")
        axes.set_xlabel("confidence")
        axes.set_ylabel("questions")
        axes.set_yscale("symlog")
        axes.set_yticks([0, 1, 3, 10, 30, 100, 300], ["0", "1", "3", "10", "30", "100", "300"])
        axes.minorticks_off()
        figure.legend(loc="outside upper center", ncols=2)
        return _svg(figure, "Confidence of answerable questions and of those to be declined, with the threshold")


def risk(records: Sequence[Record]) -> str:
    """Draw the share of answers that ought to be silence against the share of questions answered."""
    sure = [r for r in records if r.confidence is not None]
    coverage, risks = risk_and_coverage([r.answerable for r in sure], [r.confidence or 0.0 for r in sure])
    answered = [r for r in sure if r.answered]
    with _figure(3.0) as (figure, axes):
        axes.plot(coverage, risks, color=_COLOURS["fused"], drawstyle="steps-post")
        if answered:
            now = sum(not r.answerable for r in answered) / len(answered)
            axes.plot([len(answered) / len(sure)], [now], "D", color=_COLOURS["bad"], label="the program now")
            axes.legend(loc="upper left")
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, None)
        axes.set_xlabel("coverage: share of all questions answered")
        axes.set_ylabel("risk: share to be declined")
        return _svg(figure, "Risk against coverage")


def differences(changes: Sequence[Change]) -> str:
    """Draw each measure's difference between two runs with its interval."""
    shown = [c for c in changes if c.low is not None and c.high is not None][::-1]
    with _figure(0.28 * len(shown) + 0.9) as (figure, axes):
        for y, c in enumerate(shown):
            low, high = c.low or 0.0, c.high or 0.0
            colour = "line" if low <= 0 <= high else "good" if (low > 0) != (c.measure in _DOWN) else "bad"
            spread = [[max(0.0, c.difference - low)], [max(0.0, high - c.difference)]]
            axes.errorbar([c.difference], [y], xerr=spread, fmt="o", color=_COLOURS[colour], markersize=4, lw=1.2)
        axes.axvline(0, color=_COLOURS["text"], lw=0.8)
        axes.set_yticks(range(len(shown)), [c.measure for c in shown])
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("difference")
        return _svg(figure, "Differences from the earlier run, with 95 % bootstrap intervals")


_DOWN = ("wrongly declined", "false alarms", "hedged")


@contextmanager
def _figure(height: float) -> Iterator[tuple[Figure, Axes]]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # a Figure of its own, without pyplot: no window system, no state that outlives the plot
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        yield figure, figure.subplots()


def _svg(figure: Figure, label: str) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    text = file.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", text))
    text = re.sub(r' id="([^"]+)"', lambda m: m.group() if m.group(1) in used else "", text)
    for name, colour in _COLOURS.items():
        text = text.replace(colour, f"var(--{name})")
    # the page gives the size; inside HTML the names of the formats are known
    return re.sub(
        r"<svg [^>]*?(viewBox=\"[^\"]+\")[^>]*>",
        rf'<svg \1 role="img" aria-label="{escape(label)}">',
        text,
        count=1,
    )
