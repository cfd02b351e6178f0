"""Export a sentence-transformers model for the light encoder: traced with its pooling, converted to OpenVINO's form.

OpenVINO reads the traced model itself, so that no ONNX package is needed. This is the one place that needs torch.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.encoding.runtime import openvino
from knowledge.errors import SettingsError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

LEAST_COSINE = 0.9999
# Of several lengths and scripts; what the export makes of them is compared with the reference.
PROBES = (
    "Who grants political asylum?",
    "asylum",
    "Temporary asylum in Russia lasts up to one year and may be extended, under Article 12 of Law No. 4528-1. " * 3,
    "Временное убежище предоставляет территориальный орган.",
    "من يمنح اللجوء السياسي؟",
    "A refugee shall not be returned to a country where life or freedom is threatened. " * 40,
)


def export(source: Path, target: Path) -> None:
    """Write model.xml, model.bin and made.json into the new folder ``target``; there from one moment to the next.

    Raises:
        SettingsError: the model treats questions in a way of its own, its vectors differ from the reference's, or
            the folder cannot be written.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with folder_of_a_model(target) as temporary:
        _write(source, temporary)


@contextmanager
def folder_of_a_model(target: Path) -> Iterator[Path]:
    """Lend an empty folder that becomes ``target`` if all goes well.

    Raises:
        SettingsError: nothing can be written there.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix="export-", dir=target.parent))
    except OSError as error:
        raise SettingsError(
            f"the light model cannot be written to {target.parent} ({error.strerror}); set ASYLUM_ENCODER=reference"
        ) from error
    try:
        yield temporary
        temporary.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)  # damaged, or we would not be here
        try:
            temporary.rename(target)
        except OSError:
            if not (target / "made.json").exists():  # else another process was faster, with the same files
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write(source: Path, folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    log = logging.getLogger("transformers")
    level = log.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a trace warns of every Python bool on its way; the probes below are the test
        log.setLevel(logging.ERROR)
        try:
            # plain attention: the fused kind is traced into more operations and was no faster
            model = SentenceTransformer(str(source), device="cpu", model_kwargs={"attn_implementation": "eager"})
            if any(model.prompts.values()):
                raise SettingsError(f"the model {source} has prompts of its own; set ASYLUM_ENCODER=reference")
            converted = _converted(model)
            reference = model.encode(list(PROBES), normalize_embeddings=True, show_progress_bar=False)
            dimensions = int(reference.shape[1])
            window = int(model.max_seq_length or 512)
        finally:
            log.setLevel(level)
    # 16-bit weights: half the file and 80 MB less memory, and finer than the bfloat16 that computes with them
    openvino().save_model(converted, str(folder / "model.xml"), compress_to_fp16=True)
    cosine = _least_cosine(folder / "model.xml", model, np.asarray(reference, np.float32))
    if not cosine >= LEAST_COSINE:
        raise SettingsError(
            f"the exported model {source} differs from the reference (cosine {cosine:.4f}); set ASYLUM_ENCODER=reference"
        )
    write_facts(folder, window, dimensions, cosine)


def write_facts(folder: Path, window: int, dimensions: int, cosine: float) -> None:
    """Write made.json: what the light encoder must know of the model, and the hashes of its files."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.xml", "model.bin")}
    facts = {"window": window, "dimensions": dimensions, "cosine": round(cosine, 7), "files": files}
    (folder / "made.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _converted(model: SentenceTransformer) -> Any:  # noqa: ANN401
    import torch

    class Pooled(torch.nn.Module):
        """Word pieces → unit rows: the model's own modules in turn, pooling included."""

        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(model)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            for step in self.steps:
                features = step(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)

    ov = openvino()
    decoders = importlib.import_module("openvino.frontend.pytorch.ts_decoder")
    example = (torch.tensor([[101, 2040, 3946, 102], [101, 2040, 102, 0]]), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]))
    with torch.no_grad():
        traced = torch.jit.trace(Pooled().eval(), example, check_trace=False, strict=False)  # type: ignore[no-untyped-call]
    frontend = ov.frontend.FrontEndManager().load_by_framework("pytorch")
    decoder = decoders.TorchScriptPythonDecoder(traced)  # kept by a name: the frontend holds no reference to it
    converted = frontend.convert(frontend.load(decoder))
    for port, name in zip(converted.inputs, ("input_ids", "attention_mask"), strict=True):
        port.set_names({name})
        port.node.set_element_type(ov.Type.i64)
        port.node.set_partial_shape(ov.PartialShape([-1, -1]))
    converted.validate_nodes_and_infer_types()
    return converted


def _least_cosine(path: Path, model: SentenceTransformer, reference: np.ndarray[Any, Any]) -> float:
    """Return the least cosine between the export's rows, all in one padded batch, and the reference's."""
    core = openvino().Core()
    compiled = core.compile_model(core.read_model(str(path)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    features = model.preprocess(list(PROBES))
    inputs = [features[name].numpy() for name in ("input_ids", "attention_mask")]
    rows = compiled.create_infer_request().infer(inputs)[0]
    return float((rows * reference).sum(axis=1).min())
