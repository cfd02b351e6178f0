"""`asylum add` killed at any moment, or on a full file system, leaves no broken document, and the next one succeeds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.cli import main

DRIVER = '''
import json, os, shutil, signal, sys
from pathlib import Path
from index.library import Incoming, Library, take_out
from knowledge.reading.read_any import read_any
from knowledge.reading.readers import document_files
from knowledge.reading.sidecar import read_sidecar


class Here:
    """Reads in this process: a worker for every moment would take minutes."""

    read = staticmethod(read_any)


def moments(at):
    seen = 0

    def hook(event, arguments):
        nonlocal seen
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "shutil.copyfile"):
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def add(root, replace=False):
    Library(root).take_in(Incoming(FILE, Path("a.txt"), {}), {"kind": "news"}, Here, replace)


def remove(root):
    take_out(root / "added" / "a.txt", root)


def look(root):
    """Return whether each document is whole: with its sidecar, and the hash in it."""
    return [read_sidecar(path).get("kind") for path in document_files(root)]


def killed(work, root, at):
    child = os.fork()
    if child == 0:
        moments(at)
        try:
            work(root)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


folder = Path(sys.argv[1])
FILE = folder / "a.txt"
FILE.write_text("Words stand here.")
for name, work in (("add", add), ("remove", remove)):
    at, going = 0, True
    while going:
        at += 1
        root = folder / f"{name}{at}"
        root.mkdir()
        if work is remove:
            add(root)
        going = killed(work, root, at)
        before = look(root)
        if before:
            remove(root)
        add(root, replace=True)
        print(json.dumps({"work": name, "at": at, "killed": going, "before": before, "after": look(root)}), flush=True)
'''


def test_a_copy_or_a_removal_killed_at_any_moment_leaves_whole_documents_alone(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", DRIVER, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    for work, least in (("add", 6), ("remove", 2)):
        mine = [run for run in runs if run["work"] == work]
        assert len(mine) > least and [run["killed"] for run in mine] == [True] * (len(mine) - 1) + [False]
    assert {json.dumps(run["before"]) for run in runs} <= {"[]", '["news"]'}
    assert [run["after"] for run in runs] == [["news"]] * len(runs)


def test_a_document_on_a_full_file_system_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_disk: Callable[[Path, str], AbstractContextManager[None]]
) -> None:
    root = tmp_path / "documents"
    with tiny_disk(root, "64k"):
        monkeypatch.setenv("ASYLUM_DOCUMENTS", str(root))
        (tmp_path / "large.txt").write_text("word " * 40_000, encoding="utf-8")
        (tmp_path / "small.txt").write_text("Words stand here.", encoding="utf-8")
        arguments = ["add", str(tmp_path / "large.txt"), str(tmp_path / "small.txt"), "--kind", "news", "--no-build"]
        done = CliRunner().invoke(main, arguments)
        assert (done.exit_code, done.stderr.splitlines()[0].endswith("make room, then add it again")) == (1, True)
        assert "large.txt cannot be copied to" in done.stderr and "added added/small.txt" in done.stderr
        assert sorted(path.name for path in root.rglob("*") if path.is_file()) == ["small.txt", "small.txt.yaml"]
