"""The real knowledge base: it is all there, it can be read, and it agrees with itself."""

from __future__ import annotations

import pytest

from index.encoding.reference import SentenceTransformersEncoder
from knowledge.agreement import check_knowledge
from knowledge.document import KINDS, Document
from knowledge.reading.readers import read_corpus
from knowledge.sentences import sentences

pytestmark = pytest.mark.quality


@pytest.fixture(scope="module")
def corpus() -> list[Document]:
    documents, problems = read_corpus()
    assert problems == []
    return documents


def test_the_knowledge_base_has_no_problems() -> None:
    problems = check_knowledge(count=SentenceTransformersEncoder().count)
    assert "\n".join(map(str, problems)) == ""


def test_the_corpus_has_at_least_90_documents_and_450_sections(corpus: list[Document]) -> None:
    assert len(corpus) >= 90
    assert sum(len(document.sections) for document in corpus) >= 450


def test_every_kind_of_source_is_there(corpus: list[Document]) -> None:
    assert {section.kind for document in corpus for section in document.sections} == set(KINDS)


def test_every_sentence_of_the_corpus_rests_on_a_source(corpus: list[Document]) -> None:
    bare = [
        document.text[start:end]
        for document in corpus
        for section in document.sections
        for start, end in sentences(document.text, section.start, section.end, document.language)
        if not document.sources(start, end)
    ]
    assert bare == []
