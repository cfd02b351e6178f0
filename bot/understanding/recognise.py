"""What a question names: statuses, people, countries and terms, found by their stems in any of three languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from index.lexical import fold, stem, stems
from knowledge.names import Name, Term, read_names, read_terms
from knowledge.statuses import Status, read_statuses

Kind = Literal["status", "person", "country", "term"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# "humanitarian and political asylum" names two statuses with one noun
_SHARED_NOUN = re.compile(
    r"\b([a-z]+)((?:,| and| or| vs\.?| versus| against| from|,? and not|,? not| &|/) ?(?:an? |the )?)(?!an? |the )([a-z]+) "
    r"(asylum|protection|status)\b(?! (?:seek|appl|claim|law|polic|procedure|case))",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\b[وفبك](?=ال\w{2})")
LEAST_SLOTS = 4
HOME = "Russia"  # whose law a question means that names no country
REMEMBERED = 4096  # passages whose names are kept, some kB each
_NOT_PEOPLE = frozenset(("paris",))
# A country before which this stands, or after which that stands, is where somebody comes from, not whose law is asked about.
_FROM = re.compile(
    r"\b(?:from|fled|flee|fleeing|flees|left|leave|leaving|escap\w+|born in|citizens? of|nationals? of|war in|fighting in|i am|i'm|im|as an?|"
    r"(?:back|return\w*|deport\w*|remov\w*|expel\w*|extradit\w*)(?: \w+){0,2} to) (?:the |an? )?(?:war in |fighting in )?$",
    re.I,
)
_GIVEN_BY = re.compile(
    r"\b(?:asylum|protection|status|permit|visa|passport|papers?|citizenship|sent (?:back|away)|(?:extradit|deport|remov|expel|return|expuls)\w*)"
    r"['\"’”]?(?: \w+){0,2} from (?:the )?$",
    re.I,
)
_NATIONALS = re.compile(
    r"^ (?:refugees?|citizens?|nationals?|people|man|men|woman|women|journalists?|families|family|passports?|deserters?|soldiers?|"
    r"asylum seekers?|applicants?|student|doctor|activists?|dissidents?|displaced)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a question: what it names, and its range ``[start, end)``."""

    kind: Kind
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Alias:
    stems: tuple[str, ...]
    kind: Kind
    name: str  # of a status: the alias group, resolved to statuses by country


