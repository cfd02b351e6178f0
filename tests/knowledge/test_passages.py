"""Passages: exact slices of whole sentences, within the window, that together hold a section."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.document import Document
from knowledge.passages import Passage, heading_path, split
from knowledge.sentences import sentences

Parse = Callable[..., Document]

_SENTENCES = st.sampled_from(
    ["Temporary asylum lasts one year. ", "Under Art. 12 of Law No. 4528-1 the body decides. ", "It is in the U.S. ", "Yes. ", "Why?",
     "Временное убежище длится один год. ", "по ст. 12 п. 3 закона. ", "اللجوء السياسي. ", "😀 ", "**Bold.** ", "`code` ", "[1] ", "x[^a] ",
     "S.K. v. Russia ", "\u2028", "\x1c", "\x00", "… ", "<b>h</b> "]
)  # fmt: skip
_LINES = st.one_of(st.lists(_SENTENCES, min_size=1, max_size=12).map("".join), st.text(max_size=60))
_BLOCKS = st.one_of(
    _LINES,
    st.tuples(st.sampled_from(["# ", "## ", "### "]), _LINES).map("".join),
    st.lists(_LINES, min_size=1, max_size=4).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    st.lists(_LINES, min_size=1, max_size=3).map(lambda lines: "```\n" + "\n\n".join(lines) + "\n```"),
    st.lists(_LINES, min_size=4, max_size=4).map(lambda cells: "| {} | {} |\n|---|---|\n| {} | {} |".format(*cells)),
    _LINES.map(lambda line: f"[^a]: {line}"),
)
ANY_MARKDOWN = st.lists(_BLOCKS, max_size=10).map("\n\n".join)
WINDOWS = st.integers(3, 40)
EXAMPLES = settings(max_examples=100, deadline=None, derandomize=True)


def count(text: str) -> int:
    return len(text.split())


@EXAMPLES
@given(body=ANY_MARKDOWN, window=WINDOWS)
def test_passages_of_any_markdown_are_the_slices_that_they_claim(parse: Parse, body: str, window: int) -> None:
    document = parse(body)
    passages = split(document, count, window)
    assert [p.text for p in passages] == [document.text[p.start : p.end] for p in passages]
    assert [p.anchor for p in passages] == [getattr(document.section_at(p.start), "anchor", None) for p in passages]
    assert [p.anchor for p in passages] == [getattr(document.section_at(p.end - 1), "anchor", None) for p in passages]


@EXAMPLES
@given(body=ANY_MARKDOWN, window=WINDOWS)
def test_passages_of_any_markdown_follow_each_other(parse: Parse, body: str, window: int) -> None:
    borders = [border for p in split(parse(body), count, window) for border in (p.start, p.end)]
    assert borders == sorted(borders)


@EXAMPLES
@given(body=ANY_MARKDOWN, window=WINDOWS)
def test_passages_hold_every_sentence_of_any_markdown_whole(parse: Parse, body: str, window: int) -> None:
    document = parse(body)
    whole = [found for s in document.sections for found in sentences(document.text, s.start, s.end, "en")]
    assert [found for p in split(document, count, window) for found in p.sentences] == whole


@EXAMPLES
@given(body=ANY_MARKDOWN, window=WINDOWS)
def test_passages_leave_out_no_word_of_any_section(parse: Parse, body: str, window: int) -> None:
    document = parse(body)
    sections = "".join(document.text[s.start : s.end] for s in document.sections)
    passages = "".join(p.text for p in split(document, count, window))
    assert "".join(passages.split()) == "".join(sections.split())


@EXAMPLES
@given(body=ANY_MARKDOWN, window=WINDOWS)
def test_only_a_single_sentence_exceeds_the_window(parse: Parse, body: str, window: int) -> None:
    longer = [p for p in split(parse(body), count, window) if count(p.embedded) > window - 2]
    assert [len(p.sentences) for p in longer] == [1] * len(longer)


def test_a_passage_has_the_sentences_that_its_section_has(parse: Parse) -> None:
    document = parse("Asylum ends when a year is over. (1) A year passes. Nobody renews it.\n")
    whole = sentences(document.text, 0, len(document.text), "en")
    assert [found for p in split(document, count, window=13) for found in p.sentences] == whole


# The heading path has four words and two special pieces are kept free: a window of 12 leaves room for six words.
@pytest.mark.parametrize(
    ("window", "texts"),
    [
        (100, ["One two three. Four five.\n\nSix seven.\n\nEight."]),
        (14, ["One two three. Four five.\n\nSix seven.\n\nEight."]),
        (13, ["One two three. Four five.\n\nSix seven.", "Eight."]),
        (12, ["One two three. Four five.", "Six seven.\n\nEight."]),
        (11, ["One two three. Four five.", "Six seven.\n\nEight."]),
        (10, ["One two three.", "Four five.\n\nSix seven.", "Eight."]),
        (9, ["One two three.", "Four five.", "Six seven.\n\nEight."]),
        (7, ["One two three.", "Four five.", "Six seven.", "Eight."]),
        (3, ["One two three.", "Four five.", "Six seven.", "Eight."]),
    ],
)
def test_paragraphs_are_joined_while_they_fit_and_cut_between_sentences(
    parse: Parse, window: int, texts: list[str]
) -> None:
    document = parse("One two three. Four five.\n\nSix seven.\n\nEight.\n")
    assert [p.text for p in split(document, count, window)] == texts


def test_a_passage_never_crosses_a_heading(parse: Parse) -> None:
    document = parse("## One\n\na\n\n## Two\n\nb\n")
    assert split(document, count, 256) == [
        Passage("law", "one", 5, 6, "a", "Temporary asylum in Russia > One", ((5, 6),)),
        Passage("law", "two", 13, 14, "b", "Temporary asylum in Russia > Two", ((13, 14),)),
    ]


def test_headings_are_embedded_and_never_part_of_the_text() -> None:
    passage = Passage("law", "one", 5, 6, "a", "Title > One", ((5, 6),))
    bare = Passage("law", "one", 5, 6, "a", "", ((5, 6),))
    assert (passage.embedded, passage.text, bare.embedded) == ("Title > One\na", "a", "a")


def test_a_place_is_document_and_anchor() -> None:
    assert Passage("law/russia/a", "one", 0, 1, "a", "", ()).place == "law/russia/a#one"


def test_a_heading_path_names_the_title_once(parse: Parse) -> None:
    document = parse("# Law\n\n## One\n\na\n", title="Law")
    assert heading_path(document, document.sections[0]) == "Law > One"
