"""Markdown → Document: exact ranges, unique anchors, locators, voices, footnotes as sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.document import Document, Mark, Section, Source, document_id, slug, split_brackets, split_locator
from knowledge.errors import KnowledgeError
from knowledge.reading.read_markdown import parse_markdown

Parse = Callable[..., Document]

_LINES = st.one_of(
    st.text(st.one_of(st.sampled_from("  .,!?aBc12[]()*_`|#-:\\;<>~“”"), st.characters(codec="utf-8")), max_size=40),
    st.lists(
        st.sampled_from(
            ["Art. 12 applies. ", "The U.S. court of the U.S. Yes. ", "Временное убежище, ст. 12. ", "اللجوء السياسي. ", "😀 ", "x[^a]",
             "y[^b] ", "**Yes.**", "`code` ", "<b>h</b>", "&amp; ", "\u2028", "\x1c", "\x00", "[1] ", "г. Москва "]
        ),
        min_size=1, max_size=6,
    ).map("".join),
)  # fmt: skip
_BLOCKS = st.one_of(
    _LINES,
    st.tuples(st.sampled_from(["# ", "## ", "### "]), _LINES, st.sampled_from(["", " (Art. 3)"])).map("".join),
    st.lists(_LINES, min_size=1, max_size=4).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    st.lists(_LINES, min_size=1, max_size=3).map(lambda lines: "\n".join(f"> {line}" for line in lines)),
    st.lists(_LINES, min_size=1, max_size=3).map(lambda lines: "```\n" + "\n\n".join(lines) + "\n```"),
    st.lists(_LINES, min_size=4, max_size=4).map(lambda cells: "| {} | {} |\n|---|---|\n| {} | {} |".format(*cells)),
    _LINES.map(lambda line: f'{{#same kind=news voice="v"}}\n## {line}'),
    _LINES.map(lambda line: f"<div>\n{line}\n</div>"),
    st.tuples(st.sampled_from(["[^a]: ", "[^b]: "]), _LINES).map("".join),
)
ANY_MARKDOWN = st.lists(_BLOCKS, max_size=12).map("\n\n".join)
EXAMPLES = settings(max_examples=100, deadline=None, derandomize=True)


@EXAMPLES
@given(body=ANY_MARKDOWN)
def test_sections_of_any_markdown_lie_in_the_text_one_after_another(parse: Parse, body: str) -> None:
    document = parse(body)
    borders = [border for s in document.sections for border in (s.start, s.end)]
    assert borders == sorted(borders)
    assert all(0 <= s.start < s.end <= len(document.text) for s in document.sections)


@EXAMPLES
@given(body=ANY_MARKDOWN)
def test_anchors_of_any_markdown_are_unique(parse: Parse, body: str) -> None:
    anchors = [s.anchor for s in parse(body).sections]
    assert len(set(anchors)) == len(anchors)


@EXAMPLES
@given(body=ANY_MARKDOWN)
def test_between_the_sections_of_any_markdown_stand_headings_alone(parse: Parse, body: str) -> None:
    document = parse(body)
    starts = [0, *(s.end for s in document.sections)]
    between = [document.text[a : s.start].strip() for a, s in zip(starts, document.sections, strict=False)]
    assert all(gap.endswith(s.heading) for gap, s in zip(between, document.sections, strict=True) if gap)


@EXAMPLES
@given(body=ANY_MARKDOWN)
def test_any_offset_of_a_section_leads_back_to_it(parse: Parse, body: str) -> None:
    document = parse(body)
    assert [document.section_at(s.start) for s in document.sections] == list(document.sections)
    assert [document.section_at(s.end - 1) for s in document.sections] == list(document.sections)
    assert [document.section(s.anchor) for s in document.sections] == list(document.sections)


def test_a_document_is_its_header_its_text_and_its_sections(parse: Parse) -> None:
    document = parse(
        "Opening words.\n\n## Who decides (Art. 12(1))\n\nThe Ministry decides.[^law]\n\n"
        "[^law]: Law 4528-1, Art. 12(1). https://example.org/law.\n",
        voice="the law",
    )
    law = Source("Law 4528-1, Art. 12(1)", "https://example.org/law")
    own = {"kind": "statute", "voice": "the law", "date": "1993-02-19"}
    assert document == Document(
        id="law",
        title="Temporary asylum in Russia",
        kind="statute",
        publisher="Russian Federation",
        jurisdiction="Russia",
        date="1993-02-19",
        url="https://example.org/law",
        language="en",
        voice="the law",
        text="Opening words.\n\nWho decides (Art. 12(1))\n\nThe Ministry decides.",
        sections=(
            Section("temporary-asylum-in-russia", "Temporary asylum in Russia", (), "", 0, 14, line=1, **own),
            Section(
                "who-decides",
                "Who decides (Art. 12(1))",
                ("Who decides (Art. 12(1))",),
                "Art. 12(1)",
                42,
                63,
                line=13,
                marks=(Mark(63, law),),
                **own,
            ),
        ),
    )


def test_the_hash_is_that_of_the_text(parse: Parse) -> None:
    assert parse("Дело.\n").sha256 == hashlib.sha256("Дело.".encode()).hexdigest()


def test_a_section_may_have_its_own_anchor_kind_voice_and_date(parse: Parse) -> None:
    section = parse('{#mine kind="news" voice="a contact" date="2024-12"}\n## Heading\n\nText.\n').sections[0]
    assert (section.anchor, section.kind, section.voice, section.date) == ("mine", "news", "a contact", "2024-12")


def test_a_heading_lends_its_name_to_the_headings_below_it_and_to_no_other(parse: Parse) -> None:
    document = parse("# Part\n\n## One\n\na\n\n### Deep\n\nb\n\n## Two\n\nc\n")
    assert [s.path for s in document.sections] == [("Part", "One"), ("Part", "One", "Deep"), ("Part", "Two")]


def test_equal_headings_get_numbered_anchors(parse: Parse) -> None:
    document = parse("## Term\n\na\n\n## Term (Art. 2)\n\nb\n\n## Term\n\nc\n")
    assert [s.anchor for s in document.sections] == ["term", "term-2", "term-3"]


def test_questions_belong_to_the_section_whose_anchor_they_name(markup: Callable[..., str]) -> None:
    document = parse_markdown(markup("## A\n\na\n\n## B\n\nb\n"), "law", asked={"b": ["Why b?"], "none": ["Why?"]})
    assert [s.asked for s in document.sections] == [(), ("Why b?",)]


def test_a_table_is_a_sentence_a_row(parse: Parse) -> None:
    document = parse("| Form | Lasts |\n|---|---|\n| temporary | one year |\n| | *open* |\n\nAfter.\n")
    assert document.text == "Form: temporary; Lasts: one year.\n\nLasts: open.\n\nAfter."


def test_a_row_that_ends_in_a_full_stop_gets_no_second_one(parse: Parse) -> None:
    assert parse("| Form |\n|---|\n| **Done.** |\n").text == "Form: Done."


def test_no_words_of_a_table_are_lost(parse: Parse) -> None:
    assert parse("| Temporary | Political |\n|---|---|\n").text != ""


def test_a_cell_with_a_mark_alone_makes_no_section_that_ends_before_it_starts(parse: Parse) -> None:
    document = parse("## A\n\n| N | V |\n|---|---|\n| &nbsp;[^a] | |\n\n[^a]: S\n")
    assert [s for s in document.sections if s.end < s.start] == []


def test_a_section_ends_within_the_text(parse: Parse) -> None:
    document = parse("## A\n\nText&#10;\n")
    assert document.sections[0].end == len(document.text)


def test_a_section_of_blanks_is_no_section(parse: Parse) -> None:
    assert parse("## A\n\n&nbsp;\n").sections == ()


def test_markup_is_dropped_and_its_words_are_kept(parse: Parse) -> None:
    body = "*One* **two** `three`\nfour [five](https://example.org) \\[1\\] &amp;\n\n- six\n\n> seven\n\n    eight\n"
    assert parse(body).text == "One two three four five [1] &\n\nsix\n\nseven\n\neight"


def test_letters_are_composed_and_line_ends_are_one(markup: Callable[..., str]) -> None:
    windows = markup("Cafe\u0301.\n\nTwo.\n").replace("\n", "\r\n")
    assert parse_markdown(windows, "law").text == "Caf\u00e9.\n\nTwo."


A, B = Source("A", "https://example.org/a"), Source("B")
CITED = "First. Second.[^a] Third.[^b]\n\nFourth.\n\n[^a]: A. https://example.org/a\n\n[^b]: B\n"


@pytest.mark.parametrize(
    ("words", "sources"),
    [("Second.", (A,)), ("First.", (A,)), ("Third.", (B,)), ("First. Second. Third.", (A, B)), ("Fourth.", (A, B))],
)
def test_words_rest_on_their_own_mark_or_the_next_in_the_paragraph_or_all(
    parse: Parse, words: str, sources: tuple[Source, ...]
) -> None:
    document = parse(CITED)
    start = document.text.index(words)
    assert document.sources(start, start + len(words)) == sources


def test_a_heading_rests_on_nothing(parse: Parse) -> None:
    assert parse("## Heading\n\nText.[^a]\n\n[^a]: A\n").sources(0, 7) == ()


@pytest.mark.parametrize(
    ("definition", "source"),
    [
        ("Law 4528-1, Art. 12. https://example.org/law", Source("Law 4528-1, Art. 12", "https://example.org/law")),
        ("Law (https://example.org/law).", Source("Law", "https://example.org/law")),
        ("Law 4528-1", Source("Law 4528-1")),
        ("https://example.org/law", Source("https://example.org/law", "https://example.org/law")),
    ],
)
def test_a_footnote_is_a_label_and_an_address(parse: Parse, definition: str, source: Source) -> None:
    assert parse(f"Text.[^a]\n\n[^a]: {definition}\n").sections[0].marks == (Mark(5, source),)


@pytest.mark.parametrize(
    ("markup_or_fields", "line", "problem"),
    [
        ("No header.\n", 1, "no header; the file must begin with '---', then title, kind, publisher …"),
        ("---\ntitle: a\nkind: b: c\n---\n", 3, "the header is not YAML: mapping values are not allowed here"),
        ("---\n- a\n---\n", 2, "the header must be lines of 'name: value'"),
        ({"kind": None, "url": ""}, 1, "header lacks kind, url"),
        ({"colour": "red", "author": "me"}, 1, "header has unknown fields author, colour"),
    ],
)
def test_a_bad_header_is_refused_with_its_line(
    markup: Callable[..., str], markup_or_fields: str | dict[str, str | None], line: int, problem: str
) -> None:
    text = markup_or_fields if isinstance(markup_or_fields, str) else markup("Text.\n", **markup_or_fields)
    with pytest.raises(KnowledgeError) as caught:
        parse_markdown(text, "law", "x.md")
    assert (caught.value.path, caught.value.line, caught.value.problem) == (Path("x.md"), line, problem)


@pytest.mark.parametrize(("date", "text"), [("1993-02-19", "1993-02-19"), ("1993", "1993"), ("2024-12", "2024-12")])
def test_a_date_stays_as_it_is_written(parse: Parse, date: str, text: str) -> None:
    assert parse("Text.\n", date=date).date == text


@pytest.mark.parametrize(
    ("path", "id"),
    [("law/russia/a.md", "law/russia/a"), ("a.b.md", "a.b"), ("law/a.pdf", "law/a.pdf")],
)
def test_an_id_is_the_path_below_the_folder(path: str, id: str) -> None:
    assert document_id(Path("/documents") / path, Path("/documents")) == id


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Who decides?", "who-decides"),
        ("The person's café_2", "the-persons-cafe-2"),
        ("Временный статус", "временныи-статус"),
        ("—!", "section"),
    ],
)
def test_an_anchor_holds_letters_digits_and_single_hyphens(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("Who decides (Art. 12(1))", ("Who decides", "Art. 12(1)")),
        ("Кто решает (ст. 12)", ("Кто решает", "ст. 12")),
        ("Return (§ 60)", ("Return", "§ 60")),
        ("The bill (withdrawn)", ("The bill (withdrawn)", "")),
        ("The article (2024) on Assad", ("The article (2024) on Assad", "")),
        ("Unbalanced Art. 1)", ("Unbalanced Art. 1)", "")),
    ],
)
def test_a_locator_is_the_last_pair_of_brackets_that_names_a_provision(heading: str, parts: tuple[str, str]) -> None:
    assert split_locator(heading) == parts


def test_brackets_are_split_off_whatever_they_hold() -> None:
    assert split_brackets("The bill (withdrawn)") == ("The bill", "withdrawn")
