"""Protection statuses, slot by slot, each value with the place it rests on: the source of every comparison."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError

STATUSES = Path(__file__).parent / "statuses.toml"
SLOTS = ("basis", "decides", "grounds", "duration", "excluded", "rights", "ends", "permanence")


@dataclass(frozen=True, slots=True)
class Slot:
    """What the sources state on one point, as a short phrase, the section that holds it, and when it was last looked at ("" = unknown)."""

    value: str
    place: str
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """A form of protection in one legal order. ``generic`` are the aliases that mean it where no country is named."""

    id: str
    name: str
    jurisdiction: str
    aliases: tuple[str, ...]
    generic: tuple[str, ...]
    partner: str
    slots: Mapping[str, Slot]

    @property
    def phrase(self) -> str:
        """The name as it stands in a sentence: "temporary asylum in Russia"."""
        name, _, law = self.name.rstrip(")").partition(" (")
        second = name.partition(" ")[2]
        plain = name if name[1:2].isupper() or second[:1].isupper() else name[0].lower() + name[1:]
        if self.jurisdiction == "International":
            return f"{plain} under the {law}" if law[:1].isdigit() else plain
        the = (
            "the " if self.jurisdiction in ("European Union", "United Kingdom", "United States", "Netherlands") else ""
        )
        return f"{plain} in {the}{self.jurisdiction}"


def read_statuses(path: Path = STATUSES) -> dict[str, Status]:
    """Read the statuses by id, in order of the file.

    Raises:
        KnowledgeError: the file is not TOML, a field or slot is unknown, or a required one is missing.
    """
    return {id: _status(path, id, raw) for id, raw in read_toml(path).items()}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of the knowledge base; its errors name the line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        line = str(error).partition("line ")[2].partition(",")[0]
        raise KnowledgeError(path, int(line) if line.isdigit() else 1, f"not TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(path, 1, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise KnowledgeError(path, 1, f"cannot be read: {error.strerror}") from error


def line_of(path: Path, table: str) -> int:
    """Return the line on which ``[table]`` stands, 1 where it is not found."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.strip() == f"[{table}]"), 1)


def _status(path: Path, id: str, raw: dict[str, Any]) -> Status:
    known = {"name", "jurisdiction", "aliases", "generic", "partner", "slots"}
    if missing := sorted({"name", "jurisdiction", "aliases", "slots"} - set(raw)):
        raise KnowledgeError(path, line_of(path, id), f"{id} lacks {', '.join(missing)}")
    if unknown := sorted((set(raw) - known) | (set(raw["slots"]) - set(SLOTS))):
        raise KnowledgeError(path, line_of(path, id), f"{id} has unknown fields or slots {', '.join(unknown)}")
    for name, slot in raw["slots"].items():
        if not isinstance(slot, dict) or not {"value", "place"} <= set(slot) <= {"value", "place", "as_of"}:
            raise KnowledgeError(path, line_of(path, f"{id}.slots"), f"{id}.{name} needs a value and a place")
    slots = {name: Slot(**raw["slots"][name]) for name in SLOTS if name in raw["slots"]}
    generic = tuple(raw.get("generic", ()))
    aliases = tuple(dict.fromkeys((*raw["aliases"], *generic)))
    return Status(id, raw["name"], raw["jurisdiction"], aliases, generic, raw.get("partner", ""), slots)
