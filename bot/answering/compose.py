"""The parts of a reply that stand around a table: quotes by speaker, corrections, lists of points, refusals."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording
from bot.answering.answer import Citation
from bot.answering.citations import Citations
from bot.answering.quote import Sentence
from bot.answering.speaker import names_its_speaker, speaker
from index.store import Generation
from knowledge.disagreements import Disagreement
from knowledge.statuses import SLOTS, Status

# Reasons for silence
STEERING = "it tells the program what to do"
NOT_UNDERSTOOD = "not understood"
UNMENTIONED = "no passage found mentions "  # the names follow
NOT_COVERED = "the documents do not seem to cover it"

NEAREST = 2  # passages shown under a refusal


class Composer:
    """Writes the lines of one answer, in the frame's language; what they quote goes into ``citations``."""

    def __init__(self, generation: Generation, citations: Citations, language: str) -> None:
        self._generation = generation
        self._citations = citations
        self._language = language

    def say(self, key: str) -> str:
        """Return a line of the frame."""
        return wording.say(key, self._language)

    def correction(self, wrong: Disagreement) -> str:
        """Return what the better sources say against what the question takes for granted, "" if none is at hand."""
        found = self._citations.supporting(wrong.positions[wrong.stronger].place, wrong.correction)
        if found is None:
            return ""
        return f"{self.say('premise')} **{speaker(found, self._language)}:** {found.quote} [{found.number}]"

    def quote(self, sentences: Sequence[Sentence], listed: bool = False) -> list[str]:
        """Return the sentences by who says them, each with its number; one line a sentence where a list was asked for."""
        groups: dict[str, list[Sentence]] = {}
        for sentence in sentences:
            groups.setdefault(self._label(sentence), []).append(sentence)
        lines = []
        for label, group in groups.items():
            cited = [self._citations.range(s.document, s.start, s.end) for s in group]
            quotes = [f"{c.quote} [{c.number}]" for c in cited]
            quotes[-1] += self._as_of(cited)
            said = "\n".join(("\n", *(f"* {quote}" for quote in quotes))) if listed else " " + " ".join(quotes)
            # words that name who says them need nobody to introduce them
            lines.append(said.lstrip() if all(map(names_its_speaker, cited)) else f"**{label}:**{said}")
        return lines

    def _as_of(self, cited: Sequence[Citation]) -> str:
        """Return when figures and other things that change were last looked at, "" where nothing of the kind is quoted."""
        dates = [c.as_of for c in cited if c.as_of and any(sign.isdigit() for sign in c.quote)]
        return f" {self.say('as_of').format(date=min(dates))}" if dates else ""

    def overview(self, status: Status) -> str:
        """Return all that the sources state of one status, a line a point."""
        items = [
            f"* **{wording.slot(name, self._language)}:** {value}"
            for name in SLOTS
            if (value := self._point(status, name))
        ]
        return "\n".join((f"**{status.name}**", "", *items)) if items else ""

    def conditions(self, statuses: Sequence[Status]) -> list[str]:
        """Return what would have to be shown for each status, and who is kept out of it, as cited lists; no verdict."""
        lines = []
        for name, heading in (("grounds", "own_case"), ("excluded", "cannot")):
            items = [f"* **{s.name}:** {value}" for s in statuses if (value := self._point(s, name))]
            if items:
                lines.append("\n".join((self.say(heading), "", *items)))
        return lines

    def decline(self, why: str, sentences: Sequence[Sentence]) -> list[str]:
        """Return the refusal: what is missing if that can be told, what is covered, and the nearest passages."""
        if why in (STEERING, NOT_UNDERSTOOD):
            return [self.say("steering" if why == STEERING else "not_understood"), self.say("covered")]
        first = self.say("not_found")
        if why.startswith(UNMENTIONED):
            first += " " + self.say("missing").format(names=why.removeprefix(UNMENTIONED))
        lines = [first, self.say("covered")]
        if sentences:
            lines += [self.say("nearest"), *self.quote(sentences[:NEAREST])]
        return lines

    def _point(self, status: Status, name: str) -> str:
        slot = status.slots.get(name)
        cited = self._citations.supporting(slot.place, slot.value) if slot else None
        return f"{slot.value} [{cited.number}]" if slot and cited else ""

    def _label(self, sentence: Sentence) -> str:
        # not counted, since the numbers follow the groups
        return speaker(self._citations.cut(0, sentence.document, sentence.start, sentence.end), self._language)
