"""The checks of a document: every problem at once, each at its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from knowledge.check import Problem, check_documents
from knowledge.document import KINDS

Check = Callable[..., list[str]]
OWN = ["Кто решает?", "Кто?", "Где?", "Какой орган?", "من يقرر؟", "أين؟"]
QUESTIONS = [*OWN, *(f"Question {n}?" for n in range(4))]
NOTE = "\n[^a]: [text] Law\n"


@pytest.fixture
def check(root: Path, write_document: Callable[..., Path]) -> Check:
    """Body → its problems as ``line: text``; the sections named have ten questions each."""

    def problems(body: str, anchors: Sequence[str] = ("one",), **fields: str | None) -> list[str]:
        path = write_document("a", body, dict.fromkeys(anchors, QUESTIONS), **fields)
        return [str(p).removeprefix(f"{path}:") for p in check_documents(root)[1]]

    return problems


def test_a_good_document_has_no_problems(check: Check) -> None:
    assert check("## One (Art. 12)\n\nThe body decides.[^a]\n" + NOTE) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"kind": "blog"}, f"unknown kind 'blog'; known: {', '.join(KINDS)}"),
        ({"date": "July 1951"}, "date 'July 1951' is not YYYY, YYYY-MM or YYYY-MM-DD"),
        ({"url": "example.org"}, "url 'example.org' is not an http address"),
    ],
)
def test_a_field_that_means_nothing_is_a_problem(check: Check, fields: Mapping[str, str], problem: str) -> None:
    expected = [f"1: {problem}", f"10: {problem}"] if "kind" in fields else [f"1: {problem}"]
    assert check("## One\n\nThe body decides.[^a]\n" + NOTE, **fields) == expected


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("## One\n\nText.[^a]\n\n<div>x</div>\n", "14: raw HTML; it would be shown as text"),
        ("## One\n\nText <b>x</b>.[^a]\n", "12: raw HTML; it would be shown as text"),
        ("## One\n\nText ![x](y.png).[^a]\n", "12: an image; only words are indexed"),
        ("## One\n\nText [x](https://e.org).[^a]\n", "12: a link in running text; make the address a footnote"),
        ("## One\n\nText.[^a][^b]\n", "12: footnote [^b] has no definition"),
        ("## One\n\nText.[^a]\n\n[^b]: Law\n", "14: footnote [^b] is never used"),
        (
            "{kind=“news”}\n## One\n\nText.[^a]\n",
            '10: attributes that cannot be read; write {kind="…" voice="…"} with plain quotation marks',
        ),
    ],
)  # fmt: skip
def test_markup_that_would_be_lost_is_a_problem_at_its_line(check: Check, body: str, problem: str) -> None:
    assert problem in check(body + NOTE)


def test_a_problem_in_a_table_has_its_line(check: Check) -> None:
    assert check("## One\n\nText.[^a]\n\n| A |\n|---|\n| b[^b] |\n" + NOTE) == ["16: footnote [^b] has no definition"]


@pytest.mark.parametrize(
    "start", ["It", "They", "This Convention", "The latter", "The Court", "Holders", "Their status"]
)
def test_a_sentence_without_its_subject_is_a_problem_at_its_line(check: Check, start: str) -> None:
    problems = check(f"## One\n\nThe body decides.[^a]\n\n{start} is good.[^a]\n" + NOTE)
    assert [p.split(" with ")[0] for p in problems] == ["14: a sentence begins"]
    assert problems[0].endswith(f"; name its subject: {start} is good.")


@pytest.mark.parametrize("start", ["Italy", "The Court of Cassation", "The latter-day court", "Theirs"])
def test_a_sentence_with_its_subject_is_no_problem(check: Check, start: str) -> None:
    assert check(f"## One\n\n{start} is good.[^a]\n" + NOTE) == []


@pytest.mark.parametrize(
    "talk",
    ["was not established", "could not be read", "is an inference", "rests on a secondary source", "is unconfirmed"],
)
def test_a_sentence_about_our_reading_is_a_problem(talk: str, check: Check) -> None:
    sentence = f"Whether Order No. 1 is in force {talk}"
    found = talk.removeprefix("is ").removeprefix("rests on a ").removeprefix("could not be read") or talk
    (problem,) = check(f"## One\n\nThe body decides.[^a]\n\n{sentence}.[^a]\n" + NOTE)
    assert problem.startswith("14: a sentence about our reading (") and found in problem


def test_a_footnote_without_grade_is_a_problem(check: Check) -> None:
    assert check("## One\n\nThe body decides.[^a]\n\n[^a]: Law\n") == [
        "10: a footnote without grade (text, official, report, secondary, unread): Law"
    ]
    assert check("## One\n\nThe body decides.[^a]\n\n[^a]: [hearsay] Law\n") == [
        "10: a footnote without grade (text, official, report, secondary, unread): Law"
    ]


def test_a_date_of_looking_that_is_none_is_a_problem(check: Check) -> None:
    assert check('{as_of="lately"}\n## One\n\nThe body decides.[^a]\n' + NOTE) == [
        "11: as_of 'lately' is not YYYY, YYYY-MM or YYYY-MM-DD"
    ]
    assert check('{as_of="2026-07"}\n## One\n\nThe body decides.[^a]\n' + NOTE) == []


def test_a_section_without_source_is_a_problem(check: Check) -> None:
    assert check("## One\n\nThe body decides.\n") == ["10: a section without source; add a footnote"]


def test_a_section_of_an_unknown_kind_is_a_problem(check: Check) -> None:
    problems = check('{kind="blog"}\n## One\n\nThe body decides.[^a]\n' + NOTE)
    assert problems == [f"11: unknown kind 'blog'; known: {', '.join(KINDS)}"]


def test_a_document_without_text_is_a_problem(check: Check) -> None:
    assert check("## One\n", ()) == ["1: no text below any heading"]


def test_a_heading_that_stands_twice_is_a_problem(check: Check) -> None:
    body = "## One\n\nThe body decides.[^a]\n\n## One\n\nThe court decides.[^a]\n"
    assert check(body + NOTE, ("one", "one-2")) == ["14: the heading 'One' stands in line 10 too"]


def test_a_heading_that_ends_in_a_number_is_no_copy(check: Check) -> None:
    body = "## Protocol\n\nThe body decides.[^a]\n\n## Protocol 7\n\nThe court decides.[^a]\n"
    assert check(body + NOTE, ("protocol", "protocol-7")) == []


def test_a_header_that_cannot_be_read_is_a_problem_like_the_others(check: Check) -> None:
    assert check("Text.\n", (), title=None) == ["1: header lacks title"]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"one": QUESTIONS, "two": QUESTIONS}, "'two' is no section of a.md"),
        ({}, "one: 0 questions; write 10 to 40"),
        ({"one": QUESTIONS[:9]}, "one: 9 questions; write 10 to 40"),
        ({"one": [*OWN, *(f"Q{n}?" for n in range(35))]}, "one: 41 questions; write 10 to 40"),
        ({"one": [*QUESTIONS[1:], "Who?"]}, "one: 3 questions in Russian; write 4 or more"),
        ({"one": [*QUESTIONS[:5], *QUESTIONS[6:], "Who?"]}, "one: 1 questions in Arabic; write 2 or more"),
        ({"one": [*QUESTIONS, "Question 1?"]}, "one: a question stands twice"),
    ],
)
def test_questions_that_do_not_fit_are_a_problem(
    root: Path, write_document: Callable[..., Path], asked: Mapping[str, Sequence[str]], problem: str
) -> None:
    write_document("a", "## One\n\nThe body decides.[^a]\n" + NOTE, asked)
    assert check_documents(root)[1] == [Problem(f"{root}/a.asked.yaml", 1, problem)]


def test_a_sentence_beyond_the_window_is_a_problem_if_pieces_are_counted(
    root: Path, write_document: Callable[..., Path]
) -> None:
    write_document("a", "## One\n\nOne two three four.[^a]\n" + NOTE, {"one": QUESTIONS}, title="Law")
    # Law > One, then four words, and two special pieces
    pieces = "a sentence with its heading has 9 word pieces; the encoder reads 8"
    assert check_documents(root, count=lambda text: len(text.split()), window=9)[1] == []
    assert check_documents(root, count=lambda text: len(text.split()), window=8)[1] == [
        Problem(f"{root}/a.md", 10, pieces)
    ]
    assert check_documents(root, window=8)[1] == []


def test_one_folder_or_file_can_be_checked_alone(root: Path, write_document: Callable[..., Path]) -> None:
    for id in ("a/one", "a/two", "b/three"):
        write_document(id, "Text.\n", kind=None)
    assert [p.path for p in check_documents(root, root / "a")[1]] == [f"{root}/a/one.md", f"{root}/a/two.md"]
    assert [p.path for p in check_documents(root, root / "b/three.md")[1]] == [f"{root}/b/three.md"]


def test_problems_are_in_order_of_file_and_line(check: Check, write_document: Callable[..., Path]) -> None:
    write_document("0", "Text.\n", kind=None)
    assert check("## One\n\nIt decides.[^b]\n", url="x")[1:] == [
        "1: url 'x' is not an http address",
        "10: a section without source; add a footnote",
        "12: a sentence begins with 'It'; name its subject: It decides.",
        "12: footnote [^b] has no definition",
    ]


def test_a_problem_is_shown_as_compilers_show_theirs() -> None:
    assert str(Problem("a.md", 3, "no source")) == "a.md:3: no source"
