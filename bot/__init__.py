"""What is said, and to whom. Programs that embed the explainer import from here: ``from bot import Explainer, Settings``.

``Explainer(Settings())`` opens the published index (IndexMissingError where ``asylum build`` has not run);
``Explainer.ask(question, history)`` returns an ``Answer``, whose ``citations`` hold the quotes, the ranges of characters
they were cut from and the SHA-256 of their document. Nothing heavy is imported before one of these names is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answering.answer import Answer, Citation
    from bot.answering.explainer import Explainer
    from bot.settings import Settings

__all__ = ["Answer", "Citation", "Explainer", "Settings"]

_HOMES = {
    "Answer": "bot.answering.answer",
    "Citation": "bot.answering.answer",
    "Explainer": "bot.answering.explainer",
    "Settings": "bot.settings",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bot' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
