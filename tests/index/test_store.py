"""A generation on disk: what was written comes back, and anything else is refused in one line with the remedy."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build import build_index
from index.encoding.encoder import Encoder
from index.store import KEPT, current, generations, open_generation, point, sweep
from knowledge.document import Document
from knowledge.document_json import digest
from knowledge.errors import IndexMissingError
from knowledge.passages import split

FILES = [
    "adapter.npy",
    "lexical/begins.npy",
    "lexical/counts.npy",
    "lexical/lengths.npy",
    "lexical/letters.npy",
    "lexical/rows.npy",
    "lexical/words.npy",
    *(f"own/{name}.npy" for name in ("begins", "counts", "lengths", "letters", "rows", "words")),
    "passages.faiss",
    "passages.sqlite",
    "question_keys.npy",
    "question_places.npy",
    "question_vectors.npy",
    "sections.npy",
    "sentences.npy",
    "words.npy",
]


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_documents_come_back_as_they_were(built: Path, documents: list[Document]) -> None:
    generation = open_generation(built)
    assert generation.documents() == sorted(documents, key=lambda d: d.id)
    assert [generation.document(d.id) for d in documents] == documents
    assert generation.document("law/none") is None


def test_passages_come_back_as_they_were_cut(built: Path, documents: list[Document], encoder: Encoder) -> None:
    generation = open_generation(built)
    cut = [p for d in documents for p in split(d, encoder.count, encoder.window)]
    assert generation.passages(range(len(generation))) == cut
    assert generation.passages([2, 0]) == [cut[2], cut[0]]


def test_rows_are_found_by_document_and_section(built: Path) -> None:
    generation = open_generation(built)
    rows = generation.rows_of("law/temporary")
    assert [p.place for p in generation.passages(rows)] == [
        "law/temporary#how-long-temporary-asylum-lasts",
        "law/temporary#who-decides-on-temporary-asylum",
    ]
    assert generation.rows_of("law/temporary", "who-decides-on-temporary-asylum") == rows[1:]
    assert generation.rows_of("law/none") == []


def test_each_passage_has_a_vector_and_each_sentence_its_own(
    built: Path, documents: list[Document], encoder: Encoder
) -> None:
    generation = open_generation(built)
    passages = generation.passages(range(len(generation)))
    vectors = encoder.encode_passages([p.embedded for p in passages])
    sentences = [p.text[start - p.start : end - p.start] for p in passages for start, end in p.sentences]
    first = np.cumsum([0, *(len(p.sentences) for p in passages)])
    stored = generation.vectors.rows(np.arange(len(passages)))
    assert stored.tobytes() == vectors.astype(np.float16).astype(np.float32).tobytes()
    assert generation.sentence_vectors.tobytes() == encoder.encode_passages(sentences).astype(np.float16).tobytes()
    assert [generation.sentence_row(row) for row in range(len(passages))] == first[:-1].tolist()


def test_the_manifest_says_how_the_generation_was_made(built: Path, documents: list[Document]) -> None:
    generation = open_generation(built)
    manifest = generation.manifest
    facts = (manifest.generation, manifest.encoder, manifest.fingerprint, manifest.dimensions, manifest.window)
    assert facts == (current(built), "words", "words", 256, 256)
    assert (manifest.documents, manifest.passages, manifest.sentences, manifest.index) == (6, 7, 11, "SQfp16")
    assert {entry.id: entry.digest for entry in generation.entries()} == {d.id: digest(d) for d in documents}
    assert sorted(manifest.files) == FILES


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".npy")])
def test_no_array_needs_pickle(built: Path, name: str) -> None:
    array = np.load(open_generation(built).folder / name, allow_pickle=False)
    assert not array.dtype.hasobject


def test_a_further_array_is_found_by_name(built: Path) -> None:
    generation = open_generation(built)
    places = generation.array("question_places")
    # sections in order of id: assad 0, non-refoulement 1, who grants 2, how long 3, who decides 4
    assert (places.tolist(), generation.array("none")) == ([2, 3, 3, 4], None)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_found_when_the_index_is_opened(built: Path, name: str) -> None:
    folder = open_generation(built).folder
    flip(folder / name)
    with pytest.raises(IndexMissingError) as caught:
        open_generation(built)
    assert str(caught.value) == f"the index in {folder} is damaged ({name} is changed); run: asylum build --fresh"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found_when_the_index_is_opened(built: Path, name: str) -> None:
    folder = open_generation(built).folder
    (folder / name).unlink()
    with pytest.raises(IndexMissingError) as caught:
        open_generation(built)
    assert str(caught.value) == f"the index in {folder} is damaged ({name} is missing); run: asylum build --fresh"


def test_damage_after_opening_is_found_by_verify(built: Path) -> None:
    generation = open_generation(built)
    generation.verify()
    flip(generation.folder / "passages.sqlite")
    with pytest.raises(IndexMissingError, match=r"\(passages\.sqlite is changed\); run: asylum build --fresh$"):
        generation.verify()


def test_no_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError) as caught:
        open_generation(tmp_path / "built")
    assert str(caught.value) == f"no index in {tmp_path / 'built'}; run: asylum build"


@pytest.mark.parametrize("content", ["", "{", "\n"])
def test_a_manifest_that_cannot_be_read_is_damage(built: Path, content: str) -> None:
    folder = open_generation(built).folder
    (folder / "manifest.json").write_text(content)
    with pytest.raises(IndexMissingError) as caught:
        open_generation(built)
    assert str(caught.value) == f"the index in {folder} is damaged (no readable manifest); run: asylum build --fresh"


@pytest.mark.parametrize(
    ("old", "new"), [('"files"', '"filas"'), ('"window"', '"wimdow"'), ('"built"', '"Built"'), ("{", "[1]\n#")]
)
def test_a_manifest_with_a_wrong_name_in_it_is_damage(built: Path, old: str, new: str) -> None:
    path = open_generation(built).folder / "manifest.json"
    path.write_text(path.read_text().replace(old, new, 1).split("\n#")[0])
    with pytest.raises(IndexMissingError, match=r"asylum build --fresh$"):
        open_generation(built)


def test_a_pointer_that_is_not_text_is_damage(built: Path) -> None:
    (built / "current").write_bytes(b"\xff\xfe")
    with pytest.raises(IndexMissingError):
        open_generation(built)


def test_a_pointer_to_nowhere_is_damage(built: Path) -> None:
    point(built, "000009-none")
    with pytest.raises(
        IndexMissingError, match=r"000009-none is damaged \(no readable manifest\); run: asylum build --fresh$"
    ):
        open_generation(built)


@pytest.mark.parametrize("number", [1, 99, None])
def test_another_format_is_refused(built: Path, number: int | None) -> None:
    folder = open_generation(built).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": number}))
    with pytest.raises(IndexMissingError) as caught:
        open_generation(built)
    assert str(caught.value) == (
        f"the index in {folder} has format {number}, this program reads {manifest['format']}; run: asylum build --fresh"
    )


def test_an_older_generation_can_be_opened_and_published_again(
    built: Path, documents: list[Document], encoder: Encoder
) -> None:
    first = current(built)
    second = build_index(documents[:2], encoder, built=built).generation
    assert [len(open_generation(built, name).documents()) for name in (first, second)] == [6, 2]
    point(built, str(first))
    assert open_generation(built).name == first


def test_the_last_generations_are_kept_in_order(built: Path, documents: list[Document], encoder: Encoder) -> None:
    made = [build_index(documents[:n], encoder, built=built).generation for n in range(1, 5)]
    assert (generations(built), current(built)) == (made[-KEPT:], made[-1])
    assert sorted(path.name for path in built.iterdir() if path.is_dir()) == made[-KEPT:]


def test_a_published_older_generation_survives_a_sweep(
    built: Path, documents: list[Document], encoder: Encoder
) -> None:
    first = str(current(built))
    made = [build_index(documents[:n], encoder, built=built).generation for n in (1, 2)]
    point(built, first)
    (built / "000009-newer").mkdir()
    (built / "000009-newer" / "manifest.json").write_text("{}")
    sweep(built)
    assert (generations(built), current(built)) == ([first, *made, "000009-newer"], first)


def test_what_a_dead_build_left_is_swept_and_the_cache_is_kept(built: Path) -> None:
    for name in ("building", "000009-half", "cache"):
        (built / name).mkdir()
    sweep(built)
    assert sorted(path.name for path in built.iterdir()) == [str(current(built)), "cache", "current"]


def test_a_digest_tells_apart_whatever_the_index_holds(documents: list[Document]) -> None:
    document = documents[0]
    others = [
        replace(document, title="Other"),
        replace(document, text=document.text + "."),
        replace(document, sections=document.sections[:-1]),
        replace(document, sections=(replace(document.sections[0], asked=("Why?",)), *document.sections[1:])),
    ]
    assert len({digest(d) for d in (document, *others)}) == 5
    assert digest(replace(document, origin="/elsewhere")) == digest(document)
