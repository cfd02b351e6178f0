"""Files → documents: which files are read, and what is said of those that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.reading.readers import document_files, known_suffixes, read_asked, read_corpus, read_document

Write = Callable[..., Path]


def test_a_document_has_the_path_as_id_and_the_questions_beside_it(root: Path, write_document: Write) -> None:
    path = write_document("law/a", "## One\n\nText.\n", {"one": ["Why?", "Почему?"]})
    document = read_document(path, root)
    assert (document.id, document.origin, document.text) == ("law/a", str(path), "One\n\nText.")
    assert document.section("one").asked == ("Why?", "Почему?")


def test_a_byte_order_mark_and_windows_line_ends_are_read_over(
    root: Path, write_document: Write, markup: Callable[..., str]
) -> None:
    plain = read_document(write_document("a", "Text.\n\nMore.\n"), root)
    (root / "a.md").write_bytes(b"\xef\xbb\xbf" + markup("Text.\n\nMore.\n").replace("\n", "\r\n").encode())
    assert read_document(root / "a.md", root) == plain


def test_documents_are_found_in_order_of_path_without_hidden_files_and_others(
    root: Path, write_document: Write
) -> None:
    for id in ("b/two", "a", ".hidden", "b/one"):
        write_document(id, "Text.\n", {"x": ["Why?"]})
    (root / "note.xyz").write_text("Text.")
    (root / "folder.md").mkdir()
    assert document_files(root) == [root / "a.md", root / "b/one.md", root / "b/two.md"]


def test_a_corpus_is_what_could_be_read_and_why_the_rest_could_not(root: Path, write_document: Write) -> None:
    write_document("good", "Text.\n")
    write_document("bad", "Text.\n", kind=None)
    (root / "latin.md").write_bytes(b"caf\xe9")
    documents, problems = read_corpus(root)
    assert [d.id for d in documents] == ["good"]
    assert [str(p) for p in problems] == [
        f"{root}/bad.md:1: header lacks kind",
        f"{root}/latin.md:1: not UTF-8 text (byte 3); save it as UTF-8",
    ]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none:1: no such folder of documents$"):
        document_files(tmp_path / "none")


def test_a_missing_file_is_named(root: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none\.md:1: cannot be read: No such file or directory$"):
        read_document(root / "none.md", root)


@pytest.mark.parametrize(("name", "kind"), [("a.xyz", ".xyz"), ("a", "none")])
def test_an_unknown_type_is_refused_with_those_that_are_known(root: Path, name: str, kind: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        read_document(root / name, root)
    assert caught.value.problem == f"files of type {kind} cannot be read; known: {known_suffixes()}"


def test_markdown_is_a_known_type() -> None:
    assert ".md" in known_suffixes().split(", ")


def test_no_file_of_questions_means_no_questions(tmp_path: Path) -> None:
    assert read_asked(tmp_path / "a.asked.yaml") == {}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("one:\n- a: b: c\n", 2, "not YAML: mapping values are not allowed here"),
        ("- Why?\n", 1, "each entry must be 'anchor:' with a list of questions below it"),
        ("one: Why?\n", 1, "each entry must be 'anchor:' with a list of questions below it"),
        ("one:\n- 1951\n", 1, "1951 is not a question; put quotation marks round it"),
        ("one:\n- yes\n", 1, "True is not a question; put quotation marks round it"),
    ],
)
def test_questions_that_are_none_are_refused(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = tmp_path / "a.asked.yaml"
    path.write_text(text)
    with pytest.raises(KnowledgeError) as caught:
        read_asked(path)
    assert (caught.value.path, caught.value.line, caught.value.problem) == (path, line, problem)


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_of_questions_has_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.asked.yaml").write_text(text)
    assert read_asked(tmp_path / "a.asked.yaml") == {}
