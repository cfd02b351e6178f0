"""Whole sentences as exact ranges of a text."""

from __future__ import annotations

import re

import sentencex

# A full stop after these ends an abbreviation; legal text is full of them and the splitter knows only some.
_ABBREVIATION = re.compile(
    r"(?:\b(?:arts?|nos?|paras?|pp?|ss?|cl|sect?s?|ch|approx|ca|cf|vol|ed|eds|rev|res|doc|reg|dir|lit|subs|para|e\.g|i\.e|u\.s|u\.k|u\.n|"
    r"ст|ч|п|пп|г|гг|гл|абз|т|др|пр|ред|руб|тыс|млн|им|см)|№|\b[A-ZА-Я])\.\s*$",
    re.IGNORECASE,
)


def sentences(text: str, start: int, end: int, language: str = "en") -> list[tuple[int, int]]:
    """Return the ranges ``(start, end)`` of the sentences in ``text[start:end]``, in order, without outer blanks."""
    found: list[tuple[int, int]] = []
    at = start
    for block in text[start:end].split("\n\n"):
        found += _in_block(text, at, at + len(block), language)
        at += len(block) + 2
    return found


def _in_block(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    at = start
    joins = False
    for piece in sentencex.segment(language, text[start:end]):
        begin = text.index(piece, at, end)
        at = begin + len(piece)
        first = begin + len(piece) - len(piece.lstrip())
        last = first + len(piece.strip())
        if first >= last:
            continue
        if joins and ranges and _continues(text[first:last], text[ranges[-1][0] : ranges[-1][1]]):
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
        joins = bool(_ABBREVIATION.search(piece))
    return ranges


def _continues(piece: str, before: str) -> bool:
    # "… of the U.S. The court" is a border; "Art. 12", "S.K. v. Russia" and "г. Москве" are none.
    if re.search(r"\b(?:u\.s|u\.k|u\.n|etc)\.$", before, re.IGNORECASE):
        return not piece[:1].isupper()
    return True
