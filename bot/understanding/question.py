"""What is asked: follow-up → standalone question; which statuses, people and countries; which form of answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot import wording
from bot.understanding.follow_up import EACH, FollowUps, opens
from bot.understanding.form import (
    form_of,
    is_form_alone,
    is_list,
    is_table,
    length_again,
    length_of,
    slots_of,
    without_form,
)
from bot.understanding.recognise import HOME, Dictionary, Mention, is_origin, unique
from bot.understanding.spelling import Speller
from bot.understanding.understood import Understood
from knowledge.statuses import SLOTS

_CONTRACTED = re.compile(r"\b(what|who|where|how|when)[’']?s\b", re.I)
OF_EACH = 3  # statuses of each of several countries that are compared as a whole


def language_of(question: str) -> str:
    """Return "ru" or "ar" where at least a third of the letters are of that script, else "en"."""
    letters = "".join(c for c in question if c.isalpha())
    for language, script in (("ru", r"[Ѐ-ӿ]"), ("ar", r"[؀-ۿ]")):
        if letters and len(re.findall(script, letters)) * 3 >= len(letters):
            return language
    return "en"


class Reader:
    """Understands questions one after the other, in the light of the earlier ones."""

    def __init__(self, dictionary: Dictionary, speller: Speller) -> None:
        self._dictionary = dictionary
        self._speller = speller
        self._follow_ups = FollowUps(dictionary)

    def understand(self, question: str, history: Sequence[str] = ()) -> Understood:
        """Read a question; ``history`` holds the earlier ones, oldest first, each made standalone in turn."""
        before: Understood | None = None
        for earlier in history:
            before = _carry(before, self._one(earlier, before))
        return self._one(question, before)

    def _one(self, question: str, before: Understood | None) -> Understood:
        language = language_of(question)
        repaired, share = question, 1.0
        if language == "en":
            repaired = self._speller.repair(question)
            english = _CONTRACTED.sub(r"\1 is", repaired)
        else:
            english, share = self._dictionary.translate(question, language)
        most = length_of(english)
        plain = standalone = without_form(english)
        if before is not None and (again := length_again(english)):
            standalone, most = before.search, again
        elif before is not None and is_form_alone(english):
            standalone = before.search
        elif before is not None:
            standalone = self._follow_ups.resolve(plain, before, opens(question))
        rewritten = standalone != plain
        understood = self._recognise(standalone, before if rewritten else None)
        if language != "en":  # the program's own words for a point, as its suggestions have them
            named = [name for name in SLOTS if wording.slot(name, language).lower() in question.lower()]
            understood = replace(understood, slots=unique((*named, *understood.slots)))
        if is_table(english):
            understood = self._tabulate(understood)
        shown = repaired
        if rewritten and before is not None:
            shown = standalone if language == "en" else f"{before.text} → {question}"
        return replace(
            understood,
            text=shown,
            base=standalone.rpartition(": ")[2] if rewritten else standalone,
            rewritten=rewritten,
            language=language,
            own="" if language == "en" else f"{before.own if rewritten and before else ''} {question}".strip(),
            share=share,
            most=most,
            listed=is_list(english),
        )

    def _tabulate(self, understood: Understood) -> Understood:
        """Read a wish for a table as a comparison, of all that the country named has where no status is named."""
        ids = understood.statuses or [id for c in understood.countries for id in self._dictionary.of_country(c)]
        return replace(understood, form="compare", statuses=unique(ids))

    def _recognise(self, text: str, before: Understood | None) -> Understood:
        form = form_of(text)
        slots = slots_of(text)
        spread = self._dictionary.spread_noun(text)
        mentions = self._dictionary.mentions(spread)
        if form == "compare":
            mentions = self._dictionary.with_lone_adjectives(spread, mentions)
        people = unique(m.name for m in mentions if m.kind == "person")
        origins = unique(m.name for m in mentions if m.kind == "country" and is_origin(spread, m))
        countries = unique(m.name for m in mentions if m.kind == "country" and not is_origin(spread, m))
        named = [m for m in mentions if m.kind == "status"]
        statuses = [id for m in named for id in self._dictionary.resolve(m, countries)]
        resolved = {m.name for m in named if self._dictionary.resolve(m, countries)}
        if form == "compare" and len(countries) > 1 and not statuses:
            statuses = [id for country in countries for id in self._dictionary.of_country(country)[:OF_EACH]]
        if form == "compare" and not countries:
            statuses = self._one_order(named, statuses) if statuses else []
            statuses += [id for m in named for id in self._dictionary.candidates(m)[:1] if m.name not in resolved]
        if EACH.search(text):
            # "who grants each?" asks about the statuses of the last answer, else about all of the country named
            statuses = (
                statuses
                or list(before.recent if before else ())
                or [id for c in countries if not people for id in self._dictionary.of_country(c)]
            )
            if not statuses and before is None and slots and not people and not countries:
                statuses = list(self._dictionary.of_country(HOME))
            form = form or ("compare" if len(statuses) > 1 else "")
        assumed = ""
        if statuses and not countries:
            jurisdiction = self._dictionary.statuses[statuses[0]].jurisdiction
            taken = "humanitarian" in text.lower() or not named
            assumed = jurisdiction if jurisdiction != "International" and taken else ""
        described = [m.name for m in mentions if m.kind in ("person", "term") and m.name.lower() not in text.lower()]
        return Understood(
            text=text,
            search=text,
            terms=" ".join(unique(described)),
            form=form,
            slots=slots,
            statuses=unique(statuses),
            people=people,
            countries=countries,
            origins=tuple(name for name in origins if name not in countries),
            assumed=assumed,
        )

    def _one_order(self, named: Sequence[Mention], statuses: list[str]) -> list[str]:
        """Where a comparison names no country, take all of it from one legal order, if there is one that knows them all."""
        orders = unique(self._dictionary.statuses[id].jurisdiction for id in statuses)
        for order in orders if len(orders) > 1 else ():
            found = [id for m in named for id in self._dictionary.resolve(m, [order])]
            if len(unique(found)) >= len({m.name for m in named}):
                return found
        return statuses


def _carry(before: Understood | None, now: Understood) -> Understood:
    """Keep what was named earlier where the new question names nothing of its kind."""
    if before is None:
        return replace(now, recent=now.statuses)
    return replace(
        now,
        recent=unique((*before.recent, *now.statuses))[-2:] if len(now.statuses) < 2 else now.statuses,
        statuses=now.statuses or before.statuses,
        people=now.people or (before.people if now.rewritten else ()),
        countries=now.countries or (before.countries if now.rewritten else ()),
    )
