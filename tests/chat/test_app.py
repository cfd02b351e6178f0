"""The chat as a browser speaks to it: a real server process, a small index, no browser."""

from __future__ import annotations

import json
import os
import re
import runpy
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from simple_websocket import Client, ConnectionClosed, ConnectionError

from bot.answering.explainer import Explainer
from bot.chat.worker import BusyError, Desk
from bot.settings import Settings
from knowledge.errors import ExplainerError, IndexMissingError, SettingsError

SERVER = Path(__file__).parents[1] / "browser" / "small_server.py"
SMALL = runpy.run_path(str(SERVER))
QUESTION = "How long does temporary asylum in Russia last?"
SECRET = "zanzibar"  # a word to look for in the server's log


@dataclass(frozen=True)
class Chat:
    url: str
    index: Path
    log: Path


@contextmanager
def serving(folder: Path) -> Iterator[Chat]:
    SMALL["build"](folder / "built")
    (folder / "tmp").mkdir()
    environment = {**os.environ, "ASYLUM_INDEX": str(folder / "built"), "TMPDIR": str(folder / "tmp")}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, str(SERVER), "0"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        line = server.stdout.readline() if server.stdout else ""
        assert line.startswith("Chat: http://127.0.0.1:"), (folder / "log").read_text()
        yield Chat(line.removeprefix("Chat: ").strip(), folder / "built", folder / "log")
        server.terminate()
        assert server.wait(20) == 0


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    with serving(tmp_path_factory.mktemp("chat")) as chat:
        yield chat


class Reader:
    """One conversation over the websocket."""

    def __init__(self, chat: Chat, origin: str = "", language: str = "en-US") -> None:
        self.chat = chat
        self.session = str(uuid.uuid4())
        # This client leaves the port out of the header Host, so its own origin has none either
        headers = {"Origin": origin or "http://127.0.0.1", "Accept-Language": language}
        address = chat.url.replace("http", "ws") + "/ws/socket.io/?EIO=4&transport=websocket"
        self._socket = Client(address, headers=headers)
        # Not after waiting for the server's first packet: this client overlooks it if it comes with the handshake
        auth = {"sessionId": self.session, "userEnv": "{}", "clientType": "webapp", "chatProfile": "", "threadId": ""}
        self._socket.send("40" + json.dumps(auth))
        self._receive("40")
        self._emit("connection_successful")
        self.until("task_end")  # sent at the beginning, too

    def ask(self, question: str) -> list[tuple[str, Any]]:
        """Return every event up to the end of the answer."""
        message = {
            "id": str(uuid.uuid4()),
            "threadId": "",
            "name": "User",
            "type": "user_message",
            "output": question,
            "createdAt": "2026-01-01T00:00:00Z",
        }
        self._emit("client_message", {"message": message, "fileReferences": []})
        return self.until("task_end")

    def act(self, name: str, payload: dict[str, str]) -> Any:
        action = {"name": name, "payload": payload, "label": "", "tooltip": "", "id": str(uuid.uuid4())}
        answer = httpx.post(
            self.chat.url + "/project/action", json={"sessionId": self.session, "action": action}, timeout=30
        )
        return answer.json()["response"]

    def until(self, last: str) -> list[tuple[str, Any]]:
        events: list[tuple[str, Any]] = []
        while not events or events[-1][0] != last:
            name, *rest = json.loads(self._receive("42")[2:])
            events.append((name, rest[0] if rest else None))
        return events

    def close(self) -> None:
        self._socket.close()

    def _emit(self, *event: Any) -> None:
        self._socket.send("42" + json.dumps(event))

    def _receive(self, kind: str) -> str:
        while True:
            packet = str(self._socket.receive(timeout=30))
            if packet == "2":
                self._socket.send("3")
            elif packet.startswith(kind):
                return packet
            elif packet == "None":
                raise TimeoutError(f"no {kind} within 30 s")


@pytest.fixture
def reader(chat: Chat) -> Iterator[Reader]:
    reader = Reader(chat)
    yield reader
    reader.close()


def tokens(events: list[tuple[str, Any]]) -> list[str]:
    first = [event["output"] for name, event in events if name == "stream_start"]
    return [*first, *(event["token"] for name, event in events if name == "stream_token")]


def sources(events: list[tuple[str, Any]]) -> dict[str, Any]:
    return next(
        json.loads(e["props"]) if isinstance(e["props"], str) else e["props"] for n, e in events if n == "element"
    )


def said(events: list[tuple[str, Any]]) -> list[str]:
    return [
        e["output"] for n, e in events if n in ("new_message", "update_message") and e["type"] == "assistant_message"
    ]


