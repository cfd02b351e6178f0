"""What the commands work with: settings, encoder, explainer. Each is imported where it is needed, never before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answering.explainer import Explainer
    from bot.settings import Settings
    from index.encoding.encoder import Encoder


def open_settings() -> Settings:
    """Read the settings from the environment."""
    from bot.settings import Settings

    return Settings.from_environment()


def encoder_for(settings: Settings, building: bool = False) -> Encoder:
    """Open the encoder that the settings name."""
    from index.encoding.choose import open_encoder

    # a build has the machine to itself and takes every core
    threads = 0 if building else settings.threads
    return open_encoder(
        settings.model,
        threads,
        settings.encoder,
        settings.index / "cache",
        building,
        precision=settings.precision,
        documents=settings.documents,
    )


def open_explainer() -> Explainer:
    """Open the published index for questions."""
    no_spinning()
    from bot.answering.explainer import Explainer

    return Explainer(open_settings())


def no_spinning() -> None:
    """Keep NumPy, which must not be loaded yet, to one thread: the others wait in a loop, at twice the processor time."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
