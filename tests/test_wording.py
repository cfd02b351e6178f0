from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot import wording
from bot.answering.answer import Citation, cite
from bot.answering.speaker import names_its_speaker, speaker
from knowledge.document import KINDS, Document
from knowledge.statuses import SLOTS

BOT = Path(wording.__file__).parents[1]
OTHERS = tuple(language for language in wording.LANGUAGES if language != "en")
SCRIPT = {"ru": r"[Ѐ-ӿ]", "ar": r"[؀-ۿ]"}
FRAME = wording.words("frame", "en")
EMPTY = {"terms_only"}  # says nothing in English, whose terms the documents share
TABLES = tuple(name for name in tomllib.loads((wording.FOLDER / "en.toml").read_text("utf-8")) if name != "starters")


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.fixture
def said(parse: Callable[..., Document]) -> Callable[..., Citation]:
    """Words of a document as the keywords describe it, cited."""

    def say(id: str = "law", **header: str) -> Citation:
        document = replace(parse("## Where\n\nWords.[^a]\n\n[^a]: A source.\n", **header), id=id)
        return cite(1, document, document.text.index("Words."), document.text.index("Words.") + len("Words."))

    return say


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("table", TABLES)
def test_every_language_has_the_same_keys_with_the_same_places_to_fill(table: str, language: str) -> None:
    english = {key: fields(text) for key, text in wording.words(table, "en").items()}
    assert {key: fields(text) for key, text in wording.words(table, language).items()} == english


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("key", sorted(FRAME))
def test_every_line_of_the_frame_is_in_its_language(key: str, language: str) -> None:
    assert re.search(SCRIPT[language], wording.say(key, language))


def test_no_language_has_a_table_that_english_lacks() -> None:
    for path in wording.FOLDER.glob("*.toml"):
        assert list(tomllib.loads(path.read_text("utf-8"))) == [*TABLES, "starters"], path.name


def test_every_line_that_the_program_says_exists() -> None:
    used = {key for path in BOT.rglob("*.py") for key in re.findall(r'\bsay\("(\w+)"', path.read_text("utf-8"))}
    assert used
    assert used - set(FRAME) == set()


def test_every_english_line_says_something() -> None:
    assert [key for key in FRAME if key not in EMPTY and not wording.say(key, "en").strip()] == []


@pytest.mark.parametrize("language", ["fr", "", "zz", "EN"])
def test_a_language_without_words_is_answered_in_english(language: str) -> None:
    assert wording.say("not_found", language) == wording.say("not_found", "en")
    assert wording.slot("duration", language) == "How long it lasts"
    assert wording.kind("statute", language) == "statute"
    assert wording.chat(language) == wording.chat("en")


@pytest.mark.parametrize("language", OTHERS)
def test_every_slot_and_every_kind_has_a_name(language: str) -> None:
    names = [wording.slot(name, language) for name in SLOTS] + [wording.kind(name, language) for name in KINDS]
    assert [name for name in names if not re.search(SCRIPT[language], name)] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_the_empty_page_has_four_groups_of_questions(language: str) -> None:
    groups = wording.starters(language)
    assert len(groups) >= 4
    assert [label for label, questions in groups if not label or not questions] == []
    assert [q for _, questions in groups for q in questions if len(q) > 90] == []


@pytest.mark.parametrize("slot", sorted({*wording.words("next", "en")} - {"section", "compare"}))
def test_every_next_question_names_the_status_and_asks_after_a_slot(slot: str) -> None:
    question = wording.words("next", "en")[slot].format(status="temporary asylum in Russia")
    assert slot in SLOTS
    assert "temporary asylum in Russia" in question
    assert question.endswith("?")


# Who says it


@pytest.mark.parametrize(
    ("header", "introduced"),
    [
        ({"kind": "constitution", "jurisdiction": "Russia"}, "Russian law"),
        ({"kind": "statute", "jurisdiction": "Germany"}, "German law"),
        ({"kind": "decree", "jurisdiction": "Russia"}, "Russian law"),
        ({"kind": "statute", "jurisdiction": "European Union"}, "European Union law"),
        ({"kind": "statute", "jurisdiction": "Japan"}, "Japan law"),
        ({"kind": "treaty", "jurisdiction": "International"}, "International law"),
        ({"kind": "case law", "jurisdiction": "Germany"}, "Courts (Germany)"),
        ({"kind": "case law", "jurisdiction": "International"}, "Courts"),
        ({"kind": "glossary"}, "Terms"),
        ({"kind": "guidance", "publisher": "UNHCR"}, "UNHCR"),
        ({"kind": "statistics", "publisher": "Rosstat"}, "Rosstat"),
        ({"kind": "scholarship", "publisher": "A journal"}, "A journal"),
        ({"kind": "news", "publisher": "Reuters"}, "Reuters"),
        ({"kind": "commentary", "publisher": "A blog"}, "A blog"),
        ({"kind": "official statement", "publisher": "The Kremlin"}, "The Kremlin"),
    ],
)
def test_a_source_without_a_voice_is_introduced_by_its_kind(
    header: dict[str, str], introduced: str, said: Callable[..., Citation]
) -> None:
    assert speaker(said(**header)) == introduced


