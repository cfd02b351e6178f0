"""Answers on the real corpus: warm, by stage; twenty people at once; in the chat; from a cold start. Prints Markdown tables.

    asylum build && python tests/benchmarks/answers.py

Wall times are those of a reader on this machine, as busy as it is; processor times leave out the work of others. The
questions are the golden ones. Each stands beside the bare encoder in the same run.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does, before NumPy is loaded

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import socketio

from bot.answering.explainer import Explainer
from bot.chat.worker import Desk
from bot.settings import Settings
from index.encoding.choose import open_encoder
from index.encoding.encoder import Encoder, Vectors
from knowledge.golden import GoldenQuestion, read_golden

PEOPLE = 20
ROUNDS = 5
SETTINGS = Settings.from_environment()


def main() -> None:
    """Measure all and print it."""
    questions = read_golden()
    warm(questions)
    crowd(questions)
    chat(questions)
    cold()


def warm(questions: Sequence[GoldenQuestion]) -> None:
    """Print what an answer takes, by stage, and how many bare encodes of the same question that is."""
    explainer = Explainer(SETTINGS)
    encoder = explainer.searcher.encoder
    for question in questions[::20]:
        explainer.ask(question.question, question.history)
    wall: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}
    for question in questions:
        seconds, used = _timed(lambda question=question: explainer.ask(question.question, question.history))
        bare, bare_used = _timed(lambda question=question: encoder.encode_questions([question.question]))
        answer = explainer.ask(question.question, question.history)
        stages = answer.milliseconds
        for name, value in {"an answer": seconds, **stages, "one bare encode": bare}.items():
            wall.setdefault(name, []).append(value)
        for name, value in {"an answer": used, "one bare encode": bare_used}.items():
            processor.setdefault(name, []).append(value)
    print(f"\n### A warm answer, {len(questions)} golden questions, ms: p50 / p95\n")
    rows = []
    for name, values in wall.items():
        used = "{:.1f} / {:.1f}".format(*np.percentile(processor[name], [50, 95])) if name in processor else ""
        rows.append([name, "{:.1f} / {:.1f}".format(*np.percentile(values, [50, 95])), used])
    _table(["", "wall", "processor"], rows)
    ratio = np.median(np.divide(processor["an answer"], processor["one bare encode"]))
    print(f"\nAn answer is {ratio:.1f} bare encodes in the median, processor time.")


def crowd(questions: Sequence[GoldenQuestion]) -> None:
    """Print answers a second with twenty asking at once through the chat's desk, beside the encoder's batch rate."""
    asked = [(q.question, tuple(q.history)) for q in questions[:: len(questions) // (PEOPLE * 5)]][: PEOPLE * 5]
    texts = [question for question, _ in asked]
    desk = Desk(lambda: Explainer(SETTINGS))
    desk.warm()
    explainer = Explainer(SETTINGS)
    everything = open_encoder(threads=0, cache_folder=SETTINGS.index / "cache", precision=SETTINGS.precision)
    one = explainer.searcher.encoder
    known: dict[str, Vectors] = {}

    def alone() -> None:
        for question, history in asked:
            explainer.ask(question, history)

    ways: dict[str, Callable[[], object]] = {
        "encoder, all questions in one call, every core": lambda: everything.encode_questions(texts),
        "encoder, twenty in a call, one thread": lambda: [
            one.encode_questions(texts[at : at + PEOPLE]) for at in range(0, len(texts), PEOPLE)
        ],
        "encoder, one in a call, one thread": lambda: [one.encode_questions([text]) for text in texts],
        "answers, one person": alone,
        "answers, twenty people at the desk": lambda: asyncio.run(_ask_all(desk, asked)),
        "answers, vectors for nothing": lambda: _without_encoder(explainer, alone, known),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name, way in ways.items():
            wall, used = _timed(way)
            if number:
                taken[name].append((1000 * len(asked) / wall, used / len(asked)))
    desk.close()
    print(f"\n### {PEOPLE} people at once, {ROUNDS} rounds of {len(asked)} questions\n")
    first = np.median([rate for rate, _ in taken[next(iter(taken))]])
    rows = []
    for name, values in taken.items():
        rates = [rate for rate, _ in values]
        used = np.median([u for _, u in values])
        rows.append(
            [name, f"{np.median(rates):.0f} / {max(rates):.0f}", f"{np.median(rates) / first:.2f}", f"{used:.1f}"]
        )
    _table(["", "a second: median / best", "ratio", "processor ms each"], rows)


async def _ask_all(desk: Desk, asked: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Each of twenty people asks the next question as soon as the last is answered."""

    async def person(n: int) -> None:
        for question, history in asked[n::PEOPLE]:
            await desk.ask(question, history)

    await asyncio.gather(*(person(n) for n in range(PEOPLE)))


