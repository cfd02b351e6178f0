"""HTML → blocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import KnowledgeError
from knowledge.reading.read_blocks import Block, clean
from knowledge.reading.read_html import read_html

PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="{charset}"><title>Temporary asylum | The Site</title>
<meta property="article:published_time" content="2021-03-04"><script>var hidden = "script words";</script></head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/law">All laws</a></li></ul></nav></header>
<aside><h3>Related</h3><ul><li><a href="/x">Ten things about visas</a></li></ul></aside>
<main><article><h1>Temporary asylum</h1>
<p>Temporary asylum in Russia lasts up to one year &amp; may be extended. <b>The</b> permit<br>ends with it.
See <a href="javascript:alert(1)">this</a>.</p>
<h2>Who decides (Art. 12)</h2><p>Временное убежище предоставляет территориальный орган.</p>
<ul><li>First ground: war and <i>dan</i>ger.</li><li>Second ground: illness.</li></ul>
<table><tr><th>Status</th><th>Duration</th></tr><tr><td>Temporary asylum</td><td>one year</td></tr>
<tr><td>Political asylum</td><td></td></tr></table>
<p>&lt;img src=x onerror=alert(1)&gt; stands here as text.</p><img src="x" alt="A picture">
</article></main><footer><p>© 2024 Site. Cookie policy. All rights reserved</p></footer></body></html>"""
BLOCKS = (
    Block("Temporary asylum", 1),
    Block("Temporary asylum in Russia lasts up to one year & may be extended. The permit ends with it. See this."),
    Block("Who decides (Art. 12)", 2),
    Block("Временное убежище предоставляет территориальный орган."),
    Block("First ground: war and danger."),
    Block("Second ground: illness."),
    Block("Status: Temporary asylum; Duration: one year."),
    Block("Status: Political asylum."),
    Block("<img src=x onerror=alert(1)> stands here as text."),
)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251"])
def test_the_main_text_is_read_without_navigation_scripts_and_pictures(tmp_path: Path, charset: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(PAGE.format(charset=charset).replace("©", "").encode(charset))
    extract = read_html(path)
    assert extract.blocks == BLOCKS
    assert (extract.title, extract.date, extract.language) == ("Temporary asylum", "2021-03-04", "en")


def test_a_page_too_short_to_weigh_is_read_whole_without_its_navigation(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<nav>Home</nav><h2>Asylum</h2><p>One sentence.</p>Loose words<div>in a box</div>", encoding="utf-8"
    )
    assert read_html(path).blocks == (
        Block("Asylum", 2),
        Block("One sentence."),
        Block("Loose words"),
        Block("in a box"),
    )


def test_a_table_that_lays_out_a_page_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<table><tr><td><h2>Asylum</h2><p>Words.</p></td><td>Beside</td></tr></table>", encoding="utf-8")
    assert read_html(path).blocks == (Block("Asylum", 2), Block("Words."), Block("Beside"))


@pytest.mark.parametrize("n", [1, 9])
def test_a_control_character_does_not_cost_the_page(tmp_path: Path, n: int) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<article>"
        + "<nav>N&#1;</nav><p>A sentence &#150; on asylum &#1;that is&#32;long \x01 enough.</p>" * n
        + "</article>",
        encoding="utf-8",
    )
    assert read_html(path).blocks[0] == Block("A sentence – on asylum that is long enough.")


def test_a_tree_ten_thousand_deep_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<div>" * 10_000 + "deep" + "</div>" * 10_000, encoding="utf-8")
    try:
        read_html(path)
    except KnowledgeError as error:
        assert error.problem


def test_an_entity_does_not_read_another_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret words")
    path = tmp_path / "a.xhtml"
    path.write_text(
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><html><body><p>Seen &x;</p></body></html>'
    )
    assert "secret" not in " ".join(b.text for b in read_html(path).blocks)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["<p>", "</p>", "<table>", "<tr>", "<td>", "<h2>", "<ul>", "<li>", "a", "é ", "<br>", "<!--", "-->", "&#0;", "<head>", "</body>", "\x00", "<svg>", "<b>"]), max_size=30).map("".join) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))  # fmt: skip
def test_any_markup_is_read_or_refused(tmp_path: Path, markup: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(markup, encoding="utf-8")
    try:
        blocks = read_html(path).blocks
    except KnowledgeError:
        return
    assert all(block.text == clean(block.text) != "" for block in blocks)
