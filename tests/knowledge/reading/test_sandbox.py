"""The worker that reads files from elsewhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.document import Document
from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import Limits
from knowledge.reading.readers import read_corpus
from knowledge.reading.sandbox import Sandbox

KIND = {"kind": "case law"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as worker:
        yield worker


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.txt"
    path.write_text("The decision\nThe court finds harm. Вред. ضرر.\n", encoding="utf-8")
    return path


def test_a_document_comes_back_whole(sandbox: Sandbox, good: Path) -> None:
    document = sandbox.read(good, "added/good.txt", KIND, {"the-decision": ["Why?"]})
    assert (document.id, document.text, document.origin) == (
        "added/good.txt",
        "The decision\n\nThe court finds harm. Вред. ضرر.",
        str(good),
    )
    assert [(s.anchor, s.asked, s.start, s.end) for s in document.sections] == [("the-decision", ("Why?",), 14, 46)]


def test_a_problem_comes_back_with_its_file_and_line(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        sandbox.read(tmp_path / "none.txt", "none", KIND, {})
    assert str(caught.value) == f"{tmp_path}/none.txt:1: cannot be read: No such file or directory"


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read(tmp_path: Path, good: Path) -> None:
    path = tmp_path / "slow.txt"
    path.write_bytes("слово и слово\n".encode() * 1_500_000)
    with Sandbox(Limits(seconds=0.5)) as hasty:
        with pytest.raises(KnowledgeError) as caught:
            hasty.read(path, "slow", KIND, {})
        assert caught.value.problem == "took more than 0.5 seconds to read"
        assert isinstance(hasty.read(good, "good", KIND, {}), Document)


def test_a_file_that_takes_too_much_memory_is_given_up_and_the_next_one_is_read(tmp_path: Path, good: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"word \n" * 20_000_000)
    with Sandbox(Limits(size=2**30, memory=400 * 2**20, seconds=30)) as small:
        with pytest.raises(KnowledgeError) as caught:
            small.read(path, "large", KIND, {})
        assert caught.value.problem == "needs more than 400 MiB of memory to read"
        assert isinstance(small.read(good, "good", KIND, {}), Document)


def test_a_reader_that_dies_is_told_apart_and_the_next_file_is_read(good: Path) -> None:
    with Sandbox() as worker:
        worker.read(good, "good", KIND, {})
        process = worker._worker
        assert process is not None
        process.kill()
        process.wait()
        assert isinstance(worker.read(good, "good", KIND, {}), Document)
        assert worker._worker is not process


def test_the_worker_has_none_of_our_environment_and_ends_with_its_block(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    with Sandbox() as worker:
        worker.read(good, "good", KIND, {})
        process = worker._worker
        assert process is not None
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert (b"secret" in environment, process.poll() is not None) == (False, True)


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (Limits(size=10), "has 62 bytes; at most 10"),
        (Limits(passages=0), "would make about 1 passages; at most 0"),
    ],
)
def test_limits_are_values(tmp_path: Path, limits: Limits, problem: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"w" * 62 if limits.size == 10 else b"word " * 150)
    with Sandbox(limits) as worker, pytest.raises(KnowledgeError) as caught:
        worker.read(path, "a", KIND, {})
    assert caught.value.problem == problem


def test_every_bad_file_of_a_folder_is_left_out_with_its_reason_and_the_rest_is_read(root: Path) -> None:
    added = root / "added"
    added.mkdir()
    files = {
        "broken.pdf": b"%PDF-1.7\nrubbish",
        "empty.pdf": b"",
        "good.txt": b"The court finds harm. It says so.",
        "picture.txt": b"\x89PNG\r\n\x1a\n",
        "unknown.xls": b"1,2",
        "wrong.docx": b"words",
    }
    for name, raw in files.items():
        (added / name).write_bytes(raw)
        (added / f"{name}.yaml").write_text("kind: case law\n")
    with zipfile.ZipFile(added / "bomb.epub", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", b"0" * 30_000_000)
    (added / "bomb.epub.yaml").write_text("kind: case law\n")
    documents, problems = read_corpus(root, Limits(unpacked=10_000_000))
    assert [d.id for d in documents] == ["added/good.txt"]
    assert [(p.path.name, p.problem) for p in problems] == [
        ("bomb.epub", "unpacks to 30000000 bytes in 1 files; at most 10000000 in 10000"),
        ("broken.pdf", "is a broken PDF (Failed to load document (PDFium: Data format error).)"),
        ("empty.pdf", "is empty"),
        ("picture.txt", "is named .txt but holds a picture; give it its true suffix"),
        ("unknown.xls", "files of type .xls cannot be read; known: .docx, .epub, .htm, .html, .md, .pdf, .txt, .xhtml"),
        ("wrong.docx", "is broken, or no .docx (File is not a zip file)"),
    ]


def test_a_corpus_read_before_is_not_read_again_until_a_file_its_sidecar_or_questions_change(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "added").mkdir()
    (root / "added" / "a.txt").write_text("The court finds harm.", encoding="utf-8")
    (root / "added" / "a.txt.yaml").write_text("kind: case law\n")
    (root / "added" / "b.txt").write_text("Another one.", encoding="utf-8")
    (root / "added" / "b.txt.yaml").write_text("kind: case law\n")
    read: list[str] = []
    real = Sandbox.read

    def counted(self: Sandbox, path: Path, *rest: object) -> Document:
        read.append(path.name)
        return real(self, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Sandbox, "read", counted)
    first = read_corpus(root, cache=tmp_path / "cache")
    again = read_corpus(root, cache=tmp_path / "cache")
    assert (first, read) == (again, ["a.txt", "b.txt"])
    (root / "added" / "a.txt.yaml").write_text("kind: news\n")
    (root / "added" / "b.txt").unlink()
    changed, _ = read_corpus(root, cache=tmp_path / "cache")
    assert ([d.kind for d in changed], read) == (["news"], ["a.txt", "b.txt", "a.txt"])
    assert len(list((tmp_path / "cache").iterdir())) == 1
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(path.read_bytes().replace(b"harm", b"good"))
    assert read_corpus(root, cache=tmp_path / "cache")[0] == changed
