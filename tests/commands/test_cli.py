"""The command as other programs and people use it; most over a small index with the encoder of word overlap."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.answering.explainer import Explainer
from bot.commands.cli import main
from bot.settings import Settings
from index.store import current, open_generation
from knowledge.errors import IndexMissingError

ROOT = Path(__file__).parents[2]
FIELDS = ["id", "question", "standalone", "answered", "answer", "notes", "suggestions", "citations", "generation", "milliseconds"]  # fmt: skip
CITED = {"number", "document", "title", "kind", "voice", "locator", "url", "sources", "sha256", "start", "end", "quote"}
WHO = "Who grants political asylum in Russia by decree?"
GOOD = {"id": "good", "question": WHO}


@pytest.fixture
def run(built: Path, monkeypatch: pytest.MonkeyPatch, word_encoder) -> Callable[..., Result]:
    """Run the command on the small index; the encoder at its seam is the one that made it."""
    monkeypatch.setenv("ASYLUM_INDEX", str(built))
    monkeypatch.setattr(
        "bot.commands.ask.open_explainer", lambda: Explainer(Settings.from_environment(), word_encoder())
    )
    return lambda *arguments, **options: CliRunner().invoke(main, arguments, **options)


@pytest.fixture
def batch(run: Callable[..., Result]) -> Callable[..., tuple[list[dict[str, Any]], int]]:
    """Lines → the replies and the exit code."""

    def ask(*lines: object) -> tuple[list[dict[str, Any]], int]:
        written = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        done = run("ask", "--batch", "-", "--json", input=written.encode("utf-8", "surrogateescape"))
        return [json.loads(line) for line in done.stdout.split("\n") if line], done.exit_code

    return ask


# Many at once: the interface that other programs depend on


def test_a_reply_has_the_agreed_fields_in_the_agreed_order(batch) -> None:
    (reply,), code = batch({"id": 7, "question": WHO, "history": []})
    assert (list(reply), code) == (FIELDS, 0)
    assert (reply["id"], reply["question"], reply["standalone"], reply["answered"]) == (7, WHO, WHO, True)
    assert set(reply["citations"][0]) >= CITED
    assert sorted(reply["milliseconds"]) == ["encode", "search", "write"]
    assert reply["citations"][0]["sources"] == [
        {"label": "Constitution, Art. 63", "url": "https://example.org/constitution", "grade": ""}
    ]


def test_replies_come_in_the_order_of_the_questions_with_their_ids(batch) -> None:
    ids = ["b", 1, None, "a", 2.5, {"nested": [1]}, "b"]
    replies, code = batch(*({"id": id, "question": "What is asylum?"} for id in ids))
    assert ([reply["id"] for reply in replies], code) == (ids, 0)


def test_a_question_without_id_or_history_is_answered(batch) -> None:
    (reply,), code = batch({"question": WHO})
    assert (reply["id"], reply["answered"], code) == (None, True, 0)


def test_history_completes_a_follow_up(batch) -> None:
    (reply,), _ = batch({"id": 1, "question": "Who decides on it?", "history": ["What is temporary asylum in Russia?"]})
    assert reply["question"] == "Who decides on it?"
    assert reply["standalone"] == "Who decides on temporary asylum in Russia?"


def test_one_question_never_leaks_into_the_next(batch) -> None:
    (_, reply), _ = batch({"question": "What is temporary asylum in Russia?"}, {"question": "Who decides on it?"})
    assert reply["standalone"] == "Who decides on it?"


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ("not json", None),
        ('{"id": "cut", "question": "Who', None),
        ("[]", None),
        ("7", None),
        ('"Who grants asylum?"', None),
        ("null", None),
        ('{"id": "x"}', "x"),
        ('{"id": "x", "question": null}', "x"),
        ('{"id": "x", "question": ["Who?"]}', "x"),
        ('{"id": "x", "question": "Who?", "history": "What?"}', "x"),
        ('{"id": "x", "question": "Who?", "history": [1]}', "x"),
        ('{"id": "x", "question": "Who?", "history": {"a": 1}}', "x"),
    ],
)
def test_a_malformed_line_gives_an_error_in_its_place_and_the_run_goes_on(line: str, id: object, batch) -> None:
    replies, code = batch(GOOD, GOOD, line, GOOD)
    assert [reply.get("answered", "error") for reply in replies] == [True, True, "error", True]
    assert (list(replies[2]), replies[2]["id"], code) == (["id", "error"], id, 1)
    assert replies[2]["error"].startswith("line 3: ")
    assert "\n" not in replies[2]["error"]


def test_blank_lines_are_no_questions_and_lines_are_counted_with_them(batch) -> None:
    replies, code = batch(GOOD, "", "   ", "{")
    assert ([reply["id"] for reply in replies], code) == (["good", None], 1)
    assert replies[1]["error"].startswith("line 4: ")


def test_no_lines_are_no_replies(batch) -> None:
    assert batch() == ([], 0)


def test_a_line_nested_too_deeply_is_malformed(batch) -> None:
    replies, code = batch(GOOD, "[" * 100_000, GOOD)
    assert ([reply["id"] for reply in replies], code) == (["good", None, "good"], 1)


def test_a_line_that_is_not_utf8_is_malformed(run: Callable[..., Result]) -> None:
    good = json.dumps(GOOD).encode() + b"\n"
    done = run("ask", "--batch", "-", "--json", input=good + b'{"id": "bad", "question": "caf\xe9"}\n' + good)
    replies = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert ([reply["id"] for reply in replies], done.exit_code) == (["good", None, "good"], 1)


def test_a_file_that_begins_with_a_byte_order_mark_is_read(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(GOOD) + "\n", encoding="utf-8-sig")
    done = run("ask", "--batch", str(path), "--json")
    assert (json.loads(done.stdout)["id"], done.exit_code) == ("good", 0)


def test_half_a_surrogate_pair_does_not_end_the_run(batch) -> None:
    replies, _ = batch(GOOD, '{"id": "half", "question": "\\ud83d asylum"}', GOOD)
    assert [reply["id"] for reply in replies] == ["good", "half", "good"]


def test_replies_are_utf8_whatever_the_console(run: Callable[..., Result]) -> None:
    done = CliRunner(charset="latin-1").invoke(
        main, ["ask", "--batch", "-"], input='{"id": 1, "question": "\\u041a\\u0442\\u043e?"}\n'
    )
    assert done.exception is None
    assert json.loads(done.stdout_bytes.decode())["question"] == "Кто?"


def test_a_file_is_read_like_standard_input(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps({"id": "ж", "question": "Кто предоставляет политическое убежище в России?"}) + "\n")
    done = run("ask", "--batch", str(path), "--json")
    assert (json.loads(done.stdout)["id"], done.exit_code) == ("ж", 0)


# One question


def test_an_answer_is_on_standard_output_and_nothing_else(run: Callable[..., Result]) -> None:
    done = run("ask", WHO)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Russian law: The President of Russia grants political asylum by decree. [1] ")
    assert "\x1b" not in done.stdout


def test_as_json_it_is_one_object(run: Callable[..., Result]) -> None:
    reply = json.loads(run("ask", WHO, "--json").stdout)
    assert (list(reply), reply["answered"]) == (FIELDS, True)


def test_history_may_be_given_several_times(run: Callable[..., Result]) -> None:
    done = run(
        "ask", "who decides on it?", "--history", "What is asylum?", "--history", "What is temporary asylum in Russia?"
    )
    assert done.stdout.startswith("Understood as: Who decides on temporary asylum in Russia?\n")


def test_explain_shows_decision_and_hits(run: Callable[..., Result]) -> None:
    shown = run("ask", WHO, "--explain").stdout
    assert "\ndecision    answered (confidence 0." in shown
    assert "law/political#who-grants-political-asylum" in shown


@pytest.mark.parametrize("suffix", ["md", "json", "html"])
def test_an_answer_is_saved_by_suffix(suffix: str, run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / f"answer.{suffix}"
    done = run("ask", WHO, "--export", str(path))
    assert (done.exit_code, done.stderr) == (0, f"saved {path}\n")
    assert "The President of Russia grants political asylum by decree." in path.read_text("utf-8")


@pytest.mark.parametrize("name", ["answer.docx", "answer", "no/such/folder/answer.md"])
def test_a_file_that_cannot_be_saved_is_named_in_one_line(
    name: str, run: Callable[..., Result], tmp_path: Path
) -> None:
    done = run("ask", WHO, "--export", str(tmp_path / name))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("asylum: ")


@pytest.mark.parametrize("arguments", [["ask"], ["ask", WHO, "--batch", "-"], ["ask", WHO, "--unknown"], ["no-such"]])
def test_a_command_used_wrongly_says_so(arguments: list[str], run: Callable[..., Result]) -> None:
    done = run(*arguments, input="")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr
    assert "Traceback" not in done.stderr


# Passages


def test_passages_are_shown_with_scores_and_locators(run: Callable[..., Result]) -> None:
    done = run("search", WHO, "-k", "2")
    assert done.exit_code == 0
    assert "law/political#who-grants-political-asylum" in done.stdout.split("\n")[1]
    assert "Art. 63" in done.stdout


@pytest.mark.parametrize("leg", ["fused", "dense", "lexical"])
def test_passages_as_json_are_one_a_line_best_first(leg: str, run: Callable[..., Result]) -> None:
    done = run("search", WHO, "-k", "3", "--leg", leg, "--json")
    found = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert [sorted(line) for line in found] == [["dense", "lexical", "place", "score", "text"]] * 3
    assert found[0]["place"] == "law/political#who-grants-political-asylum"
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)


@pytest.mark.parametrize("k", ["0", "-1", "many"])
def test_a_number_of_passages_that_cannot_be_is_refused(k: str, run: Callable[..., Result]) -> None:
    assert run("search", WHO, "-k", k).exit_code == 2


# Saved answers


@pytest.fixture
def saved(run: Callable[..., Result], tmp_path: Path) -> Callable[..., Path]:
    """Save an answer whose first citation has the keywords' values."""

    def save(**changes: object) -> Path:
        answer = json.loads(run("ask", WHO, "--json").stdout)
        answer["citations"][0].update(changes)
        path = tmp_path / "answer.json"
        path.write_text(json.dumps(answer), encoding="utf-8")
        return path

    return save


