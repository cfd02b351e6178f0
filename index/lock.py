"""One build at a time: a lock that the kernel drops when its builder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import ExplainerError


@contextmanager
def build_lock(built: Path) -> Iterator[None]:
    """Hold the lock of a folder of generations.

    The lock is the kernel's, not the file's existence: a file that a dead builder left holds nobody up.

    Raises:
        ExplainerError: another process holds it, or the folder cannot be written.
    """
    path = built / "lock"
    try:
        built.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise ExplainerError(f"{built} cannot be written ({error.strerror}); set ASYLUM_INDEX to a folder that can") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise ExplainerError(f"another build is running (process {holder}); wait until it is done") from error
        try:
            file.truncate(0)
            file.write(f"{os.getpid()}\n")  # for the message above only
            file.flush()
        except OSError:
            pass  # a full disk: the lock holds all the same
        yield
