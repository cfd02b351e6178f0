"""The real server over the real corpus, and a Chromium that may speak to nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from index.store import BUILT, current

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = Path(__file__).parent / "shots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERVE = "from bot.chat.serve import serve; serve('127.0.0.1', 0)"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshot", action="store_true", help="refresh bot/chat/public/screenshot.png")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``asylum chat``; the index is the published one, or one built for this run."""
    environment = dict(os.environ)
    if "ASYLUM_INDEX" not in environment and current(BUILT) is None:
        from index.build import build_index
        from index.encoding.choose import open_encoder
        from knowledge.reading.readers import read_corpus

        folder = tmp_path_factory.mktemp("index")
        build_index(read_corpus(), open_encoder(threads=0, cache_folder=folder / "cache", building=True), built=folder)
        environment["ASYLUM_INDEX"] = str(folder)
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        line = process.stdout.readline() if process.stdout else ""
        assert line.startswith("Chat: "), log.read_text()
        yield line.removeprefix("Chat: ").strip()
        process.terminate()
        process.wait(20)


@dataclass
class Visit:
    """A page, and what it asked for and complained about."""

    page: Any
    address: str
    name: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.page.goto(self.address)
        # Questions of the first group are shown at once; they wait for the websocket, as the box does
        self.page.wait_for_selector("button[id^='starter-']:enabled")

    def ask(self, question: str) -> None:
        before = self.answers
        self.page.locator("#chat-input").click()
        self.page.keyboard.insert_text(question)
        self.page.keyboard.press("Enter")
        self.wait(before + 1)

    def wait(self, answers: int) -> None:
        """Wait until that many answers were followed by how they were found."""
        self.page.wait_for_function(
            "n => document.querySelectorAll('[data-step-type=tool] button').length >= n "
            "&& !document.querySelector('.loading-shimmer') && !document.querySelector('#stop-button') "
            # The sources' script is fetched; until it runs, a mark is a plain link
            "&& [...document.querySelectorAll('.message-content')].every("
            "m => !m.querySelector('a[href*=\"#src-\"]') || m.querySelector('.asylum-sources'))",
            arg=answers,
            timeout=30_000,
        )

    @property
    def answers(self) -> int:
        return int(self.page.locator("[data-step-type=tool] button").count())

    @property
    def last(self) -> Any:
        return self.page.locator("[data-step-type=assistant_message]").last

    def shoot(self, shot: str) -> Path:
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{self.name}-{shot}.png"
        self.page.wait_for_timeout(400)  # animations
        self.page.screenshot(path=str(path))
        return path


# Not for the whole session: while Playwright runs, no other test can run an event loop of its own
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium; for the browser tests run: apt-get install -y chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


LOOKS = {
    "wide-light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "wide-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone-light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True},
}


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Any, server: str) -> Iterator[Visit]:
    """A fresh profile in one of ``LOOKS`` (the test's parameter, else wide and light); fails on any stray request."""
    name = getattr(request, "param", "wide-light")
    look = dict(LOOKS[name.partition("/")[0]])
    if "/" in name:
        look["locale"] = name.partition("/")[2]
    context = chromium.new_context(**look)
    if look["color_scheme"] == "dark":
        context.add_init_script("localStorage.setItem('vite-ui-theme', 'dark')")
    visit = Visit(context.new_page(), server, name.replace("/", "-"))

    def watch(sent: Any) -> None:
        if sent.url.startswith("http") and not sent.url.startswith(server + "/"):
            visit.foreign.append(sent.url)

    def listen(message: Any) -> None:
        # Chainlit gives the phone's panel an id that Radix does not find; bot/chat/public/elements/SourceCard.jsx names it
        if message.type == "error" and "`DialogContent` requires a `DialogTitle`" not in message.text:
            visit.errors.append(message.text)

    context.on("request", watch)
    visit.page.on("console", listen)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.open()
    yield visit
    foreign, errors = visit.foreign, visit.errors
    context.close()
    assert (foreign, errors) == ([], [])
