from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.question import Reader, language_of
from bot.understanding.recognise import dictionary
from bot.understanding.spelling import Speller


@pytest.fixture(scope="module")
def reader() -> Reader:
    vocabulary = np.array([b"asylum", b"russia", b"temporary", b"political", b"refugee", b"humanitarian"])
    return Reader(dictionary(), Speller(vocabulary, lambda word: word in {"explain", "sentence", "detail"}))


@pytest.mark.parametrize(
    ("earlier", "question", "standalone"),
    [
        (
            "What is temporary asylum in Russia?",
            "How long does it last?",
            "How long does temporary asylum in Russia last?",
        ),
        (
            "What is temporary asylum in Russia?",
            "what about the other one?",
            "What is political asylum in Russia?",
        ),
        (
            "Who decides on subsidiary protection in France?",
            "and in Germany?",
            "Who decides on subsidiary protection in Germany?",
        ),
        ("What status did Snowden have in Russia?", "is he a citizen now?", "Is Snowden a citizen now?"),
        ("Why did Russia shelter Assad?", "says who?", "Says who: Why did Russia shelter Assad?"),
        ("What is temporary asylum in Russia?", "who decides?", "Who decides: temporary asylum in Russia?"),
    ],
)
def test_a_follow_up_is_completed_from_the_question_before(
    reader: Reader, earlier: str, question: str, standalone: str
) -> None:
    understood = reader.understand(question, [earlier])
    assert understood.text == standalone
    assert understood.rewritten


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ("I am from Syria and live in Moscow", True),
        ("My brother fled Sudan in 2023.", True),
        ("I am a journalist writing about Assad", False),
        ("I am looking for the text of Decree 746", False),
    ],
)
def test_who_says_where_he_comes_from_asks_about_his_own_case(told: str, own: bool, reader: Reader) -> None:
    assert (reader.understand(told).form == "own case") is own


def test_follow_ups_do_not_pile_up(reader: Reader) -> None:
    asked = ["Why did Russia shelter Assad?", "when?", "says who?"]
    assert reader.understand("why not?", asked).text == "Why not: Why did Russia shelter Assad?"


def test_which_of_those_means_the_statuses_of_the_last_two_questions(reader: Reader) -> None:
    asked = ["What is temporary asylum in Russia?", "and political asylum?"]
    understood = reader.understand("Which of those is easier to get?", asked)
    assert understood.form == "compare"
    assert set(understood.statuses) == {"russia-temporary-asylum", "russia-political-asylum"}


def test_a_wish_for_a_form_alone_is_for_the_last_answer_only(reader: Reader) -> None:
    asked = ["Who decides on subsidiary protection in France?"]
    shorter = reader.understand("in one sentence, please", asked)
    assert (shorter.text, shorter.most) == (asked[0], 1)
    after = reader.understand("and in Germany?", [*asked, "in one sentence, please"])
    assert (after.text, after.most) == ("Who decides on subsidiary protection in Germany?", 6)


def test_it_means_the_status_named_before_in_a_comparison(reader: Reader) -> None:
    understood = reader.understand("compare it with refugee status", ["What is temporary asylum in Russia?"])
    assert understood.form == "compare"
    assert understood.statuses[0] == "russia-temporary-asylum"
    assert any(id.endswith("-refugee") for id in understood.statuses[1:])


