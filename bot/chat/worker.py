"""The one thread that asks the Explainer, so that the page of nobody waits for the search of another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.answering.answer import Answer
from bot.answering.explainer import Explainer
from bot.answering.render import Card, cards
from bot.answering.saved import compare_again
from bot.settings import Settings
from knowledge.errors import ExplainerError

WAITING = 50  # questions that may wait; the next one is refused in words
_FIRST = "What is temporary asylum in Russia?"

log = logging.getLogger(__name__)


class BusyError(Exception):
    """Too many questions wait already."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and its sources, cut out while the generation that answered was open."""

    answer: Answer
    cards: tuple[Card, ...]


class Desk:
    """Asks one question after the other in a thread of its own, first come, first served."""

    def __init__(self, open_explainer: Callable[[], Explainer], waiting: int = WAITING) -> None:
        self._open = open_explainer
        self._limit = waiting
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, "explainer")
        self._explainer: Explainer | None = None

    def warm(self) -> None:
        """Load the model and the index and ask once, so that the first reader does not wait.

        Raises:
            ExplainerError: there is no index, or no model.
        """
        self._thread.submit(self._answer, _FIRST, ()).result()

    async def ask(self, question: str, history: Sequence[str] = ()) -> Reply:
        """Answer a question, from the newest published generation.

        Raises:
            BusyError: too many others wait.
        """
        if self._waiting >= self._limit:
            raise BusyError
        self._waiting += 1
        try:
            return await asyncio.wrap_future(self._thread.submit(self._answer, question, tuple(history)))
        finally:
            self._waiting -= 1

    async def again(self, reply: Reply) -> Reply:
        """Compare a reply's quotes with the newest documents; what changed since is marked, its old words kept."""
        return await asyncio.wrap_future(self._thread.submit(self._again, reply))

    def close(self) -> None:
        """Let go of the questions that still wait."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _answer(self, question: str, history: Sequence[str]) -> Reply:
        # Opened here, not by the caller: torch keeps its number of threads by the thread that sets it.
        if self._explainer is None:
            self._explainer = self._open()
        else:
            self._refresh(self._explainer)
        answer = self._explainer.ask(question, history)
        return Reply(answer, cards(answer, self._explainer.generation.document))

    def _again(self, reply: Reply) -> Reply:
        if self._explainer is None:
            return reply
        self._refresh(self._explainer)
        find = self._explainer.generation.document
        around = {card.citation.number: (card.before, card.after) for card in reply.cards}
        return Reply(reply.answer, compare_again(cards(reply.answer, find), around, find))

    def _refresh(self, explainer: Explainer) -> None:
        try:
            explainer.refresh()
        except ExplainerError as error:
            log.warning("the new index cannot be used, the old one serves on: %s", error)


_desk: Desk | None = None


def desk() -> Desk:
    """Return the program's one desk; Chainlit loads the page's code by path, so this module must hold it."""
    global _desk
    if _desk is None:
        _desk = Desk(lambda: Explainer(Settings.from_environment()))
    return _desk


def use(new: Desk) -> None:
    """Put a desk in place before the page is served."""
    global _desk
    _desk = new
