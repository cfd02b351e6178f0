"""Hybrid retrieval: what each leg finds, and how the two are fused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.build import build_index
from index.lexical import Lexical
from index.search import Leg, Retriever, Searcher
from index.store import open_generation
from index.vectors import VectorIndex
from knowledge.reading.readers import read_document

VECTORS = VectorIndex.build(np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32))
ROUNDED = 1e-3  # vectors are kept in 16 bits
# every text has two terms, so that BM25 depends on rarity alone
LEXICAL = Lexical.from_terms([["decree", "power"], ["law", "court"], ["law", "law"]])
QUESTION = np.array([1, 0], np.float32)


def places(searcher: Searcher, question: str, k: int = 8, leg: Leg = "fused") -> list[str]:
    """Return the documents found, best first."""
    return [hit.passage.document for hit in searcher.search(searcher.read(question), k, leg)]


# Cosines are 1, 0 and .6; they already run from 0 to 1.
# BM25: "court" is in the second text alone, so that it is scaled to 1 there and 0 elsewhere.
@pytest.mark.parametrize(
    ("share", "rows", "scores"),
    [
        (0.55, [0, 1, 2], [0.55, 0.45, 0.33]),
        (0.4, [1, 0, 2], [0.6, 0.4, 0.24]),
        (1.0, [0, 2, 1], [1.0, 0.6, 0.0]),
        (0.0, [1, 0, 2], [1.0, 0.0, 0.0]),
    ],
)
def test_scaled_scores_are_added_by_their_share(share: float, rows: list[int], scores: list[float]) -> None:
    ranking = Retriever(VECTORS, LEXICAL, share).rank(QUESTION, "court", 3)
    assert (ranking.rows.tolist(), ranking.score.tolist()) == (rows, pytest.approx(scores, abs=ROUNDED))


def test_cosines_are_scaled_from_their_least_and_bm25_from_zero() -> None:
    # Cosines -.6, -.8 and -1 become 1, .5 and 0. BM25 of "law": twice is 2 / 3.2, once is 1 / 2.2, that is .7273 of twice.
    vectors = VectorIndex.build(np.array([[-0.6, 0.8], [-0.8, 0.6], [-1, 0]], np.float32))
    lexical = Lexical.from_terms([["law", "decree"], ["law", "court"], ["law", "law"]])
    ranking = Retriever(vectors, lexical, 0.5).rank(QUESTION, "law", 3)
    assert ranking.rows.tolist() == [0, 1, 2]
    assert ranking.score.tolist() == pytest.approx([0.5 + 0.5 * 3.2 / 4.4, 0.25 + 0.5 * 3.2 / 4.4, 0.5], abs=ROUNDED)


@pytest.mark.parametrize(
    ("leg", "rows", "scores"),
    [("dense", [0, 2, 1], [1.0, 0.6, 0.0]), ("lexical", [1], [0.4458])],
)
def test_one_leg_alone_gives_its_own_scores(leg: Leg, rows: list[int], scores: list[float]) -> None:
    # idf ln(1 + 2.5 / 1.5) = .9808, term once in a text of average length 1 / 2.2
    ranking = Retriever(VECTORS, LEXICAL).rank(QUESTION, "court", 3, leg)
    assert (ranking.rows.tolist(), ranking.score.tolist()) == (rows, pytest.approx(scores, abs=ROUNDED))


@pytest.mark.parametrize("leg", ["fused", "dense", "lexical"])
def test_every_row_has_both_scores_whichever_leg_found_it(leg: Leg) -> None:
    ranking = Retriever(VECTORS, LEXICAL).rank(QUESTION, "court law", 3, leg)
    dense = {0: 1.0, 1: 0.0, 2: 0.6}
    assert ranking.dense.tolist() == pytest.approx([dense[row] for row in ranking.rows.tolist()], abs=ROUNDED)
    assert ranking.lexical.tolist() == pytest.approx(LEXICAL.scores("court law")[ranking.rows].tolist())


@pytest.mark.parametrize("k", [1, 2])
def test_at_most_k_rows_are_the_first_of_all(k: int) -> None:
    retriever = Retriever(VECTORS, LEXICAL)
    assert retriever.rank(QUESTION, "court", k).rows.tolist() == retriever.rank(QUESTION, "court", 3).rows.tolist()[:k]


def test_words_that_no_text_holds_leave_the_order_to_the_dense_leg() -> None:
    assert Retriever(VECTORS, LEXICAL).rank(QUESTION, "zanzibar", 3).rows.tolist() == [0, 2, 1]


def test_words_that_no_text_holds_find_nothing_in_the_lexical_leg_alone() -> None:
    ranking = Retriever(VECTORS, LEXICAL).rank(QUESTION, "zanzibar", 3, "lexical")
    assert [len(a) for a in (ranking.rows, ranking.dense, ranking.lexical, ranking.score)] == [0, 0, 0, 0]


def test_texts_without_any_term_are_found_by_the_dense_leg() -> None:
    ranking = Retriever(VECTORS, Lexical.build(["", "the", "…"])).rank(QUESTION, "court", 3)
    assert (ranking.rows.tolist(), ranking.lexical.tolist()) == ([0, 2, 1], [0, 0, 0])


def test_equal_scores_keep_the_order_of_the_text() -> None:
    two = VectorIndex.build(np.array([[1, 0], [0, 1]] * 25, np.float32))
    lexical = Lexical.from_terms([["law", "court"]] * 50)
    assert Retriever(two, lexical).rank(QUESTION, "zanzibar", 50).rows.tolist() == [*range(0, 50, 2), *range(1, 50, 2)]


def test_among_thousands_the_best_by_words_are_found_and_of_equals_the_first() -> None:
    # every third of 30 000 texts is "law", one in a thousand is shorter and therefore better
    texts = [["law", "court"] if n % 3 == 0 else ["decree", "court"] for n in range(30_000)]
    for n in range(500, 30_000, 1000):
        texts[n] = ["law"]
    two = VectorIndex.build(np.array([[1, 0]] * 30_000, np.float32))
    rows = Retriever(two, Lexical.from_terms(texts)).rank(QUESTION, "law", 100, "lexical").rows.tolist()
    assert rows == [*range(500, 30_000, 1000), *(n for n in range(0, 211, 3) if n != 500)][:100]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How long does temporary asylum last?", "law/temporary"),
        ("Law 4528-1", "law/temporary"),
        ("Art. 63", "law/political"),
        ("Who grants political asylum by decree?", "law/political"),
        ("Why did Assad get humanitarian asylum?", "cases/assad"),
        ("Временное убежище", "law/vremennoe"),
        ("non-refoulement", "law/convention"),
        ("Who signs the paper?", "law/political"),
    ],
)
def test_the_document_that_answers_comes_first(searcher: Searcher, question: str, first: str) -> None:
    assert places(searcher, question)[0] == first


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("4528-1", {"law/temporary"}),
        ("Art. 12", {"law/temporary", "law/political", "law/convention", "law/vremennoe"}),
        ("временное убежище", {"law/vremennoe", "terms/asylum"}),
        ("vremennoe ubezhishche", {"law/vremennoe", "terms/asylum"}),
        ("Which office?", {"law/temporary"}),
    ],
)
def test_the_lexical_leg_finds_numbers_and_terms_in_headings_texts_and_asked_questions(
    searcher: Searcher, question: str, found: set[str]
) -> None:
    assert set(places(searcher, question, leg="lexical")) == found


@pytest.mark.parametrize("question", ["", "😀", "؟", "the", "x" * 10_000, "\x00\u2028"])
@pytest.mark.parametrize("leg", ["fused", "dense"])
def test_any_question_gets_as_many_hits_as_were_asked_for(searcher: Searcher, question: str, leg: Leg) -> None:
    assert len(places(searcher, question, 3, leg)) == 3


def test_hits_are_whole_passages_with_descending_scores_and_their_rows(searcher: Searcher) -> None:
    hits = searcher.search(searcher.read("temporary asylum"), 100)
    scores = [hit.score for hit in hits]
    assert sorted(hit.row for hit in hits) == list(range(7))
    assert scores == sorted(scores, reverse=True)
    assert [hit.passage for hit in hits] == searcher.generation.passages([hit.row for hit in hits])


def test_further_terms_are_read_by_the_lexical_leg_alone(searcher: Searcher) -> None:
    bare, helped = searcher.read("Who decides?"), searcher.read("Who decides?", "убежище")
    assert (helped.text, bare.text) == ("Who decides? убежище", "Who decides?")
    assert helped.vector.tobytes() == bare.vector.tobytes()
    found = {hit.passage.document for hit in searcher.search(helped, 8, "lexical")}
    assert found - {hit.passage.document for hit in searcher.search(bare, 8, "lexical")} == {
        "terms/asylum",
        "law/vremennoe",
    }


@pytest.fixture
def russian(tmp_path: Path, write_document: Callable[..., Path], root: Path, encoder: Any) -> Searcher:
    """A searcher over two sections, each with a question kept in Russian."""
    asked = {
        "a-lost-certificate": ["Украли свидетельство, что делать?"],
        "an-expired-certificate": ["Как продлить документ, если срок кончается?"],
    }
    body = "## A lost certificate\n\nA new one is issued.\n\n## An expired certificate\n\nThe office extends it.\n"
    build_index([read_document(write_document("practice", body, asked), root)], encoder, (), tmp_path / "russian")
    return Searcher(open_generation(tmp_path / "russian"), encoder)


@pytest.mark.parametrize(
    ("question", "anchor"),
    [
        ("у меня украден паспорт", "a-lost-certificate"),  # another ending than "украли"
        ("продление документов", "an-expired-certificate"),
        ("прадлить", "an-expired-certificate"),  # misspelt
    ],
)
@pytest.mark.parametrize("leg", ["fused", "dense", "lexical"])
def test_a_russian_question_finds_its_section_by_the_questions_kept_in_russian(
    russian: Searcher, question: str, anchor: str, leg: Leg
) -> None:
    hits = russian.search(russian.read("certificate", own=question), 2, leg)
    assert hits[0].passage.anchor == anchor


def test_questions_kept_in_russian_are_no_words_of_their_section(russian: Searcher) -> None:
    assert not {"украл", "продл"} & {term[:5] for term in russian.generation.lexical.vocabulary}


def test_a_question_like_no_kept_one_stays_where_the_encoder_put_it(russian: Searcher) -> None:
    plain, unknown = russian.read("certificate"), russian.read("certificate", own="щщщщ")
    assert unknown.moved.tobytes() == plain.moved.tobytes()


def test_a_known_question_is_moved_towards_its_section_and_kept_as_it_was_encoded(searcher: Searcher) -> None:
    query = searcher.read("Which office do I go to?")
    row = searcher.generation.rows_of("law/temporary", "who-decides-on-temporary-asylum")
    target = searcher.generation.vectors.rows(np.array(row))[0]
    assert query.vector.tobytes() == searcher.encoder.encode_questions(["Which office do I go to?"])[0].tobytes()
    assert float(query.moved @ target) > float(query.vector @ target)
    assert float(np.linalg.norm(query.moved)) == pytest.approx(1)


def test_a_second_searcher_over_the_same_index_finds_the_same(searcher: Searcher, built: Path) -> None:
    other = Searcher(open_generation(built), searcher.encoder)
    question = "Who decides on asylum?"
    assert other.search(other.read(question)) == searcher.search(searcher.read(question))
