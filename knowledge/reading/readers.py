"""Any supported file → Document, and the whole corpus of a folder.

Our own Markdown is parsed here; files of other formats, and all below ``added/``, come from elsewhere and are read in a
worker that cannot take the build down.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import yaml

from knowledge.corpus import Corpus, Item, opened
from knowledge.document import DOCUMENTS, Document, document_id
from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import LIMITS, Limits
from knowledge.reading.read_cache import ReadCache
from knowledge.reading.read_markdown import parse_markdown
from knowledge.reading.sandbox import Sandbox
from knowledge.reading.sidecar import read_sidecar, sidecar

ASKED = ".asked.yaml"
ADDED = "added"  # the folder below the documents that ``asylum add`` copies into
SUFFIXES = (".md", ".txt", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".epub")


def read_document(path: Path, root: Path = DOCUMENTS, limits: Limits = LIMITS) -> Document:
    """Read one file below ``root``; its questions come from ``NAME.asked.yaml`` beside it, if there is one.

    Raises:
        KnowledgeError: the file cannot be read, is of an unknown format, or is not well formed.
    """
    with Sandbox(limits) as sandbox:
        return _read(path, root, sandbox, None).open()


def document_files(root: Path = DOCUMENTS) -> list[Path]:
    """Return every file that holds a document, in order of path; hidden files and sidecars are none.

    Raises:
        KnowledgeError: the folder does not exist.
    """
    return [path for path in _files(root) if path.suffix.lower() in SUFFIXES]


def read_corpus(
    root: Path = DOCUMENTS,
    limits: Limits = LIMITS,
    cache: Path | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[Corpus, list[KnowledgeError]]:
    """Read every document below ``root``; return those that could be read, and why the others could not.

    ``cache`` is a folder that spares files which did not change; ``progress`` is called with how many documents are done now.
    """
    documents: list[Item] = []
    problems: list[KnowledgeError] = []
    known = ReadCache(cache, limits) if cache is not None else None
    with Sandbox(limits) as sandbox:
        for path in _files(root):
            if path.suffix.lower() in SUFFIXES:
                try:
                    documents.append(_read(path, root, sandbox, known))
                except KnowledgeError as error:
                    problems.append(error)
                progress(1)
            elif is_added(path, root) and path.suffix.lower() not in (".yaml", ".yml"):
                problems.append(_unknown(path))
    if known is not None:
        known.sweep()
    return Corpus(documents), problems


def is_added(path: Path, root: Path = DOCUMENTS) -> bool:
    """Return whether a file came through ``asylum add``, or was dropped where it would have put it."""
    return path.is_relative_to(root / ADDED)


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
    return ", ".join(sorted(SUFFIXES))


def _text(path: Path) -> str:
    try:
        # utf-8-sig: some editors begin a file with a byte order mark
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeError(path, 1, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise KnowledgeError(path, 1, f"cannot be read: {error.strerror}") from error


def _files(root: Path) -> list[Path]:
    if not root.is_dir():
        raise KnowledgeError(root, 1, "no such folder of documents")
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(folder, name) for name in names if not name.startswith(".")]  # noqa: PTH118  ten times faster
    return [Path(path) for path in sorted(found, key=lambda path: path.split(os.sep)) if os.path.isfile(path)]  # noqa: PTH113, PTH206


def _read(path: Path, root: Path, sandbox: Sandbox, cache: ReadCache | None) -> Item:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _unknown(path)
    asked_path = path.with_name(path.stem + ASKED)
    try:
        stamp = cache.stamp((path, sidecar(path), asked_path)) if cache else ""
        if cache and (known := cache.unchanged(path, stamp, lambda: read_document(path, root))):
            return known
        id = document_id(path, root)
        own = suffix == ".md" and not is_added(path, root)
        # a gigantic file is not even hashed
        if not own and (size := path.stat().st_size) > sandbox.limits.size:
            raise KnowledgeError(path, 1, f"has {size} bytes; at most {sandbox.limits.size}")
        asked = read_asked(asked_path)
        metadata = {} if own else read_sidecar(path)
        key = cache.key(path, id, metadata, asked) if cache else ""
    except OSError as error:
        raise KnowledgeError(path, 1, f"cannot be read: {error.strerror}") from error
    if cache and (known := cache.get(key, path, stamp)):
        return known
    document = parse_markdown(_text(path), id, str(path), asked) if own else sandbox.read(path, id, metadata, asked)
    return cache.put(key, path, stamp, document) if cache else opened(document)


def _unknown(path: Path) -> KnowledgeError:
    return KnowledgeError(path, 1, f"files of type {path.suffix or 'none'} cannot be read; known: {known_suffixes()}")
