"""Every word the program says by itself, so that a lawyer can review one file. Quoted law is never edited."""

from __future__ import annotations

NAME = "Asylum explainer"
DISCLAIMER = "Information, not legal advice"

# How a source is introduced, by its kind, where no voice is named.
_BY_KIND = {
    "case law": "Courts",
    "glossary": "Terms",
    "treaty": "International law",
}
_LAW = ("constitution", "statute", "decree")
_VERB = {"commentary": "argues", "official statement": "stated", "news": "reported", "statistics": "counted", "scholarship": "writes"}
ADJECTIVES = {
    "Russia": "Russian",
    "European Union": "European Union",
    "Germany": "German",
    "France": "French",
    "United Kingdom": "British",
    "United States": "United States",
    "Canada": "Canadian",
    "Australia": "Australian",
    "Switzerland": "Swiss",
    "Sweden": "Swedish",
    "Norway": "Norwegian",
    "Denmark": "Danish",
    "Finland": "Finnish",
    "Netherlands": "Dutch",
    "Italy": "Italian",
    "Türkiye": "Turkish",
    "Bulgaria": "Bulgarian",
    "Poland": "Polish",
    "Czech Republic": "Czech",
    "Kazakhstan": "Kazakh",
    "Belarus": "Belarusian",
    "Ukraine": "Ukrainian",
    "Syria": "Syrian",
    "Spain": "Spanish",
    "Greece": "Greek",
    "Austria": "Austrian",
    "Brazil": "Brazilian",
    "Mexico": "Mexican",
    "International": "International",
}


def speaker(kind: str, voice: str, jurisdiction: str, publisher: str) -> str:
    """Return who says a passage, as the words that introduce it: "Russian law", "The article argues (…)"."""
    if voice and kind == "commentary" and "editors" not in voice:
        return f"The article argues ({voice})"
    if voice:
        verb = _VERB.get(kind, "") if "editors" not in voice else ""
        return f"{voice[0].upper()}{voice[1:]} {verb}".rstrip()
    if kind in _LAW:
        return f"{ADJECTIVES.get(jurisdiction, jurisdiction)} law"
    if kind == "case law" and jurisdiction not in ("International", ""):
        return f"Courts ({jurisdiction})"
    return _BY_KIND.get(kind, publisher)


NOT_FOUND = "The documents here do not answer this question."
COVERED = (
    "They cover humanitarian, temporary and political asylum and refugee status, above all in Russia: its law, the Assad, Snowden and "
    "Yanukovych cases, figures, the 1951 Convention, and how other states name and grant protection."
)
CLOSEST = "The closest the documents come:"
NEAREST = "Nearest passages, which do not answer the question:"
TRY = "Questions they do answer:"
EMPTY = "Please ask a question, for example: What is temporary asylum in Russia?"
UNDERSTOOD = "Understood as: {question}"
ERROR = "Something went wrong while searching, and nothing was lost. Please ask again."
SEARCHING = "Searching the documents…"
