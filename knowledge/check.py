"""Is the knowledge base well formed, and does it agree with itself? All problems at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.document import DOCUMENTS, GRADES, KINDS, Document, Section, slug, split_brackets
from knowledge.errors import KnowledgeError
from knowledge.passages import CountTokens, split
from knowledge.reading.read_markdown import markdown
from knowledge.reading.readers import ASKED, document_files, is_added, read_asked, read_document
from knowledge.sentences import sentences

ASKED_LEAST, ASKED_MOST = 10, 40
# Of them, those by which people who ask in these languages find the section
OWN_LEAST = {"Russian": (4, re.compile(r"[\u0400-\u04ff]")), "Arabic": (2, re.compile(r"[\u0600-\u06ff]"))}
COMPARING = ("article/",)  # documents whose subject is the comparison of the article with other sources
_PRONOUN = re.compile(
    r"(?:It|They|He|She|This|That|These|Those|Such|His|Her|Their|Its|Holders|There|Here|The same|The Court(?! of)|The (?:latter|former)(?= (?:is|was|has|had|can|may)\b|,))\b"
)
# "This Convention" names its subject; a demonstrative before a verb or alone does not, and telling them apart needs a parser,
# so both are refused: write the name.
# What only whoever wrote the documents can say; under a law's or a paper's name it would be put into another's mouth
_OURS = re.compile(
    r"\b(?:could not be read|(?:was|were) not (?:established|found|confirmed|read|seen)|(?:this|the) knowledge base|an? inference|"
    r"editors of this explainer|secondary sources?|unconfirmed|without confirmation|mirror page)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?$")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend, shown as ``path:line: text``."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        """Return it as compilers do, so that editors can jump there."""
        return f"{self.path}:{self.line}: {self.text}"


Report = Callable[[int, str], Problem]


def check_documents(
    root: Path = DOCUMENTS, only: Path | None = None, count: CountTokens | None = None, window: int = 256
) -> tuple[list[Document], list[Problem]]:
    """Read every document below ``only`` (or ``root``) and return those that could be read, and all problems.

    ``count`` counts word pieces; without it the encoder's window is not checked.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in document_files(root):
        if only is not None and not path.is_relative_to(only):
            continue
        try:
            document = read_document(path, root)
        except KnowledgeError as error:
            problems.append(Problem(str(error.path), error.line, error.problem))
            continue
        documents.append(document)
        if is_added(path, root) or path.suffix != ".md":
            continue  # somebody else's text: our rules of style are not theirs
        problems += _check_document(document, path, count, window)
    return documents, sorted(problems)


