"""One build at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.build import build_index
from index.lock import build_lock
from index.store import current, rollback
from knowledge.document import Document
from knowledge.errors import ExplainerError, IndexMissingError

HOLD = """
import sys, time
from pathlib import Path
from index.lock import build_lock
with build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_build_is_refused_and_says_so(built: Path, documents: list[Document], encoder: Any) -> None:
    before = current(built)
    with build_lock(built), pytest.raises(ExplainerError) as caught:
        build_index(documents[:2], encoder, built=built)
    assert str(caught.value) == f"another build is running in {built}; wait until it is done"
    assert current(built) == before


def test_a_lock_that_is_let_go_can_be_taken_and_leaves_no_file(tmp_path: Path) -> None:
    for _ in range(2):
        with build_lock(tmp_path / "built"):
            pass
    assert list((tmp_path / "built").iterdir()) == []


def test_an_error_inside_lets_the_lock_go(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError, match="inside"), build_lock(tmp_path):
        raise BlockingIOError("inside")
    with build_lock(tmp_path):
        pass


def test_a_killed_builders_lock_is_taken_over(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ExplainerError, match="another build is running"), build_lock(tmp_path):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with build_lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExplainerError, match="cannot be used"), build_lock(tmp_path / "file" / "built"):
        pass


def test_a_rollback_publishes_the_generation_before_and_again_the_one_before_that(
    built: Path, documents: list[Document], encoder: Any
) -> None:
    first = current(built)
    second = build_index(documents[:3], encoder, built=built).generation
    third = build_index(documents[:2], encoder, built=built).generation
    steps = [current(built), rollback(built), rollback(built)]
    assert steps == [third, second, first]
    with pytest.raises(IndexMissingError, match="no earlier generation"):
        rollback(built)
    assert build_index(documents[:2], encoder, built=built).generation > third


def test_a_rollback_passes_over_a_damaged_generation(built: Path, documents: list[Document], encoder: Any) -> None:
    first = current(built)
    second = build_index(documents[:3], encoder, built=built).generation
    build_index(documents[:2], encoder, built=built)
    (built / second / "sentences.npy").write_bytes(b"")
    assert (rollback(built), current(built)) == (first, first)


def test_a_rollback_waits_for_no_build(built: Path) -> None:
    with build_lock(built), pytest.raises(ExplainerError, match="another build is running"):
        rollback(built)
