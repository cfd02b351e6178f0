"""Every word the program says by itself, from one TOML file a language, so that a lawyer or translator reviews a file without code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

NAME = "Asylum explainer"
FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def words(table: str, language: str) -> Mapping[str, str]:
    """Return a table of words ("frame", "chat" …); "ru-RU" reads as "ru", English where we have no such language."""
    found: Mapping[str, str] = _file(language)[table]
    return found


def say(key: str, language: str) -> str:
    """Return a line of the answer's frame."""
    return words("frame", language)[key]


def slot(name: str, language: str) -> str:
    """Return the heading of a comparison's row."""
    return words("slots", language)[name]


def kind(name: str, language: str) -> str:
    """Return the name of a kind of source, itself where we have none: an added file may be of any kind."""
    return words("kinds", language).get(name, name)


def graded(label: str, grade: str, language: str) -> str:
    """Return the name of a source with its grade in words, where it has one."""
    words_of = words("grades", language)
    return f"{label} ({words_of[grade]})" if grade in words_of else label


def chat(language: str) -> Mapping[str, str]:
    """Return the words around an answer in the chat."""
    return words("chat", language)


def upload(language: str) -> Mapping[str, str]:
    """Return the words of an upload."""
    return words("upload", language)


def starters(language: str) -> Sequence[tuple[str, Sequence[str]]]:
    """Return the questions of the empty page, by group."""
    return [(group["label"], tuple(group["questions"])) for group in _file(language)["starters"]]


def first_questions(language: str) -> tuple[str, ...]:
    """Return one question of each group of the empty page: offered where nothing nearer is at hand."""
    return tuple(questions[0] for _, questions in starters(language))


@cache
def _file(language: str) -> dict[str, Any]:
    short = language.split("-")[0].lower()
    name = short if short in LANGUAGES else "en"
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
