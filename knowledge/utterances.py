"""Labelled utterances: what people type, by what they want; the data from which questions are understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from knowledge.document import UNDERSTANDING
from knowledge.errors import KnowledgeError

LEAST = 12  # utterances of a label; fewer teach nothing


def read_utterances(name: str, folder: Path = UNDERSTANDING) -> dict[str, tuple[str, ...]]:
    """Read ``NAME.yaml``: a label, and below it what people type who want that.

    Raises:
        KnowledgeError: the file is missing, is not YAML, or is no mapping of labels to lists of text.
    """
    path = folder / f"{name}.yaml"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise KnowledgeError(path, 1, f"cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise KnowledgeError(path, mark.line + 1 if mark else 1, "not YAML") from error
    if not isinstance(raw, dict) or not all(_is_list_of_text(utterances) for utterances in raw.values()):
        raise KnowledgeError(path, 1, "must be labels, each with a list of utterances; quote what YAML reads otherwise")
    return {str(label): tuple(utterances) for label, utterances in raw.items()}


def check_utterances(utterances: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is wrong: a label with too few utterances, one utterance under two labels."""
    homes: dict[str, str] = {}
    for label, texts in utterances.items():
        if len(texts) < LEAST:
            yield f"{label}: {len(texts)} utterances; write {LEAST} or more"
        for text in texts:
            key = " ".join(text.lower().split())
            if key in homes:
                yield (
                    f"{text!r} stands under {homes[key]} and {label}"
                    if homes[key] != label
                    else f"{text!r} stands twice"
                )
            homes[key] = label


def _is_list_of_text(value: Any) -> bool:  # noqa: ANN401  YAML is any
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
