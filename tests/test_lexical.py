"""The lexical leg: terms as readers type them, BM25 as published."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest

from index.lexical import Lexical, fold, stem, stems, words

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


@pytest.mark.parametrize(("word", "root"), [("refugees", "refuge"), ("убежища", "убежищ"), ("اللجوء", "لجوء")])
def test_each_script_has_its_own_stemmer(word: str, root: str) -> None:
    assert stem(word) == root
