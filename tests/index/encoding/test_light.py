"""The light encoder: batches and remembered hashes, and (marked ``quality``) that it agrees with the reference."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.encoding.batches import batches
from index.encoding.choose import open_encoder
from index.encoding.encoder import Encoder, Vectors
from index.encoding.light import LightEncoder
from index.encoding.models import DEFAULT_MODEL
from index.encoding.reference import SentenceTransformersEncoder
from index.encoding.stamps import Stamps
from index.evaluation.evaluate import by_place, measure_rankings
from index.vectors import VectorIndex
from knowledge.errors import SettingsError
from knowledge.golden import read_golden
from knowledge.passages import Passage, split
from knowledge.reading.readers import read_corpus

ROOT = Path(__file__).parents[3]
ODD = (
    "",
    "   ",
    "a",
    "Кто предоставляет политическое убежище?",
    "من يمنح اللجوء",
    "İé ﬁ 😀 [MASK] [SEP]",
    "asylum " * 400,
)


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def long_ago(path: Path) -> Path:
    """The file with a stamp that a hash taken now may be remembered under."""
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def remembering(memory: Path, trusting: bool = True) -> Stamps:
    """Stamps that take every file to have rested since it was written."""
    return Stamps(memory, trusting, settled=-1.0)


def test_batches_go_longest_first_and_fill_the_budget_padding_included() -> None:
    assert list(batches([3, 10, 4, 10, 1], most=20)) == [[1, 3], [2, 0, 4]]


def test_a_text_longer_than_the_budget_goes_alone() -> None:
    assert list(batches([30, 2], most=20)) == [[0], [1]]


def test_no_texts_are_no_batches() -> None:
    assert list(batches([])) == []


def test_a_hash_is_remembered_while_the_file_stays_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "model.bin", "weights")
    first = remembering(tmp_path / "digests.json")
    first.sha256(path)
    first.save()
    known = json.loads((tmp_path / "digests.json").read_text())
    known[str(path)][1] = "remembered"
    write(tmp_path / "digests.json", json.dumps(known))
    assert remembering(tmp_path / "digests.json").sha256(path) == "remembered"


def test_a_build_hashes_again_whatever_is_remembered(tmp_path: Path) -> None:
    path = write(tmp_path / "model.bin", "weights")
    first = remembering(tmp_path / "digests.json")
    true = first.sha256(path)
    first.save()
    write(tmp_path / "digests.json", (tmp_path / "digests.json").read_text().replace(true, "forged"))
    assert remembering(tmp_path / "digests.json", trusting=False).sha256(path) == true


def test_a_file_of_the_same_size_and_time_is_hashed_again(tmp_path: Path) -> None:
    path = long_ago(write(tmp_path / "model.bin", "weights"))
    first = remembering(tmp_path / "digests.json")
    before = first.sha256(path)
    first.save()
    long_ago(write(path, "WEIGHTS"))
    assert remembering(tmp_path / "digests.json").sha256(path) != before


def test_the_hash_of_a_file_written_this_moment_is_not_remembered(tmp_path: Path) -> None:
    path = write(tmp_path / "model.bin", "weights")
    stamps = Stamps(tmp_path / "digests.json")
    stamps.sha256(path)
    stamps.save()
    assert not (tmp_path / "digests.json").exists()


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', "\x00"])
def test_damaged_memory_is_forgotten(content: str, tmp_path: Path) -> None:
    path = write(tmp_path / "model.bin", "weights")
    fresh = Stamps(tmp_path / "none.json").sha256(path)
    write(tmp_path / "digests.json", content)
    assert Stamps(tmp_path / "digests.json").sha256(path) == fresh


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    path = long_ago(write(tmp_path / "model.bin", "weights"))
    stamps = Stamps(tmp_path / "model.bin" / "digests.json")
    first = stamps.sha256(path)
    stamps.save()
    assert stamps.sha256(path) == first


def test_openvino_is_imported_without_the_part_that_reports_each_import(tmp_path: Path) -> None:
    program = (
        "import sys; from index.encoding.runtime import openvino; openvino().Core();"
        "print([m for m in sys.modules if 'telemetry' in m or m.startswith('openvino.tools.')])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (run.stdout, list(tmp_path.iterdir())) == ("[]\n", [])


def test_the_default_model_is_read_by_the_light_encoder_and_any_other_by_the_reference(tmp_path: Path) -> None:
    chosen = [type(open_encoder(model, cache_folder=tmp_path)) for model in (DEFAULT_MODEL, str(tmp_path), "some/name")]
    assert chosen == [LightEncoder, SentenceTransformersEncoder, SentenceTransformersEncoder]


def test_the_reference_can_be_asked_for(tmp_path: Path) -> None:
    assert isinstance(open_encoder(kind="reference", cache_folder=tmp_path), SentenceTransformersEncoder)


@pytest.mark.parametrize("model", ["some/name", "."])
def test_a_model_without_a_tokenizer_file_is_left_to_the_reference(model: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"tokenizer\.json, not .*; set ASYLUM_ENCODER=reference$"):
        open_encoder(model, kind="light", cache_folder=tmp_path)


def test_a_fingerprint_names_backend_and_precision_and_loads_nothing(tmp_path: Path) -> None:
    encoders: list[Encoder] = [
        LightEncoder(cache_folder=tmp_path),
        LightEncoder(cache_folder=tmp_path, building=True, threads=0),
        LightEncoder(cache_folder=tmp_path, precision="float32"),
        SentenceTransformersEncoder(),
    ]
    prints = [encoder.fingerprint for encoder in encoders]
    exported = list(tmp_path.glob("light-*"))
    assert (prints[0] == prints[1], len(set(prints)), exported) == (True, 3, [])


def test_counting_word_pieces_exports_nothing(tmp_path: Path) -> None:
    counted = LightEncoder(cache_folder=tmp_path).count("non-refoulement " * 200)
    assert (counted, list(tmp_path.iterdir())) == (SentenceTransformersEncoder().count("non-refoulement " * 200), [])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def light(cache: Path) -> Callable[..., LightEncoder]:
    return lambda **options: LightEncoder(cache_folder=cache, threads=0, **options)


@pytest.fixture(scope="module")
def corpus(reference: SentenceTransformersEncoder) -> list[Passage]:
    return [p for d in read_corpus()[0] for p in split(d, reference.count, reference.window)]


@pytest.fixture(scope="module")
def reference() -> SentenceTransformersEncoder:
    return SentenceTransformersEncoder(device="cpu")


@pytest.fixture(scope="module")
def expected(reference: SentenceTransformersEncoder, corpus: list[Passage]) -> Vectors:
    return reference.encode_passages([p.embedded for p in corpus])


@pytest.mark.quality
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_whole_corpus_has_the_vectors_of_the_reference(
    precision: str, light: Callable[..., LightEncoder], corpus: list[Passage], expected: Vectors
) -> None:
    rows = light(precision=precision).encode_passages([p.embedded for p in corpus])
    assert (rows * expected).sum(axis=1).min() >= 0.9999


@pytest.mark.quality
@pytest.mark.parametrize("text", ODD)
def test_odd_texts_have_the_vectors_of_the_reference(
    text: str, light: Callable[..., LightEncoder], reference: SentenceTransformersEncoder
) -> None:
    rows = light(precision="float32").encode_questions([text, "Who grants asylum?"])
    assert (rows * reference.encode_questions([text, "Who grants asylum?"])).sum(axis=1).min() >= 0.9999


@pytest.mark.quality
def test_ranking_the_golden_questions_is_worth_as_much_as_with_the_reference(
    light: Callable[..., LightEncoder],
    reference: SentenceTransformersEncoder,
    corpus: list[Passage],
    expected: Vectors,
) -> None:
    places = [p.place for p in corpus]
    asked = {q.id: q for q in read_golden() if q.half == "dev" and set(q.places) & set(places)}
    judged = {id: {p: grade for p, grade in q.places.items() if p in places} for id, q in asked.items()}

    def worth(encoder: Encoder, passages: Vectors) -> tuple[float, dict[str, list[str]]]:
        index = VectorIndex.build(passages)
        vectors = encoder.encode_questions([q.standalone or q.question for q in asked.values()])
        found = [index.nearest(vector, 10) for vector in vectors]
        rankings = {
            id: by_place((places[row], float(cosine)) for row, cosine in zip(rows, cosines, strict=True))
            for id, (rows, cosines) in zip(asked, found, strict=True)
        }
        measures = measure_rankings(rankings, judged)
        mean = float(np.mean([m["nDCG@10"] for m in measures.values()]))
        return mean, {id: list(ranking) for id, ranking in rankings.items()}

    before, tens = worth(reference, expected)
    now, others = worth(light(), light().encode_passages([p.embedded for p in corpus]))
    overlap = float(np.mean([len(set(tens[id]) & set(others[id])) / len(tens[id]) for id in tens]))
    print(
        f"{len(asked)} questions, {len(places)} places: nDCG@10 {before:.4f} → {now:.4f}, top ten in common {overlap:.4f}"
    )
    assert (abs(now - before) <= 0.005, overlap >= 0.99) == (True, True)


@pytest.mark.quality
def test_a_text_has_one_vector_whatever_stands_beside_it(light: Callable[..., LightEncoder]) -> None:
    alone = light().encode_questions(["Who grants asylum?"])[0]
    beside = light().encode_questions(["asylum " * 300, "Who grants asylum?", "When?"])[1]
    assert float(alone @ beside) >= 0.9999


@pytest.mark.quality
def test_rows_have_length_one_and_keep_their_order(light: Callable[..., LightEncoder], corpus: list[Passage]) -> None:
    encoder = light()
    texts = [p.embedded for p in corpus[:40]]
    done: list[int] = []
    rows = encoder.encode_passages(texts, done.append)
    backwards = encoder.encode_passages(texts[::-1])[::-1]
    assert (
        bool(np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)),
        float((rows * backwards).sum(axis=1).min()) >= 0.9999,
        sum(done),
    ) == (True, True, 40)


@pytest.mark.quality
def test_no_texts_are_no_rows_of_the_same_width(light: Callable[..., LightEncoder]) -> None:
    assert light().encode_passages([]).shape == (0, 384)


@pytest.mark.quality
def test_the_window_is_the_reference_s(
    light: Callable[..., LightEncoder], reference: SentenceTransformersEncoder
) -> None:
    assert light().window == reference.window


@pytest.mark.quality
def test_a_damaged_export_is_made_again(light: Callable[..., LightEncoder], cache: Path) -> None:
    before = light().encode_questions(["Who grants asylum?"])
    weights = next(cache.glob("light-*/model.bin"))
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 0xFF
    weights.unlink()  # a loaded encoder has the old file mapped
    weights.write_bytes(content)
    after = light().encode_questions(["Who grants asylum?"])
    assert (weights.read_bytes() == content, bool(np.array_equal(before, after))) == (False, True)


@pytest.mark.quality
def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"cannot be written .*; set ASYLUM_ENCODER=reference$"):
        LightEncoder(cache_folder=tmp_path / "file" / "cache").encode_questions(["Why?"])


@pytest.mark.quality
def test_a_model_loaded_in_the_background_answers_the_same(cache: Path, light: Callable[..., LightEncoder]) -> None:
    soon = open_encoder(cache_folder=cache, soon=True)
    assert np.allclose(soon.encode_questions(["Why?"]), light().encode_questions(["Why?"]), atol=1e-3)
