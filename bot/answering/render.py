"""Answer → Markdown with a link for every mark, and a card for every source; pure functions, for chat and export."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot import wording
from bot.answering.answer import Answer, Citation, FindDocument, verify

Link = Callable[[Citation], str]

CONTEXT = 400  # characters shown on either side of a quote
_MARK = r"\[\d{1,3}\](?!\()"


@dataclass(frozen=True, slots=True)
class Card:
    """A citation with the text around it, as it stands in the section, and what is wrong with the quote, "" if nothing.

    ``before`` and ``after`` are empty where the quote does not verify: there is no place to show it in.
    """

    citation: Citation
    before: str
    after: str
    problem: str
    changed: bool = False  # since the answer was saved


def cards(answer: Answer, find: FindDocument) -> tuple[Card, ...]:
    """Compare every quote with its document once more and cut out the words around it."""
    return tuple(_card(citation, find) for citation in answer.citations)


def to_markdown(answer: Answer, link: Link | None = None) -> str:
    """Return the reply as Markdown: how it was understood, the text, the notes; quotes show letter for letter."""
    words = wording.chat(answer.language)
    show = link or chat_link
    parts = []
    if answer.standalone and answer.standalone != answer.question:
        parts.append(f"*{words['understood'].format(question=plain(answer.standalone))}*")
    parts.append(_linked(answer.text, answer.citations, show))
    for note in answer.notes:
        text = f"**{plain(note.title)}**\n\n{_linked(note.text, answer.citations, show)}"
        parts.append("\n".join(f"> {line}".rstrip() for line in text.split("\n")))
    return "\n\n".join(parts)


def chat_link(citation: Citation) -> str:
    """Return the link that the Sources element turns into the panel; without it, a page that says where to look."""
    title = re.sub(r"\s+", " ", citation.locator).replace("\\", "").replace('"', r"\"").replace("|", "/")
    return f'[[{citation.number}]](/public/sources.html#src-{citation.number} "{title}")'


def pieces(markdown: str) -> list[str]:
    """Cut rendered Markdown into its blocks, for streaming: no link, bold run, table or card is ever seen in half.

    A block takes the chat half a millisecond to send; by the word, sending took longer than answering.
    """
    return re.split(r"(?<=\n\n)(?!\n)", markdown)


def plain(text: str) -> str:
    r"""Escape text so that Markdown, and the chat's directives (``:name``), show it letter for letter on one line."""
    text = re.sub(r"\s*\n\s*", " ", text)
    text = re.sub(r"([\\`*_\[\]<~|]|&(?=#?\w+;)|(?<!\\):(?=[^\W\d_]))", r"\\\1", text)
    return re.sub(r"^(\s*)(?:([#>+=-])|(\d{1,9})([.)]))", _escape_start, text)


def to_props(card: Card, language: str) -> dict[str, Any]:
    """Return what the source panel shows; only http and https addresses survive."""
    words, citation = wording.chat(language), card.citation
    facts = (
        (words["section"], citation.heading if citation.heading != citation.locator else ""),
        (words["place"], citation.locator),
        (words["kind"], citation.kind),
        (words["voice"], citation.voice),
        (words["publisher"], citation.publisher),
        (words["date"], citation.date),
        (words["as_of"], citation.as_of),
    )
    locator = "" if citation.locator in citation.heading else citation.locator
    ok = words["checked"].format(hash=citation.sha256)
    return {
        "n": citation.number,
        "title": citation.title,
        "heading": citation.heading,
        "line": " · ".join(part for part in (citation.title, locator, citation.kind) if part),
        "before": card.before,
        "quote": citation.quote,
        "after": card.after,
        "facts": [[label, value] for label, value in facts if value],
        "sources": [{"label": wording.graded(s.label, s.grade, language), "url": web(s.url)} for s in citation.sources],
        "url": web(citation.url),
        "verified": not card.problem,
        "check": words["changed" if card.changed else "broken"].format(problem=card.problem) if card.problem else ok,
        "rests": words["rests"],
        "original": words["original"],
        "quoted": words["quoted"],
    }


def web(url: str) -> str:
    """Return the address if it is an http or https one, else ""."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def explain(answer: Answer) -> str:
    """Return how an answer was found, as Markdown for a collapsed step."""
    words, why = wording.chat(answer.language), answer.explanation
    verdict = plain(why.decision) or (words["answered"] if answer.answered else words["declined"])
    lines = [
        (words["asked"], plain(answer.standalone)),
        (words["form"], plain(why.form)),
        (words["statuses"], plain(", ".join(why.statuses))),
        (words["decision"], f"{verdict} ({why.confidence:.2f})"),
        (words["signals"], _numbers(why.signals, "{:.2f}")),
        (words["time"], _numbers(answer.milliseconds, "{:.0f} ms")),
        (words["generation"], plain(answer.generation)),
    ]
    text = "\n".join(f"- **{label}:** {value}" for label, value in lines if value)
    if not why.hits:
        return text
    rows = [f"| {plain(place)} | {dense:.2f} | {bm25:.1f} | {fused:.2f} |" for place, dense, bm25, fused in why.hits]
    head = f"| {words['hits']} | cosine | BM25 | fused |\n| --- | ---: | ---: | ---: |"
    return "\n".join((text, "", head, *rows))


def _card(citation: Citation, find: FindDocument) -> Card:
    problem = verify(citation.claim, find)
    document = find(citation.document)
    section = document.section_at(citation.start) if document and not problem else None
    if document is None or section is None:
        return Card(citation, "", "", problem)
    low, high = max(section.start, citation.start - CONTEXT), min(section.end, citation.end + CONTEXT)
    before, after = document.text[low : citation.start], document.text[citation.end : high]
    if low > section.start:
        before = "… " + before[before.find(" ") + 1 :]
    if high < section.end:
        after = after[: after.rfind(" ")] + " …"
    return Card(citation, before, after, problem)


def _linked(text: str, citations: Sequence[Citation], link: Link) -> str:
    """Turn marks into links; what is quoted is escaped whole, so that a "[1]" in a law is no mark."""
    numbers = {c.number: c for c in citations}
    quotes = sorted({c.quote for c in citations}, key=len, reverse=True)
    pattern = re.compile("|".join((*(re.escape(quote) for quote in quotes if quote), _MARK)))
    found, at = [], 0
    for match in pattern.finditer(text):
        token, between, at = match.group(), _frame(text[at : match.start()]), match.end()
        found.append(between)
        mark = re.fullmatch(_MARK, token)
        if mark is None:
            found.append(plain(token))
        else:
            citation = numbers.get(int(token[1:-1]))
            # A mark does not begin a line: the space before it does not break
            found[-1] = re.sub(r'(?:(?<=[\w.,;:!?)"”»…])|^) $', "\u00a0", between)
            found.append(link(citation) if citation else plain(token))
    return "".join((*found, _frame(text[at:])))


def _frame(text: str) -> str:
    """Leave our own Markdown as it is, but let no image, HTML or directive through."""
    return re.sub(r"(?<!\\)(!(?=\[)|<|:(?=[^\W\d_]))", r"\\\1", text)


def _escape_start(match: re.Match[str]) -> str:
    space, sign, number, stop = match.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{stop}"


def _numbers(values: Mapping[str, float], form: str) -> str:
    return " · ".join(f"{name} {form.format(value)}" for name, value in values.items())
