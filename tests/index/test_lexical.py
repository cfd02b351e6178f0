"""The lexical leg: terms as readers type them, BM25 as published."""

from __future__ import annotations

from math import log
from pathlib import Path
from random import Random

import bm25s
import numpy as np
import pytest

from index.lexical import Lexical, fold, inflected, stem, stems, words

TEXTS = [
    "Law No. 4528-1 of 19 February 1993",
    "Art. 12 on temporary asylum",
    "Art. 63 of the Constitution on political asylum",
    "Временное убежище (ст. 12)",
    "اللجوء المؤقت في روسيا",
]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("4528-1", [0]),
        ("4528\u20131", [0]),
        ("law 4528", [0]),
        ("Art. 12", [1, 2, 3]),
        ("ARTS", [1, 2]),
        ("временное убежище", [3]),
        ("Временного убежища", [3]),
        ("vremennoe ubezhishche", [3]),
        ("asylums", [1, 2]),
        ("لجوء", [4]),
        ("in the of", []),
        ("zanzibar", []),
        ("", []),
    ],
)
def test_a_question_finds_the_texts_that_share_a_term(question: str, rows: list[int]) -> None:
    assert np.flatnonzero(Lexical.build(TEXTS).scores(question)).tolist() == rows


def test_the_article_that_is_named_comes_first() -> None:
    lexical = Lexical.build(TEXTS)
    assert [int(lexical.scores(question).argmax()) for question in ("Art. 12", "Art. 63", "ст. 12")] == [1, 2, 3]


def test_scores_are_those_of_bm25() -> None:
    lexical = Lexical.from_terms([["law", "law"], ["decree", "power"]])
    # idf = ln(1 + (2 - 1 + .5) / (1 + .5)) = ln 2; twice the term in a text of average length: 2 / (2 + 1.2)
    assert lexical.scores("law").tolist() == pytest.approx([log(2) * 2 / 3.2, 0.0])


def test_scores_are_those_of_bm25s() -> None:
    random = Random(1)
    texts = [[f"w{int(random.paretovariate(0.8))}" for _ in range(random.randint(1, 30))] for _ in range(200)]
    published = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    published.index(texts, show_progress=False)
    asked = ["w1", "w2", "w2", "w7"]
    assert Lexical.from_terms(texts).scores_of(asked) == pytest.approx(published.get_scores(asked), abs=1e-5)


@pytest.mark.parametrize("seed", range(8))
def test_a_changed_index_is_the_one_built_anew(tmp_path: Path, seed: int) -> None:
    random = Random(seed)

    def text() -> list[str]:
        return [f"w{int(random.paretovariate(0.8))}" for _ in range(random.randint(0, 12))]

    old = [text() for _ in range(30)]
    now = [random.choice([None, text()]) for _ in range(random.randint(1, 50))]  # None stands for one of the old ones
    kept = sorted(random.sample(range(30), min(30, now.count(None))))
    now = [t for n, t in enumerate(now) if t is not None or now[:n].count(None) < len(kept)]
    moved = np.full(30, -1)
    moved[kept] = [n for n, t in enumerate(now) if t is None]
    new = [n for n, t in enumerate(now) if t is not None]
    changed = Lexical.from_terms(old).changed(moved, len(now), [now[n] or [] for n in new], np.array(new, np.int64))
    whole = [old[kept.pop(0)] if t is None else t for t in now]
    for name, lexical in (("changed", changed), ("anew", Lexical.from_terms(whole))):
        lexical.save(tmp_path / name)
    for path in (tmp_path / "anew").iterdir():
        assert (tmp_path / "changed" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("term", "holding"), [("asylum", 2), ("4528-1", 1), ("zanzibar", 0)])
def test_idf_says_how_rare_a_term_is(term: str, holding: int) -> None:
    assert Lexical.build(TEXTS).idf(term) == pytest.approx(log(1 + (5 - holding + 0.5) / (holding + 0.5)))


def test_what_was_saved_gives_the_same_scores(tmp_path: Path) -> None:
    lexical = Lexical.build(TEXTS)
    lexical.save(tmp_path / "lexical")
    again = Lexical.load(tmp_path / "lexical")
    assert again.scores("Art. 12 убежище").tolist() == lexical.scores("Art. 12 убежище").tolist()
    assert again.vocabulary == lexical.vocabulary


def test_texts_without_a_term_are_saved_and_score_nothing(tmp_path: Path) -> None:
    Lexical.build(["the of", ""]).save(tmp_path / "lexical")
    again = Lexical.load(tmp_path / "lexical")
    assert (again.scores("the law").tolist(), again.vocabulary) == ([0, 0], {})


def test_files_are_arrays_without_pickle(tmp_path: Path) -> None:
    Lexical.build(TEXTS).save(tmp_path / "lexical")
    files = sorted((tmp_path / "lexical").iterdir())
    assert [np.load(path, allow_pickle=False).dtype.hasobject for path in files] == [False] * 6


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The law on asylums", ["law", "asylum"]),
        ("Law 4528-1", ["law", "4528-1", "4528", "1"]),
        ("non-refoulement", ["non", "refoul"]),
        ("Art. 12(1)(b)", ["art", "12", "1", "b"]),
        ("убежище", ["убежищ", "ubezhishch"]),
        ("Café", ["cafe"]),
        ("😀 …", []),
    ],
)
def test_terms_are_folded_stemmed_and_compounds_with_digits_kept_whole(text: str, terms: list[str]) -> None:
    assert words(text) == terms


@pytest.mark.parametrize(
    ("one", "other"),
    [("украли документ", "украдено"), ("продлить", "прадлить")],
)
def test_forms_and_misspellings_of_a_word_share_some_of_its_letters(one: str, other: str) -> None:
    assert set(inflected(one)) & set(inflected(other))
    assert not set(words(one)) & set(words(other))


def test_the_letters_of_a_word_begin_and_end_with_it() -> None:
    assert inflected("Дом, asylum") == [
        "дом",
        "dom",
        "asylum",
        "#<дом",
        "#дом>",
        "#<asy",
        "#asyl",
        "#sylu",
        "#ylum",
        "#lum>",
    ]


def test_stop_words_stay_where_they_are_wanted() -> None:
    assert words("the law", stop=False) == ["the", "law"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("временный", "временное"), ("гуманитарный", "гуманитарное"), ("беженской", "беженская")],
)
def test_forms_of_a_russian_adjective_share_their_stem(one: str, other: str) -> None:
    assert words(one)[0] == words(other)[0]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÉCOLE", "ecole"),
        ("ﬁnal ①", "final 1"),
        ("ещё", "еще"),
        ("أُسْرَة", "اسرة"),
        ("STRASSE straße", "strasse strasse"),
    ],
)
def test_letters_are_folded_to_their_plain_form(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_stems_carry_their_exact_ranges() -> None:
    assert stems("The Refugees' убежище!") == [("the", 0, 3), ("refuge", 4, 12), ("убежищ", 14, 21)]


@pytest.mark.parametrize(("word", "root"), [("refugees", "refuge"), ("убежища", "убежищ")])
def test_each_script_has_its_own_stemmer(word: str, root: str) -> None:
    assert stem(word) == root