def _without_encoder(explainer: Explainer, ask: Callable[[], None], known: dict[str, Vectors]) -> None:
    """Ask with the vectors of an earlier round: what micro-batching could save at most."""
    searcher = explainer.searcher
    real = searcher.encoder
    searcher.encoder = _Remembered(real, known)  # type: ignore[assignment]
    try:
        ask()
    finally:
        searcher.encoder = real


class _Remembered:
    """An encoder that has read every question before."""

    def __init__(self, encoder: Encoder, known: dict[str, Vectors]) -> None:
        self._encoder = encoder
        self._known = known

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        text = texts[0]
        if text not in self._known:
            self._known[text] = self._encoder.encode_questions([text])
        return self._known[text]


def chat(questions: Sequence[GoldenQuestion]) -> None:
    """Print what the chat adds to an answer: from sending a question to the end of its reply, over the websocket."""
    texts = [question.question for question in questions[:: len(questions) // (PEOPLE * 5)]][: PEOPLE * 5]
    rows = []
    with _server() as (address, process):
        for people in (1, PEOPLE):
            taken: list[float] = []
            rates, used = [], []
            for number in range(ROUNDS + 1):
                seconds: list[float] = []
                started, before = time.perf_counter(), _processor(process.pid)
                asyncio.run(_visit(address, texts, people, seconds))
                if number:
                    rates.append(len(texts) / (time.perf_counter() - started))
                    used.append(1000 * (_processor(process.pid) - before) / len(texts))
                    taken += seconds
            p50, p95 = 1000 * np.percentile(taken, [50, 95])
            rows.append([str(people), f"{p50:.0f} / {p95:.0f}", f"{np.median(rates):.0f}", f"{np.median(used):.1f}"])
    print(f"\n### In the chat, {ROUNDS} rounds of {len(texts)} questions\n")
    _table(["people at once", "ms: p50 / p95", "answers a second", "processor ms each, server alone"], rows)


async def _visit(address: str, texts: Sequence[str], people: int, seconds: list[float]) -> None:
    """Each of so many people opens the chat and asks the next question as soon as the last is answered."""

    async def person(n: int) -> None:
        async with socketio.AsyncSimpleClient() as client:
            session = {"sessionId": str(uuid.uuid4()), "clientType": "webapp", "userEnv": "{}", "threadId": ""}
            await client.connect(address, socketio_path="/ws/socket.io", transports=["websocket"], auth=session)
            await client.emit("connection_successful")
            for text in texts[n::people]:
                message = {"id": str(uuid.uuid4()), "name": "User", "type": "user_message", "output": text}
                message["createdAt"] = "2026-01-01T00:00:00Z"
                sent = time.perf_counter()
                await client.emit("client_message", {"message": message, "fileReferences": []})
                while (await client.receive(timeout=60))[0] != "task_start":
                    pass
                while (await client.receive(timeout=60))[0] != "task_end":
                    pass
                seconds.append(time.perf_counter() - sent)

    await asyncio.gather(*(person(n) for n in range(people)))


def _processor(pid: int) -> float:
    """Return the seconds of processor time that a running process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cold() -> None:
    """Print the time from the start of a process to its answer, and to the chat's first page."""
    ways: dict[str, Callable[[], tuple[float, float]]] = {
        "`asylum --help`": lambda: _process(["--help"]),
        "`asylum ask`": lambda: _process(["ask", "Who grants political asylum?"]),
        "`asylum chat`, to the first page": _chat,
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(way())
    print(f"\n### From the start of the process, {ROUNDS} rounds\n")
    rows = []
    for name, runs in taken.items():
        wall, used = zip(*runs, strict=True)
        rows.append([name, f"{np.median(wall):.2f} / {min(wall):.2f}", f"{np.median(used):.2f}"])
    _table(["", "seconds: median / best", "processor seconds"], rows)


def _process(arguments: Sequence[str]) -> tuple[float, float]:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot.commands.cli", *arguments], stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime


def _chat() -> tuple[float, float]:
    started = time.perf_counter()
    with _server() as (_, process):
        return time.perf_counter() - started, _processor(process.pid)


@contextlib.contextmanager
def _server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start the chat, wait for its first page, and stop it in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bot.commands.cli", "chat", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=60) as page:
                page.read()
                break
            if process.poll() is not None:
                raise SystemExit("the chat did not start")
            time.sleep(0.01)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _timed(do: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor milliseconds."""
    started, used = time.perf_counter(), time.process_time()
    do()
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - used)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (header, ["---"] * len(header), *rows):
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
