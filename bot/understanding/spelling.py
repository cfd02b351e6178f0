"""Misspelt words → the nearest word that the documents use."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"[A-Za-zÀ-ɏ]+")
SHORTEST = 5  # shorter words have too many neighbours


@lru_cache(maxsize=1)
def _english() -> SpellChecker:
    # half a second to read, hence only where a word is known neither to the documents nor to the encoder
    from spellchecker import SpellChecker

    return SpellChecker(language="en")


class Speller:
    """Repairs words of five letters or more that no document, the encoder's vocabulary and no English word list know."""

    def __init__(self, vocabulary: NDArray[np.bytes_] | None, is_word: Callable[[str], bool]) -> None:
        """``vocabulary`` holds the documents' words in lower case, commonest first."""
        self._words = [w.decode() for w in vocabulary] if vocabulary is not None else []
        self._known = set(self._words)
        self._is_word = is_word
        self._by_initial: dict[str, list[str]] = {}
        for word in self._words:
            if len(word) >= SHORTEST - 1:
                self._by_initial.setdefault(word[0], []).append(word)

    def repair(self, text: str) -> str:
        """Return the text with each unknown word replaced by the nearest known one, if one is near enough."""
        return _WORD.sub(lambda found: self._repair_word(found.group()), text)

    def knows(self, text: str) -> bool:
        """Return whether every word of the text is a known one."""
        return all(self._known_word(word.lower()) for word in _WORD.findall(text))

    def _known_word(self, lower: str) -> bool:
        return len(lower) < SHORTEST or lower in self._known or self._is_word(lower) or lower in _english()

    def _repair_word(self, word: str) -> str:
        lower = word.lower()
        if self._known_word(lower):
            return word
        most = (
            1 if len(lower) < 8 or word[0].isupper() else 2
        )  # a name that is not known is seldom a known one misspelt
        best, distance = word, most + 1
        for candidate in self._by_initial.get(lower[0], ()):
            if abs(len(candidate) - len(lower)) <= most:
                d = OSA.distance(lower, candidate, score_cutoff=most)
                if d < distance:  # the commonest wins among equals
                    best, distance = candidate, d
        return best
