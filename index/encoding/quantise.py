"""Make the int8 form of the light encoder: static quantisation, calibrated on passages of the documents.

Needs the extra ``int8`` (nncf), at build time alone.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np

from index.encoding.batches import padded
from index.encoding.encoder import Vectors
from index.encoding.export import PROBES, folder_of_a_model, write_facts
from index.encoding.light import LightEncoder
from index.encoding.runtime import openvino
from index.lock import build_lock
from knowledge.errors import SettingsError
from knowledge.passages import split
from knowledge.reading.readers import read_corpus

SAMPLE = 300  # passages
LEAST_MEAN_COSINE = 0.99  # to the exact model's rows, over the sample


def calibration(documents: Path) -> Callable[[LightEncoder, Path], None]:
    """Return what makes the int8 form of an encoder from passages of ``documents``."""
    return lambda exact, target: quantise(exact, documents, target)


def quantise(exact: LightEncoder, documents: Path, target: Path) -> None:
    """Write the int8 form of an exported model into the new folder ``target``.

    Raises:
        SettingsError: nncf is not installed, or the vectors differ too much from the exact ones.
        ExplainerError: another process is doing the same.
    """
    nncf = _nncf()
    with build_lock(target.parent), folder_of_a_model(target) as folder:
        texts = [*PROBES, *_sample(exact, documents, target.parent)]
        inputs = [dict(zip(("input_ids", "attention_mask"), padded([ids]), strict=True)) for ids in exact.pieces(texts)]
        core = openvino().Core()
        with redirect_stdout(sys.stderr):  # its progress bars; answers alone belong on stdout
            model = nncf.quantize(
                core.read_model(str(exact.exported / "model.xml")),
                nncf.Dataset(inputs),
                model_type=nncf.ModelType.TRANSFORMER,
                preset=nncf.QuantizationPreset.MIXED,  # activations with a zero point: GELU's are not symmetric
                subset_size=len(inputs),
            )
        openvino().save_model(model, str(folder / "model.xml"), compress_to_fp16=True)
        cosine = _mean_cosine(core, folder / "model.xml", inputs, exact.encode_passages(texts))
        if not cosine >= LEAST_MEAN_COSINE:
            raise SettingsError(
                f"int8 vectors of these documents differ too much (cosine {cosine:.4f}); unset ASYLUM_PRECISION"
            )
        write_facts(folder, exact.window, int(exact.encode_passages([""]).shape[1]), cosine)


def _sample(exact: LightEncoder, documents: Path, cache: Path) -> list[str]:
    """Return passages from all over the documents, at most ``SAMPLE``."""
    read, _ = read_corpus(documents, cache=cache / "documents")
    some = read[:: max(1, len(read) // SAMPLE)]
    passages = [passage.embedded for document in some for passage in split(document, exact.count, exact.window)]
    return passages[:: max(1, len(passages) // SAMPLE)][:SAMPLE]


def _mean_cosine(core: Any, path: Path, inputs: Sequence[dict[str, Any]], expected: Vectors) -> float:  # noqa: ANN401
    compiled = core.compile_model(core.read_model(str(path)), "CPU", {"INFERENCE_PRECISION_HINT": "bf16"})
    request = compiled.create_infer_request()
    rows = np.concatenate([np.array(request.infer(one)[0], np.float32) for one in inputs])
    cosines = (rows * expected).sum(axis=1) / np.linalg.norm(rows, axis=1)
    return float(cosines.mean())


def _nncf() -> Any:  # noqa: ANN401
    """Import nncf without the part that reports its use to Google Analytics; it goes on without."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    openvino()
    try:
        with redirect_stdout(sys.stderr):
            return importlib.import_module("nncf")
    except ImportError as error:
        raise SettingsError(
            f"int8 needs nncf to be calibrated ({error}); run: pip install -e '.[int8]', or unset ASYLUM_PRECISION"
        ) from error
