"""The chat in a real browser, over the real corpus; what it looked like lies in shots/ afterwards."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ASSAD = "Why did Russia give Assad humanitarian and not political asylum?"
COMPARE = "Compare refugee status, temporary asylum and political asylum in Russia"
UNCOVERED = "How do I bake sourdough bread at home?"
LOOKS = ("wide-light", "wide-dark", "phone-light", "phone-dark")


@pytest.mark.parametrize("visit", LOOKS, indirect=True)
def test_a_reader_asks_checks_a_quote_and_goes_on(visit: Any, request: pytest.FixtureRequest) -> None:
    page = visit.page
    assert "not legal advice" in page.locator("#welcome-screen").inner_text()
    visit.shoot("1-empty")
    page.get_by_role("button", name=ASSAD).click()
    visit.wait(1)
    assert not page.locator("#side-view-title").count()  # the panel never opens by itself
    visit.shoot("2-answer")

    mark = visit.last.locator("a[href$='#src-1']").first
    mark.click()
    quote = page.locator("#side-view-content mark").inner_text()
    said = visit.last.locator(".message-content").inner_text()
    assert " ".join(quote.split()) in " ".join(said.split())
    assert re.search(r"SHA-256\s[0-9a-f]{64}", page.locator("#side-view-content").inner_text())
    shot = visit.shoot("3-source")
    if visit.name == "wide-light" and request.config.getoption("--screenshot", default=False):
        shutil.copy(shot, Path(__file__).parents[2] / "bot" / "chat" / "public" / "screenshot.png")
    page.keyboard.press("Escape")
    page.wait_for_selector("#side-view-title", state="detached")

    suggestions = page.locator("button:has(> svg.lucide-corner-down-right)")
    if suggestions.count():
        next_question = suggestions.first.inner_text().strip()
        suggestions.first.click()
        visit.wait(2)
        assert next_question in page.locator("[data-step-type=user_message]").last.inner_text()
        visit.shoot("4-suggestion")

    visit.ask(COMPARE)
    visit.shoot("5-comparison")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visit.last.locator(".asylum-all").click()
    marks = {
        re.sub(r".*#src-", "", link.get_attribute("href")) for link in visit.last.locator("a[href*='#src-']").all()
    }
    assert len(marks) == visit.last.locator(".asylum-source").count()
    how = page.locator("[data-step-type=tool] button").last
    how.click()
    how.evaluate("node => node.scrollIntoView()")
    visit.shoot("6-how")

    visit.ask(UNCOVERED)
    visit.shoot("7-not-covered")
    assert "Information, not legal advice" in page.locator(".watermark").inner_text()


def test_the_keyboard_is_enough(visit: Any) -> None:
    page = visit.page
    visit.ask(ASSAD)
    visit.last.locator("a[href$='#src-1']").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#side-view-content mark")
    page.keyboard.press("Escape")
    page.wait_for_selector("#side-view-title", state="detached")
    assert page.evaluate("document.activeElement.getAttribute('href')").endswith("#src-1")
    visit.last.locator(".asylum-source").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#side-view-content mark")


def test_an_answer_can_be_saved(visit: Any, tmp_path: Path) -> None:
    visit.ask(ASSAD)
    for form in ("html", "md", "json"):
        with visit.page.expect_download() as download:
            visit.last.locator(f".asylum-save [data-form={form}]").click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
    assert "<mark>" in (tmp_path / "asylum-answer.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "asylum-answer.json").read_text(encoding="utf-8"))["question"] == ASSAD
    page = visit.page.context.new_page()
    page.goto((tmp_path / "asylum-answer.html").as_uri())
    visit.foreign.clear()
    page.screenshot(path=str(Path(__file__).parent / "shots" / "saved.png"))
    page.close()


def test_what_is_typed_is_shown_as_typed(visit: Any) -> None:
    typed = '<img src=x onerror="document.title=1"> note:this **bold** ![x](http://evil.example/x.png)'
    visit.ask(typed)
    assert visit.page.locator("[data-step-type=user_message]").last.inner_text().strip() == typed
    assert visit.page.title() == "Asylum explainer"


@pytest.mark.parametrize("visit", ["phone-light/ru-RU", "phone-light/ar-SA"], indirect=True)
def test_the_frame_speaks_the_readers_language(visit: Any) -> None:
    visit.shoot("1-empty")
    visit.page.locator("button[id^='starter-']").first.click()
    visit.wait(1)
    visit.shoot("2-answer")
    assert "Information" not in visit.page.locator(".watermark").inner_text()
