"""The program beside txtai, LangChain, LlamaIndex and Haystack: same model, same passages, one run. Prints Markdown.

    asylum build && python tests/benchmarks/peers.py [--dataset FOLDER] [--rounds 3]

Each tool has an environment of its own below tests/benchmarks/.peers/ and runs in processes of its own, by the script
in tests/benchmarks/adapters/ that uses it as its own guide does. Rounds go through all tools in turn, and so does every
question. Builds may use every core, all else one thread. Questions that follow others are given in full, to all tools.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from peers_measures import (
    ADD,
    ADD_COLD,
    ADD_WORK,
    ANSWERED,
    ANSWERED_WORK,
    BARE,
    BUILD,
    BUILD_WORK,
    COLD,
    COLD_WORK,
    DISK,
    ENGLISH,
    FOUND,
    FOUND_WORK,
    INSTALL,
    LEGS,
    MEMORY,
    MEMORY_BUILD,
    MODEL,
    PICKLED,
    QUALITY,
    ROWS,
    VERSION,
)
from peers_table import Measure, Value, behind, pickles, table
from peers_tools import ONE_THREAD, OURS, TOOLS, FailedError, Server, Tool, install, once, site_packages, size, version

from index.evaluation.benchmark import read_dataset
from index.evaluation.evaluate import ANSWERS, by_place, measure_rankings
from index.store import BUILT, open_generation
from knowledge.document import DOCUMENTS
from knowledge.golden import read_golden

DEEP = 50  # passages that a tool returns where its ranking of places is judged
TIMED = 100  # questions whose time is taken
WARM = 5  # of which the first are left out
STARTS = 3
ADDED = 2


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages as (id, text), the place each id stands for, questions and judged places by question."""

    title: str
    passages: Sequence[tuple[str, str]]
    places: Mapping[str, str]
    questions: Mapping[str, str]
    judged: Mapping[str, Mapping[str, int]]
    english: frozenset[str]
    answers: int  # the grade from which a place answers


def main() -> int:
    """Install, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, help="a BEIR folder, measured after the real corpus")
    parser.add_argument("--documents", type=int, help="of the dataset, keep the judged documents and so many in all")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of building (default 3)")
    parser.add_argument("--only-dataset", action="store_true", help="leave the real corpus out")
    chosen = parser.parse_args()
    failed: dict[str, str] = {}
    for tool in TOOLS:
        try:
            install(tool)
        except FailedError as error:
            failed[tool.name] = f"could not be installed: {error}"
    if not chosen.only_dataset:
        show(real(), TOOLS, failed, chosen.rounds)
    if chosen.dataset:
        # a public set has no known questions or sections to interpret: its documents are indexed as `evaluate run` does
        show(public(chosen.dataset, chosen.documents), TOOLS[1:], failed, 1)
    return 0


def show(collection: Collection, tools: Sequence[Tool], failed: Mapping[str, str], rounds: int) -> None:
    """Measure the tools on one collection and print the table."""
    results, broken = measure(collection, [tool for tool in tools if tool.name not in failed], rounds)
    names = {tool.name for tool in tools}
    print(f"\n### {collection.title}: {len(collection.passages)} passages, {len(collection.questions)} questions\n")
    rows = [row for row in ROWS if any(row.name in found for found in results.values())]
    shown = {tool: failure for tool, failure in (*failed.items(), *broken.items()) if tool in names}
    print("\n".join(table(rows, results, shown)))
    ours = [name for name in OURS if name in results]
    if ours and (lines := behind(rows, results, ours)):
        print("\n" + "\n".join(lines))
    print(f"\nload average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; {rounds} rounds of building", flush=True)


def real() -> Collection:
    """The project's own passages, and the test half of its golden questions."""
    generation = open_generation(Path(os.environ.get("ASYLUM_INDEX") or BUILT))
    passages = generation.passages(range(len(generation)))
    golden = {q.id: q for q in read_golden() if q.half == "test" and q.places and not q.declined}
    return Collection(
        "The real corpus",
        [(str(row), passage.embedded) for row, passage in enumerate(passages)],
        {str(row): passage.place for row, passage in enumerate(passages)},
        {id: q.standalone or q.question for id, q in golden.items()},
        {id: q.places for id, q in golden.items()},
        frozenset(id for id, q in golden.items() if q.language == "en"),
        ANSWERS,
    )


def public(folder: Path, most: int | None) -> Collection:
    """A data set in BEIR's layout; a document is a passage. With ``most``, of the documents nobody judged only the first."""
    dataset = read_dataset(folder)
    documents = dict(dataset.documents)
    if most is not None and most < len(documents):
        judged = {id for grades in dataset.judged.values() for id in grades}
        rest = [id for id in documents if id not in judged][: max(0, most - len(judged & documents.keys()))]
        kept = judged | set(rest)
        documents = {id: text for id, text in documents.items() if id in kept}
    title = f"{dataset.name}, {len(documents)} of {len(dataset.documents)} documents"
    return Collection(title, list(documents.items()), {}, dataset.questions, dataset.judged, frozenset(), 1)


