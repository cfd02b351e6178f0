"""Sidecars: ``decision.pdf.yaml`` states what ``decision.pdf`` is, where it came from, and its hash."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from knowledge.document import REQUIRED
from knowledge.errors import KnowledgeError

# Beside a document's own fields: the address or file it was taken from, the day, its hash, and the encoding if it was stated.
FIELDS = (*REQUIRED, "voice", "source", "retrieved", "sha256", "encoding")
_LARGEST = 64 * 1024
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)


def sidecar(path: Path) -> Path:
    """Return where the sidecar of a file lies."""
    return path.with_name(path.name + ".yaml")


def read_sidecar(path: Path) -> dict[str, str]:
    """Read the sidecar of ``path``; {} where there is none.

    Raises:
        KnowledgeError: it is not YAML, has unknown fields, or its hash is not the file's.
    """
    beside = sidecar(path)
    if not os.path.exists(beside):  # noqa: PTH110  Path.exists fails where the name is too long for a sidecar
        return {}
    try:
        if beside.stat().st_size > _LARGEST:
            raise KnowledgeError(beside, 1, f"is larger than {_LARGEST} bytes; it must be a few lines of 'name: value'")
        fields = _fields(beside.read_text(encoding="utf-8-sig"), beside)
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(beside, 1, f"cannot be read: {error}") from error
    if unknown := sorted(set(fields) - set(FIELDS)):
        raise KnowledgeError(beside, 1, f"unknown fields {', '.join(unknown)}; known: {', '.join(FIELDS)}")
    if fields.get("sha256") and fields["sha256"] != file_sha256(path):
        raise KnowledgeError(
            path,
            1,
            f"is not the file that was added (its SHA-256 differs); add it again, or remove sha256 from {beside.name}",
        )
    return fields


def write_sidecar(path: Path, fields: Mapping[str, str]) -> None:
    """Write the sidecar of ``path``, in order of ``FIELDS``, without empty ones."""
    kept = {name: fields[name] for name in FIELDS if fields.get(name)}
    sidecar(path).write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")


def front_matter(markup: str, path: Path) -> tuple[dict[str, str], str]:
    """Split Markdown into its front matter's fields and the rest; fields that we do not know are ignored.

    Raises:
        KnowledgeError: the front matter is not YAML.
    """
    found = _FRONT_MATTER.match(markup.replace("\r\n", "\n"))
    if found is None:
        return {}, markup
    fields = _fields(found.group(1), path)
    return {name: fields[name] for name in (*REQUIRED, "voice") if fields.get(name)}, found.string[found.end() :]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fields(text: str, path: Path) -> dict[str, str]:
    try:
        raw = yaml.load(text, Loader=_Strings)  # a SafeLoader that leaves every value as it is written
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise KnowledgeError(
            path, mark.line + 1 if mark else 1, f"not YAML: {getattr(error, 'problem', error)}"
        ) from error
    except (RecursionError, ValueError) as error:
        raise KnowledgeError(path, 1, "not YAML that can be read") from error
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise KnowledgeError(path, 1, "must be lines of 'name: value'")
    # a list or a mapping is nothing that we know
    return {str(name): value.strip() for name, value in raw.items() if isinstance(value, str)}


class _Strings(yaml.SafeLoader):
    """Leaves dates and numbers as they are written."""


_Strings.yaml_implicit_resolvers = {}
