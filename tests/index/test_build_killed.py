"""A build killed at any moment, or on a full disk, leaves the old generation answering, and the next build succeeds.

A driver in a process of its own forks a builder for each moment: every file it opens for writing, renames or removes is one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.build import NoRoomError, build_index
from index.store import current, open_generation
from knowledge.document import Document
from knowledge.errors import ExplainerError
from knowledge.reading.read_markdown import parse_markdown

DRIVER = '''
import hashlib, json, os, resource, shutil, signal, sys
from pathlib import Path
import numpy as np
from index.build import build_index
from index.store import current, generations, open_generation
from knowledge.reading.read_markdown import parse_markdown

HEADER = "---\\ntitle: T\\nkind: statute\\npublisher: P\\njurisdiction: J\\ndate: 2020\\nurl: https://example.org\\nlanguage: en\\n---\\n"


class Hashes:
    """Vectors out of a hash; counts what it is asked for."""

    name = fingerprint = "hashes"
    window = 64

    def __init__(self):
        self.encoded = 0

    def count(self, text):
        return len(text.split())

    def encode_passages(self, texts, progress=None):
        self.encoded += len(texts)
        rows = [np.frombuffer(hashlib.sha256(t.encode()).digest(), np.uint8) for t in texts]
        rows = np.array(rows, np.float32).reshape(len(texts), 32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    encode_questions = encode_passages


def corpus(*names):
    return [
        parse_markdown(f"{HEADER}## {name} one\\n\\nText {name} is here.\\n\\n## {name} two\\n\\nMore {name}.\\n", name)
        for name in names
    ]


# no asked questions: training the adapter on them would import torch in every child
OLD, NEW = corpus("a", "b", "c"), corpus("b", "c", "d", "e")


def forked(work):
    """Run ``work`` in a child and return its signal, exit code and answer."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            answer = json.dumps(work()).encode()
            os.write(write, answer)
            os._exit(0)
        except BaseException as error:
            os.write(write, json.dumps(repr(error)).encode())
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return killed, json.loads(answer) if answer else None


def moments(act):
    """Call ``act`` with the number of each moment at which the file system is about to change."""
    seen = 0

    def hook(event, arguments):
        nonlocal seen
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "sqlite3.connect", "os.truncate"):
            seen += 1
            act(seen)

    sys.addaudithook(hook)


def build_counting(built):
    count = [0]
    moments(lambda n: count.__setitem__(0, n))
    build_index(NEW, Hashes(), ("Bread?",), built)
    return count[0]


def build_killed(built, at):
    moments(lambda n: os.kill(os.getpid(), signal.SIGKILL) if n == at else None)
    build_index(NEW, Hashes(), ("Bread?",), built)


def look(built):
    generation = open_generation(built)
    generation.verify()
    return [d.id for d in generation.documents()]


def rebuild(built):
    before = look(built)
    encoder = Hashes()
    summary = build_index(NEW, encoder, ("Bread?",), built)
    left = sorted(p.name for p in built.iterdir() if p.name not in generations(built))
    return {"before": before, "after": look(built), "left": left, "encoded": encoder.encoded, "kept": len(generations(built))}


def main(folder):
    pristine, built = folder / "pristine", folder / "built"
    forked(lambda: build_index(OLD, Hashes(), ("Bread?",), pristine).generation)
    shutil.copytree(pristine, built)
    _, total = forked(lambda: build_counting(built))
    print(json.dumps({"moments": total}), flush=True)
    for at in range(1, total + 1):
        shutil.rmtree(built)
        shutil.copytree(pristine, built)
        killed, _ = forked(lambda: build_killed(built, at))
        _, found = forked(lambda: rebuild(built))
        print(json.dumps({"at": at, "killed": killed, "found": found}), flush=True)
    for size in (0, 100, 3000, 20000):
        shutil.rmtree(built)
        shutil.copytree(pristine, built)

        def full():
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            build_index(NEW, Hashes(), ("Bread?",), built)

        _, problem = forked(full)
        _, found = forked(lambda: rebuild(built))
        print(json.dumps({"size": size, "problem": problem, "found": found}), flush=True)


main(Path(sys.argv[1]))
'''


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("killed")
    done = subprocess.run([sys.executable, "-c", DRIVER, str(folder)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_build_killed_at_any_moment_leaves_a_whole_generation_and_the_next_build_succeeds(
    driven: list[dict[str, Any]],
) -> None:
    runs = [run for run in driven if "at" in run]
    assert (len(runs), len(runs) > 20) == (driven[0]["moments"], True)
    assert {run["killed"] for run in runs} == {9}
    wrong = [
        run
        for run in runs
        if run["found"]["before"] not in (["a", "b", "c"], ["b", "c", "d", "e"])
        or run["found"]["after"] != ["b", "c", "d", "e"]
        or run["found"]["left"] != ["current"]
        or run["found"]["kept"] > 3
    ]
    assert wrong == []


def test_vectors_that_were_computed_before_the_kill_are_used(driven: list[dict[str, Any]]) -> None:
    # killed before anything was published, so that only the journal can know a vector
    encoded = [run["found"]["encoded"] for run in driven if "at" in run and run["found"]["before"] == ["a", "b", "c"]]
    # two new documents of two passages and two sentences each, and no new question
    assert (encoded[0], encoded[-1], encoded) == (8, 0, sorted(encoded, reverse=True))


def test_a_full_disk_says_so_in_one_line_and_the_next_build_succeeds(driven: list[dict[str, Any]]) -> None:
    runs = [run for run in driven if "size" in run]
    assert [run["size"] for run in runs] == [0, 100, 3000, 20000]
    for run in runs:
        assert run["problem"].startswith("NoRoomError('the index could not be written to ")
        assert "the one before goes on answering; make room, then run: asylum build" in run["problem"]
        assert (run["found"]["before"], run["found"]["after"]) == (["a", "b", "c"], ["b", "c", "d", "e"])


def test_a_build_on_a_full_file_system_leaves_the_old_generation(
    tmp_path: Path, documents: list[Document], encoder: Any, parse: Any, tiny_disk: Any
) -> None:
    built = tmp_path / "built"
    with tiny_disk(built, "1m"):
        first = build_index(documents, encoder, built=built).generation
        words = " ".join(f"word{n}" for n in range(60_000))
        with pytest.raises(NoRoomError) as caught:
            build_index([*documents, parse(f"## Large\n\n{words}.\n")], encoder, built=built)
        assert str(caught.value).startswith(f"the index could not be written to {built} (")
        assert (current(built), len(open_generation(built).documents())) == (first, 6)
        assert build_index(documents[:3], encoder, built=built).documents == 3


def test_two_builds_at_once_publish_one_and_refuse_the_other(tmp_path: Path, markup: Any, word_encoder: Any) -> None:
    built = tmp_path / "built"
    documents = [parse_markdown(markup("## A\n\nText.\n"), "a")]

    class Second(word_encoder):  # type: ignore[misc, valid-type]
        def encode_passages(self, texts: Any, progress: Any = None) -> Any:
            with pytest.raises(ExplainerError, match="another build is running"):
                build_index(documents, word_encoder(), built=built)
            return super().encode_passages(texts, progress)

    summary = build_index(documents, Second(), built=built)
    assert current(built) == summary.generation
