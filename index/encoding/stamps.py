"""SHA-256 of files, remembered."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

# A file younger than this may change again within one tick of the file system's clock.
SETTLED = 2.0  # seconds


class Stamps:
    """SHA-256 of files, remembered by size, times and inode, so that 90 MB are not read at every start.

    A remembered hash is used only if size, time of change, time of status change (which no program can set back) and
    inode are all as they were, and if the file had rested for ``settled`` seconds when it was hashed. A build trusts
    nothing and hashes again. This guards against accidents; who may write the cache may write the index too.
    """

    def __init__(self, path: Path, trusting: bool = True, settled: float = SETTLED) -> None:
        self._path = path
        self._settled = settled
        self._trusting = trusting
        self._known: dict[str, list[Any]] = {}
        self._changed = False
        with suppress(OSError, ValueError):
            known = json.loads(path.read_text(encoding="utf-8"))
            self._known = known if isinstance(known, dict) else {}

    def sha256(self, path: Path) -> str:
        """Return a file's hash; raises OSError where there is no such file."""
        name = str(path.resolve())
        stamp = _stamp(path)
        known = self._known.get(name)
        if self._trusting and isinstance(known, list) and len(known) == 2 and known[0] == stamp:
            return str(known[1])
        now = time.time()
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        settled = now - max(stamp[1], stamp[2]) / 1e9 > self._settled
        entry = [stamp, sha256] if settled and _stamp(path) == stamp else None
        if entry != known:
            self._changed = True
            if entry:
                self._known[name] = entry
            else:
                self._known.pop(name, None)
        return sha256

    def save(self) -> None:
        """Write what is known, at once and whole; a folder that cannot be written is done without."""
        if not self._changed:
            return
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._known, indent=1), encoding="utf-8")
            temporary.replace(self._path)
            self._changed = False


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
