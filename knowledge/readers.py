"""Any supported file → Document, and the whole corpus of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml

from knowledge.document import DOCUMENTS, Document, document_id, parse_markdown
from knowledge.errors import KnowledgeError

ASKED = ".asked.yaml"


def read_document(path: Path, root: Path = DOCUMENTS) -> Document:
    """Read one file below ``root``; its questions come from ``NAME.asked.yaml`` beside it, if there is one.

    Raises:
        KnowledgeError: the file cannot be read, is of an unknown format, or is not well formed.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise KnowledgeError(
            path, 1, f"files of type {path.suffix or 'none'} cannot be read; known: {known_suffixes()}"
        )
    return reader(path, document_id(path, root), read_asked(path.with_name(path.stem + ASKED)))


def document_files(root: Path = DOCUMENTS) -> list[Path]:
    """Return every file that holds a document, in order of path; hidden files and sidecars are none.

    Raises:
        KnowledgeError: the folder does not exist.
    """
    if not root.is_dir():
        raise KnowledgeError(root, 1, "no such folder of documents")
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file() and path.suffix.lower() in _READERS and not path.name.startswith(".")
    )


def read_corpus(root: Path = DOCUMENTS) -> tuple[list[Document], list[KnowledgeError]]:
    """Read every document below ``root``; return those that could be read, and why the others could not."""
    documents: list[Document] = []
    problems: list[KnowledgeError] = []
    for path in document_files(root):
        try:
            documents.append(read_document(path, root))
        except KnowledgeError as error:
            problems.append(error)
    return documents, problems


def read_asked(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the questions beside a document: anchor → questions; {} where there is no such file."""
    if not path.exists():
        return {}
    try:
        raw = yaml.safe_load(_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise KnowledgeError(path, line, f"not YAML: {getattr(error, 'problem', error)}") from error
    if raw is None:
        return {}
    if not isinstance(raw, dict) or not all(isinstance(v, list) for v in raw.values()):
        raise KnowledgeError(path, 1, "each entry must be 'anchor:' with a list of questions below it")
    if bad := next((q for v in raw.values() for q in v if not isinstance(q, str)), None):
        raise KnowledgeError(path, 1, f"{bad!r} is not a question; put quotation marks round it")
    return {str(anchor): tuple(questions) for anchor, questions in raw.items()}


def known_suffixes() -> str:
    """Return the file types that can be read, for messages."""
    return ", ".join(sorted(_READERS))


def _text(path: Path) -> str:
    try:
        # utf-8-sig: some editors begin a file with a byte order mark
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeError(path, 1, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise KnowledgeError(path, 1, f"cannot be read: {error.strerror}") from error


def _read_markdown(path: Path, id: str, asked: Mapping[str, Sequence[str]]) -> Document:
    return parse_markdown(_text(path), id, str(path), asked)


_READERS: dict[str, Callable[[Path, str, Mapping[str, Sequence[str]]], Document]] = {".md": _read_markdown}
