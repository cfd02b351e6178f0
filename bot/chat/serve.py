"""``asylum chat``: the browser chat on one address, with everything from this machine and nothing else."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import wording
from bot.settings import Settings
from index.encoding.encoder import Encoder
from knowledge.errors import SettingsError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).parent
# Chainlit's own pages that a reader has no use for: API pages, source maps of 15 MB, the embeddable widget, uploads
_HIDDEN = re.compile(r"/(docs|redoc|openapi\.json|copilot/.*|assets/.*\.map|project/file|mcp)(/.*)?")
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")


def serve(host: str, port: int, encoder: Encoder | None = None, build: Sequence[str] = ()) -> None:
    """Serve the chat until interrupted; the address is printed last, once the first question can be answered.

    ``build`` is the command that builds the index for uploads, where it is not ``asylum build``.

    Raises:
        SettingsError: the port is taken, the host is none of this machine's, uploads are on where other machines
            reach the chat, or ``bot/`` cannot be written.
        IndexMissingError: there is no usable index.
    """
    _be_writable(ROOT)
    os.environ["CHAINLIT_APP_ROOT"] = str(ROOT)  # before the import: Chainlit reads it while being imported
    settings = Settings.from_environment()
    with _listen(host, port) as listener:
        from bot.answering.explainer import Explainer
        from bot.chat import upload
        from bot.chat.worker import Desk, use

        if settings.uploads:
            upload.check_address(listener.getsockname()[0])
            upload.use(upload.Uploads(settings, build or upload.BUILD))
        desk = Desk(lambda: Explainer(settings, encoder))
        use(desk)
        try:
            desk.warm()
            with _files_of_this_run():
                _run(listener, host)
        finally:
            desk.close()


@contextlib.contextmanager
def _files_of_this_run() -> Iterator[None]:
    """Keep what Chainlit writes of conversations, the source cards, in a folder that goes with this process."""
    import chainlit.config

    with contextlib.suppress(ValueError):  # signals belong to the main thread
        # uvicorn stops, then lets the signal through; unhandled it would end us before the folder is gone
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="asylum-chat-") as folder:
        chainlit.config.FILES_DIRECTORY = Path(folder)
        yield


def _run(listener: socket.socket, host: str) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                print(f"Chat: {_address(host, listener.getsockname()[1])}", flush=True)

    config = uvicorn.Config(
        build_app(),
        log_level="warning",
        access_log=False,  # addresses of readers are nobody's business
        ws_max_size=2**20,
        timeout_graceful_shutdown=3,
    )
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])


def build_app() -> FastAPI:
    """Return the page with Chainlit at ``/``, behind the guard, and ``/healthz`` beside it."""
    from chainlit.utils import mount_chainlit
    from fastapi import FastAPI
    from starlette.routing import Route

    from bot.chat import upload

    # Chainlit asks for the profile where it cannot wait for it, and goes on without
    warnings.filterwarnings("ignore", message="coroutine 'profiles' was never awaited")
    logging.getLogger("chainlit").setLevel(logging.ERROR)  # it warns once a page that chainlit_en-US.md is missing
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    if upload.is_on():
        # before Chainlit's own, which takes any file of any size
        app.router.routes.append(Route("/project/file", upload.receive, methods=["POST"]))
        _offer_uploads()
    app.add_middleware(Guard, uploads=upload.is_on())
    _stay_on_this_machine()
    mount_chainlit(app=app, target=str(ROOT / "app.py"), path="/")
    return app


class Guard:
    """Refuses other origins, hides what is not needed, and tells browsers to load nothing from elsewhere.

    Where ``uploads`` are on, it refuses all that does not come from this machine.
    """

    def __init__(self, app: ASGIApp, uploads: bool = False) -> None:
        self._app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refused = 403 if self._is_foreign(headers) else 404 if self._is_hidden(scope["path"]) else 0

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_security(headers.get("host", ""))]
            await send(message)

        if not refused:
            await self._app(scope, receive, guarded)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await guarded({"type": "http.response.start", "status": refused, "headers": [(b"content-length", b"0")]})
            await guarded({"type": "http.response.body", "body": b""})

    def _is_foreign(self, headers: dict[str, str]) -> bool:
        from bot.chat.upload import is_from_here

        return _is_foreign(headers) or (self._uploads and not is_from_here(headers))

    def _is_hidden(self, path: str) -> bool:
        # a file that was uploaded is never served: it may be a page with scripts
        return bool(_HIDDEN.fullmatch(path)) and not (self._uploads and path == "/project/file")


def _is_foreign(headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return False
    # A page elsewhere can set neither header; a proxy in front sets the second.
    return origin.partition("://")[2] not in (headers.get("host"), headers.get("x-forwarded-host"))


def _security(host: str) -> list[tuple[bytes, bytes]]:
    # Older Safari does not count a websocket to the same host as 'self'
    own = f"'self' ws://{host} wss://{host}" if _HOST.fullmatch(host) else "'self'"
    policy = (
        # 'unsafe-eval': Chainlit compiles the JSX of public/elements in the browser
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self' data:; connect-src {own}; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), interest-cohort=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def _offer_uploads() -> None:
    """Let the page take files; bot/chat/.chainlit/config.toml has it off."""
    import chainlit.config

    from bot.chat import upload

    chainlit.config.config.features.spontaneous_file_upload = chainlit.config.SpontaneousFileUploadFeature(
        enabled=True,
        accept=upload.accept(),
        max_files=upload.FILES,
        max_size_mb=max(1, upload.uploads().limits.size // 10**6),
    )


def _stay_on_this_machine() -> None:
    """Take out of Chainlit's page what it would fetch elsewhere, and out of its languages what is wrong here."""
    import chainlit.server
    from chainlit.config import ChainlitConfig

    template, translation = chainlit.server.get_html_template, ChainlitConfig.load_translation

    def own_template(root_path: str) -> str:
        page: str = template(root_path)  # type: ignore[no-untyped-call]
        return re.sub(r"<link[^>]*https?://[^>]*>", "", page)

    def own_translation(self: ChainlitConfig, language: str) -> dict[str, Any]:
        words: dict[str, Any] = translation(self, language)
        # The vendor's translations say that language models make mistakes and that a tool was "used"
        ours = wording.chat(language)
        words["chat"]["watermark"] = ours["disclaimer"]
        if language.split("-")[0] in wording.LANGUAGES:
            words["chat"]["input"]["placeholder"] = ours["ask"]
            words["navigation"]["header"]["readme"] = ours["about"]
        words["chat"]["messages"]["status"] = {"using": "", "used": ""}
        return words

    chainlit.server.get_html_template = own_template
    ChainlitConfig.load_translation = own_translation  # type: ignore[method-assign]


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise SettingsError(f"cannot serve on {host}:{port} ({error}); give another --host") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise SettingsError(f"cannot serve on {host}:{port} ({error}); give another --port or --host") from error
    return listener


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _be_writable(root: Path) -> None:
    probe = root / ".chainlit" / ".writable"
    try:
        probe.touch()
        probe.unlink()
        (root / ".files").mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{root} cannot be written ({error.strerror}), and Chainlit keeps files there; use a writable checkout"
        ) from error
