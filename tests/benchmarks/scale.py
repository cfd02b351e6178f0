"""How an index grows: build, change of one document, open, query, memory and disk, at a thousand to a million passages.

Nothing here is real but the program. Texts are drawn: the documents' own words by their frequency, then made-up ones, by
Zipf and Mandelbrot; sentences, passages and documents are as long as ours. Vectors are drawn round those of the real index,
by an encoder that costs nothing, so that only the work of the index is timed. Every figure comes from a process of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

# as the program does it: on a busy machine a second thread waits in a loop
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from index.build import build_index
from index.search import DEPTH, Retriever
from index.store import BUILT, open_generation
from knowledge.corpus import Corpus, Item
from knowledge.document import Document, Section

WORDS = 400_000  # in the vocabulary
PASSAGES = 5  # in a document, each a section
SENTENCES = (2, 3)  # in a passage, in turn
LENGTH, SPREAD = 21.0, 6.0  # words in a sentence
QUESTIONS = 200
HERE = Path(__file__).parent
COLUMNS = {
    "passages": "passages",
    "build s": "build_s",
    "processor s": "build_cpu_s",
    "one changed s": "change_s",
    "its processor s": "change_cpu_s",
    "open s": "open_s",
    "open MB": "open_mb",
    "asked MB": "asked_mb",
    "dense ms": "dense_ms",
    "lexical ms": "lexical_ms",
    "fused ms": "fused_ms",
    "ten passages ms": "passages_ms",
    "recall@10": "recall",
    "build MB": "build_mb",
    "disk MB": "disk_mb",
    "index": "index",
    "load": "load",
}


class Drawn:
    """Vectors round those of the real index: sums of three of them, and noise."""

    name = fingerprint = "drawn"
    window = 256

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._base = _real_vectors()

    def count(self, text: str) -> int:
        """Count words; word pieces are a third more."""
        return len(text.split())

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Any:
        """Draw (n, 384) unit rows."""
        n, random = len(texts), self._random
        rows = random.standard_normal((n, self._base.shape[1]), np.float32) * np.float32(0.02)
        for weight in (1.0, 0.6, 0.4):
            rows += np.float32(weight) * self._base[random.integers(0, len(self._base), n)]
        if progress:
            progress(n)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    encode_questions = encode_passages


class Writer:
    """Documents out of a number: the same number gives the same document."""

    def __init__(self) -> None:
        real = [word.decode() for word in _words()]
        made = (f"{a}{b}{c}" for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES)
        stop = [
            "the",
            "of",
            "and",
            "to",
            "in",
            "a",
            "is",
            "that",
            "for",
            "on",
            "by",
            "with",
            "as",
            "not",
            "or",
            "be",
            "are",
            "this",
            "from",
            "it",
        ]
        self.words = [*stop, *real, *(word for word, _ in zip(made, range(WORDS - len(real)), strict=False))]
        weights = 1 / (np.arange(len(self.words)) + 2.7)
        self._sums = np.cumsum(weights / weights.sum())
        self.seconds = 0.0  # spent on writing

    def draw(self, random: np.random.Generator, n: int) -> list[str]:
        """Draw n words."""
        return [self.words[k] for k in np.searchsorted(self._sums, random.random(n)).tolist()]

    def document(self, number: int, version: int = 0) -> Document:
        """Write a document."""
        started = time.perf_counter()
        random = np.random.default_rng((number, version))
        text, sections = "", []
        for n in range(PASSAGES):
            words = self.draw(random, 4)
            heading = " ".join(words).capitalize()
            text += ("\n\n" if text else "") + heading + "\n\n"
            lengths = np.maximum(5, random.normal(LENGTH, SPREAD, SENTENCES[n % 2])).astype(int)
            said = [" ".join(self.draw(random, length)).capitalize() + "." for length in lengths]
            start = len(text)
            text += " ".join(said)
            sections.append(Section(f"s{n}", heading, (heading,), "", start, len(text), "news", "", "2020"))
        id, title = f"d{number:07d}", f"Document {number}"
        made = Document(id, title, "news", "P", "J", "2020", "", "en", "", text, tuple(sections))
        self.seconds += time.perf_counter() - started
        return made


def corpus(writer: Writer, passages: int, changed: int = -1) -> Corpus:
    """Return documents that are written when they are opened."""
    versions = {n: int(n == changed) for n in range(passages // PASSAGES)}
    return Corpus([Item(f"d{n:07d}", f"{n}.{v}", partial(writer.document, n, v)) for n, v in versions.items()])


def measure_build(built: Path, passages: int) -> dict[str, Any]:
    """Build from nothing."""
    writer, encoder = Writer(), Drawn(1)
    documents = corpus(writer, passages)
    started, used = time.perf_counter(), time.process_time()
    summary = build_index(documents, encoder, ("Bread?",), built)
    seconds = time.perf_counter() - started - writer.seconds
    manifest = open_generation(built).manifest
    size = sum(size for _, size in manifest.files.values())
    return {
        "passages": summary.passages,
        "sentences": manifest.sentences,
        "build_s": seconds,
        "build_cpu_s": time.process_time() - used,
        "build_mb": _peak(),
        "disk_mb": size / 1e6,
        "index": manifest.index,
    }


def measure_change(built: Path, passages: int) -> dict[str, Any]:
    """Change one document in the middle; the median of three changes."""
    writer, encoder = Writer(), Drawn(2)
    taken, used = [], []
    for round in range(3 if passages <= 100_000 else 1):
        documents = corpus(writer, passages, passages // PASSAGES // 2 + round)
        started, cpu = time.perf_counter(), time.process_time()
        summary = build_index(documents, encoder, ("Bread?",), built)
        taken.append(time.perf_counter() - started)
        used.append(time.process_time() - cpu)
        assert summary.embedded == PASSAGES * (1 if round == 0 else 2), summary
    return {"change_s": float(np.median(taken)), "change_cpu_s": float(np.median(used)), "change_mb": _peak()}


def measure_queries(built: Path, passages: int) -> dict[str, Any]:
    """Open, and ask questions of five to ten words drawn like those of the documents."""
    import faiss

    faiss.omp_set_num_threads(1)
    before = _resident()
    started = time.perf_counter()
    generation = open_generation(built)
    vectors, lexical = generation.vectors, generation.lexical
    opened, held = time.perf_counter() - started, _resident()
    retriever = Retriever(vectors, lexical)
    writer, encoder, random = Writer(), Drawn(3), np.random.default_rng(4)
    texts = [" ".join(writer.draw(random, int(random.integers(5, 11)) + 6)) for _ in range(QUESTIONS)]
    rows = encoder.encode_questions(texts)
    found: dict[str, Any] = {"open_s": opened, "open_mb": held - before}
    held = _resident()
    asked = list(zip(rows, texts, strict=True))
    parts: dict[str, Callable[[Any, str], Any]] = {
        "dense": lambda row, text: vectors.nearest(row, DEPTH),
        "lexical": lambda row, text: lexical.scores(text),
        "fused": lambda row, text: retriever.rank(row, text, 10),  # both, the best of each, and both scores of all
        "passages": lambda row, text: generation.passages(random.integers(0, len(generation), 10)),
    }
    for name, part in parts.items():
        taken = []
        for row, text in asked:
            started = time.perf_counter()
            part(row, text)
            taken.append((time.perf_counter() - started) * 1000)
        found[f"{name}_ms"] = [float(np.percentile(taken, p)) for p in (50, 95)]
    found["asked_mb"] = _resident() - held + found["open_mb"]
    every = np.concatenate([vectors.rows(np.arange(at, min(at + 50_000, len(vectors)))) @ rows.T for at in range(0, len(vectors), 50_000)])  # fmt: skip
    best = np.argpartition(-every, 10, axis=0)[:10].T
    hits = [len(set(b.tolist()) & set(vectors.nearest(r, DEPTH)[0][:10].tolist())) for b, r in zip(best, rows, strict=True)]  # fmt: skip
    return {**found, "recall": float(np.mean(hits)) / 10}


def run(folder: Path, passages: int) -> dict[str, Any]:
    """Measure one size, each step in a process of its own."""
    found: dict[str, Any] = {}
    built = folder / f"built-{passages}"
    shutil.rmtree(built, ignore_errors=True)
    for step in (measure_build, measure_queries, measure_change):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found |= pool.apply(step, (built, passages))
        print(step.__name__, passages, json.dumps(found), file=sys.stderr, flush=True)
    shutil.rmtree(built)
    return {**found, "load": os.getloadavg()[1]}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the results as a Markdown table."""
    lines = [COLUMNS.keys(), ["---"] * len(COLUMNS)]
    lines += [[_cell(row.get(key)) for key in COLUMNS.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw cost against passages, both axes logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    size = [row["passages"] for row in rows]
    panels: list[tuple[str, dict[str, list[float]]]] = [
        ("seconds", {name: [r[key] for r in rows] for name, key in (("build", "build_s"), ("one document changed", "change_s"), ("open", "open_s"))}),
        ("milliseconds a question, median", {leg: [r[f"{leg}_ms"][0] for r in rows] for leg in ("dense", "lexical", "fused")}),
        ("megabytes", {name: [max(r[key], 0.1) for r in rows] for name, key in (("disk", "disk_mb"), ("memory, building", "build_mb"), ("memory, opened", "open_mb"), ("memory, asked", "asked_mb"))}),
    ]  # fmt: skip
    for axis, (title, lines) in zip(axes, panels, strict=True):
        for name, values in lines.items():
            axis.loglog(size, values, marker="o", markersize=4, label=name)
        axis.set(title=title, xlabel="passages")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8)
    figure.savefig(path, dpi=90)


def main() -> None:
    """Measure the sizes asked for; add them to the results, and write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--folder", type=Path, help="where indexes are written (10 GB for a million); else a temporary one"
    )
    parser.add_argument(
        "--results", type=Path, default=HERE / "scale.json", help="results; sizes measured before are kept"
    )
    parser.add_argument("--plot", type=Path, default=HERE / "scale.png")
    arguments = parser.parse_args()
    known = json.loads(arguments.results.read_text()) if arguments.results.exists() else []
    rows = {row["passages"]: row for row in known}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for passages in arguments.sizes:
            rows[passages] = run(Path(folder), passages)
            ordered = [rows[n] for n in sorted(rows)]
            arguments.results.write_text(json.dumps(ordered, indent=1) + "\n")
    plot(ordered, arguments.plot)
    print(table(ordered))


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " / ".join(f"{v:.1f}" for v in value)
    return f"{value:.3g}" if isinstance(value, float) and value < 100 else f"{value:.0f}" if isinstance(value, float) else str(value)  # fmt: skip


def _real_vectors() -> Any:
    generation = open_generation(BUILT)
    rows = generation.vectors.rows(np.arange(len(generation)))
    return np.concatenate([rows, np.asarray(generation.sentence_vectors, np.float32)])


def _words() -> list[bytes]:
    words = open_generation(BUILT).array("words")
    return [] if words is None else words.tolist()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _resident() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


_SYLLABLES = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u")]


if __name__ == "__main__":
    main()
