"""A sorted list of words that is searched where it lies on disk: a million of them open at once and fill no memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class Terms(Mapping[str, int]):
    """Words in order of their UTF-8 bytes, which is the order of ``sorted``; each has its place as number, from 0."""

    def __init__(self, letters: NDArray[np.uint8], begins: NDArray[np.int64]) -> None:
        """``letters`` are all words one after the other; word n is ``letters[begins[n]:begins[n + 1]]``."""
        self.letters = letters
        self.begins = begins
        self._number = lru_cache(maxsize=50_000)(self._find)

    @classmethod
    def of(cls, words: Sequence[str]) -> Terms:
        """Make it of words that are sorted and distinct."""
        encoded = [word.encode() for word in words]
        begins = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(word) for word in encoded], out=begins[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), begins)

    def __getitem__(self, word: str) -> int:
        number = self._number(word)
        if number < 0:
            raise KeyError(word)
        return number

    def __len__(self) -> int:
        return len(self.begins) - 1

    def __iter__(self) -> Iterator[str]:
        letters, begins = self.letters.tobytes(), self.begins.tolist()
        return (letters[begins[n] : begins[n + 1]].decode() for n in range(len(self)))

    def _find(self, word: str) -> int:
        sought = word.encode("utf-8", "surrogatepass")  # a question may hold half a character, no document does
        number = bisect_left(range(len(self)), sought, key=self._at)
        return number if number < len(self) and self._at(number) == sought else -1

    def _at(self, number: int) -> bytes:
        return self.letters[self.begins[number] : self.begins[number + 1]].tobytes()