def measure(
    collection: Collection, tools: Sequence[Tool], rounds: int
) -> tuple[dict[str, dict[str, Value]], dict[str, str]]:
    """Return the measures of each tool, and what went wrong with those that broke off."""
    results: dict[str, dict[str, Value]] = {tool.name: {VERSION.name: version(tool)} for tool in tools}
    broken: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="peers-") as temporary:
        work = Path(temporary)
        documents = work / "documents"
        shutil.copytree(DOCUMENTS, documents)
        os.environ["ASYLUM_DOCUMENTS"] = str(documents)
        passages = work / "passages.jsonl"
        lines = [json.dumps({"id": id, "text": text}, ensure_ascii=False) for id, text in collection.passages]
        passages.write_text("\n".join(lines) + "\n", encoding="utf-8")

        def each(do: Callable[[Tool], None]) -> None:
            for tool in tools:
                if tool.name not in broken:
                    try:
                        do(tool)
                    except FailedError as error:
                        broken[tool.name] = f"failed: {error}"
                        results[tool.name] = {}

        taken: dict[tuple[str, str], list[float]] = {}

        def note(tool: Tool, row: Measure, value: float) -> None:
            taken.setdefault((tool.name, row.name), []).append(value)

        def build(tool: Tool) -> None:
            folder = work / tool.adapter
            shutil.rmtree(folder, ignore_errors=True)
            seconds, said = once(tool, "build", str(passages), str(folder))
            note(tool, BUILD, seconds)
            note(tool, BUILD_WORK, said["processor"])
            note(tool, MEMORY_BUILD, said["megabytes"])
            say(tool, BUILD, seconds)

        def start(tool: Tool) -> None:
            started = time.perf_counter()
            with Server(tool, work / tool.adapter) as server:
                said = server.ask("Who decides on temporary asylum in Russia?", 10, "answer")
                seconds = time.perf_counter() - started
            note(tool, COLD, seconds)
            note(tool, COLD_WORK, said["processor"])
            note(tool, MEMORY, said["megabytes"])
            say(tool, COLD, seconds)

        def weigh(tool: Tool) -> None:
            folder = work / tool.adapter
            cache = folder / "cache"
            found = pickles(folder)
            model = sum(size(path) for path in cache.glob("light-*"))
            results[tool.name] |= {
                INSTALL.name: size(site_packages(tool)),
                LEGS.name: tool.retrieval,
                DISK.name: size(folder) - (size(cache) if cache.exists() else 0),
                PICKLED.name: f"**yes** ({', '.join(found)})" if found else "no",
            }
            if model:
                results[tool.name][MODEL.name] = model

        def add(tool: Tool, number: int) -> None:
            text = f"Document {number} was added after the index was built. {collection.passages[number][1]}"
            seconds, said = once(tool, "add", str(work / tool.adapter), f"added-{number}", text, threads=ONE_THREAD)
            note(tool, ADD, said["seconds"])
            note(tool, ADD_WORK, said["processor_seconds"])
            note(tool, ADD_COLD, seconds)
            say(tool, ADD, said["seconds"])

        for _ in range(rounds):
            each(build)
        each(weigh)
        for _ in range(STARTS):
            each(start)
        question(collection, [tool for tool in tools if tool.name not in broken], work, results, broken)
        for number in range(ADDED):
            each(lambda tool, number=number: add(tool, number))
        for (name, row), values in taken.items():
            if name not in broken:
                results[name][row] = statistics.median(values)
    return results, broken


def question(
    collection: Collection,
    tools: Sequence[Tool],
    work: Path,
    results: dict[str, dict[str, Value]],
    broken: dict[str, str],
) -> None:
    """Ask every tool every question, one tool after the other, and note time and quality."""
    asked = list(collection.questions.items())
    random.Random(7).shuffle(asked)
    servers = {tool.name: Server(tool, work / tool.adapter) for tool in tools}
    milliseconds: dict[tuple[str, str], list[float]] = {}
    rankings: dict[tuple[str, str], dict[str, dict[str, float]]] = {}

    def ask(name: str, text: str, k: int, how: str) -> dict[str, Any] | None:
        if name in broken:
            return None
        try:
            return servers[name].ask(text, k, how)
        except FailedError as error:
            broken[name] = f"failed: {error}"
            results[name] = {}
            return None

    try:
        for number, (id, text) in enumerate(asked):
            for name in servers:
                if number < TIMED + WARM:
                    for how, row, work_row in (("found", FOUND, FOUND_WORK), ("answer", ANSWERED, ANSWERED_WORK)):
                        if how == "answer" and name != OURS[0]:
                            continue
                        said = ask(name, text, 10, how)
                        if said and number >= WARM:
                            milliseconds.setdefault((name, row.name), []).append(said["milliseconds"])
                            milliseconds.setdefault((name, work_row.name), []).append(said["processor_milliseconds"])
                for how, row in (("found", QUALITY), ("bare", BARE)):
                    if how == "bare" and name != OURS[0]:
                        continue
                    if said := ask(name, text, DEEP, how):
                        hits = [(collection.places.get(i, i), score) for i, score in said["found"] if i != id]
                        rankings.setdefault((name, row.name), {})[id] = by_place(hits)
    finally:
        for server in servers.values():
            server.close()
    for (name, row), values in milliseconds.items():
        if name not in broken:
            p50, p95 = np.percentile(values, [50, 95])
            results[name][row] = (float(p50), float(p95))
    for (name, row), found in rankings.items():
        if name in broken:
            continue
        worth = {i: m["nDCG@10"] for i, m in measure_rankings(found, collection.judged, collection.answers).items()}
        results[name][row] = statistics.mean(worth.values())
        if row == QUALITY.name and collection.english:
            results[name][ENGLISH.name] = statistics.mean(worth[i] for i in collection.english)


def say(tool: Tool, row: Measure, value: float) -> None:
    """Tell the person who waits."""
    print(f"{tool.name}: {row.name} {value:.2f}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