def test_an_answer_is_streamed_in_whole_links_and_brings_its_sources(reader: Reader) -> None:
    events = reader.ask(QUESTION)
    text = "".join(tokens(events))
    assert '[[1]](/public/sources.html#src-1 "Art. 12' in text
    assert all(token.count("[[") == token.count('")') for token in tokens(events))
    first = sources(events)["sources"][0]
    assert first["verified"] and first["quote"] in "".join(SMALL["documents"](["temporary"])[0].text)


def test_the_reader_sees_a_search_and_afterwards_how_it_was_found(reader: Reader) -> None:
    steps = [e for n, e in reader.ask(QUESTION) if n in ("new_message", "delete_message") and e["type"] == "tool"]
    assert [step["name"] for step in steps] == [
        "Searching the documents…",
        "Searching the documents…",
        "How this was found",
    ]
    assert steps[0]["start"] and not steps[0]["end"]
    assert "temporary#" in steps[2]["output"] and QUESTION in steps[2]["output"]


def test_the_frame_speaks_the_language_of_the_browser(chat: Chat) -> None:
    reader = Reader(chat, language="ru-RU,ru;q=0.9")
    names = [e["name"] for n, e in reader.ask("Temporary asylum?") if n == "new_message" and e["type"] == "tool"]
    reader.close()
    assert names[0] == "Ищу в документах…"


def test_a_suggestion_is_asked_like_a_typed_question(reader: Reader) -> None:
    reader.ask(QUESTION)
    asking = threading.Thread(target=reader.act, args=("ask", {"question": "Who grants political asylum in Russia?"}))
    asking.start()
    events = reader.until("task_end")
    asking.join()
    users = [e["output"] for n, e in events if n == "new_message" and e["type"] == "user_message"]
    assert users == ["Who grants political asylum in Russia?"]
    assert "The President of Russia grants political asylum by decree." in "".join(tokens(events))


def test_an_answer_can_be_saved_while_its_conversation_lasts(reader: Reader, chat: Chat) -> None:
    id = sources(reader.ask(QUESTION))["id"]
    saved = {form: reader.act("save", {"id": id, "form": form}) for form in ("html", "md", "json")}
    assert "<mark>" in saved["html"]["text"] and saved["md"]["text"].startswith("# How long")
    assert json.loads(saved["json"]["text"])["question"] == QUESTION
    other = Reader(chat)
    assert other.act("save", {"id": id, "form": "html"}) == {}
    other.close()


