"""Documents that were read before, by the hash of all that decides them: a corpus of thousands is parsed once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from knowledge.document import Document
from knowledge.read_blocks import LIMITS, Limits, document_from_json
from knowledge.sidecar import file_sha256

# Raised by hand with every change of a reader that changes what it gives.
READERS = 1
_LIBRARIES = (
    "markdown-it-py",
    "mdit-py-plugins",
    "pypdfium2",
    "trafilatura",
    "python-docx",
    "lxml",
    "charset-normalizer",
)


class ReadCache:
    """A folder with one JSON file a document; entries that a run did not ask for are removed at its end."""

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self._folder = folder
        self._used: set[str] = set()
        # a file that is above a lowered limit is left out, though it was read before
        self._readers = repr((READERS, limits, [_version(name) for name in _LIBRARIES]))

    def key(self, path: Path, id: str, metadata: Mapping[str, str], asked: Mapping[str, Sequence[str]]) -> str:
        """Return the name of the entry for a file as it is now."""
        stated = json.dumps(
            [self._readers, id, file_sha256(path), dict(metadata), {k: list(v) for k, v in asked.items()}]
        )
        return hashlib.sha256(stated.encode()).hexdigest()

    def get(self, key: str, path: Path) -> Document | None:
        """Return the document of an entry, or None where there is none or it is damaged."""
        self._used.add(key)
        try:
            raw = (self._folder / f"{key}.json").read_bytes()
            digest, _, content = raw.partition(b"\n")
            if digest.decode() != hashlib.sha256(content).hexdigest():
                return None
            return replace(document_from_json(json.loads(content)), origin=str(path))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, document: Document) -> None:
        """Store a document; a full disk costs only the time to read it again."""
        content = json.dumps(asdict(document), ensure_ascii=False).encode("utf-8", "surrogatepass")
        temporary = self._folder / f"{key}.{os.getpid()}.new"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
            temporary.replace(self._folder / f"{key}.json")
        except OSError:
            temporary.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what was not asked for: a removed document leaves no trace."""
        for path in self._folder.glob("*"):
            if path.suffix == ".new" or path.stem not in self._used:
                path.unlink(missing_ok=True)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