def _check_document(document: Document, path: Path, count: CountTokens | None, window: int) -> Iterator[Problem]:
    raw = path.read_text(encoding="utf-8-sig")
    lines = raw.split("\n")

    def problem(line: int, text: str) -> Problem:
        return Problem(str(path), line, text)

    if document.kind not in KINDS:
        yield problem(1, f"unknown kind {document.kind!r}; known: {', '.join(KINDS)}")
    if not _DATE.match(document.date):
        yield problem(1, f"date {document.date!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    if not document.url.startswith(("https://", "http://")):
        yield problem(1, f"url {document.url!r} is not an http address")
    if not document.sections:
        yield problem(1, "no text below any heading")
    if path.suffix == ".md":
        yield from _check_markup(raw, lines, problem)
    seen: dict[str, int] = {}
    for section in document.sections:
        yield from _check_section(document, section, lines, seen, problem)
    if count is not None:
        for passage in split(document, count, window):
            if (pieces := count(passage.embedded) + 2) > window:
                section_line = next(s.line for s in document.sections if s.anchor == passage.anchor)
                yield problem(
                    section_line,
                    f"a sentence with its heading has {pieces} word pieces; the encoder reads {window}",
                )
    yield from _check_asked(document, path)


def _check_markup(raw: str, lines: Sequence[str], problem: Report) -> Iterator[Problem]:
    env: dict[str, dict[str, dict[str, int]]] = {}
    for token in markdown().parse(raw, env):
        line = (token.map or [0])[0] + 1
        kinds = {token.type, *(c.type for c in token.children or [])}
        if kinds & {"html_block", "html_inline"}:
            yield problem(line, "raw HTML; it would be shown as text")
        if "image" in kinds:
            yield problem(line, "an image; only words are indexed")
        if "link_open" in kinds:
            yield problem(line, "a link in running text; make the address a footnote")
        if token.type == "inline" and token.content.startswith("{"):
            yield problem(line, 'attributes that cannot be read; write {kind="…" voice="…"} with plain quotation marks')
        if token.type == "inline":
            for label in re.findall(
                r"\[\^([^\]]+)\]", "".join(c.content for c in token.children or [] if c.type == "text")
            ):
                yield problem(line, f"footnote [^{label}] has no definition")
    for label, number in env.get("footnotes", {}).get("refs", {}).items():
        if number == -1:
            at = next((n for n, text in enumerate(lines, 1) if text.startswith(f"[^{label[1:]}]:")), 1)
            yield problem(at, f"footnote [^{label[1:]}] is never used")


def _check_section(
    document: Document, section: Section, lines: Sequence[str], seen: dict[str, int], problem: Report
) -> Iterator[Problem]:
    base = slug(split_brackets(section.heading)[0])
    if section.anchor != base and base in seen:
        yield problem(section.line, f"the heading {section.heading!r} stands in line {seen[base]} too")
    seen.setdefault(base, section.line)
    if section.kind not in KINDS:
        yield problem(section.line, f"unknown kind {section.kind!r}; known: {', '.join(KINDS)}")
    if not section.marks:
        yield problem(section.line, "a section without source; add a footnote")
    for start, end in sentences(document.text, section.start, section.end, document.language):
        sentence = document.text[start:end]
        if found := _PRONOUN.match(sentence):
            yield problem(
                _line_of(sentence, lines, section.line),
                f"a sentence begins with {found.group()!r}; name its subject: {sentence[:60]}",
            )
        if not document.id.startswith(COMPARING) and (found := _OURS.search(sentence)):
            yield problem(
                _line_of(sentence, lines, section.line),
                f"a sentence about our reading ({found.group()!r}); grade the footnote instead: {sentence[:60]}",
            )
    for mark in section.marks:
        if mark.source.grade not in GRADES:
            yield problem(section.line, f"a footnote without grade ({', '.join(GRADES)}): {mark.source.label[:60]}")
    if section.as_of and not _DATE.match(section.as_of):
        yield problem(section.line, f"as_of {section.as_of!r} is not YYYY, YYYY-MM or YYYY-MM-DD")


def _check_asked(document: Document, path: Path) -> Iterator[Problem]:
    beside = path.with_name(path.stem + ASKED)
    asked = read_asked(beside)
    anchors = {s.anchor for s in document.sections}
    for anchor in asked:
        if anchor not in anchors:
            yield Problem(str(beside), 1, f"{anchor!r} is no section of {path.name}")
    for section in document.sections:
        n = len(section.asked)
        if not ASKED_LEAST <= n <= ASKED_MOST:
            yield Problem(str(beside), 1, f"{section.anchor}: {n} questions; write {ASKED_LEAST} to {ASKED_MOST}")
            continue
        for language, (least, script) in OWN_LEAST.items():
            if (own := sum(bool(script.search(question)) for question in section.asked)) < least:
                yield Problem(str(beside), 1, f"{section.anchor}: {own} questions in {language}; write {least} or more")
        if len(set(section.asked)) < n:
            yield Problem(str(beside), 1, f"{section.anchor}: a question stands twice")


def _line_of(sentence: str, lines: Sequence[str], start: int) -> int:
    first = " ".join(sentence.split()[:4])
    return next((n for n, line in enumerate(lines[start - 1 :], start) if first in line), start)
