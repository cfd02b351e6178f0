"""Uploads: a file dropped into the chat is read and shown, and added to the library only when the editor says so.

Nothing of it lies outside the conversation's own folder before that; a build that fails takes it out again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import shutil
import sys
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot import wording
from bot.settings import Settings
from index.library import Incoming, Library, safe_name, shown, take_out
from knowledge.document import KINDS, Document, document_id
from knowledge.errors import ExplainerError, KnowledgeError, SettingsError
from knowledge.hostile import reads_like_instructions
from knowledge.passages import Passage, split
from knowledge.reading.readers import SUFFIXES, known_suffixes
from knowledge.reading.sandbox import Sandbox

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import JSONResponse

FILES = 10  # in one message
ACCEPT = {
    "application/pdf": [".pdf"],
    "text/plain": [".txt", ".md"],
    "text/markdown": [".md"],
    "text/html": [".html", ".htm"],
    "application/xhtml+xml": [".xhtml"],
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [".docx"],
    "application/epub+zip": [".epub"],
}
_ROOT = Path(__file__).parents[2]
# a process of its own, which yields to the questions of readers; -P: no file of the current folder is imported
_NICE = ("nice", "-n", "10") if shutil.which("nice") else ()
BUILD = (*_NICE, sys.executable, "-P", "-m", "bot.commands.cli", "build", "--json")
_FORM = 64 * 1024  # bytes of a request beside its file
_WINDOW = 256  # word pieces of a passage in the preview; only the encoder knows the true cut

Tell = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that was read and waits for a yes: ``kind`` is what it states itself, "" where the editor must say.

    ``passages`` are the passages it would make, about. ``hostile`` says that one reads like instructions to a program.
    """

    item: Incoming
    document: Document
    kind: str
    passages: tuple[Passage, ...]
    hostile: bool


