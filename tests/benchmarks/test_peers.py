"""The table of tests/benchmarks/peers.py says what is measured, what failed, and where a peer is ahead."""

from __future__ import annotations

import importlib.util
import pickle
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parent


@pytest.fixture(scope="module")
def peers_table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("peers_table", BENCHMARKS / "peers_table.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["peers_table"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_table_sets_ratios_to_the_first_tool_in_brackets(peers_table: ModuleType) -> None:
    rows = [peers_table.Measure("query, ms"), peers_table.Measure("nDCG@10", 4, "higher")]
    results = {
        "ours": {"query, ms": (8.0, 12.0), "nDCG@10": 0.5},
        "peer": {"query, ms": (20.0, 30.0)},
    }
    assert peers_table.table(rows, results, {}) == [
        "|  | ours | peer |",
        "| --- | --- | --- |",
        "| query, ms | 8.0 / 12.0 (1) | 20.0 / 30.0 (2.5) |",
        "| nDCG@10 | 0.5000 | – |",
    ]


def test_a_tool_that_could_not_be_installed_keeps_its_column(peers_table: ModuleType) -> None:
    rows = [peers_table.Measure("build, s"), peers_table.Measure("size, MB")]
    results = {"ours": {"build, s": 2.0, "size, MB": 3.0}}
    assert peers_table.table(rows, results, {"peer": "could not be installed: no room"}) == [
        "|  | ours | peer |",
        "| --- | --- | --- |",
        "| build, s | 2.0 (1) | could not be installed: no room |",
        "| size, MB | 3.0 (1) | – |",
    ]


def test_a_measure_in_which_a_peer_is_ahead_is_named_with_the_reason(peers_table: ModuleType) -> None:
    rows = [
        peers_table.Measure("build, s", why="Ours does more."),
        peers_table.Measure("nDCG@10", 2, "higher"),
        peers_table.Measure("pickled", better=""),
    ]
    results = {
        "ours": {"build, s": 9.0, "nDCG@10": 0.5, "pickled": "no"},
        "ours too": {"build, s": 1.0, "nDCG@10": 0.9},
        "slow": {"build, s": 10.0, "nDCG@10": 0.4},
        "quick": {"build, s": 2.0, "nDCG@10": 0.6},
        "middling": {"build, s": 3.0},
    }
    assert peers_table.behind(rows, results, ("ours", "ours too")) == [
        "* **build, s**, ours 9.0, ahead: quick (2.0), middling (3.0). Ours does more.",
        "* **nDCG@10**, ours 0.50, ahead: quick (0.60).",
    ]


def test_pickles_are_found_by_what_they_hold(peers_table: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "texts.bin").write_bytes(pickle.dumps({"a": 1}))
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "numbers.npy", np.zeros(3))
    (tmp_path / "texts.json").write_text("{}", encoding="utf-8")
    assert peers_table.pickles(tmp_path) == ["deep/texts.bin", "objects.npy"]
