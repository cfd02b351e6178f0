"""What is asked: follow-up → standalone question, its language, its form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that can stand alone, and what was recognised in it.

    ``terms`` are further words for the lexical leg; ``most`` is how many sentences the answer may have.
    """

    text: str
    rewritten: bool = False
    terms: str = ""
    language: str = "en"
    form: str = ""
    most: int = 5


def understand(question: str, history: Sequence[str]) -> Understood:
    """Read a question in the light of the earlier ones."""
    return Understood(question, language=language_of(question))


def language_of(question: str) -> str:
    """Return "ru" or "ar" where at least a third of the letters are of that script, else "en"."""
    letters = [c for c in question if c.isalpha()]
    for language, script in (("ru", r"[Ѐ-ӿ]"), ("ar", r"[؀-ۿ]")):
        if letters and sum(bool(re.match(script, c)) for c in letters) * 3 >= len(letters):
            return language
    return "en"
