"""What can go wrong that a user can mend: each error is one line that names the thing and the remedy.

ExplainerError
├── KnowledgeError      a document, a status, a disagreement or a question is not well formed
├── IndexMissingError   there is no index yet, or it is damaged, stale or made by another encoder
└── SettingsError       a setting or an argument cannot be used
"""

from __future__ import annotations

from pathlib import Path


class ExplainerError(Exception):
    """The root: its text is shown to the user as it is."""


class KnowledgeError(ExplainerError):
    """A file of the knowledge base is not well formed; shown as ``path:line: problem``."""

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path = Path(path)
        self.line = line
        self.problem = problem


class IndexMissingError(ExplainerError):
    """The index cannot be used as it is; the text ends with the command that mends it."""


class SettingsError(ExplainerError):
    """A setting or an argument has a value that cannot be used."""
