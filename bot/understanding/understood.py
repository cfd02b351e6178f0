"""Understood: a question that can stand alone, and what was recognised in it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.form import DETAILED, SENTENCES


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that can stand alone, and what was recognised in it.

    ``search`` is what is embedded and looked up, in English as far as it could be understood; ``terms`` are further words
    for the lexical leg. ``slots`` are the points of a status that are asked for, likeliest first; ``most`` is how many
    sentences the answer may have; ``share`` is how much of a question in another language was understood, 0 to 1.
    ``countries`` are those whose law is asked about, ``origins`` those that somebody comes from or is sent back to.
    """

    text: str
    search: str
    rewritten: bool = False
    terms: str = ""
    own: str = ""  # the question as it was typed, where that is not English
    language: str = "en"
    form: str = ""
    slots: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()  # the statuses named last, over several questions
    base: str = ""  # what the next question hangs on: of "When: who gave it?", a follow-up already, "who gave it?"
    people: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    most: int = SENTENCES
    share: float = 1.0
    assumed: str = ""  # the country that was taken for granted
    listed: bool = False  # one line a sentence

    @property
    def slot(self) -> str:
        """The point of a status that is asked for, "" where there is none."""
        return self.slots[0] if self.slots else ""

    @property
    def detailed(self) -> bool:
        """Whether everything is wanted."""
        return self.most == DETAILED
