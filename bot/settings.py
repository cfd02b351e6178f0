"""Settings, read once from the environment and passed down as plain values."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from index.encoding.encoder import KINDS, PRECISIONS, Kind, Precision
from index.encoding.models import DEFAULT_MODEL
from index.store import BUILT
from knowledge.document import DOCUMENTS
from knowledge.errors import SettingsError
from knowledge.reading.read_blocks import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and which model reads them.

    ASYLUM_DOCUMENTS  folder of documents        ASYLUM_INDEX  folder of generations
    ASYLUM_MODEL      name or folder of a model  ASYLUM_THREADS  threads for one question, 1 to 64
    ASYLUM_ENCODER    auto, reference (torch) or light (OpenVINO)
    ASYLUM_UPLOADS    on lets whoever opens the chat on this machine add documents in it; off by default
    ASYLUM_MOST_BYTES, _UNPACKED (bytes in a zip), _PAGES, _PASSAGES, _SECONDS, _MEMORY (bytes)  what reading one file may cost
    ASYLUM_PRECISION  auto (the fastest that loses nothing), float32, bfloat16 or int8 (needs the extra "int8" to build)
    """

    documents: Path = DOCUMENTS
    index: Path = BUILT
    model: str = DEFAULT_MODEL
    threads: int = 1  # two threads on a busy machine were 25 times slower: they wait for each other
    encoder: Kind = "auto"
    uploads: bool = False
    limits: Limits = LIMITS
    precision: Precision = "auto"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Raises:
            SettingsError: a value cannot be used.
        """
        threads = environment.get("ASYLUM_THREADS") or "1"
        if not re.fullmatch(r"[0-9]{1,2}", threads) or not 1 <= int(threads) <= 64:
            raise SettingsError(f"ASYLUM_THREADS is {threads!r}; give a number from 1 to 64")
        encoder = environment.get("ASYLUM_ENCODER") or "auto"
        if encoder not in KINDS:
            raise SettingsError(f"ASYLUM_ENCODER is {encoder!r}; give {', '.join(KINDS)}")
        uploads = environment.get("ASYLUM_UPLOADS") or "off"
        if uploads not in ("on", "off"):
            raise SettingsError(f"ASYLUM_UPLOADS is {uploads!r}; give on or off")
        precision = environment.get("ASYLUM_PRECISION") or "auto"
        if precision not in PRECISIONS:
            raise SettingsError(f"ASYLUM_PRECISION is {precision!r}; give {', '.join(PRECISIONS)}")
        return cls(
            documents=Path(environment.get("ASYLUM_DOCUMENTS") or DOCUMENTS).expanduser().resolve(),
            index=Path(environment.get("ASYLUM_INDEX") or BUILT).expanduser().resolve(),
            model=environment.get("ASYLUM_MODEL") or DEFAULT_MODEL,
            threads=int(threads),
            encoder=encoder,
            uploads=uploads == "on",
            limits=_limits(environment),
            precision=precision,
        )


def _limits(environment: Mapping[str, str]) -> Limits:
    stated: dict[str, int] = {}
    for field in fields(Limits):
        name = f"ASYLUM_MOST_{'BYTES' if field.name == 'size' else field.name.upper()}"
        if value := environment.get(name):
            if not re.fullmatch(r"[1-9][0-9]{0,14}", value):
                raise SettingsError(f"{name} is {value!r}; give a whole number from 1, by default {field.default:g}")
            stated[field.name] = int(value)
    return replace(LIMITS, **stated)
