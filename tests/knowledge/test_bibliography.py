"""The bibliography: every source once, under the kind of section that first rests on it, in three forms."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from knowledge.bibliography import bibliography
from knowledge.document import Document

BODY = (
    "## One\n\nText.[^b] Text.[^a] Text.[^b]\n\n"
    '{kind="case law"}\n## Two\n\nText.[^c] Text.[^a]\n\n'
    "[^a]: A law, Art. 1. https://example.org/a\n\n[^b]: b & c, 50 %\n\n[^c]: A v. B. https://example.org/c\n\n[^d]: Unused\n"
)


@pytest.fixture
def documents(parse: Callable[..., Document]) -> list[Document]:
    return [parse(BODY), parse("## Three\n\nText.[^t]\n\n[^t]: Geneva\n", kind="treaty")]


def test_in_markdown_sources_stand_under_their_kind_in_order_of_label(documents: list[Document]) -> None:
    assert bibliography(documents) == (
        "# Sources\n\n"
        "## Statutes\n\n* A law, Art. 1. <https://example.org/a>\n* b & c, 50 %.\n\n"
        "## Treaties\n\n* Geneva.\n\n"
        "## Case law\n\n* A v. B. <https://example.org/c>"
    )


def test_in_bibtex_special_characters_are_escaped(documents: list[Document]) -> None:
    assert bibliography(documents, "bibtex") == (
        "@misc{statute-1,\n  title = {{A law, Art. 1}},\n  keywords = {statute},\n  url = {https://example.org/a}\n}\n\n"
        "@misc{statute-2,\n  title = {{b \\& c, 50 \\%}},\n  keywords = {statute}\n}\n\n"
        "@misc{treaty-1,\n  title = {{Geneva}},\n  keywords = {treaty}\n}\n\n"
        "@misc{case-law-1,\n  title = {{A v. B}},\n  keywords = {case law},\n  url = {https://example.org/c}\n}"
    )


def test_in_csl_each_source_has_the_type_of_its_kind(documents: list[Document]) -> None:
    assert json.loads(bibliography(documents, "csl-json")) == [
        {"id": "statute-1", "type": "legislation", "title": "A law, Art. 1", "URL": "https://example.org/a"},
        {"id": "statute-2", "type": "legislation", "title": "b & c, 50 %"},
        {"id": "treaty-1", "type": "treaty", "title": "Geneva"},
        {"id": "case-law-1", "type": "legal_case", "title": "A v. B", "URL": "https://example.org/c"},
    ]


@pytest.mark.parametrize(("form", "empty"), [("markdown", "# Sources"), ("bibtex", ""), ("csl-json", "[]")])
def test_no_documents_rest_on_no_sources(form: str, empty: str) -> None:
    assert bibliography([], form) == empty
