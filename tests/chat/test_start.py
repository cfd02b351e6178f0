"""The start: which modules a command loads, and what it costs beside others in the same run."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build_index
from index.encoding.choose import open_encoder
from knowledge.document import Document

ROOT = Path(__file__).parents[2]
HEAVY = {
    "torch", "transformers", "sentence_transformers", "chainlit", "scipy", "bm25s", "pandas", "sklearn", "markdown_it",
    "yaml", "lxml", "trafilatura", "pypdfium2", "docx", "asyncio", "openvino_telemetry", "onnx",
}  # fmt: skip
LIGHT = {"numpy", "faiss", "openvino", "tokenizers", "rich", "sqlite3", "tomllib", "rapidfuzz", "Stemmer"}


def run(*arguments: str, index: Path | None = None) -> tuple[str, float]:
    """Run Python; return what it wrote on stderr and the seconds of processor time that it took."""
    environment = {**os.environ, "ASYLUM_INDEX": str(index or "/none")}
    environment.pop("ASYLUM_ENCODER", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stderr, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def loaded(*arguments: str, index: Path | None = None) -> set[str]:
    """Return the top-level modules that a command loads."""
    lines = run("-X", "importtime", *arguments, index=index)[0].split("\n")
    return {line.rpartition("|")[2].strip().split(".")[0] for line in lines if line.startswith("import time:")}


def cheapest(times: int, *arguments: str, index: Path | None = None) -> float:
    """Return the least processor time of several runs: the others were disturbed."""
    return min(run(*arguments, index=index)[1] for _ in range(times))


@pytest.fixture
def index(tmp_path: Path, documents: list[Document]) -> Path:
    """A small index by the encoder that ``asylum ask`` chooses."""
    built = tmp_path / "built"
    build_index(documents, open_encoder(threads=0, cache_folder=built / "cache", building=True), built=built)
    return built


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("ask", "--help"), ("build", "--help")])
def test_help_loads_only_the_command_line(arguments: tuple[str, ...]) -> None:
    assert loaded("-m", "bot.commands.cli", *arguments) & (HEAVY | LIGHT) == set()


def test_help_costs_little_more_than_the_library_that_prints_it() -> None:
    assert cheapest(5, "-m", "bot.commands.cli", "--help") < 2 * cheapest(
        5, "-c", "import click, importlib.metadata, json"
    )


@pytest.mark.quality
def test_asking_loads_no_torch_no_parser_and_no_chat(index: Path) -> None:
    assert (
        loaded("-m", "bot.commands.cli", "ask", "Who grants political asylum?", "--json", index=index) & HEAVY == set()
    )


@pytest.mark.quality
def test_a_cold_answer_costs_less_than_a_third_of_importing_the_reference(index: Path) -> None:
    ask = cheapest(3, "-m", "bot.commands.cli", "ask", "Who grants political asylum?", index=index)
    assert ask < cheapest(2, "-c", "import torch, sentence_transformers") / 3


@pytest.mark.parametrize("command", ["chat", "ask"])
def test_numpy_brings_no_second_thread_that_waits_in_a_loop(command: str) -> None:
    """OpenBLAS's spinning took more processor time than all of an answer."""
    started = (
        "import os, sys, types; os.environ.pop('OMP_NUM_THREADS', None);"
        "count = lambda *_: (__import__('numpy'), print(len(os.listdir('/proc/self/task')), file=sys.stderr), sys.exit());"
        "sys.modules['bot.chat.serve'] = types.SimpleNamespace(serve=count);"
        "sys.modules['bot.answering.explainer'] = types.SimpleNamespace(Explainer=count);"
        "from bot.commands.cli import main;"
        f"main(['{command}', *(['Who?'] if '{command}' == 'ask' else [])])"
    )
    assert run("-c", started)[0].strip() == "1"


def test_without_an_index_no_model_is_loaded() -> None:
    code = "import sys; from bot.commands.cli import main\ntry: main(['ask', 'Who?'])\nfinally: print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "ASYLUM_INDEX": "/none"},
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("asylum: no index in /none; run: asylum build\n")
    assert {"openvino", "torch", "tokenizers"}.isdisjoint(done.stderr.split())
