"""The reference encoder: any sentence-transformers model, in float32."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from index.encoding.encoder import Progress, Vectors
from index.encoding.models import DEFAULT_MODEL, model_files, model_folder
from knowledge.errors import SettingsError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

_SLICE = 256


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
