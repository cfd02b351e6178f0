"""One address → its bytes, for ``asylum add``: the only place that opens a connection, and it trusts nobody on the way.

Every hop's host is resolved once and the connection goes to the address that was checked, so that a name cannot change
its address in between. No cookies, no proxy, no compression, no credentials.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from knowledge.document import slug
from knowledge.errors import ExplainerError

REDIRECTS = 5
SECONDS = 60.0
_PART = 64 * 1024
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
# These pass for global addresses, and lead inside on networks that translate addresses.
_TRANSLATED = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
)


class FetchError(ExplainerError):
    """An address could not be fetched, or must not be."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address holds: the address after redirects, a file name with a suffix, and the encoding that was stated."""

    url: str
    name: str
    content: bytes
    encoding: str


def fetch(url: str, size: int, seconds: float = SECONDS, allow_private: bool = False) -> Fetched:
    """Fetch one http(s) address of at most ``size`` bytes within ``seconds``, over at most five redirects.

    Raises:
        FetchError: it is not http(s), leads to a private network, is too large or too slow, or answers with an error.
    """
    until = time.monotonic() + seconds
    at = url
    try:
        for _ in range(REDIRECTS + 1):
            with contextlib.ExitStack() as stack:
                connection = stack.enter_context(contextlib.closing(_connect(at, until, allow_private)))
                stack.enter_context(_deadline(connection, until))
                response = _ask(connection, at)
                if response.status in (301, 302, 303, 307, 308):
                    at = urljoin(at, response.headers.get("Location", "").strip())
                    continue
                if response.status != 200:
                    raise FetchError(f"{url} answers {response.status} {response.reason}")
                return _fetched(url, at, response, size)
    except (TimeoutError, ssl.SSLError, http.client.HTTPException, OSError) as error:
        late = isinstance(error, TimeoutError) or time.monotonic() >= until
        what = f"took more than {seconds:g} seconds" if late else f"cannot be reached ({error})"
        raise FetchError(f"{url} {what}") from error
    raise FetchError(f"{url} is redirected more than {REDIRECTS} times")


def _connect(url: str, until: float, allow_private: bool) -> http.client.HTTPConnection:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise FetchError(f"{url} is no address ({error})") from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(f"{url} is no http or https address")
    if parts.username is not None:
        raise FetchError(f"{url} holds a name or password; give the address without it")
    port = port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"{host} is not known to the network") from error
    addresses = [str(entry[4][0]) for entry in found]
    # One private address among public ones is an attack as well: all must be public.
    if not allow_private and (private := next((a for a in addresses if not _is_public(a)), None)):
        raise FetchError(f"{host} is {private}, on a private network; to add it all the same: --allow-private")
    connection = http.client.HTTPConnection(host, port, timeout=_left(until))
    raw = socket.create_connection((addresses[0], port), timeout=_left(until))
    connection.sock = (
        ssl.create_default_context().wrap_socket(raw, server_hostname=host) if parts.scheme == "https" else raw
    )
    return connection


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in _TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _ask(connection: http.client.HTTPConnection, url: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    # letters that are none of HTTP's are sent as the browser would
    target = urlunsplit(("", "", parts.path or "/", parts.query, "")).encode("utf-8")
    quoted = "".join(chr(b) if 0x20 < b < 0x7F else f"%{b:02X}" for b in target)
    default = 443 if parts.scheme == "https" else 80
    connection.default_port = default  # so that Host names the port only where it is unusual
    connection.request(
        "GET",
        quoted,
        headers={
            "User-Agent": "asylum-explainer",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        },
    )
    return connection.getresponse()


def _fetched(url: str, at: str, response: http.client.HTTPResponse, size: int) -> Fetched:
    if response.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise FetchError(f"{url} is sent compressed though it was asked not to be; save it by hand and add the file")
    stated = response.headers.get("Content-Length", "")
    if stated.isdigit() and int(stated) > size:
        raise FetchError(f"{url} has {stated} bytes; at most {size}")
    parts: list[bytes] = []
    total = 0
    while True:
        part = response.read1(_PART)
        if not part:
            break
        total += len(part)
        if total > size:
            raise FetchError(f"{url} has more than {size} bytes")
        parts.append(part)
    if stated.isdigit() and total < int(stated):
        raise FetchError(f"{url} broke off after {total} of {stated} bytes; try again")
    content = b"".join(parts)
    kind = response.headers.get_content_type()
    return Fetched(at, _name(at, kind, content), content, response.headers.get_content_charset() or "")


@contextlib.contextmanager
def _deadline(connection: http.client.HTTPConnection, until: float) -> Iterator[None]:
    """Shut the socket when time is up: a server that drips a byte a second never runs into a timeout by itself."""
    sock = connection.sock

    def shut() -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_left(until), shut)
    timer.daemon = True
    timer.start()
    try:
        yield
        _left(until)
    finally:
        timer.cancel()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _name(url: str, kind: str, content: bytes) -> str:
    """Return a file name for an address: its last part, with the suffix that its content has."""
    parts = urlsplit(url)
    last = PurePosixPath(unquote(parts.path)).name
    suffix = ".pdf" if content.startswith(b"%PDF-") else _SUFFIXES.get(kind, PurePosixPath(last).suffix.lower())
    stem = PurePosixPath(last).stem if PurePosixPath(last).suffix else last
    # the path alone is no name: many pages are called index.html, and some differ only in their query
    words = " ".join(part for part in (parts.hostname or "", stem, parts.query) if part)
    return f"{slug(words)[:100].rstrip('-')}{suffix}"
