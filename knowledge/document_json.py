"""Documents as JSON, and the digest over all of a document that anything kept of it depends on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any

from knowledge.document import Document, Mark, Section, Source


def document_to_json(document: Document) -> dict[str, Any]:
    """Return a document as JSON takes it; where it was read from is left out."""
    return {name: value for name, value in _plain(document).items() if name != "origin"}


def document_from_json(raw: dict[str, Any]) -> Document:
    """Make a Document from what ``document_to_json`` gave, after its way through JSON."""
    return Document(**{**raw, "sections": tuple(_section(s) for s in raw["sections"])})


def digest(document: Document) -> str:
    """Return a hash over text, metadata, marks and asked questions."""
    content = json.dumps(document_to_json(document), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401  JSON is any
    # dataclasses.asdict copies every string and takes ten times as long
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Document | Section | Mark | Source):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _section(raw: dict[str, Any]) -> Section:
    marks = tuple(Mark(m["offset"], Source(**m["source"])) for m in raw["marks"])
    return Section(**{**raw, "path": tuple(raw["path"]), "asked": tuple(raw["asked"]), "marks": marks})
