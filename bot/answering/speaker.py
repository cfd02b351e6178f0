"""Who says the quoted words, as what stands before them: "Russian law", "The article argues (…)"."""

from __future__ import annotations

import re

from bot import wording
from bot.answering.answer import Citation

_OPENING = 80  # characters in which a sentence that names its speaker does so
_LAW = ("constitution", "statute", "decree")


def names_its_speaker(citation: Citation) -> bool:
    """Return whether the quoted words say themselves who says it: "Peskov said …", "The article argues …"."""
    begins = citation.quote[:_OPENING]
    if citation.document.startswith("article/") and citation.kind == "commentary":
        return bool(re.search(r"\barticle\b", begins, re.IGNORECASE))
    names = re.findall(r"[^\W\d_]{4,}", citation.voice.partition(",")[0])
    return any(name[0].isupper() and name in begins for name in names)


def speaker(citation: Citation, language: str = "en") -> str:
    """Return who says the quoted words, in the language of the answer; names stay as the documents have them."""
    words, countries = wording.words("speakers", language), wording.words("countries", language)
    kind, voice = citation.kind, citation.voice
    own = "editors" in voice  # our own comparisons claim nothing for themselves
    if not own and re.search(r"\b[Tt]he editors\b", citation.quote):  # our own remark within another's section
        return words["editors"]
    if citation.document.startswith("article/") and kind == "commentary" and not own:
        return words["article_voice"].format(voice=voice) if voice else words["article"]
    if voice:
        # "the migration service, quoted by TASS" and "a report of …" read badly before a verb
        says = "{voice}" if own or "," in voice or "report" in voice else words.get(kind, "{voice}")
        return says.format(voice=f"{voice[0].upper()}{voice[1:]}")
    country = countries.get(citation.jurisdiction, citation.jurisdiction)
    if kind in _LAW and country:
        return words["law"].format(country=country)
    if kind == "case law":
        # the courts of a country are named by the country itself, not by its adjective
        named = citation.jurisdiction not in ("International", "")
        return words["courts_of"].format(country=citation.jurisdiction) if named else words["courts"]
    return words.get(kind if kind in ("treaty", "glossary") else "", citation.publisher) or citation.title
