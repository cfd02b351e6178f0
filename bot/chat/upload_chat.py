"""The conversation about an upload: its card, the editor's yes or no, and what becomes of it."""

# Chainlit's methods carry no annotations
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import chainlit as cl

from bot import wording
from bot.answering.render import plain
from bot.chat.upload import Offer, uploads
from bot.chat.upload_card import offer_props, progress_props
from knowledge.errors import ExplainerError

log = logging.getLogger(__name__)
_running: set[asyncio.Task[None]] = set()  # a task that nobody holds may be swept away in the middle


@dataclass(frozen=True, slots=True)
class _Offered:
    """An upload that waits for a yes, its card, and the question that came with it."""

    offer: Offer
    card: cl.CustomElement
    question: str
    language: str

    async def show(self, **changes: object) -> None:
        self.card.props = {**self.card.props, **changes}
        await self.card.update()


async def offer(path: Path, name: str, question: str, language: str) -> None:
    """Show what was understood of a file, and offer to add it; or say in a line why that cannot be."""
    try:
        found = await uploads().understand(path, name)
    except ExplainerError as error:
        path.unlink(missing_ok=True)
        await cl.ErrorMessage(plain(str(error))).send()
        return
    id = path.parent.name
    card = cl.CustomElement(name="UploadCard", display="inline", props=offer_props(id, found, language))
    _keep(id, _Offered(found, card, question, language))
    text = wording.upload(language)["read"].format(name=plain(name))
    await cl.Message(text, elements=[card]).send()


async def decide(id: str, add: bool, kind: str, ask: Callable[[str], Awaitable[None]]) -> bool:
    """Add an upload, or forget it; return False where it is not there.

    Adding goes on in the background, and the card shows how; then ``ask`` gets the question that came with the file.
    """
    offers: dict[str, _Offered] = cl.user_session.get("offers") or {}
    if (found := offers.pop(id, None)) is None:
        return False
    if add:
        task = asyncio.create_task(_add(id, found, kind, ask))
        _running.add(task)
        task.add_done_callback(_running.discard)
    else:
        found.offer.item.path.unlink(missing_ok=True)
        done = wording.upload(found.language)["cancelled"].format(name=found.offer.item.label)
        await found.show(state="cancelled", done=done)
    return True


async def _add(id: str, found: _Offered, kind: str, ask: Callable[[str], Awaitable[None]]) -> None:
    words = wording.upload(found.language)
    await found.show(state="building", problem="", progress={"line": words["starting"], "done": 0, "total": 1})

    async def tell(told: Mapping[str, object]) -> None:
        await found.show(**progress_props(told, found.language))

    try:
        document = await uploads().add(found.offer, kind, tell)
    except Exception as error:  # noqa: BLE001  the reader would be left with a bar that does not move
        problem = str(error)
        if not isinstance(error, ExplainerError):
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error("an upload failed: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
            problem = type(error).__name__
        _keep(id, found)  # it may be tried again: another build was running, say
        await found.show(state="offer", progress=None, problem=words["failed"].format(problem=problem))
        return
    found.offer.item.path.unlink(missing_ok=True)
    await found.show(state="added", done=words["added"].format(title=document.title, id=document.id))
    if found.question.strip():
        await ask(found.question)


def _keep(id: str, found: _Offered) -> None:
    offers: dict[str, _Offered] = cl.user_session.get("offers") or {}
    cl.user_session.set("offers", {**offers, id: found})
