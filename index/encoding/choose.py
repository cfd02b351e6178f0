"""Which encoder the settings mean: the light one where it can run, else the reference."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from index.encoding.encoder import Encoder, Kind, Precision
from index.encoding.models import DEFAULT_MODEL
from knowledge.document import DOCUMENTS
from knowledge.errors import SettingsError


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
        from index.encoding.reference import SentenceTransformersEncoder

        return SentenceTransformersEncoder(model, threads)
    if not installed:
        raise SettingsError("the light encoder needs openvino; run: make install, or set ASYLUM_ENCODER=reference")
    if cache_folder is None:
        raise SettingsError("the light encoder needs a folder for the exported model")
    from index.encoding.light import LightEncoder

    chosen = "bfloat16" if precision == "auto" else precision
    calibrate = None
    if building and chosen == "int8":
        from index.encoding.quantise import calibration

        calibrate = calibration(documents)
    encoder = LightEncoder(model, threads, cache_folder, chosen, building, calibrate)
    if soon:
        encoder.begin()
    return encoder
