"""Settings, read once from the environment and passed down as plain values."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.encoder import DEFAULT_MODEL, KINDS, Kind
from index.store import BUILT
from knowledge.document import DOCUMENTS
from knowledge.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and which model reads them.

    ASYLUM_DOCUMENTS  folder of documents        ASYLUM_INDEX  folder of generations
    ASYLUM_MODEL      name or folder of a model  ASYLUM_THREADS  threads for one question, 1 to 64
    ASYLUM_ENCODER    auto, reference (torch) or light (OpenVINO)
    """

    documents: Path = DOCUMENTS
    index: Path = BUILT
    model: str = DEFAULT_MODEL
    threads: int = 1  # two threads on a busy machine were 25 times slower: they wait for each other
    encoder: Kind = "auto"

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
        return cls(
            documents=Path(environment.get("ASYLUM_DOCUMENTS") or DOCUMENTS).expanduser().resolve(),
            index=Path(environment.get("ASYLUM_INDEX") or BUILT).expanduser().resolve(),
            model=environment.get("ASYLUM_MODEL") or DEFAULT_MODEL,
            threads=int(threads),
            encoder=encoder,
        )
