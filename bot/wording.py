"""Every word the program says by itself, so that a lawyer can review one file. Quoted law is never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answer import Citation

NAME = "Asylum explainer"
DISCLAIMER = "Information, not legal advice"

# How a source is introduced, by its kind, where no voice is named.
_BY_KIND = {
    "case law": "Courts",
    "glossary": "Terms",
    "treaty": "International law",
}
_LAW = ("constitution", "statute", "decree")
_VERB = {
    "commentary": "argues",
    "official statement": "stated",
    "news": "reported",
    "statistics": "counted",
    "scholarship": "writes",
}
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


def speaker(citation: Citation) -> str:
    """Return who says the quoted words, as the words that introduce them: "Russian law", "The article argues (…)"."""
    kind, voice = citation.kind, citation.voice
    own = "editors" in voice  # our own comparisons claim nothing for themselves
    if citation.document.startswith("article/") and kind == "commentary" and not own:
        return f"The article argues ({voice})" if voice else "The article argues"
    if voice:
        verb = "" if own or any(f" {v}" in voice for v in ("reporting", "quoting", "report")) else _VERB.get(kind, "")
        return f"{voice[0].upper()}{voice[1:]} {verb}".rstrip()
    if kind in _LAW:
        return f"{ADJECTIVES.get(citation.jurisdiction, citation.jurisdiction)} law"
    if kind == "case law" and citation.jurisdiction not in ("International", ""):
        return f"Courts ({citation.jurisdiction})"
    return _BY_KIND.get(kind, citation.publisher)


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