def test_ten_readers_at_once_are_all_answered(chat: Chat) -> None:
    readers = [Reader(chat) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = ["".join(tokens(events)) for events in pool.map(lambda reader: reader.ask(QUESTION), readers)]
    for reader in readers:
        reader.close()
    assert len(set(answers)) == 1 and "[[1]]" in answers[0]


@pytest.mark.parametrize(
    "question", ["", "   ", "?" * 50, "🦊", "x " * 5000, "ما هو اللجوء؟", "[1](x) ![y](z) :::a <b>"]
)
def test_whatever_is_typed_gets_a_sentence(reader: Reader, question: str) -> None:
    events = reader.ask(question)
    assert any(text.strip() for text in (*said(events), "".join(tokens(events))))


def test_no_question_is_written_to_the_log(chat: Chat, reader: Reader) -> None:
    reader.ask(f"Does {SECRET} grant asylum?")
    assert SECRET not in chat.log.read_text()


def test_nothing_of_a_conversation_stays_on_the_disk(tmp_path: Path) -> None:
    with serving(tmp_path) as chat:
        reader = Reader(chat)
        reader.ask(QUESTION)
        while_open = [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()]
    assert while_open and not list((tmp_path / "tmp").iterdir())
    assert not (SERVER.parents[2] / "bot" / ".files" / reader.session).exists()


def test_a_new_index_is_noticed_and_told_once(tmp_path: Path) -> None:
    SMALL["build"](tmp_path, ["temporary"])
    settings = Settings(index=tmp_path)
    desk = Desk(lambda: Explainer(settings, SMALL["WordEncoder"]()))
    desk.warm()
    first = desk._answer(QUESTION, ())
    SMALL["build"](tmp_path)
    second = desk._answer("The President of Russia grants political asylum", ())
    desk.close()
    assert second.answer.generation > first.answer.generation
    assert "political" in {card.citation.document for card in second.cards}


def test_a_conversation_is_told_that_its_sources_changed(chat: Chat, reader: Reader) -> None:
    reader.ask(QUESTION)
    SMALL["build"](chat.index, ["temporary"])
    told, untold = said(reader.ask(QUESTION)), said(reader.ask(QUESTION))
    SMALL["build"](chat.index)
    assert "The sources were updated." in told and "The sources were updated." not in untold


def test_a_failure_is_told_in_a_sentence_and_logged_without_the_question(chat: Chat, reader: Reader) -> None:
    events = reader.ask(f"explode {SECRET}")
    assert said(events) == ["Something went wrong while searching, and nothing was lost. Please ask again."]
    log = chat.log.read_text()
    assert "RuntimeError" in log and SECRET not in log and "explode" not in log
    assert "[[1]]" in "".join(tokens(reader.ask(QUESTION)))


def test_a_new_index_that_cannot_be_used_leaves_the_old_one_serving(chat: Chat, reader: Reader) -> None:
    pointer, kept = chat.index / "current", (chat.index / "current").read_text()
    reader.ask(QUESTION)
    pointer.write_text("000999-missing\n")
    answered = "".join(tokens(reader.ask(QUESTION)))
    pointer.write_text(kept)
    assert "[[1]]" in answered


class Stuck:
    """An explainer that does not come back before it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def open(self) -> Explainer:
        self.go.wait(20)
        raise IndexMissingError("none")


def test_a_crowd_is_refused_in_words() -> None:
    import asyncio

    stuck = Stuck()
    desk = Desk(stuck.open, waiting=2)

    async def crowd() -> list[BaseException | Any]:
        asked = [asyncio.create_task(desk.ask("x")) for _ in range(3)]
        await asyncio.sleep(0.05)
        stuck.go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    kinds = [type(result) for result in asyncio.run(crowd())]
    desk.close()
    assert kinds == [IndexMissingError, IndexMissingError, BusyError]


def test_the_page_names_no_other_host(chat: Chat) -> None:
    page = httpx.get(chat.url)
    assert re.findall(r"https?://[^\"' ]+", page.text) == []
    assert "<title>Asylum explainer</title>" in page.text
    assert "connect-src 'self' ws://127.0.0.1:" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/docs", "/openapi.json", "/redoc", "/project/file?session_id=x", "/assets/index.js.map"]
)
def test_what_a_reader_has_no_use_for_is_not_there(chat: Chat, path: str) -> None:
    assert httpx.get(chat.url + path).status_code == 404


def test_another_site_is_refused(chat: Chat) -> None:
    assert httpx.get(chat.url + "/healthz", headers={"Origin": "http://evil.example"}).status_code == 403
    with pytest.raises((ConnectionError, ConnectionClosed)):
        Reader(chat, origin="http://evil.example")


def test_the_server_says_that_it_lives(chat: Chat) -> None:
    assert httpx.get(chat.url + "/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("language", "watermark"),
    [
        ("en-US", "Information, not legal advice"),
        ("ru-RU", "Справка, не юридическая консультация"),
        ("ar-SA", "معلومات"),
    ],
)
def test_the_line_under_the_box_is_ours_in_every_language(chat: Chat, language: str, watermark: str) -> None:
    words = httpx.get(f"{chat.url}/project/translations?language={language}").json()["translation"]
    assert words["chat"]["watermark"].startswith(watermark)


def test_the_empty_page_offers_four_groups_and_a_welcome(chat: Chat) -> None:
    settings = httpx.get(f"{chat.url}/project/settings?language=en-US").json()
    assert [len(group["starters"]) for group in settings["starterCategories"]] == [3, 3, 3, 3]
    assert "not legal advice" in settings["chatProfiles"][0]["markdown_description"]
    features = settings["features"]
    assert not any(features[name] for name in ("unsafe_allow_html", "latex", "edit_message"))
    assert not features["spontaneous_file_upload"]["enabled"] and not features["mcp"]["enabled"]


def run_serve(port: int, index: Path) -> None:
    from bot.chat import serve

    serve.serve("127.0.0.1", port, SMALL["WordEncoder"]())
    raise AssertionError(index)


def test_a_taken_port_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYLUM_INDEX", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError, match="give another --port"):
        run_serve(taken.getsockname()[1], tmp_path)


def test_a_missing_index_is_told_before_anything_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYLUM_INDEX", str(tmp_path))
    with pytest.raises(IndexMissingError, match="run: asylum build"):
        run_serve(0, tmp_path)


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    from bot.chat.serve import _be_writable

    with pytest.raises(ExplainerError, match="cannot be written"):
        _be_writable(tmp_path / "nowhere")


def test_questions_wait_in_line_and_do_not_hold_up_the_page(chat: Chat) -> None:
    readers = [Reader(chat) for _ in range(5)]
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(reader.ask, QUESTION) for reader in readers]
        started = time.monotonic()
        alive = httpx.get(chat.url + "/healthz", timeout=5).status_code
        waited = time.monotonic() - started
        done = [len(future.result()) for future in asked]
    for reader in readers:
        reader.close()
    assert (alive, len(done)) == (200, 5) and waited < 5
