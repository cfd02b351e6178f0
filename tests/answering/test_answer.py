from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from bot.answering.answer import Answer, Note, cite, verify
from bot.answering.saved import verify_saved
from knowledge.document import Document, Source
from knowledge.errors import ExplainerError

BODY = """
{kind="official statement" voice="Kremlin spokesman Dmitry Peskov" date="2024-12-09"}
## Who granted it (Law 4528-1, Art. 12(1))

The President granted asylum.[^a] The ministry decides otherwise.[^b]

[^a]: TASS, 9 December 2024. https://example.org/tass
[^b]: Law 4528-1, Art. 12(1). https://example.org/law
"""


@pytest.fixture
def document(parse: Callable[..., Document]) -> Document:
    return parse(BODY, title="A law")


def test_a_citation_holds_the_words_and_where_they_come_from(document: Document) -> None:
    start = document.text.index("The ministry")

    citation = cite(3, document, start, start + len("The ministry decides otherwise."))

    assert citation.quote == "The ministry decides otherwise."
    assert citation.locator == "Law 4528-1, Art. 12(1)"
    assert (citation.kind, citation.voice, citation.date) == (
        "official statement",
        "Kremlin spokesman Dmitry Peskov",
        "2024-12-09",
    )
    assert citation.sources == (Source("Law 4528-1, Art. 12(1)", "https://example.org/law"),)
    assert citation.place == "law#who-granted-it"


def test_a_range_that_leaves_its_section_is_no_citation(document: Document) -> None:
    with pytest.raises(ValueError, match="not inside one section"):
        cite(1, document, 0, len(document.text))


def test_a_citation_checks_out_only_while_the_source_stands_unchanged(
    document: Document, parse: Callable[..., Document]
) -> None:
    start = document.text.index("The President")
    citation = asdict(cite(1, document, start, start + len("The President granted asylum.")))
    changed = parse(BODY.replace("The President granted", "Nobody granted"), title="A law")
    longer = parse(BODY + "\n## More\n\nMore words.[^a]\n", title="A law")

    assert verify(citation, {"law": document}.get) == ""
    assert (
        verify(citation, {"law": changed}.get) == "the source has changed since (the quoted words are gone from there)"
    )
    assert verify(citation, {"law": longer}.get) == "the source has changed since (the quoted words still stand there)"
    assert verify(citation, {}.get) == "the document is no longer in the index"
    assert (
        verify({**citation, "quote": "Nobody."}, {"law": document}.get) == "the quote is not what stands at that place"
    )


def test_a_saved_answer_lists_every_citation_that_fails(document: Document) -> None:
    start = document.text.index("The President")
    good = cite(1, document, start, start + len("The President granted asylum."))
    bad = replace(good, number=2, quote="The President refused asylum.")
    saved = Answer("q", "q", True, "text", (good, bad)).to_json()

    assert verify_saved(saved, {"law": document}.get) == ["[2] law: the quote is not what stands at that place"]


@pytest.mark.parametrize("saved", [[], {}, {"citations": 3}, {"citations": [{"document": "law"}]}, {"citations": [7]}])
def test_what_is_no_saved_answer_is_refused_in_one_line(saved: object, document: Document) -> None:
    with pytest.raises(ExplainerError):
        verify_saved(saved, {"law": document}.get)


def test_the_json_has_the_fields_that_other_programs_read(document: Document) -> None:
    answer = Answer(
        "q", "standalone", True, "t [1]", notes=(Note("Where sources differ", "Two say so"),), generation="1-a"
    )

    assert answer.to_json() == {
        "question": "q",
        "standalone": "standalone",
        "answered": True,
        "answer": "t [1]",
        "notes": ["Where sources differ: Two say so"],
        "suggestions": [],
        "citations": [],
        "generation": "1-a",
        "milliseconds": {},
    }
