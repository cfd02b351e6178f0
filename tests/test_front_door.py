"""What another program imports: ``from bot import Explainer, Settings``, as the README shows it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot

ROOT = Path(__file__).parents[1]


def test_the_public_names_are_those_that_are_documented() -> None:
    assert {name: getattr(bot, name).__name__ for name in bot.__all__} == {name: name for name in bot.__all__}


def test_another_name_is_refused_as_any_module_does() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        bot.Nothing  # noqa: B018


@pytest.mark.quality
def test_the_example_of_the_readme_runs_and_prints_a_cited_answer() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(from bot import .*?)```", readme, re.DOTALL)
    assert example
    run = subprocess.run([sys.executable, "-c", example[1]], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "[1]" in run.stdout and "law/russia/" in run.stdout
