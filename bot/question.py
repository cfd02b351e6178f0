"""What is asked: follow-up → standalone question; which statuses, people and countries; which form of answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import wording
from bot.recognise import HOME, Dictionary, Kind, Mention, spread_noun, unique
from bot.spelling import Speller
from index.lexical import words
from knowledge.statuses import SLOTS

SENTENCES, SHORT, DETAILED = 6, 2, 10  # of an answer, and of one that was asked for in short or in detail

OF_EACH = 3  # statuses of each of several countries that are compared as a whole

# What a question asks about a status, likeliest first.
_SLOTS = (
    ("permanence", r"permanent|citizen|naturali[sz]|settle|residence permit for good|stay (?:for ever|forever)|green card"),
    ("duration", r"how long|\blength\b|duration|\blasts?\b|expir|\bvalid|for how many (?:years|months)|renew|\bterms?\b|time limit of"),
    ("ends", r"\bends?\b(?! up)|\blos(?:e|es|t|s)\b|revok|revoc|withdraw|cancel|terminat|taken away|cease|cessation|stop being"),
    ("excluded", r"who (?:can ?not|can't|cant|is not|isn't)|exclu|barred|not eligible|disqualif|who is kept out"),
    ("rights", r"\brights?\b|benefits?\b|entitle|allowed to|\bwork\b|family reunion|health ?care|school|travel document"),
    ("basis", r"legal basis|which (?:law|act|statute|article)|what (?:law|statute|article)|under (?:which|what) law|based on"),
    ("decides", r"\bwho\b.{0,30}\b(?:grant|give|decid|award|issue|approve|sign|hand|examin)|which (?:authority|body|office|agency)|"
                r"\bdecides?\b|decision[- ]maker|granted by|by whom|who is in charge|competent (?:authority|body)"),
    ("grounds", r"grounds?\b|who (?:can|may|could) (?:get|apply|have|receive|claim)|who (?:qualif|gets)|eligib|criteri|conditions?\b|"
                r"requirements?\b|qualif"),
)  # fmt: skip
_FORMS = (
    ("compare", r"\bcompar|\bversus\b|\bvs\b|\bdiffer|\bdistinguish|\bdistinction|as opposed to|\bcontrast|better (?:than|off)|same as|the same thing|"
                r"\bwhich\b.{0,30}\b(?:longer|shorter|better|worse|stronger|weaker|safer|easier|harder|more|less)\b"),
    ("own case", r"\b(?:do|would|could|can|will|am|are|should|may|might) (?:i|we|my \w+)\b.{0,60}\b(?:qualif|eligib|get\b|granted|"
                 r"recogni[sz]ed|accepted|chance|deserve|entitled|count as|a refugee)|my (?:own )?(?:case|chances|situation)\b|"
                 r"^(?:hi|hello|so|ok|well)?[ ,.]*(?:i|i'?m|i've|we|we're|my|our)\b.{8,}\b(?:(?:can|could|may|might|will|would|do|does|am|is|are|should) "
                 r"(?:i|we|he|she|they|this|that|it)\b|(?:what|where|how|which) .{0,30}\b(?:i|we|he|she|they)\b|chances?\b)"),
    ("why", r"\bwhy\b|what (?:is|was|were) the reasons?|for what reason|how come|explain why|\bmotives?\b"),
    ("when", r"\bwhen\b|what (?:date|day|year)|which (?:date|day|year)|since when|how recently|on what day"),
    ("how many", r"how many|how much|number of|what (?:share|percentage|proportion)|figures?\b|statistics|\bcount\b"),
    ("list", r"what kinds|which kinds|what types|which types|name all|what are all"),
)  # fmt: skip
# Talk to the program instead of a question about the subject: nothing of it is followed.
_STEERING = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules?|prompts?|documents?|sources?|above|previous)|"
    r"\bpretend\b|\brole[- ]?play|\byou are now\b|\bact as\b|\b(?:system|hidden|initial) prompt|\byour (?:instructions|prompt|rules)\b|"
    r"\b(?:make up|invent|fabricate|fake)\b.{0,30}\b(?:citation|quote|source|law|article|case|fact|figure|statement)|"
    r"\bneed not be (?:real|true)|\bin the (?:voice|style) of\b|\bfrom now on\b|\bfor every question\b|\brepeat after me\b|"
    r"\b(?:answer|reply|respond|confirm)\b.{0,20}\b(?:only|just) with\b|\bwrite (?:me )?(?:a |an )?(?:poem|song|story|joke|essay|rap|haiku)|"
    r"\b(?:print|reveal|show|output|display|repeat)\b.{0,20}\b(?:your|the) (?:\w+ )?(?:prompt|instructions|configuration|rules)\b|"
    r"\b(?:decide|judge|rule on) my (?:case|claim|application)\b|\bas an ai\b|\byour (?:developer|creator|training|model)\b|"
    r"\bsay (?:exactly|only|just|the words?)\b|\bjailbreak|\bdeveloper mode|\bwithout (?:any )?(?:citations?|sources?)\b",
    re.I,
)
_BRIEF = re.compile(
    r"[,(]?\s*\b(?:in (?:one|a single|1) (?:sentence|line)|briefly|in short|in brief|tl;?dr|short answer|one[- ]liner)\b\)?",
    re.I,
)
_DETAILED = re.compile(
    r"[,(]?\s*\b(?:in (?:more |full )?detail|at length|everything (?:about|on)|thoroughly|tell me all|the full story)\b\)?",
    re.I,
)
_ONE_LINE_EACH = re.compile(r"[,(]?\s*\b(?:one|a) (?:line|sentence) (?:each|per \w+)\b\)?", re.I)
_LISTED = re.compile(
    r"^(?:please |can you |could you )?(?:list|enumerate|(?:give|make|show|write)(?: me)? (?:a |the )?list(?: of)?)\b|"
    r"[,(]?\s*\b(?:as a list|in bullets?|(?:in |as )?(?:(?:one|two|three|four|five|[1-5]) )?bullet points?(?: on| about)?)\b\)?",
    re.I,
)
_CONTRACTED = re.compile(r"\b(what|who|where|how|when)[’']?s\b", re.I)
_COUNTED = re.compile(
    r"\b(one|two|three|four|five|[1-5]) (?:short )?(?:bullets?|bullet points?|points|sentences|lines)\b|"
    r"^(?:please )?(?:list|name|give me) (one|two|three|four|five|[1-9])\b",
    re.I,
)
_TABLE = re.compile(
    r"[,(]?\s*\b(?:(?:make|draw|show|give)(?: me)? |in |as )(?:a|the) table(?: (?:of|with|on|about))?\b\)?", re.I
)
# A wish for the last answer in another length, and nothing else
_SHORTER = re.compile(
    r"^(?:can you |could you )?(?:make it |say it |a )?(?:bit )?(?:short(?:er)?|briefer|simpler)(?: (?:version|answer))?"
    r"(?:,? please)?\W*$|^too long\W*$",
    re.I,
)
_LONGER = re.compile(
    r"^(?:can you |could you )?(?:give )?(?:me )?(?:more|longer|in more|in)(?: details?)?(?:,? please)?\W*$|^elaborate\W*$",
    re.I,
)
_NOT_PEOPLE = frozenset(("paris",))
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
# A country before which this stands, or after which that stands, is where somebody comes from, not whose law is asked about.
_FROM = re.compile(
    r"\b(?:from|fled|flee|fleeing|flees|left|leave|leaving|escap\w+|born in|citizens? of|nationals? of|war in|fighting in|i am|i'm|im|as an?|"
    r"(?:back|return\w*|deport\w*|remov\w*|expel\w*|extradit\w*)(?: \w+){0,2} to) (?:the |an? )?(?:war in |fighting in )?$",
    re.I,
)
_GIVEN_BY = re.compile(
    r"\b(?:asylum|protection|status|permit|visa|passport|papers?|citizenship|sent (?:back|away)|(?:extradit|deport|remov|expel|return|expuls)\w*)"
    r"(?: \w+){0,2} from (?:the )?$",
    re.I,
)
_NATIONALS = re.compile(
    r"^ (?:refugees?|citizens?|nationals?|people|man|men|woman|women|journalists?|families|family|passports?|deserters?|soldiers?|"
    r"asylum seekers?|applicants?|student|doctor|activists?|dissidents?|displaced)\b",
    re.I,
)
_EACH = re.compile(
    r"\b(?:each|every|all (?:of them|three|four|both|the (?:forms|statuses|kinds))|both|respectively|the (?:two|three|four))\b",
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
    language: str = "en"
    form: str = ""
    slots: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()  # the statuses named last, over several questions
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


def language_of(question: str) -> str:
    """Return "ru" or "ar" where at least a third of the letters are of that script, else "en"."""
    letters = [c for c in question if c.isalpha()]
    for language, script in (("ru", r"[Ѐ-ӿ]"), ("ar", r"[؀-ۿ]")):
        if letters and sum(bool(re.match(script, c)) for c in letters) * 3 >= len(letters):
            return language
    return "en"


class Reader:
    """Understands questions one after the other, in the light of the earlier ones."""

    def __init__(self, dictionary: Dictionary, speller: Speller) -> None:
        self._dictionary = dictionary
        self._speller = speller

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
        most = _length(english)
        plain = english
        for form in (_ONE_LINE_EACH, _BRIEF, _DETAILED, _LISTED, _TABLE):
            plain = form.sub("", plain)
        plain = plain.strip(" ,:;-") or english
        standalone = plain
        if before is not None and (_SHORTER.match(english) or _LONGER.match(english)):
            standalone, most = before.search, SHORT if _SHORTER.match(english) else DETAILED
        elif before is not None:
            opens = bool(_OPENING.match(question)) or (language == "ar" and question.startswith("و"))
            standalone = self._resolve(plain, before, opens)
        rewritten = standalone != plain
        understood = self._recognise(standalone, before if rewritten else None)
        if language != "en":  # the program's own words for a point, as its suggestions have them
            named = [name for name in SLOTS if wording.slot(name, language).lower() in question.lower()]
            understood = replace(understood, slots=unique((*named, *understood.slots)))
        if _TABLE.search(english):
            understood = self._tabulate(understood)
        shown = repaired
        if rewritten and before is not None:
            shown = standalone if language == "en" else f"{before.text} → {question}"
        return replace(
            understood,
            text=shown,
            rewritten=rewritten,
            language=language,
            share=share,
            most=most,
            listed=bool(_LISTED.search(english)),
        )

    def _tabulate(self, understood: Understood) -> Understood:
        """Read a wish for a table as a comparison, of all that the country named has where no status is named."""
        ids = understood.statuses or [id for c in understood.countries for id in self._dictionary.of_country(c)]
        return replace(understood, form="compare", statuses=unique(ids))

    def _recognise(self, text: str, before: Understood | None) -> Understood:
        form = "steering" if _STEERING.search(text) else _first(_FORMS, text)
        slots = [name for name, pattern in _SLOTS if re.search(pattern, text, re.I)]
        spread = spread_noun(text)
        mentions = self._dictionary.mentions(spread)
        if form == "compare":
            mentions = self._lone_adjectives(spread, mentions)
        people = unique(m.name for m in mentions if m.kind == "person")
        origins = unique(m.name for m in mentions if m.kind == "country" and _is_origin(spread, m))
        countries = unique(m.name for m in mentions if m.kind == "country" and not _is_origin(spread, m))
        named = [m for m in mentions if m.kind == "status"]
        statuses = [id for m in named for id in self._dictionary.resolve(m, countries)]
        resolved = {m.name for m in named if self._dictionary.resolve(m, countries)}
        if form == "compare" and len(countries) > 1 and not statuses:
            statuses = [id for country in countries for id in self._dictionary.of_country(country)[:OF_EACH]]
        if form == "compare" and not countries:
            statuses = self._one_order(named, statuses) if statuses else []
            statuses += [id for m in named for id in self._dictionary.candidates(m)[:1] if m.name not in resolved]
        if _EACH.search(text):
            # "who grants each?" asks about the statuses of the last answer, else about all of the country named
            statuses = (
                statuses
                or list(before.recent if before else ())
                or [id for country in countries for id in self._dictionary.of_country(country)]
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
            slots=tuple(slots),
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

    def _lone_adjectives(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """Read "humanitarian vs political" as two kinds of asylum."""
        taken = [(m.start, m.end) for m in mentions]
        found = list(mentions)
        for word in re.finditer(r"[A-Za-z]+", text):
            if any(start <= word.start() < end for start, end in taken):
                continue
            named = self._dictionary.mentions(f"{word.group()} asylum") or []
            if named and named[0].kind == "status" and named[0].start == 0 and named[0].end > len(word.group()):
                found.append(Mention("status", named[0].name, word.start(), word.end()))
        return sorted(found, key=lambda m: m.start)

    def _resolve(self, question: str, before: Understood, opens: bool) -> str:
        """Return the question as it would read by itself; unchanged where it can stand alone.

        ``opens`` is whether it was typed with an "and" or the like, which a translation loses.
        """
        rest = _OPENING.sub("", question).strip()
        opens = opens or rest != question.strip()
        mentions = self._dictionary.mentions(spread_noun(rest))
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
            if mentions and mentions[-1].kind == "country" and _is_origin(rest, mentions[-1]):
                return f"{before.search.rstrip('?!. ')} {rest.rstrip('?!. ')}?"  # "and for Syrians?" names no other law
            kind, named = self._last_name(rest, mentions)
            swapped = self._swap(before.search, kind, named) if named else before.search
            if swapped != before.search:
                return swapped
        if _BARE.match(rest):
            return f"{_capital(rest.rstrip('?!. '))}: {before.search}"
        if _EACH.search(rest) and "status" not in kinds and len(before.recent) > 1:
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
        topic = self._topic(before) if _first(_SLOTS, rest) else before.search.rstrip("?!. ")
        if "country" in kinds:
            return f"{_capital(rest.rstrip('?!. '))}: {_without_country(topic)}?"
        where = f" in {before.countries[-1]}" if before.countries and before.countries[-1] not in topic else ""
        return f"{_capital(rest.rstrip('?!. '))}: {topic}{where}?"

    def _last_name(self, text: str, mentions: Sequence[Mention]) -> tuple[Kind, str]:
        """Return the last name in a text and its kind; "political" alone is political asylum; ("term", "") for none."""
        if mentions:
            last = mentions[-1]
            return last.kind, last.name if last.kind == "country" else text[last.start : last.end]
        adjectives = self._lone_adjectives(text, ())
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
            return f"{question.rstrip('?!. ')}: {before.search.rstrip('?!. ')}?"
        return resolved

    def _topic(self, before: Understood) -> str:
        """Return what the last question was about, in a few words."""
        if before.form == "compare" and len(before.statuses) > 1:
            return " and ".join(self._dictionary.statuses[id].phrase for id in before.statuses)
        if before.statuses:
            person = f", {before.people[0]}" if before.people else ""
            return self._dictionary.statuses[before.statuses[0]].phrase + person
        return before.search.rstrip("?!. ")

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


def _length(text: str) -> int:
    """Return how many sentences a question wants."""
    if counted := _COUNTED.search(text):
        number = counted[1] or counted[2]
        return _NUMBERS.get(number.lower()) or int(number)
    return 1 if _BRIEF.search(text) else DETAILED if _DETAILED.search(text) else SENTENCES


def _is_origin(text: str, country: Mention) -> bool:
    """Return whether somebody comes from the country or would be sent back there: "Syrians", "from Syria", "Syrian refugees"."""
    name = text[country.start : country.end].lower()
    before, rest = text[: country.start], text[country.end :]
    if name.endswith(("ns", "is")) and name not in _NOT_PEOPLE:
        return True
    return not _GIVEN_BY.search(before) and bool(_FROM.search(before) or _NATIONALS.search(rest))


def _first(patterns: Sequence[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in patterns if re.search(pattern, text, re.I)), "")


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
