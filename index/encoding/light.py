"""The light encoder: tokenizers and OpenVINO, so that a question loads neither torch nor transformers.

The model is exported once (index/encoding/export.py) into ``<cache>/light-<key>/``; the key hashes the model's files. The int8
form lies beside it; it is calibrated on the documents, so that its numbers are part of the encoder's fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from index.encoding.batches import batches, padded
from index.encoding.encoder import Progress, Vectors
from index.encoding.models import DEFAULT_MODEL, model_files, model_folder
from index.encoding.runtime import openvino
from index.encoding.stamps import Stamps
from knowledge.errors import SettingsError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Precision = Literal["bfloat16", "float32", "int8"]

EXPORT = 1  # raise it when index/encoding/export.py makes other files or other numbers

_HINTS = {"bfloat16": "bf16", "float32": "f32", "int8": "bf16"}  # of int8: for what is not quantised


class LightEncoder:
    """One model folder, run by OpenVINO; but for int8 it agrees with the reference to a cosine of .9999 or better.

    ``bfloat16`` is computed where the processor can and float32 elsewhere, which is finer: an index made on the one
    machine answers on the other.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        threads: int = 1,
        cache_folder: Path = Path("cache"),
        precision: Precision = "bfloat16",
        building: bool = False,
        calibrate: Callable[[LightEncoder, Path], None] | None = None,
    ) -> None:
        """``threads`` 0 takes every core, for many texts; any other number serves one text at a time.

        ``calibrate`` writes the int8 form of an encoder into a new folder, where none was written before.

        Raises:
            SettingsError: the model is no folder with a tokenizer.json.
        """
        folder = model_folder(model)
        if folder is None or not (folder / "tokenizer.json").is_file():
            raise SettingsError(
                f"the light encoder needs a model folder with a tokenizer.json, not {model}; set ASYLUM_ENCODER=reference"
            )
        self.name = f"{model} ({precision})"
        self._model = model
        self._folder = folder
        self._threads = threads
        self._cache = cache_folder
        self._precision = precision
        self._building = building
        self._calibrate = calibrate
        self._loaded: Future[list[Any]] | None = None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files, the backend, its precision and the form of the export.

        Raises:
            SettingsError: int8 is asked for, no build has calibrated it yet, and this is none.
        """
        calibrated = f" {self._facts['files']}" if self._precision == "int8" else ""  # no two calibrations are alike
        return _hash(f"light openvino {self._precision} {self._key}{calibrated}")

    @property
    def window(self) -> int:
        """The model's own limit."""
        return int(self._facts["window"])

    def begin(self) -> None:
        """Load the model beside what the caller does: OpenVINO compiles it without holding Python up."""
        if self._loaded is None:
            loader = ThreadPoolExecutor(1, "light-encoder")
            self._loaded = loader.submit(self._load)
            loader.shutdown(wait=False)

    def count(self, text: str) -> int:
        """Count word pieces with the model's own tokenizer."""
        return len(self._counter.encode(text, add_special_tokens=False).ids)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode longest first, in batches of as many word pieces as fill ``BATCH``, one on each core at a time."""
        rows = np.zeros((len(texts), int(self._facts["dimensions"])), np.float32)
        if not len(texts):
            return rows
        pieces = self.pieces(texts)
        running: list[tuple[Any, list[int]]] = []
        for batch in batches([len(ids) for ids in pieces]):
            if len(running) < len(self._requests):
                request = self._requests[len(running)]
            else:
                request, done = running.pop(0)
                _collect(request, done, rows, progress)
            request.start_async(list(padded([pieces[n] for n in batch])))
            running.append((request, batch))
        for request, done in running:
            _collect(request, done, rows, progress)
        return rows

    def encode_questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode as passages: a model that treats questions otherwise is not exported."""
        return self.encode_passages(texts, progress)

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the numbers of each text's word pieces, special ones included, cut at the window."""
        return [encoding.ids for encoding in self._reader.encode_batch(list(texts))]

    @cached_property
    def _key(self) -> str:
        stamps = Stamps(self._cache / "digests.json", trusting=not self._building)
        files = model_files(self._folder)
        parts = [f"{path.relative_to(self._folder).as_posix()} {stamps.sha256(path)}" for path in files]
        stamps.save()
        return _hash("\n".join((f"export {EXPORT}", *parts)))

    @cached_property
    def exported(self) -> Path:
        """The folder of the exported model: made now where it is missing or not what was written."""
        folder = self._cache / f"light-{self._key}"
        if self._precision == "int8":
            return self._calibrated(folder.with_name(f"{folder.name}-int8"))
        if not self._is_whole(folder):
            from index.encoding.export import export

            export(self._folder, folder)
        return folder

    def _calibrated(self, folder: Path) -> Path:
        if not self._is_whole(folder):
            if self._calibrate is None:
                raise SettingsError("no int8 model is calibrated yet; run: asylum build, or unset ASYLUM_PRECISION")
            exact = LightEncoder(self._model, self._threads, self._cache, "float32", building=True)
            self._calibrate(exact, folder)
        return folder

    def _is_whole(self, folder: Path) -> bool:
        try:
            facts = json.loads((folder / "made.json").read_text(encoding="utf-8"))
            stamps = Stamps(self._cache / "digests.json", trusting=not self._building)
            whole = all(stamps.sha256(folder / name) == sha256 for name, sha256 in facts["files"].items())
        except (OSError, ValueError, KeyError, AttributeError):
            return False
        stamps.save()
        return whole

    @cached_property
    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.exported / "made.json").read_text(encoding="utf-8"))
        return facts

    @cached_property
    def _requests(self) -> list[Any]:
        return self._loaded.result() if self._loaded else self._load()

    def _load(self) -> list[Any]:
        core = openvino().Core()
        settings = {"INFERENCE_PRECISION_HINT": _HINTS[self._precision], "INFERENCE_NUM_THREADS": self._threads}
        # One stream a core: two threads that share a batch wait for each other whenever one of them is held up.
        streams = {"NUM_STREAMS": 1 if self._threads else len(os.sched_getaffinity(0))}
        compiled = core.compile_model(core.read_model(str(self.exported / "model.xml")), "CPU", settings | streams)
        return [compiled.create_infer_request() for _ in range(streams["NUM_STREAMS"])]

    @cached_property
    def _reader(self) -> Tokenizer:
        tokenizer = self._tokenizer()
        tokenizer.enable_truncation(self.window)
        return tokenizer

    @cached_property
    def _counter(self) -> Tokenizer:
        return self._tokenizer()

    def _tokenizer(self) -> Tokenizer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer


def _collect(request: Any, numbers: list[int], rows: Vectors, progress: Progress | None) -> None:  # noqa: ANN401
    request.wait()
    found = np.asarray(request.get_output_tensor(0).data, np.float32)
    # bfloat16 leaves rows of length 1 ± .004
    rows[numbers] = found / np.linalg.norm(found, axis=1, keepdims=True)
    if progress:
        progress(len(numbers))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