class Uploads:
    """Reads files from the chat and adds them to the library, one at a time."""

    def __init__(self, settings: Settings, build: Sequence[str] = BUILD) -> None:
        """``build`` is the command that builds the index and prints its progress as JSON lines."""
        self.limits = settings.limits
        self._root = settings.documents
        self._build_command = build
        self._one = asyncio.Lock()

    async def understand(self, path: Path, name: str) -> Offer:
        """Read a file, as it would be read in the library.

        Raises:
            ExplainerError: it cannot be read or added; the text calls it ``name``.
        """
        return await asyncio.to_thread(self._understand, path, name)

    async def add(self, offer: Offer, kind: str, tell: Tell) -> Document:
        """Copy the file into the library and build; ``tell`` gets the build's progress, see ``bot.commands.progress``.

        Raises:
            ExplainerError: the kind is unknown, or nothing was published; the library is as it was before.
        """
        if (offer.kind or kind) not in KINDS:
            raise ExplainerError(f"{offer.item.label}: no kind; known: {', '.join(KINDS)}")
        async with self._one:
            document, path = await asyncio.to_thread(self._take_in, offer, offer.kind or kind)
            try:
                await self._build(tell)
            except BaseException:
                take_out(path, self._root)
                raise
        return document

    def _understand(self, path: Path, name: str) -> Offer:
        item = Incoming(path, Path(name), {"source": name})
        id = document_id(Library(self._root, self.limits).check(item), self._root)

        def read(kind: str) -> Document:
            try:
                return sandbox.read(path, id, {"kind": kind}, {})
            except KnowledgeError as error:
                line = f":{error.line}" if error.line > 1 else ""  # in front matter, say; other files have none
                raise ExplainerError(f"{name}{line}: {error.problem}") from error

        with Sandbox(self.limits) as sandbox:
            document, kind = read(KINDS[0]), ""
            # front matter wins over what the editor says; only Markdown has one
            if path.suffix == ".md" and (document.kind != KINDS[0] or read(KINDS[1]).kind == KINDS[0]):
                kind = document.kind
        passages = tuple(split(document, lambda text: len(text) // 4, _WINDOW))
        return Offer(item, document, kind, passages, any(reads_like_instructions(p.embedded) for p in passages))

    def _take_in(self, offer: Offer, kind: str) -> tuple[Document, Path]:
        with Sandbox(self.limits) as sandbox:
            return Library(self._root, self.limits).take_in(offer.item, {"kind": kind}, sandbox)

    async def _build(self, tell: Tell) -> None:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
        process = await asyncio.create_subprocess_exec(
            *self._build_command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert process.stdout is not None and process.stderr is not None  # both are pipes
        try:
            # read beside the progress: a full pipe would hold the build up
            complaints = asyncio.create_task(process.stderr.read())
            published = False
            async for line in process.stdout:
                told = json.loads(line)
                if "stage" in told:
                    await tell(told)
                published = published or "generation" in told
            said = (await complaints).decode(errors="replace").strip()
            # other documents may have been left out, as in any build; this one was read a moment ago
            if await process.wait() and not published:
                raise ExplainerError(
                    (said or "the build ended without a word").split("\n")[-1].removeprefix("asylum: ")
                )
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def accept() -> dict[str, list[str]]:
    """Return what the page's file dialog offers: media types with their suffixes."""
    return {**ACCEPT, "application/octet-stream": list(SUFFIXES)}  # what a browser sends where it knows no type


def check_address(address: str) -> None:
    """Refuse uploads on an address that other machines can reach: whoever opens the chat can add documents.

    Raises:
        SettingsError: it is no loopback address.
    """
    if not ipaddress.ip_address(address).is_loopback:
        raise SettingsError(
            f"ASYLUM_UPLOADS=on lets whoever reaches the chat add documents, and {address} is no loopback address; "
            "give --host 127.0.0.1, or unset ASYLUM_UPLOADS"
        )


def is_from_here(headers: Mapping[str, str]) -> bool:
    """Return whether a request names this machine and came through no proxy; a page elsewhere can point its name here."""
    if any(name in headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host")):
        return False
    try:
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # another name
        return False


async def receive(request: Request) -> JSONResponse:
    """Take one file into the folder of its conversation; a problem is told in a line, in the reader's language."""
    from chainlit.session import WebsocketSession
    from starlette.responses import JSONResponse

    words = wording.upload(request.headers.get("accept-language", "en"))
    most = uploads().limits.size

    def refuse(problem: str, status: int = 400) -> JSONResponse:
        return JSONResponse({"detail": problem}, status)

    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > most + _FORM:
        return refuse(words["too_large"].format(most=f"{most / 10**6:g}"), 413)
    session = WebsocketSession.get_by_id(request.query_params.get("session_id", ""))
    if session is None:
        return refuse(words["no_session"], 404)
    async with request.form(max_files=1, max_fields=2) as form:
        file = form.get("file")
        if file is None or isinstance(file, str) or not file.filename:
            return refuse(words["no_file"])
        name = shown(Path(file.filename.replace("\\", "/")).name)
        if Path(name).suffix.lower() not in SUFFIXES:
            return refuse(words["unknown"].format(known=known_suffixes()))
        if not file.size:
            return refuse(words["empty"])
        if file.size > most:
            return refuse(words["too_large"].format(most=f"{most / 10**6:g}"), 413)
        id = str(uuid.uuid4())
        # the reader goes by the suffix, and by the name where the file states no title
        path = session.files_dir / id / safe_name(Path(name))
        await asyncio.to_thread(_save, file.file, path)
    # no type that Chainlit would show: a PDF in the page, say
    session.files[id] = {"id": id, "path": path, "name": name, "type": "application/octet-stream", "size": file.size}
    return JSONResponse({"id": id})


def _save(file: IO[bytes], path: Path) -> None:
    path.parent.mkdir(parents=True)
    with path.open("wb") as copy:
        shutil.copyfileobj(file, copy)


_uploads: Uploads | None = None


def is_on() -> bool:
    """Return whether this server takes uploads."""
    return _uploads is not None


def uploads() -> Uploads:
    """Return the server's one place for uploads; Chainlit loads the page's code by path, so this module must hold it."""
    assert _uploads is not None, "only called where is_on()"
    return _uploads


def use(new: Uploads | None) -> None:
    """Put it in place before the page is served."""
    global _uploads
    _uploads = new
