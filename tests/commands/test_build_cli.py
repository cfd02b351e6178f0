"""``asylum build`` as it is typed: what it would do, what it left out, what it publishes, and the way back."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.commands.cli import main
from index.library import Incoming, Library
from index.store import current, generations, open_generation
from knowledge.errors import ExplainerError
from knowledge.golden import GoldenQuestion
from knowledge.reading.readers import read_corpus
from knowledge.reading.sandbox import Sandbox

Run = Callable[..., Result]
KIND = {"kind": "news"}


@pytest.fixture
def run(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: Any) -> Run:
    """Arguments → the result of the command, on ``root`` and an index beside it, with the encoder of word overlap."""
    monkeypatch.setenv("ASYLUM_DOCUMENTS", str(root))
    monkeypatch.setenv("ASYLUM_INDEX", str(tmp_path / "built"))
    monkeypatch.setattr("bot.commands.build.encoder_for", lambda settings, building=False: encoder)
    golden = [GoldenQuestion("g1", "plain", "?", places={"law/a#two": 2}), GoldenQuestion("g2", "plain", "?", places={"law/b#one": 2})]  # fmt: skip
    monkeypatch.setattr("knowledge.golden.read_golden", lambda: golden)
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def first(run: Run, write_document: Callable[..., Path]) -> Result:
    write_document("law/a", "## One\n\nFirst text.\n\n## Two\n\nSecond text.\n")
    return run("build")


def test_a_build_says_what_it_did_on_one_line_and_in_a_pipe_no_more(first: Result, run: Run) -> None:
    assert (first.exit_code, first.stdout) == (0, "")
    assert first.stderr.startswith("1 documents, 2 passages: 2 embedded now, 0 taken over; ")
    assert first.stderr.count("\n") == 1
    assert run("build").stderr == "the index is up to date: 1 documents\n"


def test_a_plan_tells_passages_and_golden_questions_and_does_nothing(
    first: Result, run: Run, root: Path, tmp_path: Path, write_document: Callable[..., Path], encoder: Any
) -> None:
    before, encoded = current(tmp_path / "built"), len(encoder.encoded)
    write_document("law/a", "## One\n\nFirst text, changed.\n\n## Three\n\nThird text.\n")
    write_document("law/b", "## One\n\nText.\n")
    done = run("build", "--plan")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "+ law/b: passages 1 new, 0 changed, 0 gone",
            "~ law/a: passages 1 new, 1 changed, 1 gone",
            "golden question g1 loses law/a#two",
            "golden question g2 gains law/b#one",
        ],
    )
    assert (current(tmp_path / "built"), len(encoder.encoded)) == (before, encoded)


def test_a_bad_file_is_left_out_with_its_reason_the_rest_is_built_and_the_exit_code_says_so(
    first: Result, run: Run, root: Path, tmp_path: Path, write_document: Callable[..., Path]
) -> None:
    write_document("law/b", "## One\n\nText.\n")
    (root / "added").mkdir()
    (root / "added" / "bad.pdf").write_bytes(b"%PDF-1.7\nrubbish")
    (root / "added" / "bad.pdf.yaml").write_text("kind: news\n")
    strict = run("build", "--strict")
    assert (strict.exit_code, len(generations(tmp_path / "built"))) == (1, 1)
    assert strict.stderr.splitlines()[-1] == "asylum: 1 documents cannot be read; nothing was published"
    done = run("build")
    told = done.stderr.splitlines()
    assert (done.exit_code, told[0].startswith(f"left out: {root}/added/bad.pdf:1: is a broken PDF")) == (1, True)
    assert told[-1] == "1 documents were left out"
    assert [d.id for d in open_generation(tmp_path / "built").documents()] == ["law/a", "law/b"]


def test_a_program_reads_progress_and_summary_a_line_each(
    first: Result, run: Run, write_document: Callable[..., Path], tmp_path: Path
) -> None:
    write_document("law/b", "## One\n\nText.\n")
    rows = [json.loads(line) for line in run("build", "--json").stdout.splitlines()]
    assert {row["stage"] for row in rows[:-1]} >= {"reading documents", "cutting passages", "embedding passages"}
    assert (rows[-1]["generation"], rows[-1]["embedded"]) == (current(tmp_path / "built"), 1)


def test_the_generation_before_answers_again_and_a_damaged_one_is_found(
    first: Result, run: Run, tmp_path: Path, write_document: Callable[..., Path]
) -> None:
    built = tmp_path / "built"
    before = current(built)
    write_document("law/b", "## One\n\nText.\n")
    run("build")
    assert run("build", "--verify").exit_code == 0
    assert run("build", "--rollback").stderr == f"generation {before} answers again\n"
    assert current(built) == before
    for path in (built / str(before)).rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    done = run("build", "--verify")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)


def test_a_document_is_added_listed_and_removed_with_its_passages(
    first: Result, run: Run, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("The marigold memo stands here.", encoding="utf-8")
    assert run("add", tmp_path / "a.txt", "--kind", "news").exit_code == 0
    row = json.loads(run("list", "--added", "--json").stdout)
    assert (row["id"], row["kind"], row["passages"], row["state"]) == ("added/a.txt", "news", 1, "")
    assert row["added"] == time.strftime("%Y-%m-%d", time.gmtime())
    assert run("remove", "added/a.txt").exit_code == 0
    assert run("list", "--added").stdout == ""
    assert sorted(path.name for path in root.iterdir()) == ["law"]
    assert [d.id for d in open_generation(tmp_path / "built").documents()] == ["law/a"]


def test_a_limit_from_the_environment_leaves_a_file_out_that_was_read_before(
    first: Result, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Words stand here.", encoding="utf-8")
    run("add", tmp_path / "a.txt", "--kind", "news")
    monkeypatch.setenv("ASYLUM_MOST_BYTES", "10")
    done = run("build")
    assert (done.exit_code, "a.txt:1: has 17 bytes; at most 10" in done.stderr) == (1, True)
    assert run("add", tmp_path / "a.txt", "--kind", "news").stderr.startswith(f"left out: {tmp_path}/a.txt:1: has 17")


def test_a_copy_that_was_broken_off_is_no_document_and_is_swept_away_later(root: Path, tmp_path: Path) -> None:
    left = root / "added" / ".incoming-old"
    left.mkdir(parents=True)
    (left / "a.txt").write_text("Half a copy.")
    assert read_corpus(root) == ([], [])
    (tmp_path / "b.txt").write_text("Words stand here.", encoding="utf-8")
    with Sandbox() as sandbox:
        item = Incoming(tmp_path / "b.txt", Path("b.txt"), {})
        Library(root).take_in(item, KIND, sandbox)
        assert left.exists()  # another process may be copying into it
        os.utime(left, (0, 0))
        Library(root).take_in(item, KIND, sandbox, replace=True)
    assert sorted(path.name for path in (root / "added").iterdir()) == ["b.txt", "b.txt.yaml"]


def test_a_disk_that_fills_up_during_the_copy_says_so_and_leaves_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.txt").write_text("Words stand here.", encoding="utf-8")

    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"Wor")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.library.shutil.copyfile", full)
    with Sandbox() as sandbox, pytest.raises(ExplainerError) as caught:
        Library(root).take_in(Incoming(tmp_path / "b.txt", Path("b.txt"), {}), KIND, sandbox)
    assert "cannot be copied to" in str(caught.value) and "No space left on device" in str(caught.value)
    assert list((root / "added").iterdir()) == []
