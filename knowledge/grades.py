"""How well the sections of each legal order are supported: the grade of the best source of each one's first sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from knowledge.document import GRADES, Document, Section
from knowledge.sentences import sentences

LAW = ("constitution", "statute", "decree", "treaty", "case law")
GOOD = ("text", "official")


def main_grade(document: Document, section: Section) -> str:
    """Return the best grade among the sources of a section's first sentence, "" where none is graded."""
    start, end = next(iter(sentences(document.text, section.start, section.end, document.language)))
    grades = {source.grade for source in document.sources(start, end)}
    return next((grade for grade in GRADES if grade in grades), "")


def show_grades(documents: Iterable[Document]) -> str:
    """Return a Markdown table: a row a jurisdiction, how many sections have which grade, of all kinds and of law alone."""
    counted: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for document in documents:
        of_all, of_law = counted.setdefault(document.jurisdiction or "none", (Counter(), Counter()))
        for section in document.sections:
            grade = main_grade(document, section) or "none"
            of_all[grade] += 1
            of_law[grade] += section.kind in LAW
    columns = [*GRADES, "none"]
    lines = [
        f"| jurisdiction | sections | {' | '.join(columns)} | of law | on text or official |",
        f"|---|{'---:|' * (len(columns) + 3)}",
    ]
    total: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for name, counts in sorted(counted.items()):
        lines.append(_row(name, *counts))
        for whole, part in zip(total, counts, strict=True):
            whole.update(part)
    return "\n".join([*lines, _row("all", *total)])


def _row(name: str, of_all: Counter[str], of_law: Counter[str]) -> str:
    law = of_law.total()
    share = f"{sum(of_law[grade] for grade in GOOD) / law:.0%}" if law else ""
    cells = " | ".join(str(of_all[grade]) for grade in (*GRADES, "none"))
    return f"| {name} | {of_all.total()} | {cells} | {law} | {share} |"