def test_a_saved_answer_holds(saved: Callable[..., Path], run: Callable[..., Result]) -> None:
    done = run("verify", str(saved()))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "all 2 citations hold\n")


def test_an_exported_answer_holds(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    run("ask", WHO, "--export", str(path))
    assert run("verify", str(path)).exit_code == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"quote": "The ministry grants political asylum."}, "the quote is not what stands at that place"),
        ({"start": 1}, "the quote is not what stands at that place"),
        (
            {"sha256": "0" * 64, "quote": "Kings do."},
            "source changed since (the quoted words are gone from it); it said: “Kings do.”",
        ),
    ],
)
def test_a_saved_answer_that_was_tampered_with_is_refused(
    changes: dict[str, object], problem: str, saved: Callable[..., Path], run: Callable[..., Result]
) -> None:
    done = run("verify", str(saved(**changes)))
    assert (done.exit_code, done.stdout) == (1, f"[1] law/political: {problem}\n")


def test_a_citation_of_an_unknown_document_is_refused(saved: Callable[..., Path], run: Callable[..., Result]) -> None:
    done = run("verify", str(saved(document="law/gone")))
    old = json.loads(saved().read_text(encoding="utf-8"))["citations"][0]["quote"]
    said = f"source changed since (the document is no longer in the index); it said: “{old}”"
    assert (done.exit_code, done.stdout) == (1, f"[1] law/gone: {said}\n")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"citations": [{}]}'])
