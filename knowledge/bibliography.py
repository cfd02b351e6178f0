"""The bibliography: every source that the documents rest on, for a reader who wants to cite."""

from __future__ import annotations

import json
from collections.abc import Sequence

from knowledge.document import Document, Source, slug

_TITLES = {
    "constitution": "Constitutions",
    "statute": "Statutes",
    "decree": "Decrees",
    "treaty": "Treaties",
    "case law": "Case law",
    "official statement": "Official statements",
    "guidance": "Guidance",
    "statistics": "Statistics",
    "scholarship": "Scholarship",
    "news": "News",
    "commentary": "Commentary",
    "glossary": "Terms",
}


def bibliography(documents: Sequence[Document], form: str = "markdown") -> str:
    """Return the sources, grouped by the kind of section that rests on them, each once, as markdown, bibtex or csl-json."""
    grouped: dict[str, dict[Source, None]] = {}
    seen: set[Source] = set()
    for document in documents:
        for section in document.sections:
            for mark in section.marks:
                if mark.source not in seen:
                    seen.add(mark.source)
                    grouped.setdefault(section.kind, {})[mark.source] = None
    ordered = {kind: sorted(grouped[kind], key=lambda s: s.label.casefold()) for kind in _TITLES if kind in grouped}
    return {"markdown": _markdown, "bibtex": _bibtex, "csl-json": _csl}[form](ordered)


def _markdown(grouped: dict[str, list[Source]]) -> str:
    lines = ["# Sources"]
    for kind, sources in grouped.items():
        lines += ["", f"## {_TITLES[kind]}", ""]
        lines += [f"* {s.label}. <{s.url}>" if s.url else f"* {s.label}." for s in sources]
    return "\n".join(lines)


def _bibtex(grouped: dict[str, list[Source]]) -> str:
    entries = []
    for kind, n, source in _numbered(grouped):
        fields = [f"  title = {{{{{_escaped(source.label)}}}}}", f"  keywords = {{{kind}}}"]
        fields += [f"  url = {{{source.url}}}"] if source.url else []
        entries.append(f"@misc{{{slug(kind)}-{n},\n" + ",\n".join(fields) + "\n}")
    return "\n\n".join(entries)


def _csl(grouped: dict[str, list[Source]]) -> str:
    types = {
        "statute": "legislation",
        "decree": "legislation",
        "constitution": "legislation",
        "treaty": "treaty",
        "case law": "legal_case",
    }
    items = [
        {"id": f"{slug(kind)}-{n}", "type": types.get(kind, "document"), "title": s.label}
        | ({"URL": s.url} if s.url else {})
        for kind, n, s in _numbered(grouped)
    ]
    return json.dumps(items, ensure_ascii=False, indent=1)


def _numbered(grouped: dict[str, list[Source]]) -> list[tuple[str, int, Source]]:
    return [(kind, n, source) for kind, sources in grouped.items() for n, source in enumerate(sources, 1)]


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "&%$#_{}" else c for c in text)
