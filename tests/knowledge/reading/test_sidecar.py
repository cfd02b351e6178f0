"""Sidecars, and the order in which metadata wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.reading.readers import read_document
from knowledge.reading.sidecar import front_matter, read_sidecar, sidecar, write_sidecar


@pytest.fixture
def text(root: Path) -> Path:
    path = root / "added" / "decision.txt"
    path.parent.mkdir()
    path.write_text("The decision\nThe court finds harm.\n", encoding="utf-8")
    return path


def test_what_is_written_is_read_and_dates_stay_as_they_are_written(text: Path) -> None:
    write_sidecar(text, {"kind": "case law", "date": "2021-03", "title": 'Дело: "№ 1"', "voice": "", "sha256": ""})
    assert sidecar(text).read_text(encoding="utf-8") == "title: 'Дело: \"№ 1\"'\nkind: case law\ndate: 2021-03\n"
    assert read_sidecar(text) == {"title": 'Дело: "№ 1"', "kind": "case law", "date": "2021-03"}


def test_no_sidecar_states_nothing(text: Path) -> None:
    assert read_sidecar(text) == {}


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("kind: [a\n", 2, "not YAML: expected ',' or ']', but got '<stream end>'"),
        ("- kind\n", 1, "must be lines of 'name: value'"),
        ("colour: red\n", 1, "unknown fields colour; known: "),
        ("a: " + "x" * 70_000, 1, "is larger than 65536 bytes"),
        (
            "a: &a [x, x]\nkind: !!python/object/apply:os.system [ls]\n",
            2,
            "not YAML: could not determine a constructor",
        ),
    ],
)
def test_a_sidecar_that_is_none_says_why(text: Path, content: str, line: int, problem: str) -> None:
    sidecar(text).write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        read_sidecar(text)
    assert (caught.value.path, caught.value.line) == (sidecar(text), line)
    assert caught.value.problem.startswith(problem)


def test_a_file_that_is_not_the_one_that_was_added_is_refused(text: Path) -> None:
    write_sidecar(text, {"kind": "case law", "sha256": "0" * 64})
    with pytest.raises(KnowledgeError, match="is not the file that was added"):
        read_sidecar(text)


def test_a_file_without_kind_says_what_to_do(text: Path, root: Path) -> None:
    with pytest.raises(
        KnowledgeError, match=r'no kind; write "kind: case law" into decision\.txt\.yaml, or use: asylum add'
    ):
        read_document(text, root)


def test_the_sidecar_wins_over_the_file_itself(text: Path, root: Path) -> None:
    write_sidecar(text, {"kind": "case law", "source": "https://example.org/d", "voice": "the court"})
    plain = read_document(text, root)
    write_sidecar(
        text, {"kind": "case law", "title": "Stated", "language": "fr", "url": "https://example.org/u", "source": "x"}
    )
    stated = read_document(text, root)
    assert (plain.id, plain.title, plain.language, plain.url, plain.voice) == (
        "added/decision.txt",
        "The decision",
        "en",
        "https://example.org/d",
        "the court",
    )
    assert (stated.title, stated.language, stated.url) == ("Stated", "fr", "https://example.org/u")


def test_front_matter_wins_over_the_sidecar_and_unknown_fields_do_not_matter(root: Path) -> None:
    path = root / "added" / "note.md"
    path.parent.mkdir()
    path.write_text(
        "---\ntitle: Front\nlayout: post\ntags: [a, b]\n---\n# Heading\n\nWords stand here.\n", encoding="utf-8"
    )
    write_sidecar(path, {"kind": "news", "title": "Beside", "publisher": "A paper"})
    document = read_document(path, root)
    assert (document.id, document.title, document.kind, document.publisher, document.date, document.url) == (
        "added/note",
        "Front",
        "news",
        "A paper",
        "",
        "",
    )
    assert [(s.heading, document.text[s.start : s.end], s.date) for s in document.sections] == [
        ("Heading", "Words stand here.", "")
    ]


def test_markdown_without_front_matter_is_titled_by_its_heading(root: Path) -> None:
    path = root / "added" / "note.md"
    path.parent.mkdir()
    path.write_text("# Временное убежище\n\nОдин год.\n", encoding="utf-8")
    write_sidecar(path, {"kind": "news"})
    document = read_document(path, root)
    assert (document.title, document.language) == ("Временное убежище", "ru")


def test_front_matter_is_split_off(tmp_path: Path) -> None:
    assert front_matter("---\r\ndate: 2020-01-01\r\n---\r\nWords", tmp_path) == ({"date": "2020-01-01"}, "Words")
    assert front_matter("Words\n---\n", tmp_path) == ({}, "Words\n---\n")
