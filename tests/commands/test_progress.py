"""Progress: bars on a terminal, JSON lines for programs, nothing in a pipe."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

from bot.commands.progress import stages


def test_in_a_pipe_nothing_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with stages() as stage:
        stage("embedding passages", 10)(10)
    assert capfd.readouterr() == ("", "")


def test_a_program_reads_speed_and_time_left(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.0, 1.0, 1.0, 1.0, 1.2, 4.0, 4.0])
    monkeypatch.setattr("bot.commands.progress.time.monotonic", lambda: next(clock))
    with stages(as_json=True) as stage:
        progress = stage("embedding passages", 40)
        for done in (10, 5, 25):
            progress(done)
    out, err = capfd.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(r["done"], r["per_second"], r["seconds_left"]) for r in rows] == [
        (0, 0.0, None),
        (10, 10.0, 3.0),
        (40, 10.0, 0.0),
    ]
    assert {(r["stage"], r["total"]) for r in rows} == {("embedding passages", 40)} and err == ""


def test_a_stage_without_items_is_not_told(capfd: pytest.CaptureFixture[str]) -> None:
    with stages(as_json=True) as stage:
        stage("embedding passages", 0)
    assert capfd.readouterr().out == ""


def test_a_terminal_shows_count_and_speed() -> None:
    script = (
        "import time\nfrom bot.commands.progress import stages\nwith stages() as stage:\n"
        "    tell = stage('reading documents', 3)\n    for n in range(3):\n        time.sleep(0.15); tell(1)\n"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    done = subprocess.Popen([sys.executable, "-c", script], stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the terminal is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert done.wait(30) == 0
    text = shown.decode()
    assert "reading documents" in text and "3/3" in text and "/s" in text
