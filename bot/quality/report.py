"""The report of an evaluation: one HTML page that needs nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from bot.answering.silence import SilenceModel
from bot.quality import plots
from bot.quality.measure import ANSWERS, latency
from index.evaluation.comparison import Move, compare, moves
from index.evaluation.evaluate import ANSWERS as ANSWERING
from index.evaluation.evaluate import LEGS, RETRIEVAL, Mean, Record, Run, groups, means

WORST = 20
_AREAS = ("ROC AUC", "AURC")
_KINDS = {
    "fused nDCG@10": "nDCG@10",
    "fused R@5": "R@5",
    "fused Success@1": "Success@1",
    "facts": "facts",
    "relevance": "relevance",
    "wrongly declined": "wrongly declined",
    "declined": "rightly declined",
    "follow-ups": "follow-ups",
    "disagreements": "disagreements",
    "false alarms": "false alarms",
}
_TILES = (
    "fused nDCG@10",
    "fused R@5",
    "fused Success@1",
    "facts",
    "relevance",
    "wrongly declined",
    "declined",
    "verbatim",
)

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>
:root {{ color-scheme: light dark; --page: #fbfaf8; --card: #fff; --text: #1f2a35; --soft: #5b6875; --line: #c9d0d7;
  --fused: #17598a; --dense: #b4570a; --lexical: #6d4aa3; --good: #2e7d4f; --bad: #b8362b; }}
@media (prefers-color-scheme: dark) {{ :root {{ --page: #191d21; --card: #20252b; --text: #e2e7ec; --soft: #a3afbb;
  --line: #47515c; --fused: #7fbdec; --dense: #f0a35e; --lexical: #bda2ec; --good: #7bcb9a; --bad: #f08a80; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.5rem; margin: .5rem 0 0; }} h2 {{ font-size: 1.1rem; margin: 0 0 .5rem; }}
p {{ margin: .3rem 0 .8rem; }} .soft {{ color: var(--soft); }}
section {{ background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: 1rem 0; }}
.plots {{ columns: 2 26rem; column-gap: 1rem; margin: 1rem 0; }} .plots section {{ margin: 0 0 1rem; break-inside: avoid; }}
.pair {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; align-items: start; }} svg {{ display: block; width: 100%; height: auto; }}
svg text {{ font-family: inherit !important; }}
.tiles {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }}
.tiles div {{ background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .6rem .8rem; }}
.tiles b {{ display: block; font-size: 1.5rem; line-height: 1.3; }}
.scroll {{ overflow-x: auto; overflow-wrap: normal; }} table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }}
th, td {{ padding: .25rem .7rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; }}
td small {{ color: var(--soft); }}
details {{ border-bottom: 1px solid var(--line); padding: .45rem 0; }} summary {{ cursor: pointer; }}
ul {{ margin: .2rem 0 .4rem; padding-inline-start: 1.2rem; font-size: .9rem; }} .good {{ color: var(--good); }} .bad {{ color: var(--bad); }}
</style></head><body>
<h1>{title}</h1><p class="soft">{made}</p>
{body}
</body></html>
"""


def write_report(run: Run, path: Path, earlier: Run | None = None) -> None:
    """Write the page; with an ``earlier`` run, what changed since is part of it."""
    title = f"Evaluation: {run.title}"
    made = "; ".join(f"{name} {value}" for name, value in run.made.items())
    body = "\n".join(part for part in _parts(run, earlier) if part)
    path.write_text(_PAGE.format(title=escape(title), made=escape(made), body=body), encoding="utf-8")


def _parts(run: Run, earlier: Run | None) -> Iterable[str]:
    records = run.records
    golden = any(r.kind for r in records)
    found = means(records)
    yield _tiles(found)
    drawn = [("Recall against k", "How much of what answers stands among the first k.", plots.recall_by_depth(records))]
    if golden:
        names = {"fused nDCG@10": "nDCG@10", "fused R@5": "R@5", "facts": "facts"}
        kinds = plots.by_kind(records, names)
        drawn.insert(0, ("By kind of question", "Means with 95 % bootstrap intervals.", kinds))
    if len({r.answerable for r in records}) > 1:
        areas = means(records, _AREAS, intervals=False)
        roc, aurc = (areas[name].value for name in _AREAS)
        sure = plots.confidences(records, SilenceModel.load())
        drawn.append(("When to be silent", f"Confidence in both sorts of question; ROC AUC {roc:.3f}.", sure))
        drawn.append(("Risk and coverage", f"Answering the surest first; area {aurc:.3f}.", plots.risk(records)))
    if earlier is not None:
        yield _changes(earlier, run)
    yield (
        '<div class="plots">' + "".join(_section(title, f"<p>{text}</p>{svg}") for title, text, svg in drawn) + "</div>"
    )
    yield _section("Retrieval", _legs(found))
    if golden:
        yield _section("Answers", _answers(records))
        yield _section("Every kind", _kinds(records))
        rows = [(stage, f"{half:.1f}", f"{most:.1f}") for stage, (half, most) in latency(records).items()]
        yield _section("Milliseconds", _table(("stage", "median", "95th percentile"), rows))
        yield _wrong(records)
    yield _worst(records)


def _tiles(found: Mapping[str, Mean]) -> str:
    cells = [
        f"<div>{escape(n)}<b>{found[n].value:.3f}</b><small class=soft>{_range(found[n])}</small></div>"
        for n in _TILES
        if n in found
    ]
    return f'<div class="tiles">{"".join(cells)}</div>'


