from __future__ import annotations

import pytest

from bot.answering.citations import Citations
from index.search import Searcher

LAW = "law/temporary"
LASTS = "Temporary asylum in Russia lasts up to one year."
EXTENDED = "Temporary asylum may be extended year by year."


@pytest.fixture
def citations(searcher: Searcher) -> Citations:
    return Citations(searcher.generation)


def place(searcher: Searcher, words: str, document: str = LAW) -> tuple[str, int, int]:
    found = searcher.generation.document(document)
    assert found is not None
    start = found.text.index(words)
    return document, start, start + len(words)


def test_numbers_follow_the_order_of_mention(citations: Citations, searcher: Searcher) -> None:
    numbers = [citations.range(*place(searcher, words)).number for words in (EXTENDED, LASTS, EXTENDED)]
    assert numbers == [1, 2, 1]
    assert [(c.number, c.quote) for c in citations()] == [(1, EXTENDED), (2, LASTS)]


def test_a_part_of_quoted_words_is_a_citation_of_its_own(citations: Citations, searcher: Searcher) -> None:
    whole, part = citations.range(*place(searcher, LASTS)), citations.range(*place(searcher, "up to one year"))
    assert (whole.number, part.number, part.quote) == (1, 2, "up to one year")


def test_a_citation_says_what_the_words_rest_on(citations: Citations, searcher: Searcher) -> None:
    cited = citations.range(*place(searcher, LASTS))
    assert (cited.locator, cited.kind, cited.sources[0].url) == ("Art. 12(3)", "statute", "https://example.org/law")


def test_nothing_is_cited_at_first(citations: Citations) -> None:
    assert citations() == ()


def test_a_claim_is_supported_by_the_sentence_nearest_to_it(citations: Citations) -> None:
    cited = citations.supporting(f"{LAW}#how-long-temporary-asylum-lasts", "can be extended by a year")
    assert cited is not None
    assert cited.quote == EXTENDED


def test_a_claim_in_a_section_in_russian_is_supported_by_its_sentence(citations: Citations) -> None:
    cited = citations.supporting("law/vremennoe#кто-решает", "статус длится один год")
    assert cited is not None
    assert cited.quote == "Временный статус длится один год."


def test_looking_for_a_sentence_cites_nothing(citations: Citations, searcher: Searcher) -> None:
    found = citations.find(f"{LAW}#how-long-temporary-asylum-lasts", "up to one year")
    assert (found, citations()) == (place(searcher, LASTS), ())


@pytest.mark.parametrize("place", [f"{LAW}#gone", "law/gone#who", "", "#", LAW])
def test_a_section_that_is_gone_supports_nothing(place: str, citations: Citations) -> None:
    assert citations.supporting(place, "one year") is None
    assert citations() == ()


def test_an_index_without_the_document_it_quotes_stops_the_answer(citations: Citations) -> None:
    with pytest.raises(RuntimeError, match="law/gone"):
        citations.range("law/gone", 0, 5)


def test_words_outside_every_section_cannot_be_cited(citations: Citations) -> None:
    with pytest.raises(ValueError, match="not inside one section"):
        citations.range(LAW, 0, 10_000)
