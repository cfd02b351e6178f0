"""Answer → Markdown: every mark a link, every quote letter for letter, nothing half shown."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bot.answering.answer import Answer, Citation, Explanation, Note, cite
from bot.answering.render import CONTEXT, cards, chat_link, explain, pieces, plain, to_markdown, to_props, web
from knowledge.document import Document
from knowledge.reading.read_markdown import parse_markdown

SMALL = runpy.run_path(str(Path(__file__).parents[1] / "browser" / "small_server.py"))


@pytest.fixture(scope="module")
def temporary() -> Document:
    return SMALL["documents"](["temporary"])[0]


@pytest.fixture
def lasting(temporary: Document) -> Citation:
    start = temporary.text.index("Temporary asylum in Russia lasts")
    return cite(1, temporary, start, temporary.text.index("year by year.") + len("year by year."))


@pytest.fixture
def awkward(temporary: Document) -> Citation:
    start = temporary.text.index("Temporary asylum note")
    return cite(2, temporary, start, temporary.text.index("mark [1].") + len("mark [1]."))


def shown(markdown: str) -> str:
    """What a reader sees of Markdown, links by their text."""
    tokens = MarkdownIt("commonmark").parseInline(markdown)[0].children or []
    return "".join(token.content for token in tokens)


def test_a_mark_becomes_a_link_named_by_its_place(lasting: Citation) -> None:
    answer = Answer("How long?", "How long?", True, f"**Russian law:** {lasting.quote} [1]", (lasting,))
    assert to_markdown(answer) == (
        f'**Russian law:** {lasting.quote}\u00a0[[1]](/public/sources.html#src-1 "Art. 12(3)")'
    )


def test_a_mark_without_a_citation_is_no_link(lasting: Citation) -> None:
    assert to_markdown(Answer("q", "q", True, "Nothing [7].", (lasting,))) == "Nothing\u00a0\\[7\\]."


def test_marks_of_markdown_in_a_quote_are_shown_not_obeyed(awkward: Citation, lasting: Citation) -> None:
    answer = Answer("q", "q", True, f"{awkward.quote} [2]", (lasting, awkward))
    assert shown(to_markdown(answer)) == f"{awkward.quote}\u00a0[2]"


@pytest.mark.parametrize(
    "text",
    [
        "Note:this stays", "a.txt:text/plain", ":::info", "<b>bold</b>", "![x](http://evil/x.png)", "*a* _b_ `c` ~d~ [e](f)",
        "1. first", "- item", "# head", "> quote", "a | b", "AT&amp;T", "Ст.:закон", "10:30, art:12", "\\ backslash",
    ],
)  # fmt: skip
def test_plain_text_is_shown_letter_for_letter(text: str) -> None:
    assert shown(plain(text)) == text


def test_a_mark_does_not_begin_a_line_but_a_list_stays_a_list(lasting: Citation) -> None:
    answer = Answer("q", "q", True, "- [1] one, and [1]", (lasting,))
    assert to_markdown(answer) == f"- {chat_link(lasting)} one, and\u00a0{chat_link(lasting)}"


def test_no_directive_survives_for_the_chat_to_eat() -> None:
    assert to_markdown(Answer("q", "q", True, "Note:this, http://a.b, 10:30")) == r"Note\:this, http://a.b, 10:30"


def test_no_image_and_no_html_leaves_the_renderer() -> None:
    assert to_markdown(Answer("q", "q", True, "![x](http://e/x.png) <b>")) == r"\![x](http://e/x.png) \<b>"


def test_a_rewritten_question_is_told_first() -> None:
    answer = Answer("And then?", "How long does *it* last?", True, "One year.")
    assert to_markdown(answer) == "*Understood as: How long does \\*it\\* last?*\n\nOne year."


def test_a_note_is_a_card_with_links(lasting: Citation) -> None:
    answer = Answer("q", "q", True, "Text.", (lasting,), notes=(Note("They differ", "One says so [1].\n\nOne not."),))
    assert to_markdown(answer).split("\n\n", 1)[1] == (
        f"> **They differ**\n>\n> One says so\u00a0{chat_link(lasting)}.\n>\n> One not."
    )


def test_a_stream_shows_no_half_link_and_loses_nothing(lasting: Citation, awkward: Citation) -> None:
    text = f"**Russian law:** {lasting.quote} [1] {awkward.quote} [2]\n\n| | A |\n| --- | --- |\n| Who | x [1] |\n\nEnd [1]."
    markdown = to_markdown(Answer("q", "q", True, text, (lasting, awkward)))
    cut = pieces(markdown)
    assert "".join(cut) == markdown
    assert all(piece.count("[[") == piece.count('")') for piece in cut)
    assert all(piece.count("**") % 2 == 0 for piece in cut)
    assert any(piece.startswith("| | A |") and piece.endswith("|\n\n") for piece in cut)


def test_a_card_shows_the_words_around_the_quote(temporary: Document, lasting: Citation) -> None:
    card = cards(Answer("q", "q", True, "", (lasting,)), {"temporary": temporary}.get)[0]
    assert (card.problem, card.before) == ("", "")
    assert card.after == " Temporary asylum note:this keeps its colon, its *stars* and its mark [1]."


def test_a_long_passage_is_cut_between_words() -> None:
    words = " ".join(f"word{n}" for n in range(400))
    text = SMALL["HEADER"].format(title="Long", id="long") + f"## Long (Art. 1)\n{words}\n"
    document = parse_markdown(text, "long")
    start = document.text.index("word200")
    card = cards(Answer("q", "q", True, "", (cite(1, document, start, start + 7),)), lambda id: document)[0]
    assert card.before.startswith("… word") and card.after.endswith(" …")
    assert len(card.before) <= CONTEXT + 2 and len(card.after) <= CONTEXT + 2
    assert card.before.removeprefix("… ") + "word200" + card.after.removesuffix(" …") in words


def test_a_quote_that_no_longer_stands_is_shown_as_broken(temporary: Document, lasting: Citation) -> None:
    forged = replace(lasting, quote="Temporary asylum lasts for ever.")
    card = cards(Answer("q", "q", True, "", (forged,)), {"temporary": temporary}.get)[0]
    props = to_props(card, "en")
    assert (props["verified"], props["before"], props["after"]) == (False, "", "")
    assert props["check"] == "BROKEN: the quote is not what stands at that place"


def test_a_source_card_says_where_the_words_come_from(temporary: Document, lasting: Citation) -> None:
    props = to_props(cards(Answer("q", "q", True, "", (lasting,)), {"temporary": temporary}.get)[0], "en")
    assert props["verified"] and props["check"].endswith(temporary.sha256)
    assert dict(props["facts"])["Place"] == "Art. 12(3)"
    assert props["sources"] == [{"label": "Law 4528-1, Art. 12", "url": "https://example.org/law"}]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://a/b", "//evil", "http://[", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    assert web(url) == ""


def test_the_explanation_lists_hits_and_times() -> None:
    why = Explanation(
        form="duration", hits=(("temporary#lasts", 0.5, 7.25, 0.9),), confidence=0.875, signals={"dense": 0.5}
    )
    answer = Answer("q", "q?", True, "", generation="000001-a", milliseconds={"encode": 12.4}, explanation=why)
    assert explain(answer) == (
        "- **Question:** q?\n- **Form of the question:** duration\n- **Decision:** answered (0.88)\n"
        "- **Signals:** dense 0.50\n- **Time:** encode 12 ms\n- **Generation of the index:** 000001-a\n\n"
        "| Passages found | cosine | BM25 | fused |\n| --- | ---: | ---: | ---: |\n"
        "| temporary#lasts | 0.50 | 7.2 | 0.90 |"
    )