@pytest.mark.parametrize(
    "question",
    [
        "What does non-refoulement mean?",
        "Who was Erich Honecker and why did he go to Moscow?",
        "How many Syrians live in Turkey under temporary protection?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(reader: Reader, question: str) -> None:
    understood = reader.understand(question, ["What is temporary asylum in Russia?", "How long does it last?"])
    assert understood.text == question
    assert not understood.rewritten


def test_earlier_questions_are_completed_in_turn(reader: Reader) -> None:
    understood = reader.understand(
        "and how does it end?", ["What is temporary asylum in Russia?", "how long does it last?"]
    )
    assert "temporary asylum in Russia" in understood.text


def test_humanitarian_asylum_without_a_country_is_russias_temporary_asylum(reader: Reader) -> None:
    understood = reader.understand("What is the difference between humanitarian and political asylum?")
    assert understood.statuses == ("russia-temporary-asylum", "russia-political-asylum")
    assert understood.form == "compare"
    assert understood.assumed == "Russia"


def test_two_adjectives_name_two_statuses(reader: Reader) -> None:
    assert reader.understand("humanitarian vs political").statuses == (
        "russia-temporary-asylum",
        "russia-political-asylum",
    )


def test_a_country_decides_between_statuses_of_one_name(reader: Reader) -> None:
    understood = reader.understand("How long does subsidiary protection last in Germany?")
    assert understood.statuses == ("germany-subsidiary-protection",)
    assert understood.slot == "duration"


@pytest.mark.parametrize(
    ("question", "duration"),
    [
        ("What is the term of temporary asylum?", True),
        ("Is humanitarian asylum a legal term in Russia?", False),
        ("What does the term 'political asylum' mean?", False),
    ],
)
def test_a_term_is_a_time_or_a_word(question: str, duration: bool, reader: Reader) -> None:
    assert ("duration" in reader.understand(question).slots) is duration


@pytest.mark.parametrize(
    ("question", "form", "most"),
    [
        ("In one sentence, what is asylum?", "", 1),
        ("Explain temporary asylum in detail", "", 10),
        ("When did Snowden arrive?", "when", 6),
        ("How many Syrians have asylum in Russia?", "how many", 6),
        ("Can I get asylum if I fled the war?", "own case", 6),
        ("Why was Assad not given political asylum?", "why", 6),
    ],
)
def test_the_form_follows_the_question(reader: Reader, question: str, form: str, most: int) -> None:
    understood = reader.understand(question)
    assert (understood.form, understood.most) == (form, most)


def test_misspelt_words_are_repaired_and_names_are_left_alone(reader: Reader) -> None:
    assert reader.understand("politcal assylum in rusia").text == "political asylum in russia"


@pytest.mark.parametrize(
    ("question", "language"),
    [("Who decides?", "en"), ("Кто решает по временному убежищу?", "ru"), ("من يقرر منح اللجوء؟", "ar"), ("", "en")],
)
def test_the_language_is_told_by_the_script(question: str, language: str) -> None:
    assert language_of(question) == language


def test_a_russian_question_is_looked_up_in_english_words(reader: Reader) -> None:
    understood = reader.understand("Кто предоставляет политическое убежище в России?")
    assert understood.statuses == ("russia-political-asylum",)
    assert understood.text == "Кто предоставляет политическое убежище в России?"
    assert "political asylum" in understood.search
    assert "Russia" in understood.search


def test_an_arabic_question_names_the_same_statuses(reader: Reader) -> None:
    understood = reader.understand("ما الفرق بين اللجوء الإنساني واللجوء السياسي في روسيا؟")
    assert understood.statuses == ("russia-temporary-asylum", "russia-political-asylum")
    assert understood.form == "compare"


def test_a_comparison_without_a_country_stays_in_one_legal_order(reader: Reader) -> None:
    assert reader.understand("is refugee status better than temporary asylum?").statuses == (
        "russia-refugee",
        "russia-temporary-asylum",
    )


@pytest.mark.parametrize(
    ("question", "countries", "origins"),
    [
        ("I am a journalist from Belarus, do I qualify for asylum in Poland?", ("Poland",), ("Belarus",)),
        ("Do Syrians get asylum in Germany?", ("Germany",), ("Syria",)),
        ("How are Syrian refugees treated in Turkey?", ("Türkiye",), ("Syria",)),
        ("Can I be sent back to Syria?", (), ("Syria",)),
        ("Can somebody get asylum from Russia?", ("Russia",), ()),
        ("Can he be extradited from Germany?", ("Germany",), ()),
        ("What does Syria say about refugees?", ("Syria",), ()),
    ],
)
def test_where_somebody_comes_from_is_not_whose_law_is_asked_about(
    reader: Reader, question: str, countries: tuple[str, ...], origins: tuple[str, ...]
) -> None:
    understood = reader.understand(question)
    assert (understood.countries, understood.origins) == (countries, origins)


@pytest.mark.parametrize(
    "question",
    [
        "Do I qualify for asylum in Germany?",
        "I was fined for an article and I am afraid of jail. I'm in Berlin. Do I have a chance?",
        "My brother deserted from the army and is in Kazan. Can he get temporary asylum there?",
        "im sick and the treatment i need doesnt exist at home, is that a reason to stay in europe",
    ],
)
def test_a_case_of_ones_own_is_recognised(reader: Reader, question: str) -> None:
    assert reader.understand(question).form == "own case"


@pytest.mark.parametrize(
    "question",
    [
        "What is temporary asylum in Russia?",
        "I read the article. What is the point of it?",
        "my teacher says refugee and asylum seeker are the same word. are they?",
    ],
)
def test_a_general_question_is_no_case_of_ones_own(reader: Reader, question: str) -> None:
    assert reader.understand(question).form != "own case"


def test_all_points_that_are_asked_for_are_understood(reader: Reader) -> None:
    understood = reader.understand("Compare temporary and political asylum in Russia: how long, who decides, grounds")
    assert set(understood.slots) == {"duration", "decides", "grounds"}


@pytest.mark.parametrize(
    ("question", "most", "listed"),
    [
        ("List the grounds for temporary asylum", 6, True),
        ("Give me three bullet points on refugee status", 3, True),
        ("In one sentence, what is political asylum?", 1, False),
        ("Explain in detail how temporary asylum works", 10, False),
        ("What is political asylum?", 6, False),
    ],
)
def test_the_form_of_the_answer_follows_the_question(reader: Reader, question: str, most: int, listed: bool) -> None:
    understood = reader.understand(question)
    assert (understood.most, understood.listed) == (most, listed)
    assert understood.text == question and not understood.rewritten


def test_each_without_a_country_or_an_earlier_question_means_the_forms_in_russia(reader: Reader) -> None:
    understood = reader.understand("Who grants each?")
    assert understood.form == "compare" and understood.assumed == "Russia"
    assert {"russia-temporary-asylum", "russia-political-asylum"} <= set(understood.statuses)


def test_a_status_that_no_shared_legal_order_has_still_gets_its_column(reader: Reader) -> None:
    understood = reader.understand("refugee status vs subsidiary protection vs humanitarian protection")
    assert len(understood.statuses) == 3


def test_arabic_words_are_understood_through_what_is_written_onto_them(reader: Reader) -> None:
    understood = reader.understand("ما الفرق بين اللجوء السياسي واللجوء الإنساني؟")
    assert understood.form == "compare"
    assert set(understood.statuses) == {"russia-political-asylum", "russia-temporary-asylum"}


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        (
            "What is subsidiary protection in Germany?",
            "and for Syrians?",
            "subsidiary protection in Germany for Syrians",
        ),
        ("What did Lavrov say about Assad?", "and Peskov?", "What did Peskov say about Assad?"),
        ("Who grants temporary asylum in Russia?", "and political?", "Who grants political asylum in Russia?"),
        ("Сколько длится временное убежище в России?", "а в Германии?", "temporary asylum Germany"),
        ("كم يدوم اللجوء المؤقت في روسيا؟", "وفي ألمانيا؟", "temporary asylum Germany"),
    ],
)
def test_and_puts_one_name_in_the_place_of_another(reader: Reader, earlier: str, question: str, searched: str) -> None:
    assert searched in reader.understand(question, [earlier]).search


