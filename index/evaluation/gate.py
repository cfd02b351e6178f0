"""The gate: no measure may fall below its floor in ``knowledge/golden/floors.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.evaluation.evaluate import LOWER_IS_BETTER, Record, groups, means
from knowledge.errors import KnowledgeError
from knowledge.golden import GOLDEN

FLOORS = GOLDEN / "floors.toml"
_CLOSE = 1e-9  # a mean of thirds must not fail at its own value

Floors = Mapping[str, Mapping[str, Mapping[str, float]]]  # half, group, measure


def read_floors(path: Path = FLOORS) -> Floors:
    """Read the floors by half ("dev", "test"), by group ("all", "plain", "sources" or a kind) and measure.

    Raises:
        KnowledgeError: the file is not TOML, or something else than a number stands as a floor.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise KnowledgeError(path, getattr(error, "lineno", 1), f"not TOML: {error}") from error
    for half, sections in raw.items():
        if half not in ("dev", "test") or not isinstance(sections, dict):
            raise KnowledgeError(path, 1, f"[{half}]: a section is [dev.GROUP] or [test.GROUP]")
        for group, floors in sections.items():
            if not isinstance(floors, dict) or not all(type(floor) in (int, float) for floor in floors.values()):
                raise KnowledgeError(path, 1, f"[{half}.{group}]: give each measure a number")
    return raw


def broken(records: Sequence[Record], floors: Floors) -> list[str]:
    """Return one line for each floor that does not hold, [] if all do; a measure that is missing is a broken floor."""
    lines = []
    for half, sections in floors.items():
        inside = groups([r for r in records if r.half == half])
        for group, wanted in sections.items():
            found = means(inside.get(group, []), list(wanted), intervals=False)
            for name, floor in wanted.items():
                ceiling = name in LOWER_IS_BETTER
                word = "ceiling" if ceiling else "floor"
                if name not in found:
                    lines.append(f"{half}.{group}: {name} was not measured ({word} {floor:.3f})")
                elif (found[name].value - floor) * (-1 if ceiling else 1) < -_CLOSE:
                    side = "above its ceiling" if ceiling else "below its floor"
                    mean = found[name]
                    lines.append(f"{half}.{group}: {name} is {mean.value:.3f}, {side} {floor:.3f} ({mean.n} questions)")
    return lines
