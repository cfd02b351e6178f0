"""The worker that reads files from elsewhere: a process with a memory and time limit, so that a hostile file harms only itself.

One worker reads many files, one JSON line a file each way; one that dies or hangs is replaced before the next file.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from knowledge.document import Document
from knowledge.document_json import document_from_json
from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, Limits

_ANSWER_MOST = 512 * 2**20  # bytes
_STARTING = 60.0  # seconds that a worker may take to import its libraries on a busy machine


class Sandbox:
    """Reads files in a worker; started at the first file, ended with the ``with`` block."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, path: Path, id: str, metadata: Mapping[str, str], asked: Mapping[str, Sequence[str]]) -> Document:
        """Read one file.

        Raises:
            KnowledgeError: the file cannot be read, or took more time or memory than it may.
        """
        request = {
            "path": str(path),
            "id": id,
            "metadata": dict(metadata),
            "asked": {k: list(v) for k, v in asked.items()},
        }
        try:
            worker = self._started()
            assert worker.stdin is not None and worker.stdout is not None  # both are pipes
            worker.stdin.write(json.dumps(request).encode() + b"\n")
            worker.stdin.flush()
            answer = _line(worker.stdout, self.limits.seconds)
        except TimeoutError:
            self._end()
            raise KnowledgeError(path, 1, f"took more than {self.limits.seconds:g} seconds to read") from None
        except (EOFError, BrokenPipeError):
            code = self._end()
            what = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            raise KnowledgeError(path, 1, f"brought its reader down ({what}); it is broken or hostile") from None
        except BaseException:
            self._end()  # an answer that nobody took would be read as the next file's
            raise
        try:
            raw = json.loads(answer)
            if "problem" in raw:
                raise KnowledgeError(raw["path"], int(raw["line"]), str(raw["problem"]))
            return document_from_json(raw["document"])
        except (ValueError, KeyError, TypeError) as error:
            self._end()
            raise KnowledgeError(path, 1, "brought its reader to answer nonsense; it is broken or hostile") from error

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is not None and self._worker.poll() is None:
            return self._worker
        self._end()
        self._worker = subprocess.Popen(
            # -P: a file called types.py in the current folder must not be imported
            [sys.executable, "-P", "-m", "knowledge.reading.sandbox", json.dumps(asdict(self.limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # no secret of ours is in the worker's environment
            env={
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "PATH": os.defpath,
                "LC_ALL": "C.UTF-8",
                "HOME": "/nonexistent",
            },
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the build, which ends the worker itself
        )
        assert self._worker.stdout is not None
        _line(self._worker.stdout, _STARTING)
        return self._worker

    def _end(self) -> int:
        worker, self._worker = self._worker, None
        if worker is None:
            return 0
        # a worker that closed its answers is about to die by itself, and its own exit code says why
        with contextlib.suppress(subprocess.TimeoutExpired):
            if worker.stdout is not None and _is_closed(worker.stdout):
                worker.wait(5)
        worker.kill()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        return worker.wait()


def _is_closed(pipe: IO[bytes]) -> bool:
    return bool(select.select([pipe], [], [], 0)[0]) and os.read(pipe.fileno(), 1) == b""


def _line(pipe: IO[bytes], seconds: float) -> bytes:
    """Return one line of the worker's; raises TimeoutError, or EOFError where it closed the pipe."""
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    size = 0
    while True:
        if not select.select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
            raise TimeoutError
        part = os.read(pipe.fileno(), 2**20)
        size += len(part)
        if not part or size > _ANSWER_MOST:
            raise EOFError
        parts.append(part)
        if part.endswith(b"\n"):
            return b"".join(parts)


def _work(limits: Limits) -> None:
    """Answer requests until the pipe closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    from knowledge.reading.read_any import read_any

    _restrain(limits)
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        path = Path(request["path"])
        _limit_processor(limits)
        try:
            document = read_any(path, request["id"], request["metadata"], request["asked"], limits)
            answer: dict[str, Any] = {"document": asdict(document)}
        except KnowledgeError as error:
            answer = {"path": str(error.path), "line": error.line, "problem": error.problem}
        except MemoryError:
            problem = f"needs more than {limits.memory // 2**20} MiB of memory to read"
            answer = {"path": str(path), "line": 1, "problem": problem}
        except RecursionError:
            answer = {"path": str(path), "line": 1, "problem": "is nested too deeply to read"}
        except Exception as error:  # noqa: BLE001  a parser may raise anything on a broken file; the build goes on
            answer = {"path": str(path), "line": 1, "problem": f"is broken: its reader failed ({type(error).__name__})"}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _restrain(limits: Limits) -> None:
    for what, most in ((resource.RLIMIT_AS, limits.memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event in _FORBIDDEN:
            raise PermissionError(f"{event} in the reader of a file")

    sys.addaudithook(refuse)


def _limit_processor(limits: Limits) -> None:
    # The parent kills a worker that hangs; this ends it where the parent was killed first.
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + limits.seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


_FORBIDDEN = {"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn"}  # fmt: skip

if __name__ == "__main__":
    _work(Limits(**json.loads(sys.argv[1])))
