"""The command ``asylum evaluate``: quality measured, compared, kept from falling, and calibrated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.opened import open_explainer, open_settings
from knowledge.errors import ExplainerError

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.evaluation.evaluate import Run
    from index.search import Leg
    from knowledge.golden import GoldenQuestion

_FILE = click.Path(dir_okay=False, path_type=Path)
_SAVED = click.Path(exists=True, dir_okay=False, path_type=Path)
_HALF = click.Choice(["dev", "test", "all"])


@click.group()
def evaluate() -> None:
    """Measure retrieval and answers on the golden questions, or retrieval on any dataset."""


@evaluate.command()
@click.option("--half", type=_HALF, default="test", show_default=True, help="Which half of the golden questions.")
@click.option("--kind", "kinds", multiple=True, help="Only this kind of question; may be given several times.")
@click.option("--json", "to", type=_FILE, help="Save every question's measures, for compare and report.")
@click.option("--report", type=_FILE, help="Write a self-contained HTML page.")
@click.option(
    "--against", type=_SAVED, help="A saved run that the report compares with; else the last one of this half."
)
@click.option(
    "--dataset",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Instead: a folder in the BEIR layout.",
)
@click.option("--split", default="test", show_default=True, help="Which judgements of the dataset.")
@click.option("--leg", type=click.Choice(["fused", "dense", "lexical"]), help="With --dataset: this leg alone.")
@click.option("--run", "trec", type=_FILE, help="With --dataset: write a run file as trec_eval reads it.")
def run(
    half: str,
    kinds: tuple[str, ...],
    to: Path | None,
    report: Path | None,
    against: Path | None,
    dataset: Path | None,
    split: str,
    leg: Leg | None,
    trec: Path | None,
) -> None:
    """Measure, and print a table by kind; with --json and --report also save it."""
    from bot.quality.scoreboard import show_run, summary

    if dataset is None and (leg or trec):
        raise click.UsageError("--leg and --run need --dataset")
    settings = open_settings()
    done = _run_dataset(settings, dataset, split, leg, trec) if dataset is not None else _run_golden(half, kinds)
    show_run(done)
    if dataset is None:
        click.echo(f"\n{half}: {summary(done.records)}")
    if to is not None:
        done.save(to)
        click.echo(f"saved {to}", err=True)
    last = settings.index / f"evaluation-{half}.json"
    if report is not None:
        from bot.quality.report import write_report
        from index.evaluation.evaluate import Run

        earlier = against or (last if dataset is None and last.exists() else None)
        write_report(done, report, Run.load(earlier) if earlier else None)
        click.echo(f"saved {report}", err=True)
    if dataset is None and not kinds:
        done.save(last)  # what the next report is compared with


@evaluate.command()
@click.argument("before", type=_SAVED)
@click.argument("after", type=_SAVED)
@click.option("--measure", default="fused nDCG@10", show_default=True, help="Whose questions are listed one by one.")
@click.option("--most", default=20, show_default=True, type=click.IntRange(0), help="How many of them.")
@click.option("--every", is_flag=True, help="Compare every measure and leg.")
def compare(before: Path, after: Path, measure: str, most: int, every: bool) -> None:
    """Compare two saved runs, measure by measure and question by question."""
    from bot.quality.measure import ANSWERS
    from bot.quality.scoreboard import AREAS, show_changes, show_moves
    from index.evaluation.comparison import compare as compare_runs
    from index.evaluation.comparison import moves
    from index.evaluation.evaluate import LEGS, RETRIEVAL, Run

    old, new = Run.load(before), Run.load(after)
    legs = LEGS if every else ("fused",)
    names = [*(f"{leg} {name}" for leg in legs for name in RETRIEVAL), *ANSWERS, *AREAS]
    changes = compare_runs(old, new, names)
    if not changes:
        raise ExplainerError(f"{before} and {after} measure no question in common")
    show_changes(changes)
    show_moves(moves(old, new, measure), measure, most)


@evaluate.command()
@click.argument("saved", type=_SAVED)
@click.argument("page", type=_FILE)
@click.option("--against", type=_SAVED, help="An earlier saved run to compare with.")
def report(saved: Path, page: Path, against: Path | None) -> None:
    """Make the HTML page from a saved run."""
    from bot.quality.report import write_report
    from index.evaluation.evaluate import Run

    write_report(Run.load(saved), page, Run.load(against) if against else None)
    click.echo(f"saved {page}", err=True)


@evaluate.command()
@click.option("--from", "saved", type=_SAVED, help="A saved run, instead of measuring now.")
@click.option("--floors", type=_SAVED, help="Another file of floors.")
def gate(saved: Path | None, floors: Path | None) -> None:
    """Exit with 1 when a measure fell below its floor, one line for each."""
    from bot.quality.scoreboard import summary
    from index.evaluation.evaluate import Run
    from index.evaluation.gate import FLOORS, broken, read_floors

    wanted = read_floors(floors or FLOORS)
    halves = "all" if len(wanted) > 1 else next(iter(wanted), "test")
    done = Run.load(saved) if saved else _run_golden(halves, ())
    for half in wanted:
        click.echo(f"{half}: {summary([r for r in done.records if r.half == half])}")
    lines = broken(done.records, wanted)
    for line in lines:
        click.echo(line)
    if lines:
        click.echo(f"{len(lines)} measures are worse than they were", err=True)
        raise SystemExit(1)
    click.echo("every floor holds", err=True)


@evaluate.command()
@click.argument("question", required=False)
@click.option("--answer", type=_SAVED, help="A saved answer (JSON) that a reader found bad: its question is taken.")
@click.option("--history", multiple=True, help="An earlier question of the conversation; may be given several times.")
@click.option("--temper", type=click.Choice(["plain", "sources"]), default="plain", show_default=True)
def add(question: str | None, answer: Path | None, history: tuple[str, ...], temper: str) -> None:
    """Make a draft of a golden question; it counts once a person has graded it."""
    from bot.quality.drafts import add_draft, question_of

    if (question is None) == (answer is None):
        raise click.UsageError("give either a question or --answer FILE")
    if answer is not None:
        question = question_of(answer)
    path, id = add_draft(open_explainer(), question or "", history, temper)
    click.echo(f"{id} waits in {path}; grade its places, then move it to the file of its kind")


@evaluate.command()
@click.option("--from", "saved", type=_SAVED, help="A saved run of all questions, instead of measuring now.")
@click.option("--dry", is_flag=True, help="Only print; leave the model file as it is.")
def calibrate(saved: Path | None, dry: bool) -> None:
    """Fit when to be silent on the dev half; report on the test half."""
    from bot.answering.silence import MODEL
    from bot.quality.calibrate import Outcome, fit, outcome, write
    from index.evaluation.evaluate import Run

    records = (Run.load(saved) if saved else _run_golden("all", ())).records
    model, unseen = fit(records)
    on_dev = outcome(model, records, "dev", unseen)

    def show(found: Outcome, how: str) -> None:
        kinds = ", ".join(f"{name} {share:.1%}" for name, share in found.declined.items())
        click.echo(
            f"{found.half} ({how}; {found.n} questions): ROC AUC {found.roc:.3f}, AURC {found.risk:.3f}, "
            f"declined wrongly {found.wrongly_declined:.1%}, hedged {found.hedged:.1%}, declined rightly: {kinds}"
        )

    weights = ", ".join(f"{name} {weight}" for name, weight in model.weights.items())
    click.echo(f"intercept {model.intercept}, {weights}; decline below {model.decline}, hedge below {model.answer}")
    show(on_dev, "cross-validated")
    if any(r.half == "test" for r in records):
        show(outcome(model, records, "test"), "not used to fit")
    if not dry:
        write(model, on_dev)
        click.echo(f"saved {MODEL}", err=True)


@evaluate.command()
@click.option("--quick", is_flag=True, help="Leave out what embeds the whole corpus again.")
def ablate(quick: bool) -> None:
    """Show what each part earns: the measures without it."""
    from bot.commands.progress import stages
    from bot.quality.ablate import ablate as measure_parts
    from bot.quality.scoreboard import show_parts
    from knowledge.golden import read_golden

    with stages() as stage:
        parts = measure_parts(open_explainer(), read_golden(), stage, embed=not quick)
    show_parts(parts)


def _run_golden(half: str, kinds: tuple[str, ...]) -> Run:
    from bot.commands.progress import stages
    from bot.quality.measure import evaluate as measure

    questions = _golden(half, kinds)
    explainer = open_explainer()
    with stages() as stage:
        done = measure(explainer, questions, stage("asking golden questions", len(questions)))
    return type(done)(done.title, done.records, {**done.made, "half": half})


def _golden(half: str, kinds: tuple[str, ...]) -> list[GoldenQuestion]:
    from knowledge.golden import read_golden

    questions = read_golden()
    if unknown := sorted(set(kinds) - {q.kind for q in questions}):
        raise ExplainerError(f"no golden questions of kind {', '.join(unknown)}")
    return [q for q in questions if half in (q.half, "all") and (not kinds or q.kind in kinds)]


def _run_dataset(settings: Settings, folder: Path, split: str, leg: Leg | None, trec: Path | None) -> Run:
    from bot.commands.progress import stages
    from index.encoding.choose import open_encoder
    from index.evaluation.benchmark import rank_dataset, read_dataset, to_run, write_trec
    from index.evaluation.evaluate import LEGS

    dataset = read_dataset(folder, split)
    # every core: nobody waits for an answer meanwhile
    encoder = open_encoder(settings.model, 0, settings.encoder, settings.index / "cache", precision=settings.precision)
    with stages() as stage:
        rankings = rank_dataset(dataset, encoder, (leg,) if leg else LEGS, stage)
    if trec is not None:
        chosen = leg or "fused"
        write_trec(trec, rankings[chosen], f"asylum-{chosen}")
        click.echo(f"saved {trec}", err=True)
    return to_run(
        dataset, rankings, {"split": split, "encoder": encoder.name, "documents": str(len(dataset.documents))}
    )
