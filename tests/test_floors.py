"""The floors: imports point bot → index → knowledge, the packages are this checkout's, and import is free."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"numpy", "faiss", "torch", "chainlit", "sentence_transformers", "scipy", "bm25s"}


def imports(path: Path) -> Iterator[str]:
    """Yield the top-level name of every import of a file, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0] if node.level == 0 else f"relative, level {node.level}"


def importers(floor: str, forbidden: set[str]) -> dict[str, set[str]]:
    """Return the files of a floor that import something forbidden, and what."""
    found = {path.relative_to(ROOT).as_posix(): set(imports(path)) & forbidden for path in (ROOT / floor).rglob("*.py")}
    return {path: names for path, names in found.items() if names}


def loaded(*arguments: str) -> set[str]:
    """Run Python with these arguments and return which top-level modules it loaded."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [line for line in run.stderr.split("\n") if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().split(".")[0] for line in lines}


@pytest.mark.parametrize(
    ("floor", "above"), [("knowledge", {"index", "bot", "tests"}), ("index", {"bot", "tests"}), ("bot", {"tests"})]
)
def test_no_floor_imports_one_above_it(floor: str, above: set[str]) -> None:
    assert importers(floor, above) == {}


@pytest.mark.parametrize("floor", ["knowledge", "index", "bot"])
def test_imports_are_absolute(floor: str) -> None:
    assert importers(floor, {f"relative, level {level}" for level in range(1, 9)}) == {}


ROOMS = {  # a room of bot/ and those it may stand on
    "wording": set(),
    "understanding": {"wording"},
    "answering": {"wording", "understanding", "settings"},
    "chat": {"wording", "answering", "understanding", "settings"},
    "quality": {"wording", "answering", "understanding", "settings"},
    "commands": {"wording", "answering", "understanding", "settings", "quality", "chat"},
}


def modules(path: Path) -> Iterator[str]:
    """Yield the full name of every module of ours that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours() -> dict[str, set[str]]:
    """Return the files of the three packages by their dotted names, each with those it imports."""
    files = {
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): path
        for floor in ("knowledge", "index", "bot")
        for path in (ROOT / floor).rglob("*.py")
    }
    found = {name: set(modules(path)) for name, path in files.items()}
    # "bot.wording.say" is a name in the module bot.wording
    return {
        name: {m for imported in names for m in (imported, imported.rpartition(".")[0]) if m in files and m != name}
        for name, names in found.items()
    }


def circles(imported: dict[str, set[str]]) -> list[list[str]]:
    """Return every circle of imports that a walk meets, as the modules on it."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            found.append(path[path.index(name) :])
        elif name not in done:
            for other in sorted(imported.get(name, ())):
                walk(other, [*path, name])
            done.add(name)

    for name in sorted(imported):
        walk(name, [])
    return found


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_stands_only_on_the_rooms_below_it(room: str) -> None:
    assert {path.name for path in (ROOT / "bot").iterdir() if (path / "__init__.py").exists()} == set(ROOMS)
    above = {
        name: others
        for name, imports_ in ours().items()
        if name.startswith(f"bot.{room}.") or name == f"bot.{room}"
        if (others := {i.split(".")[1] for i in imports_ if i.startswith("bot.")} - ROOMS[room] - {room})
    }
    assert above == {}


def test_no_files_import_each_other_in_a_circle() -> None:
    imported = {name: others - {"bot"} for name, others in ours().items() if name != "bot"}  # the front door, read late
    assert circles(imported) == []


def test_a_circle_would_be_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def test_an_upward_import_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(
        "def f():\n    from bot.commands.cli import main\n    import index.build as b\n    from . import y\n"
    )
    assert list(imports(tmp_path / "x.py")) == ["bot", "index", "relative, level 1"]


def test_knowledge_needs_numpy_only_for_the_matrix_of_near_copies() -> None:
    assert importers("knowledge", HEAVY) == {"knowledge/agreement.py": {"numpy"}}


def test_the_chat_framework_is_known_to_the_bot_alone() -> None:
    assert importers("index", {"chainlit", "click", "rich"}) == {}


@pytest.mark.parametrize("package", ["bot", "index", "knowledge"])
def test_the_packages_are_those_of_this_checkout(package: str) -> None:
    assert Path(str(importlib.import_module(package).__file__)) == ROOT / package / "__init__.py"


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", "import bot.commands.cli"),
        ("-m", "bot.commands.cli", "--help"),
        ("-m", "bot.commands.cli", "build", "--help"),
        (
            "-c",
            "import knowledge.check, knowledge.reading.readers, knowledge.golden, knowledge.names, knowledge.statuses",
        ),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments) & HEAVY == set()


def test_a_heavy_module_would_be_seen() -> None:
    assert loaded("-c", "import index.vectors") & HEAVY == {"faiss", "numpy"}


def test_importing_the_bot_writes_nothing_where_it_is_run(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", "import bot.commands.cli, index.build"], cwd=tmp_path, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []
