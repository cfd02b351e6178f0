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
    """Hold the lock of a folder of generations; the folder itself is locked, so that no file is left to hold anybody up.

    Raises:
        ExplainerError: another process holds it, or the folder cannot be written.
    """
    try:
        built.mkdir(parents=True, exist_ok=True)
        handle = os.open(built, os.O_RDONLY)
    except OSError as error:
        raise ExplainerError(
            f"{built} cannot be used ({error.strerror}); set ASYLUM_INDEX to a folder that can"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExplainerError(f"another build is running in {built}; wait until it is done") from error
        yield
    finally:
        os.close(handle)
