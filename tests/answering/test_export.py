"""An answer as a file: complete, checkable, and harmless to open."""

import json
import re
import runpy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answering.answer import Answer, cite
from bot.answering.export import export, export_answer
from bot.answering.render import cards
from bot.answering.saved import verify_saved
from index.store import open_generation
from knowledge.document import Document
from knowledge.errors import SettingsError

SMALL = runpy.run_path(str(Path(__file__).parents[1] / "browser" / "small_server.py"))
WHEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def temporary() -> Document:
    return SMALL["documents"](["temporary"])[0]


@pytest.fixture
def answer(temporary: Document) -> Answer:
    start = temporary.text.index("Temporary asylum in Russia lasts")
    citation = cite(1, temporary, start, temporary.text.index("year by year.") + len("year by year."))
    text = f"**Russian law:** {citation.quote} [1]\n\n| | A |\n| --- | --- |\n| Lasts | one year [1] |"
    return Answer("How <long>?", "How <long>?", True, text, (citation,), generation="000001-a")


def saved(answer: Answer, document: Document, form: str) -> str:
    return export(answer, cards(answer, {"temporary": document}.get), form, WHEN)


def test_saved_json_can_be_verified_later(answer: Answer, temporary: Document) -> None:
    read = json.loads(saved(answer, temporary, "json"))
    assert verify_saved(read, {"temporary": temporary}.get) == []
    assert read["saved"] == "2026-11-23T12:00:00+00:00"
    assert read["passages"][0]["after"].startswith(" Temporary asylum note")


def test_the_web_page_marks_the_quote_and_names_hash_generation_and_date(answer: Answer, temporary: Document) -> None:
    page = saved(answer, temporary, "html")
    assert f"<mark>{answer.citations[0].quote}</mark>" in page
    assert '<a href="#src-1">[1]</a>' in page and 'id="src-1"' in page
    assert "<td>one year" in page and "How &lt;long&gt;?" in page
    assert temporary.sha256 in page and "000001-a" in page and "2026-11-23" in page


def test_the_web_page_loads_and_runs_nothing(answer: Answer, temporary: Document) -> None:
    evil = replace(answer, text='<script>x</script> ![i](http://evil/x.png) <img src="http://evil">', citations=())
    page = saved(evil, temporary, "html")
    assert not re.search(r"<(script|img|iframe|link|object)", page)
    assert "default-src 'none'" in page


def test_the_markdown_file_holds_the_passage_and_its_sources(answer: Answer, temporary: Document) -> None:
    text = saved(answer, temporary, "md")
    assert text.startswith("# How \\<long>?\n")
    assert "[[1]](#src-1)" in text and '<a id="src-1"></a>[1] Temporary asylum in Russia' in text
    assert "[Law 4528-1, Art. 12](<https://example.org/law>)" in text and temporary.sha256 in text


def test_a_broken_quote_is_called_broken(answer: Answer, temporary: Document) -> None:
    forged = replace(answer, citations=(replace(answer.citations[0], quote="For ever."),))
    assert '<p class="broken">BROKEN:' in saved(forged, temporary, "html")


def test_a_page_in_arabic_reads_from_the_right(answer: Answer, temporary: Document) -> None:
    assert '<html lang="ar" dir="rtl">' in saved(replace(answer, language="ar"), temporary, "html")


def test_an_answer_is_written_by_its_suffix(answer: Answer, tmp_path: Path) -> None:
    SMALL["build"](tmp_path / "built")
    generation = open_generation(tmp_path / "built")
    export_answer(answer, generation, tmp_path / "answer.HTML")
    assert "<mark>" in (tmp_path / "answer.HTML").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["answer.pdf", "answer", "no/such/folder/answer.md"])
def test_an_answer_that_cannot_be_saved_is_told_in_one_line(answer: Answer, tmp_path: Path, name: str) -> None:
    SMALL["build"](tmp_path / "built")
    with pytest.raises(SettingsError, match="give a"):
        export_answer(answer, open_generation(tmp_path / "built"), tmp_path / name)