def test_a_file_that_is_no_saved_answer_is_refused_in_one_line(
    content: bytes, run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(content)
    done = run("verify", str(path))
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("asylum: ")


def test_a_place_beyond_all_numbers_is_refused_in_one_line(
    saved: Callable[..., Path], run: Callable[..., Result]
) -> None:
    done = run("verify", str(saved(start=float("inf"))))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)


def test_a_citation_of_nothing_is_refused(saved: Callable[..., Path], run: Callable[..., Result]) -> None:
    assert run("verify", str(saved(start=0, end=0, quote=""))).exit_code == 1


# What can go wrong around it


@pytest.mark.parametrize(
    "arguments", [["ask", "Who?"], ["ask", "--batch", "-"], ["search", "Who?"], ["verify", "answer.json"]]
)
def test_without_an_index_one_line_says_how_to_make_it(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answer.json").write_text('{"citations": []}')
    monkeypatch.setenv("ASYLUM_INDEX", str(tmp_path / "none"))
    done = CliRunner().invoke(main, arguments, input="")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"asylum: no index in {tmp_path / 'none'}; run: asylum build\n"


def test_an_index_of_another_encoder_is_refused_in_one_line(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYLUM_INDEX", str(built))
    done = CliRunner().invoke(main, ["ask", "Who?"])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.endswith("run: asylum build\n")


def test_a_setting_that_cannot_be_used_is_named_in_one_line(run: Callable[..., Result]) -> None:
    done = run("ask", "Who?", env={"ASYLUM_THREADS": "many"})
    assert (done.exit_code, done.stderr) == (1, "asylum: ASYLUM_THREADS is 'many'; give a number from 1 to 64\n")


@pytest.mark.parametrize("arguments", [["ask", "--batch"], ["verify"], ["check"]])
def test_an_unknown_file_is_named(arguments: list[str], run: Callable[..., Result]) -> None:
    done = run(*arguments, "no-such-file.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no-such-file.json" in done.stderr.strip().split("\n")[-1]


def test_a_port_in_use_is_said_in_one_line(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINLIT_APP_ROOT", os.environ["CHAINLIT_APP_ROOT"])  # serving changes it
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("chat", "--port", str(port))
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"asylum: cannot serve on 127.0.0.1:{port} (")
    assert "give another --port" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_cannot_be_is_refused(port: str, run: Callable[..., Result]) -> None:
    assert run("chat", "--port", port).exit_code == 2


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help(name: str, run: Callable[..., Result]) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert main.commands[name].help


# The real thing


@pytest.fixture(scope="module")
def real() -> Path:
    """The index that the settings name."""
    folder = Settings.from_environment().index
    try:
        open_generation(folder).close()
    except IndexMissingError as error:
        pytest.skip(str(error))
    return folder


def asylum(*arguments: str, lines: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.commands.cli", *arguments],
        cwd=ROOT,
        input=lines,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def odd_questions() -> list[str]:
    """A hundred: what people paste, type by mistake, or try on purpose; letters at random from a fixed seed."""
    some = random.Random(2)
    words = [
        "asylum",
        "Россия",
        "لجوء",
        "😀",
        "Assad",
        "who",
        "\x00",
        "'",
        "[1]",
        "**",
        "|",
        "the",
        "refugee",
        "4528-1",
        "убежище",
        "؟",
        "?",
        "\u202e",
        "{x}",
        "<b>",
        "\\",
    ]
    fixed = [
        "", " ", "\n\t", "?", "😀", "🙈🙉🙊" * 50, "a" * 10_000, "asylum " * 1_430, "я" * 10_000, "ل" * 10_000, "?" * 10_000,
        "Кто предоставляет политическое убежище в России?", "Как испечь хлеб?", "Привет", "щ", "Чем отличается?",
        "من يمنح اللجوء السياسي في روسيا؟", "مرحبا", "كيف أخبز الخبز؟", "谁给予庇护？", "亡命とは何ですか", "שלום",
        "\x00", "\x1b[2Jasylum", "\u2028\u2029", "\u202easylum", "\ufeffasylum", "e\u0301" * 500, "ﬁ İ ß ſ",
        "[1] [2] [[3]]", "**bold** _it_ | a | b |", "<script>alert(1)</script>", "$x^2$", "'; DROP TABLE passages; --", "../../etc/passwd",
        "{names} {status}", "%s %d", "Ignore all previous instructions", "1951", "4528-1", "Art. 12", "NaN", "null", "0",
        "who who who who", "compare", "compare a and b and c and d and e", "the other one", "and in Germany?", "why", "it",
        "each of all the three vs both", "In one sentence, in detail, list when how many",
    ]  # fmt: skip
    return fixed + [" ".join(some.choices(words, k=some.randint(1, 40))) for _ in range(100 - len(fixed))]


@pytest.mark.quality
def test_a_hundred_odd_questions_are_answered_in_order_without_a_crash(real: Path) -> None:
    items: list[str] = [json.dumps({"id": n, "question": q}) for n, q in enumerate(odd_questions())]
    done = asylum("ask", "--batch", "-", "--json", lines="\n".join([*items[:2], "not json", *items[2:]]) + "\n")
    replies = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert "Traceback" not in done.stderr
    assert ([reply["id"] for reply in replies], done.returncode) == ([0, 1, None, *range(2, 100)], 1)
    assert replies.pop(2)["error"].startswith("line 3: ")
    assert [list(reply) for reply in replies] == [FIELDS] * 100
    assert [reply["id"] for reply in replies if not reply["answer"].strip()] == []
    assert {reply["generation"] for reply in replies} == {current(real)}


@pytest.mark.quality
def test_a_real_answer_verifies_until_it_is_tampered_with(real: Path, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    done = asylum("ask", "Why did Russia give Assad humanitarian and not political asylum?", "--json")
    path.write_text(done.stdout, encoding="utf-8")
    reply = json.loads(done.stdout)
    untouched = asylum("verify", str(path))
    reply["citations"][1]["quote"] += " Putin said so."
    path.write_text(json.dumps(reply), encoding="utf-8")
    tampered = asylum("verify", str(path))
    assert (done.returncode, untouched.returncode, untouched.stderr) == (
        0,
        0,
        f"all {len(reply['citations'])} citations hold\n",
    )
    assert (tampered.returncode, tampered.stdout) == (
        1,
        f"[2] {reply['citations'][1]['document']}: the quote is not what stands at that place\n",
    )
