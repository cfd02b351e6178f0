"""Follow-ups: a question that leans on the one before it → the question as it would read by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.form import slots_of
from bot.understanding.recognise import Dictionary, Kind, Mention, is_origin
from bot.understanding.understood import Understood
from index.lexical import words

EACH = re.compile(
    r"\b(?:each|every|all (?:of them|three|four|both|the (?:forms|statuses|kinds))|both|respectively|the (?:two|three|four)|which of (?:those|these|them))\b",
    re.I,
)
_OPENING = re.compile(
    r"^(?:(?:and|but|also|ok(?:ay)?|so|then|what about|how about|what of|what if|and what about|а|и|а что|و|وماذا عن)[ ,]+)+",
    re.I,
)
_OTHER_ONE = re.compile(r"\bthe other (?:one|kind|type|form|status)\b", re.I)
_ORDINAL = re.compile(r"\bthe (first|second|former|latter)(?: one| kind| form| status)?\b(?! \w)", re.I)
_IT = re.compile(
    r"\b(?:it|its|it's|this one|that one|this status|that status|such (?:a )?status|the status|this kind|that kind|this|that)\b",
    re.I,
)
_THEY = re.compile(r"\b(?:they|them|their|those|these)\b", re.I)
_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers|he's|she's|the guy|this man|that man)\b", re.I)
_THERE = re.compile(r"\b(?:there|in that country|that country|over there)\b", re.I)
_SAYS = re.compile(r"\b(?:say|says|said|state[sd]?|claim(?:s|ed)?|argue[sd]?|told)\b", re.I)
_EXISTENTIAL = re.compile(r"\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were)\b", re.I)
_EMPTY_IT = re.compile(
    r"\bis it (?:true|possible|legal|right) (?:that|to|for)\b|\bthat (?:is|was|are|the|a|he|she|they|[a-z]+s)\b|\bthis (?:year|week|time|article)\b",
    re.I,
)
_BARE = re.compile(
    r"^(?:but )?(?:why(?: is that| so| not)?|how so|since when|when(?: was that| exactly)?|where|how|who|is (?:that|this|it) (?:still )?(?:true|right|"
    r"correct|the case|in force|valid)(?: today| now)?|really|are you sure|says who|who says (?:that|so|this)|more|go on|tell me more|"
    r"explain|and then|what else|source|any exceptions?|is it legal|what happened (?:next|then)|for how long|how long|how many|who decides)\W*$",
    re.I,
)
_GENERIC = frozenset(
    words(
        "who what which when where why how grant grants give gives decide decides last long much many time true still mean case exactly "
        "happen happened say says said law right reason tell explain compare difference country countries kind status one other example "
        "today now apply get end lose money family cost people number",
        stop=True,
    )
)


class FollowUps:
    """Completes questions by ordered rules."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary

    def resolve(self, question: str, before: Understood, opens: bool = False) -> str:
        """Return the question as it would read by itself; unchanged where it can stand alone.

        ``opens`` is whether it was typed with an "and" or the like, which a translation loses.
        """
        rest = _OPENING.sub("", question).strip()
        opens = opens or rest != question.strip()
        mentions = self._dictionary.mentions(self._dictionary.spread_noun(rest))
        kinds: set[Kind] = {m.kind for m in mentions}
        if _OTHER_ONE.search(rest) and (other := self._partner(before)):
            if _bare(_OTHER_ONE.sub("", rest)) and not _verb(rest):
                return self._swap(before.search, "status", other)
            return _OTHER_ONE.sub(other, rest)
        if (ordinal := _ORDINAL.search(rest)) and len(before.recent) > 1:
            phrase = self._dictionary.statuses[before.recent[ordinal[1].lower() in ("second", "latter")]].phrase
            if _bare(_ORDINAL.sub("", rest)) and not _verb(rest):
                return self._swap(before.search, "status", phrase)
            return _ORDINAL.sub(phrase, rest)
        if opens and not _verb(rest) and len(words(rest)) <= 5:
            if mentions and mentions[-1].kind == "country" and is_origin(rest, mentions[-1]):
                return f"{before.search.rstrip('?!. ')} {rest.rstrip('?!. ')}?"  # "and for Syrians?" names no other law
            kind, named = self._last_name(rest, mentions)
            swapped = self._swap(before.search, kind, named) if named else before.search
            if swapped != before.search:
                return swapped
        if _BARE.match(rest):
            about = f"{self._topic(before)}?" if slots_of(rest) else before.base
            return f"{_capital(rest.rstrip('?!. '))}: {about}"
        if EACH.search(rest) and "status" not in kinds and len(before.recent) > 1:
            names = " and ".join(self._dictionary.statuses[id].phrase for id in before.recent)
            return f"{rest.rstrip('?!. ')}: {names}?"
        resolved = self._pronouns(rest, before, kinds)
        if resolved != rest:
            return _capital(resolved)
        content = [w for w in words(rest) if w not in _GENERIC]
        if (
            kinds & {"status", "person"}
            or len(content) > (3 if opens else 2)
            or ("country" in kinds and content and not opens)
        ):
            return question
        topic = self._topic(before) if slots_of(rest) else before.base.rstrip("?!. ")
        if "country" in kinds:
            return f"{_capital(rest.rstrip('?!. '))}: {_without_country(topic)}?"
        where = f" in {before.countries[-1]}" if before.countries and before.countries[-1] not in topic else ""
        return f"{_capital(rest.rstrip('?!. '))}: {topic}{where}?"

    def _last_name(self, text: str, mentions: Sequence[Mention]) -> tuple[Kind, str]:
        """Return the last name in a text and its kind; "political" alone is political asylum; ("term", "") for none."""
        if mentions:
            last = mentions[-1]
            return last.kind, last.name if last.kind == "country" else text[last.start : last.end]
        adjectives = self._dictionary.with_lone_adjectives(text, ())
        return ("status", f"{text[adjectives[-1].start : adjectives[-1].end]} asylum") if adjectives else ("term", "")

    def _pronouns(self, question: str, before: Understood, kinds: set[Kind]) -> str:
        """Put names in the place of the first pronoun of each kind; where there is no name, add the earlier question."""
        resolved = question
        if before.people and "person" not in kinds:
            name = before.people[0]
            resolved = _PERSON.sub(
                lambda m: f"{name}'s" if m[0].lower() in ("his", "her", "hers") else name, resolved, count=1
            )
        if (
            _THERE.search(resolved)
            and not _EXISTENTIAL.search(resolved)
            and before.countries
            and "country" not in kinds
        ):
            resolved = _THERE.sub(f"in {before.countries[-1]}", resolved, count=1)
        points_back = _IT.search(resolved) and not _EMPTY_IT.search(resolved)
        if points_back and before.statuses and "status" not in kinds:
            # a comparison's "it" is its first status
            phrase = self._dictionary.statuses[before.statuses[0]].phrase
            phrase = _without_country(phrase) if "country" in kinds else phrase
            resolved = _IT.sub(lambda m: f"{phrase}'s" if m[0].lower() == "its" else phrase, resolved, count=1)
        elif points_back and before.statuses:  # "compare it with refugee status"
            phrase = self._dictionary.statuses[before.statuses[0]].phrase
            resolved = _IT.sub(phrase, resolved, count=1)
        elif "status" not in kinds and (points_back or (_THEY.search(resolved) and "person" not in kinds)):
            resolved = f"{resolved.rstrip('?!. ')}: {self._topic(before)}?"
        if resolved != question and not kinds & {"status", "person"} and not before.statuses and not before.people:
            return f"{question.rstrip('?!. ')}: {before.base.rstrip('?!. ')}?"
        return resolved

    def _topic(self, before: Understood) -> str:
        """Return what the last question was about, in a few words."""
        if len(before.statuses) > 1 and (before.form == "compare" or before.rewritten):
            return " and ".join(self._dictionary.statuses[id].phrase for id in before.statuses)
        if before.statuses:
            person = f", {before.people[0]}" if before.people else ""
            return self._dictionary.statuses[before.statuses[0]].phrase + person
        return before.base.rstrip("?!. ")

    def _partner(self, before: Understood) -> str:
        """Return what "the other one" is: the other of the two last named, else the partner of the last."""
        if not before.statuses:
            return ""
        last = self._dictionary.statuses[before.statuses[-1]]
        others = [id for id in before.recent if id != last.id] or [last.partner]
        return self._dictionary.statuses[others[-1]].phrase if others[-1] in self._dictionary.statuses else ""

    def _swap(self, text: str, kind: Kind, new: str) -> str:
        """Put ``new`` in the place of the last name of the same kind in the earlier question."""
        old = [m for m in self._dictionary.mentions(text) if m.kind == kind]
        if kind == "country":
            new = re.sub(r"^(?:in|for|from|to|under) ", "", new, flags=re.I)
        if old:
            # of "what did Lavrov say about Assad?" the speaker is the one to be put in another's place
            last = old[0] if kind == "person" and _SAYS.search(text) else old[-1]
            after = text[last.end :]
            if kind == "status" and new != _without_country(new):  # the new name brings its country along
                after = re.sub(r"^ in (?:the )?[A-Z]\w+(?: [A-Z]\w+)*", "", after)
            return text[: last.start] + new + after
        if kind == "country":
            return f"{text.rstrip('?!. ')} in {new}?"
        return text


def _bare(text: str) -> bool:
    return not [w for w in words(text) if w not in _GENERIC]


def _verb(text: str) -> bool:
    return bool(
        re.search(
            r"\b(?:is|are|was|were|do|does|did|can|could|will|would|may|must|has|have|had|get|gets|grant|grants|decide|decides)\b",
            text,
            re.I,
        )
    )


def _without_country(phrase: str) -> str:
    return re.sub(r" in (?:the )?[A-Z][\w ]+$", "", phrase)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def opens(question: str) -> bool:
    """Return whether a question begins with an "and" or the like; in Arabic it is written onto the next word."""
    return bool(_OPENING.match(question)) or question.startswith("و")
