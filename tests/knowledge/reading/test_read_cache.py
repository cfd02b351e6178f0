"""The cache of documents: a file that did not change is not opened again, and one that did is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.corpus import Corpus
from knowledge.document_json import digest
from knowledge.reading import read_cache
from knowledge.reading.readers import read_corpus

Write = Callable[..., Path]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were hashed, in order; files are believed as soon as they are written."""
    names: list[str] = []
    hashed = read_cache.file_sha256
    monkeypatch.setattr(read_cache, "SETTLED", 0.0)
    monkeypatch.setattr(read_cache, "file_sha256", lambda path: names.append(path.name) or hashed(path))
    return names


@pytest.fixture
def read(root: Path, tmp_path: Path, write_document: Write) -> Callable[[], Corpus]:
    """Read the three documents a, b and c through a cache."""
    for id in ("a", "b", "c"):
        write_document(id, f"## One\n\nText of {id}.\n", {"one": ["Why?"]})
    return lambda: read_corpus(root, cache=tmp_path / "cache")[0]


def test_files_that_did_not_change_are_not_opened(read: Callable[[], Corpus], opened: list[str]) -> None:
    first, again = read(), read()
    assert (opened, again.ids) == (["a.md", "b.md", "c.md"], ["a", "b", "c"])
    assert again.digests == {d.id: digest(d) for d in first}
    assert list(again) == list(first)
    assert again.document("b").origin.endswith("b.md")


def test_a_file_that_changed_is_read_again(
    root: Path, read: Callable[[], Corpus], write_document: Write, opened: list[str]
) -> None:
    before = read()
    write_document("b", "## One\n\nText of B.\n", {"one": ["Why?"]})  # of the same length
    after = read()
    assert opened == ["a.md", "b.md", "c.md", "b.md"]
    assert [before.digests[id] == after.digests[id] for id in "abc"] == [True, False, True]


def test_a_change_of_length_and_time_kept_is_noticed(
    root: Path, read: Callable[[], Corpus], write_document: Write, opened: list[str]
) -> None:
    read()
    status = (root / "b.md").stat()
    write_document("b", "## One\n\nText of B.\n", {"one": ["Why?"]})
    os.utime(root / "b.md", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert read().document("b").text == "One\n\nText of B."


def test_questions_that_changed_are_read_again(root: Path, read: Callable[[], Corpus], opened: list[str]) -> None:
    read()
    (root / "b.asked.yaml").write_text('{"one": ["Who?"]}')
    (root / "c.asked.yaml").unlink()
    assert [d.sections[0].asked for d in read()] == [("Why?",), ("Who?",), ()]


def test_a_file_that_changed_just_now_is_hashed_once_more(
    read: Callable[[], Corpus], opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_cache, "SETTLED", 60.0)
    assert read() == read()
    assert opened == ["a.md", "b.md", "c.md"] * 2


def test_a_removed_document_leaves_no_trace(root: Path, tmp_path: Path, read: Callable[[], Corpus]) -> None:
    read()
    (tmp_path / "cache" / "old.json").write_text("Text of b")  # a cache of an earlier version
    (root / "b.md").unlink()
    assert read().ids == ["a", "c"]
    assert [p.name for p in (tmp_path / "cache").iterdir() if b"Text of b" in p.read_bytes()] == []


@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_a_damaged_cache_is_begun_anew(tmp_path: Path, read: Callable[[], Corpus], content: bytes) -> None:
    first = read()
    (tmp_path / "cache" / "documents.sqlite").write_bytes(content)
    assert (read(), read()) == (first, first)


def test_a_document_damaged_in_the_cache_is_read_from_its_file(
    tmp_path: Path, read: Callable[[], Corpus], opened: list[str]
) -> None:
    first = list(read())
    path = tmp_path / "cache" / "documents.sqlite"
    path.write_bytes(path.read_bytes().replace(b"Text of b", b"Hext of b"))
    assert list(read()) == first
