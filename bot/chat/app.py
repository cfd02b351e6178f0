"""The browser chat: a message in, the worker asks, Markdown and source cards out. Started by bot/chat/serve.py."""

# Chainlit's methods carry no annotations
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import chainlit as cl
from chainlit.utils import utc_now

from bot import wording
from bot.answering.export import FORMS, MEDIA, export
from bot.answering.render import explain, pieces, to_markdown, to_props
from bot.chat import upload, worker

KEPT = 20  # questions remembered, and answers that can still be saved, in one conversation
LONGEST = 2000

log = logging.getLogger(__name__)


@cl.set_chat_profiles
async def profiles(user: cl.User | None, language: str | None) -> list[cl.ChatProfile]:
    """Show on the empty page what this is and is not: one profile, hence no choice of profiles."""
    welcome = wording.chat(language or "en")["welcome"]
    icon = "/public/avatars/asylum_explainer.svg"
    return [cl.ChatProfile(name=wording.NAME, markdown_description=welcome, icon=icon, default=True)]


@cl.set_starter_categories
async def starters(user: cl.User | None, language: str | None, profile: str | None) -> list[cl.StarterCategory]:
    """Offer first questions, by group."""
    return [
        cl.StarterCategory(label=group, starters=[cl.Starter(label=q, message=q) for q in questions])
        for group, questions in wording.starters(language or "en")
    ]


@cl.on_message
async def on_message(message: cl.Message) -> None:
    """Answer one message; files in it are read first, and a question beside them is asked once one was added."""
    files = [element for element in message.elements if element.path and upload.is_on()]
    for element in files[: upload.FILES]:
        await _offer(Path(str(element.path)), element.name, message.content)
    if not files:
        await reply(message.content)


@cl.action_callback("ask")
async def on_suggestion(action: cl.Action) -> None:
    """Ask what a suggestion button says, as if the reader had typed it."""
    question = str(action.payload.get("question", ""))[:LONGEST]
    emitter = cl.context.emitter
    await emitter.task_start()
    try:
        asked = await cl.Message(question, type="user_message", author="User").send()
        # The name makes Chainlit treat it as it treats a typed message: a run, with its copy button.
        async with cl.Step(name="on_message", type="run", parent_id=asked.id):
            await reply(question)
    finally:
        await emitter.task_end()


@cl.action_callback("save")
async def on_save(action: cl.Action) -> dict[str, str]:
    """Hand an answer of this conversation to the page, which offers it as a download; {} if it is gone."""
    kept: dict[str, worker.Reply] = cl.user_session.get("replies") or {}
    found, form = kept.get(str(action.payload.get("id"))), str(action.payload.get("form"))
    if found is None or form not in FORMS:
        return {}
    found = await worker.desk().again(found)  # a new generation may have been published since
    text = export(found.answer, found.cards, form, datetime.now(UTC))
    return {"name": f"asylum-answer.{form}", "media": MEDIA[form], "text": text}


@cl.action_callback("upload")
async def on_decision(action: cl.Action) -> dict[str, bool]:
    """Add an upload, or forget it."""
    from bot.chat.upload_chat import decide

    said = action.payload
    return {"found": await decide(str(said.get("id")), said.get("add") is True, str(said.get("kind")), reply)}


async def reply(question: str) -> None:
    """Ask and show; whatever goes wrong, the reader gets a sentence."""
    words = wording.chat(_language())
    searching = _step(words["searching"])
    try:
        await searching.send()
        history: list[str] = cl.user_session.get("questions") or []
        found = await worker.desk().ask(question, history)
        cl.user_session.set("questions", [*history, found.answer.question][-KEPT:])
        await _announce(found.answer.generation)
        await searching.remove()
        await _show(found)
    except worker.BusyError:
        await searching.remove()
        await cl.ErrorMessage(words["busy"]).send()
    except Exception as error:  # noqa: BLE001  Chainlit would leave the reader with silence
        # Neither the error's text nor the question: both may hold what the reader wrote.
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("an answer failed: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
        await searching.remove()
        await cl.ErrorMessage(words["error"]).send()


async def _offer(path: Path, name: str, question: str) -> None:
    from bot.chat.upload_chat import offer

    reading = _step(wording.upload(_language())["reading"])
    await reading.send()
    await offer(path, name, question, _language())
    await reading.remove()


async def _show(found: worker.Reply) -> None:
    answer = found.answer
    message = cl.Message("")
    for piece in pieces(to_markdown(answer)):
        await message.stream_token(piece)
    if found.cards:
        kept: dict[str, worker.Reply] = cl.user_session.get("replies") or {}
        cl.user_session.set("replies", dict([*kept.items(), (message.id, found)][-KEPT:]))
        message.elements = [
            cl.CustomElement(name="Sources", display="inline", props=_props(found, message.id))  # type: ignore[list-item]
        ]
    message.actions = [
        cl.Action(name="ask", label=question, payload={"question": question}, icon="corner-down-right")
        for question in answer.suggestions
    ]
    await message.send()
    how = _step(wording.chat(answer.language)["how"])
    how.output, how.end = explain(answer), utc_now()
    await how.send()


async def _announce(generation: str) -> None:
    """Tell a conversation once that it goes on with other sources than it began with."""
    known = cl.user_session.get("generation")
    cl.user_session.set("generation", generation)
    if known not in (None, generation):
        await cl.Message(wording.chat(_language())["updated"]).send()


def _step(name: str) -> cl.Step:
    """Return a line that shows as running until it has an end, in the run that is under way."""
    run = cl.context.current_step
    step = cl.Step(name=name, type="tool", show_input=False, parent_id=run.id if run else None)
    step.metadata = {"avatarName": wording.NAME}  # else a picture by the step's name is asked for
    step.start = utc_now()
    return step


def _props(found: worker.Reply, id: str) -> dict[str, Any]:
    language = found.answer.language
    words = wording.chat(language)
    return {
        "id": id,
        "heading": words["sources"],
        "all": words["all"].format(count=len(found.cards)),
        "save": words["save"],
        "unsaved": words["unsaved"],
        "forms": [
            {"form": form, "label": label}
            for form, label in zip(FORMS, (words["page"], words["markdown"], words["json"]), strict=True)
        ],
        "sources": [to_props(card, language) for card in found.cards],
    }


def _language() -> str:
    # Chainlit 2.12 leaves user_session["languages"] empty
    environment = getattr(cl.context.session, "environ", None) or {}
    return str(environment.get("HTTP_ACCEPT_LANGUAGE") or "en").split(",")[0]
