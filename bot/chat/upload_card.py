"""The card of an upload: what was understood of a file, the choice of its kind, the progress; props for UploadCard.jsx."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from bot import wording
from bot.chat.upload import Offer
from knowledge.document import KINDS, Section

_SECTIONS = 12  # shown; the rest is counted
_PASSAGES = 3
_SHORT = 280  # characters of a passage


def offer_props(id: str, offer: Offer, language: str) -> dict[str, Any]:
    """Return what the card shows before the editor decided; everything in it is shown as plain text."""
    language = language[:2].lower()
    words, document = wording.upload(language), offer.document
    pages = max((section.page or 0 for section in document.sections), default=0)
    extent = (
        words["extent"].format(sections=len(document.sections), passages=len(offer.passages)),
        words["pages"].format(pages=pages) if pages else "",
    )
    facts = (
        (words["file"], offer.item.label),
        (words["title"], document.title),
        (words["kind"], wording.kind(offer.kind, language)),
        (words["language"], document.language),
        (words["date"], document.date),
        (words["publisher"], document.publisher),
        (words["size"], " · ".join(filter(None, extent))),
    )
    return {
        "id": id,
        "state": "offer",
        "heading": words["heading"],
        "direction": "rtl" if language == "ar" else "ltr",
        "facts": [[label, value] for label, value in facts if value],
        "sections": [_section(section) for section in document.sections[:_SECTIONS]],
        "more": words["more"].format(count=len(document.sections) - _SECTIONS)
        if len(document.sections) > _SECTIONS
        else "",
        "passages": [
            {"place": _place(document.section(p.anchor)), "text": textwrap.shorten(p.text, _SHORT, placeholder=" …")}
            for p in offer.passages[:_PASSAGES]
        ],
        "warning": words["hostile"] if offer.hostile else "",
        "stated": offer.kind,
        "kinds": [[name, wording.kind(name, language)] for name in KINDS],
        "words": {key: words[key] for key in ("sections", "passages", "kind", "choose", "add", "cancel", "gone")},
        "problem": "",
        "progress": None,
        "done": "",
    }


def progress_props(told: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return the card's changes for a line of a build's progress."""
    words = wording.upload(language)
    stage = str(told["stage"])
    line = f"{words.get(stage, stage)}: {told['done']} / {told['total']}"
    if told["per_second"] and told["done"] < told["total"]:
        line += " · " + words["speed"].format(rate=f"{told['per_second']:g}", left=f"{told['seconds_left']:.0f}")
    return {"state": "building", "progress": {"line": line, "done": told["done"], "total": told["total"]}}


def _section(section: Section) -> dict[str, str]:
    return {"heading": section.heading, "place": section.locator if section.locator not in section.heading else ""}


def _place(section: Section | None) -> str:
    return (section.locator or section.heading) if section else ""