@pytest.mark.parametrize(
    ("kind", "voice", "introduced"),
    [
        ("official statement", "Kremlin spokesman Dmitry Peskov", "Kremlin spokesman Dmitry Peskov stated"),
        ("commentary", "a migration lawyer", "A migration lawyer argued"),
        ("news", "TASS", "TASS reported"),
        ("statistics", "the migration service", "The migration service counted"),
        ("scholarship", "Guy Goodwin-Gill", "Guy Goodwin-Gill wrote"),
        ("guidance", "UNHCR's handbook", "UNHCR's handbook"),
        ("statute", "a repealed law", "A repealed law"),
    ],
)
def test_a_voice_is_introduced_by_name_and_by_what_it_does(
    kind: str, voice: str, introduced: str, said: Callable[..., Citation]
) -> None:
    assert speaker(said(kind=kind, voice=voice)) == introduced


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("voice", ["", "someone"])
def test_every_kind_is_introduced_by_somebody(kind: str, voice: str, said: Callable[..., Citation]) -> None:
    introduced = speaker(said(kind=kind, **({"voice": voice} if voice else {})))
    assert introduced == introduced.strip() != ""
    assert introduced[0].isupper()


@pytest.mark.parametrize(
    ("voice", "introduced"),
    [
        ("", "The article argues"),
        ("unnamed contact in Russia", "The article argues (unnamed contact in Russia)"),
    ],
)
def test_what_the_article_says_is_introduced_as_its_claim(
    voice: str, introduced: str, said: Callable[..., Citation]
) -> None:
    cited = said(id="article/section-2", kind="commentary", **({"voice": voice} if voice else {}))
    assert speaker(cited) == introduced


def test_the_editors_own_comparison_is_no_claim_of_the_article(said: Callable[..., Citation]) -> None:
    cited = said(id="article/compared", kind="commentary", voice="the editors of this explainer")
    assert speaker(cited) == "The editors of this explainer"


@pytest.mark.parametrize("kind", ["statute", "news", "guidance"])
def test_an_added_file_that_states_little_is_still_introduced(kind: str, said: Callable[..., Citation]) -> None:
    introduced = speaker(replace(said(kind=kind), publisher="", jurisdiction=""))
    assert introduced == introduced.strip() != ""


@pytest.mark.parametrize(
    ("language", "introduced"),
    [("ru", "Право: Россия"), ("ar", "قانون: روسيا"), ("ru-RU", "Право: Россия"), ("fr", "Russian law")],
)
def test_the_law_is_introduced_in_the_language_of_the_answer(
    language: str, introduced: str, said: Callable[..., Citation]
) -> None:
    assert speaker(said(kind="statute", jurisdiction="Russia"), language) == introduced


def test_our_own_remark_within_anothers_section_is_ours(said: Callable[..., Citation]) -> None:
    citation = said(kind="official statement", voice="Kremlin spokesman Dmitry Peskov")
    remark = replace(citation, quote="By the editors' comparison, the two cases are alike.")
    assert speaker(citation) == "Kremlin spokesman Dmitry Peskov stated"
    assert speaker(remark) == "The editors of this explainer"


@pytest.mark.parametrize(
    ("quote", "named"),
    [
        ("Peskov said on 9 December 2024 that nothing was announced.", True),
        ("Nothing was announced on 9 December 2024.", False),
        (
            "Nothing, however long one may look for it in what was published in these days, was announced, said Peskov.",
            False,
        ),
    ],
)
def test_words_that_name_their_speaker_need_nobody_to_introduce_them(
    quote: str, named: bool, said: Callable[..., Citation]
) -> None:
    cited = said(kind="official statement", voice="Kremlin spokesman Dmitry Peskov")
    assert names_its_speaker(replace(cited, quote=quote)) == named


def test_a_claim_of_the_article_needs_no_second_article_before_it(said: Callable[..., Citation]) -> None:
    cited = said(id="article/section-2", kind="commentary", voice="unnamed contact in Russia")
    assert names_its_speaker(replace(cited, quote="The article argues that Russia had three reasons."))
    assert not names_its_speaker(replace(cited, quote="Russia had three reasons."))
