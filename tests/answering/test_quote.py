from __future__ import annotations

from bot.answering.quote import choose
from index.search import Searcher


def _texts(searcher: Searcher, question: str, **how: object) -> list[str]:
    query = searcher.read(question)
    chosen = choose(searcher, query, searcher.search(query, 8), **how)  # type: ignore[arg-type]
    return [_text(searcher, s.document, s.start, s.end) for s in chosen]


def _text(searcher: Searcher, id: str, start: int, end: int) -> str:
    document = searcher.generation.document(id)
    assert document is not None
    return document.text[start:end]


def test_the_sentence_that_answers_comes_first_and_whole(searcher: Searcher) -> None:
    assert _texts(searcher, "Who grants political asylum by decree?")[0] == (
        "The President of Russia grants political asylum by decree."
    )


def test_no_more_sentences_than_asked_for(searcher: Searcher) -> None:
    assert len(_texts(searcher, "temporary asylum in Russia", most=1)) == 1


def test_every_sentence_is_a_whole_one_of_its_document(searcher: Searcher) -> None:
    for text in _texts(searcher, "asylum", most=10):
        assert text[0].isupper()
        assert text.endswith(".")


def test_nothing_is_chosen_where_nothing_is_found(searcher: Searcher) -> None:
    assert choose(searcher, searcher.read("asylum"), []) == []
