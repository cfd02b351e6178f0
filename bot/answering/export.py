"""An answer as a file: Markdown, JSON, or one self-contained web page."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from markdown_it import MarkdownIt

from bot import wording
from bot.answering.answer import Answer, Citation
from bot.answering.render import Card, cards, plain, to_markdown, to_props, web
from index.store import Generation
from knowledge.errors import SettingsError

Form = Literal["md", "json", "html"]
FORMS: Sequence[Form] = ("html", "md", "json")
MEDIA = {"md": "text/markdown", "json": "application/json", "html": "text/html"}


def export(answer: Answer, found: Sequence[Card], form: str, when: datetime) -> str:
    """Return the file's text: question, answer, passages, sources, hashes, generation and date.

    ``found`` are the answer's cards, see ``bot.answering.render.cards``. ``form`` is "md", "json" or "html".

    Raises:
        SettingsError: another form.
    """
    writers = {"md": _markdown, "json": _json, "html": _html}
    if form not in writers:
        raise SettingsError(f"an answer cannot be saved as {form!r}; give a name that ends in .md, .json or .html")
    return writers[form](answer, found, when)


def export_answer(answer: Answer, generation: Generation, path: Path) -> None:
    """Write an answer to a file whose suffix says what it is; raises as ``write_export``."""
    write_export(answer, cards(answer, generation.document), path)


def write_export(answer: Answer, found: Sequence[Card], path: Path) -> None:
    """Write an answer with its cards to a file whose suffix says what it is.

    Raises:
        SettingsError: the suffix is unknown, or the file cannot be written.
    """
    text = export(answer, found, path.suffix.removeprefix(".").lower(), datetime.now(UTC))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}); give another file") from error


def _json(answer: Answer, found: Sequence[Card], when: datetime) -> str:
    passages = [
        {"number": c.citation.number, "before": c.before, "after": c.after, "problem": c.problem} for c in found
    ]
    saved = {**answer.to_json(), "passages": passages, "saved": when.isoformat(timespec="seconds")}
    return json.dumps(saved, ensure_ascii=False, indent=1) + "\n"


def _markdown(answer: Answer, found: Sequence[Card], when: datetime) -> str:
    words = wording.chat(answer.language)
    parts = [f"# {plain(answer.question)}", to_markdown(answer, _anchor), f"## {words['sources']}"]
    for card in found:
        props = to_props(card, answer.language)
        parts.append(f'### <a id="src-{props["n"]}"></a>[{props["n"]}] {plain(props["title"])}')
        parts.append(f"> {plain(card.before)} **{plain(card.citation.quote)}** {plain(card.after)}")
        facts = [f"- {label}: {plain(value)}" for label, value in props["facts"]]
        facts += [f"- {props['rests']}: {_link(s['label'], s['url'])}" for s in props["sources"]]
        facts += [f"- <{props['url']}>"] if props["url"] else []
        parts.append("\n".join((*facts, f"- {plain(props['check'])}")))
    return "\n\n".join((*parts, "---", _footer(answer, when))) + "\n"


def _html(answer: Answer, found: Sequence[Card], when: datetime) -> str:
    words = wording.chat(answer.language)
    body = _parser().render(to_markdown(answer, _anchor))
    sources = "\n".join(_source(to_props(card, answer.language)) for card in found)
    title = html.escape(answer.question)
    heading = f"<h2>{html.escape(words['sources'])}</h2>" if found else ""
    return _PAGE.format(
        language=answer.language,
        direction="rtl" if answer.language == "ar" else "ltr",
        style=_STYLE,
        title=title,
        body=body,
        sources=heading + sources,
        footer=html.escape(_footer(answer, when)),
    )


def _source(props: dict[str, object]) -> str:
    text = {key: html.escape(str(value)) for key, value in props.items()}
    facts = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in _pairs(props["facts"]))
    rests = "".join(f"<li>{_anchor_tag(s['label'], s['url'])}</li>" for s in _sources(props["sources"]))
    original = f'<p><a rel="noreferrer" href="{text["url"]}">{text["original"]}</a></p>' if props["url"] else ""
    verdict = "ok" if props["verified"] else "broken"
    return (
        f'<section id="src-{text["n"]}"><h3>[{text["n"]}] {text["title"]}</h3>'
        f'<blockquote dir="auto">{text["before"]}<mark>{text["quote"]}</mark>{text["after"]}</blockquote>'
        f"<dl>{facts}</dl>" + (f"<p>{text['rests']}:</p><ul>{rests}</ul>" if rests else "") + original +
        f'<p class="{verdict}">{text["check"]}</p></section>'
    )  # fmt: skip


def _pairs(value: object) -> list[tuple[str, str]]:
    return [(str(k), str(v)) for k, v in value] if isinstance(value, list) else []


def _sources(value: object) -> list[dict[str, str]]:
    return list(value) if isinstance(value, list) else []


def _anchor(citation: Citation) -> str:
    return f"[[{citation.number}]](#src-{citation.number})"


def _link(label: str, url: str) -> str:
    return f"[{plain(label)}](<{web(url)}>)" if web(url) else plain(label)


def _anchor_tag(label: str, url: str) -> str:
    text = html.escape(label)
    return f'<a rel="noreferrer" href="{html.escape(web(url))}">{text}</a>' if web(url) else text


def _footer(answer: Answer, when: datetime) -> str:
    words = wording.chat(answer.language)
    parts = (
        f"{wording.NAME}: {words['disclaimer']}",
        f"{words['generation']} {answer.generation}",
        f"{words['saved']} {when.isoformat(timespec='minutes')}",
    )
    return " · ".join(parts)


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5a6877; --line: #d8dee5; --mark: #fbeab0; --link: #17578a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --soft: #a3afbb; --line: #3a444f; --mark: #5c4a12; --link: #8cc2ef; }
  body { background: #171c21; }
}
body {
  font: 17px/1.6 Georgia, "Noto Serif", serif; color: var(--ink);
  max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
}
h1 { font-size: 1.5rem; line-height: 1.3; }
h2 { font-size: 1.2rem; margin-top: 2.5rem; }
h3 { font-size: 1rem; }
a { color: var(--link); }
section { border-top: 1px solid var(--line); padding-top: .5rem; }
section:target { outline: 2px solid var(--link); outline-offset: .5rem; }
blockquote {
  margin: .5rem 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); white-space: pre-line;
}
mark { background: var(--mark); color: inherit; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dt, dd, footer, .ok { font-size: .85rem; }
dt, footer, .ok { color: var(--soft); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
.broken { color: #b3261e; font-weight: bold; }
table { display: block; overflow-x: auto; border-collapse: collapse; }
td, th { border: 1px solid var(--line); padding: .3rem .6rem; text-align: start; vertical-align: top; min-width: 8rem; }
"""
_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1 dir="auto">{title}</h1>
{body}
{sources}
<footer><hr>{footer}</footer>
</body>
</html>
"""
