"""Zip containers (DOCX, EPUB), looked at before they are unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import Limits

_ENTRIES = 10_000
_OFFICE = b"\xd0\xcf\x11\xe0"


def open_zip(path: Path, needs: str, limits: Limits) -> zipfile.ZipFile:
    """Open a container that holds the entry ``needs``.

    Raises:
        KnowledgeError: it is no zip, is encrypted, is broken, or would unpack to more than ``limits`` allow.
    """
    with path.open("rb") as file:
        begins = file.read(4)
    if begins == _OFFICE:
        raise KnowledgeError(path, 1, "is encrypted, or an old Office file; save it without a password as .docx")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise KnowledgeError(path, 1, f"is broken, or no {path.suffix} ({error})") from error
    entries = archive.infolist()
    size = sum(e.file_size for e in entries)
    if size > limits.unpacked or len(entries) > _ENTRIES:
        raise KnowledgeError(
            path, 1, f"unpacks to {size} bytes in {len(entries)} files; at most {limits.unpacked} in {_ENTRIES}"
        )
    if any(e.flag_bits & 1 for e in entries):
        raise KnowledgeError(path, 1, "is encrypted; save it without a password")
    if needs not in archive.NameToInfo:
        raise KnowledgeError(path, 1, f"is named {path.suffix} but holds no {needs}; give it its true suffix")
    return archive