def _legs(found: Mapping[str, Mean]) -> str:
    legs = [leg for leg in LEGS if f"{leg} {RETRIEVAL[0]}" in found]
    rows = [(name, *(_cell(found.get(f"{leg} {name}")) for leg in legs)) for name in RETRIEVAL]
    return _table(("measure", *legs), rows)


def _answers(records: Sequence[Record]) -> str:
    tempers = {name: means(g) for name, g in groups(records).items() if name in ("all", "plain", "sources")}
    names = [name for name in (*ANSWERS, *_AREAS) if name in tempers["all"]]
    rows = [
        (name, *(_cell(found.get(name)) for found in tempers.values()), str(tempers["all"][name].n)) for name in names
    ]
    return _table(("measure", *tempers, "n"), rows)


def _kinds(records: Sequence[Record]) -> str:
    rows = []
    for name, group in groups(records).items():
        found = means(group, list(_KINDS), intervals=False)
        rows.append((name, str(len(group)), *(_cell(found.get(measure)) for measure in _KINDS)))
    return _table(("questions", "n", *_KINDS.values()), rows)


def _wrong(records: Sequence[Record]) -> str:
    silent = [r for r in records if r.answerable and not r.answered]
    spoke = sorted((r for r in records if not r.answerable and r.answered), key=lambda r: -(r.confidence or 0))
    told = [f"<li>{escape(r.question)} <span class=soft>({r.id}; {escape(r.decision)})</span></li>" for r in silent]
    said = [
        f"<li>{escape(r.question)} <span class=soft>({r.id}; confidence {r.confidence:.2f})</span></li>"
        for r in spoke[:WORST]
    ]
    parts = [f"<p>Declined, though the documents answer ({len(silent)}):</p><ul>{''.join(told)}</ul>" if silent else ""]
    parts += [
        f"<p>Answered, though they do not ({len(spoke)}), surest first:</p><ul>{''.join(said)}</ul>" if spoke else ""
    ]
    return _section("Silence gone wrong", "".join(parts)) if any(parts) else ""


def _worst(records: Sequence[Record]) -> str:
    scored = [r for r in records if "fused nDCG@10" in r.measures]
    scored.sort(key=lambda r: (r.measures["fused nDCG@10"], r.measures.get("facts", 1.0), r.id))
    items = []
    for r in scored[:WORST]:
        wanted = [place for place, grade in r.judged.items() if grade >= ANSWERING] or list(r.judged)
        found = [place for place, _ in r.rankings.get("fused", ())[:3]]
        facts = f", facts {r.measures['facts']:.2f}" if "facts" in r.measures else ""
        missed = f"<p>Facts missed:</p>{_list(r.missed)}" if r.missed else ""
        understood = f"<p class=soft>Looked up as: {escape(r.searched)}</p>" if r.searched != r.question else ""
        items.append(
            f"<details><summary>{escape(r.question)} <span class=soft>({r.id}; nDCG {r.measures['fused nDCG@10']:.2f}{facts})</span>"
            f"</summary>{understood}<p>Found instead:</p>{_list(found)}<p>What answers:</p>{_list(wanted)}{missed}</details>"
        )
    return _section(f"The worst {min(WORST, len(scored))} questions", "".join(items)) if items else ""


def _changes(earlier: Run, run: Run) -> str:
    names = [*(f"fused {name}" for name in RETRIEVAL), *ANSWERS, *_AREAS]
    changes = [c for c in compare(earlier, run, names) if c.measure in names]
    if not changes:
        return ""
    rows = [
        (
            c.measure,
            f"{c.before:.3f}",
            f"{c.after:.3f}",
            f"{c.difference:+.3f}",
            "" if c.p is None else f"{c.p:.3f}",
            str(c.n),
        )
        for c in changes
    ]
    moved = moves(earlier, run, "fused nDCG@10")
    since = f"<p class=soft>{escape('; '.join(f'{n} {v}' for n, v in earlier.made.items()))}</p>"
    table = _table(("measure", "before", "after", "difference", "p", "n"), rows)
    return _section(
        "Change against the last run",
        f'{since}<div class="pair">{table}<div>{plots.differences(changes)}</div></div>{_moves(moved)}',
    )


def _moves(moved: Sequence[Move]) -> str:
    items = []
    for m in moved[:WORST]:
        mood = "good" if m.after > m.before else "bad"
        places = [f"{was or 'not found'} → {now or 'not found'} {place}" for place, was, now in m.places]
        items.append(
            f"<details><summary><span class={mood}>{m.before:.2f} → {m.after:.2f}</span> {escape(m.question)} "
            f"<span class=soft>({m.id})</span></summary>{_list(places)}</details>"
        )
    head = (
        f"<p>{len(moved)} questions moved in nDCG@10; the furthest:</p>"
        if moved
        else "<p>No question moved in nDCG@10.</p>"
    )
    return head + "".join(items)


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells hold HTML, the first of each row plain text."""
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(c) if n == 0 else c}</td>" for n, c in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"


def _cell(mean: Mean | None) -> str:
    return "" if mean is None else f"{mean.value:.3f} <small>{_range(mean)}</small>"


def _range(mean: Mean) -> str:
    return "" if mean.low is None else f"{mean.low:.3f}–{mean.high:.3f}"