def test_a_rewritten_question_is_shown_in_the_readers_own_words(reader: Reader) -> None:
    understood = reader.understand("а в Германии?", ["Сколько длится временное убежище в России?"])
    assert understood.text == "Сколько длится временное убежище в России? → а в Германии?"


def test_a_wish_for_another_length_repeats_the_last_question(reader: Reader) -> None:
    earlier = ["Who can be excluded from refugee status?"]
    shorter, longer = (
        reader.understand(wish, earlier) for wish in ("put that in simpler words please", "more details")
    )
    assert shorter.search == longer.search == earlier[0]
    assert (shorter.most, longer.most) == (2, 10)


def test_a_table_of_a_country_compares_its_statuses(reader: Reader) -> None:
    understood = reader.understand("Make a table of Germany's protection types with length of first permit")
    assert understood.form == "compare" and understood.slot == "duration"
    assert len(understood.statuses) > 1 and all(id.startswith("germany-") for id in understood.statuses)


def test_the_second_one_is_the_second_status_named(reader: Reader) -> None:
    earlier = ["Compare refugee status and temporary asylum in Russia", "Who grants the first one?"]
    assert reader.understand("and the second one?", earlier).search == "Who grants temporary asylum in Russia?"


def test_a_term_hides_no_status(reader: Reader) -> None:
    assert reader.understand("UK humanitarian protection vs refugee status").statuses == (
        "uk-humanitarian-protection",
        "uk-refugee",
    )


def test_a_name_with_its_country_in_it_is_meant_beside_another_country(reader: Reader) -> None:
    assert reader.understand("Compare Russian temporary asylum with EU subsidiary protection").statuses == (
        "russia-temporary-asylum",
        "eu-subsidiary-protection",
    )


def test_a_term_is_not_taken_for_the_status_within_it(reader: Reader) -> None:
    assert reader.understand("Is a refugee the same as an asylum seeker?").statuses == ("international-refugee",)