class Dictionary:
    """All names and aliases, by stem."""

    def __init__(
        self,
        statuses: Mapping[str, Status],
        people: Sequence[Name],
        countries: Sequence[Name],
        terms: Sequence[Term],
        words: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.statuses = statuses
        self.people = {person.name: person for person in people}
        self._names_in = lru_cache(REMEMBERED)(lambda text: frozenset((m.kind, m.name) for m in self.mentions(text)))
        self._by_first: dict[str, list[_Alias]] = {}
        self._statuses_of: dict[tuple[str, ...], list[str]] = {}
        self._generic: dict[tuple[str, ...], str] = {}
        for status in statuses.values():
            for alias in (status.name.split(" (")[0], *status.aliases):
                key = _key(alias)
                self._statuses_of.setdefault(key, [])
                if status.id not in self._statuses_of[key]:
                    self._statuses_of[key].append(status.id)
                self._add(key, "status", alias)
            for alias in status.generic:
                self._generic.setdefault(_key(alias), status.id)
        for kind, names in (("person", people), ("country", countries)):
            for name in names:
                for alias in (name.name, *name.also):
                    self._add(_key(alias), kind, name.name)  # type: ignore[arg-type]
        self._terms: dict[tuple[str, ...], str] = {}
        for term in terms:
            for alias in (*term.english, *term.others):
                self._terms.setdefault(_key(alias), term.english[0])
                self._add(_key(alias), "term", term.english[0])
        for aliases in self._by_first.values():
            aliases.sort(key=lambda a: (-len(a.stems), _ORDER[a.kind]))
        self._words = {
            language: {stem(fold(word)): english for word, english in table.items()}
            for language, table in words.items()
        }

    def mentions(self, text: str) -> list[Mention]:
        """Return the names in a text, longest first at each place, none inside another.

        A term that begins with a country, "UK humanitarian protection", gives way to the names within.
        """
        tokens = _tokens(text)
        found: list[Mention] = []
        for mention in self._scan(tokens, KINDS):
            inner: list[Mention] = []
            if mention.kind == "term":
                within = [token for token in tokens if mention.start <= token[1] < mention.end]
                inner = self._scan(within, ("status", "person", "country"))
            found += inner if any(name.kind == "country" for name in inner) else [mention]
        return found

    def _scan(self, tokens: Sequence[tuple[str, int, int]], kinds: Sequence[Kind]) -> list[Mention]:
        found: list[Mention] = []
        stemmed = tuple(word for word, _, _ in tokens)
        at = 0
        while at < len(tokens):
            alias = self._longest(stemmed, at, kinds)
            if alias is None:
                at += 1
                continue
            last = tokens[at + len(alias.stems) - 1]
            name = " ".join(alias.stems) if alias.kind == "status" else alias.name
            found.append(Mention(alias.kind, name, tokens[at][1], last[2]))
            at += len(alias.stems)
        return found

    def names_in(self, passage: str) -> frozenset[tuple[Kind, str]]:
        """Return the kinds and names in a passage; remembered, since forty are read for every question."""
        return self._names_in(passage)

    def statuses_in(self, passage: str) -> frozenset[str]:
        """Return the ids of all statuses that the names in a passage can mean."""
        named = (name.split(" ") for kind, name in self.names_in(passage) if kind == "status")
        return frozenset(id for name in named for id in self._statuses_of.get(tuple(name), ()))

    def with_lone_adjectives(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """Add what an adjective alone means: "humanitarian vs political" names two kinds of asylum."""
        taken = [(m.start, m.end) for m in mentions]
        found = list(mentions)
        for word in re.finditer(r"[A-Za-z]+", text):
            if any(start <= word.start() < end for start, end in taken):
                continue
            if named := self._kind_of(word.group(), "asylum"):
                found.append(Mention("status", named, word.start(), word.end()))
        return sorted(found, key=lambda m: m.start)

    def spread_noun(self, text: str) -> str:
        """Turn "humanitarian and political asylum" into "humanitarian asylum and political asylum"."""
        return _SHARED_NOUN.sub(
            lambda m: f"{m[1]} {m[4]}{m[2]}{m[3]} {m[4]}" if self._kind_of(m[1], m[4]) else m.group(), text
        )

    def _kind_of(self, adjective: str, noun: str) -> str:
        """Return the alias that both words together are, "" where they name no status."""
        named = self.mentions(f"{adjective} {noun}")
        whole = named and named[0].kind == "status" and named[0].start == 0 and named[0].end > len(adjective)
        return named[0].name if whole else ""

    def resolve(self, mention: Mention, countries: Sequence[str]) -> list[str]:
        """Return the ids of the statuses that an alias means, given the countries named; [] where there is none.

        Without a country the status for which the alias is generic is meant, else the only one that has it.
        """
        candidates = self.candidates(mention)
        if countries:
            named = [id for id in candidates if self.statuses[id].jurisdiction in countries]
            # "EU subsidiary protection" is meant beside Russia, too
            tokens = [(word, 0, 0) for word in mention.name.split(" ")]
            return named or (candidates[:1] if self._scan(tokens, ("country",)) else [])
        generic = self._generic.get(tuple(mention.name.split(" ")))
        return [generic] if generic else candidates if len(candidates) == 1 else []

    def candidates(self, mention: Mention) -> list[str]:
        """Return the ids of all statuses that have this alias, in any country."""
        return self._statuses_of.get(tuple(mention.name.split(" ")), [])

    def of_country(self, country: str) -> list[str]:
        """Return the ids of a country's statuses, without those of which the sources state little (drafts, side notes).

        Where they state little of all of them, all.
        """
        all_of_it = [id for id, s in self.statuses.items() if s.jurisdiction == country]
        return [id for id in all_of_it if len(self.statuses[id].slots) >= LEAST_SLOTS] or all_of_it

    def translate(self, text: str, language: str) -> tuple[str, float]:
        """Return the English words for a Russian or Arabic text, and the share of its words that were understood."""
        tokens = _tokens(text)
        stemmed = tuple(word for word, _, _ in tokens)
        table = self._words.get(language, {})
        english: list[str] = []
        known = at = 0
        while at < len(tokens):
            alias = self._longest(stemmed, at)
            word, start, end = tokens[at]
            if alias is not None:
                english.append(self._english(alias))
                known += len(alias.stems)
                at += len(alias.stems)
                continue
            joined = stem(fold(text[start + 1 : end])) if text[start] in "وف" else ""  # "and why" is one word in Arabic
            if word in table or joined in table:
                english.append(table.get(word) or table[joined])
                known += 1
            elif text[start:end].isascii():
                english.append(text[start:end])
                known += 1
            at += 1
        once: dict[str, str] = {}
        for word in " ".join(english).split():
            once.setdefault(stem(fold(word)), word)  # "grant granted" would count twice in BM25
        return " ".join(once.values()), known / len(tokens) if tokens else 0.0

    def _add(self, key: tuple[str, ...], kind: Kind, name: str) -> None:
        if key:
            alias = _Alias(key, kind, name)
            aliases = self._by_first.setdefault(key[0], [])
            if alias not in aliases:
                aliases.append(alias)

    def _longest(self, stemmed: tuple[str, ...], at: int, kinds: Sequence[Kind] = KINDS) -> _Alias | None:
        for alias in self._by_first.get(stemmed[at], ()):
            if alias.kind in kinds and stemmed[at : at + len(alias.stems)] == alias.stems:
                return alias
        return None

    def _english(self, alias: _Alias) -> str:
        if alias.kind != "status":
            return alias.name
        if alias.stems in self._terms:  # "humanitarian asylum" keeps its own name, whichever status it means
            return self._terms[alias.stems]
        ids = self._statuses_of[alias.stems]
        generic = self._generic.get(alias.stems)
        return self.statuses[generic or ids[0]].name.split(" (")[0].lower()


_ORDER: dict[Kind, int] = {"status": 0, "person": 1, "country": 2, "term": 3}


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """Return the dictionary of this knowledge base, read once."""
    people, countries = read_names()
    terms, words = read_terms()
    return Dictionary(read_statuses(), people, countries, terms, words)


def is_origin(text: str, country: Mention) -> bool:
    """Return whether somebody comes from the country or would be sent back there: "Syrians", "from Syria", "Syrian refugees"."""
    name = text[country.start : country.end].lower()
    before, rest = text[: country.start], text[country.end :]
    if name.endswith(("ns", "is")) and name not in _NOT_PEOPLE:
        return True
    return not _GIVEN_BY.search(before) and bool(_FROM.search(before) or _NATIONALS.search(rest))


def _key(alias: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in _tokens(alias))


def _tokens(text: str) -> list[tuple[str, int, int]]:
    """Return the stems of a text with their ranges; what Arabic writes onto the article ("and the", "with the") is cut off."""
    found = stems(text)
    if not _ARTICLE.search(text):
        return found
    joined = ((text[start:end], word, start, end) for word, start, end in found)
    return [(stem(fold(w[1:])) if _ARTICLE.match(w) else word, start, end) for w, word, start, end in joined]


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """Return the items once each, in order."""
    return tuple(dict.fromkeys(items))
