"""OpenVINO, without the part of it that reports its use."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def openvino() -> Any:  # noqa: ANN401 (the module ships no types)
    """Import OpenVINO without its conversion tool.

    That tool reports each import to Google Analytics without asking, and writes an identifier into the home folder.
    Readers may be people seeking protection, so it is never loaded; OpenVINO goes on without it, and starts sooner.
    """
    sys.modules.setdefault("openvino.tools", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")
