"""One address → its bytes, against a server on this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from knowledge.reading.fetch import Fetched, FetchError, fetch


class Pages(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        name, _, rest = self.path.strip("/").partition("/")
        getattr(self, f"page_{name}", self.page_missing)(rest)

    def give(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content_Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page_law(self, rest: str) -> None:
        self.give(200, "Закон".encode("cp1251"), Content_Type="text/html; charset=windows-1251")

    def page_pdf(self, rest: str) -> None:
        self.give(200, b"%PDF-1.7", Content_Type="application/octet-stream")

    def page_hop(self, rest: str) -> None:
        n = int(rest)
        self.give(302, Location=f"/hop/{n - 1}" if n > 1 else "/law/art.12?x=1")

    def page_file(self, rest: str) -> None:
        self.give(302, Location="file:///etc/passwd")

    def page_inside(self, rest: str) -> None:
        self.give(302, Location="http://169.254.169.254/latest/meta-data")

    def page_large(self, rest: str) -> None:
        self.give(200, b"x" * 5000, **({"Content_Length": "5000"} if rest == "told" else {"Content_Length": ""}))

    def page_zipped(self, rest: str) -> None:
        self.give(200, b"x", Content_Encoding="gzip")

    def page_short(self, rest: str) -> None:
        self.give(200, b"x", Content_Length="500")

    def page_drip(self, rest: str) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(50):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def page_headers(self, rest: str) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        for n in range(50):
            self.wfile.write(f"X-{n}: x\r\n".encode())
            self.wfile.flush()
            time.sleep(0.1)

    def page_missing(self, rest: str) -> None:
        self.give(404)

    def log_message(self, *arguments: object) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_a_page_comes_with_its_encoding_and_a_name(server: str) -> None:
    assert fetch(f"{server}/law/art.12?x=1", 1000, allow_private=True) == Fetched(
        f"{server}/law/art.12?x=1", "127-0-0-1-art-x-1.html", "Закон".encode("cp1251"), "windows-1251"
    )


def test_a_pdf_is_known_by_its_content(server: str) -> None:
    assert fetch(f"{server}/pdf/x", 1000, allow_private=True).name == "127-0-0-1-x.pdf"


def test_five_redirects_are_followed_and_six_are_not(server: str) -> None:
    assert fetch(f"{server}/hop/5", 1000, allow_private=True).url == f"{server}/law/art.12?x=1"
    with pytest.raises(FetchError, match="is redirected more than 5 times"):
        fetch(f"{server}/hop/6", 1000, allow_private=True)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("none", "answers 404"),
        ("large/told", "has 5000 bytes; at most 1000"),
        ("large/untold", "has more than 1000 bytes"),
        ("zipped", "is sent compressed though it was asked not to be"),
        ("short", r"broke off after 1 of 500 bytes"),
        ("drip", "took more than 0.5 seconds"),
        ("headers", "took more than 0.5 seconds"),
        ("file", "is no http or https address"),
    ],
)
def test_what_cannot_be_fetched_says_why(server: str, path: str, problem: str) -> None:
    started = time.monotonic()
    with pytest.raises(FetchError, match=problem):
        fetch(f"{server}/{path}", 1000, seconds=0.5, allow_private=True)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
def test_private_addresses_are_refused_however_they_are_written(url: str) -> None:
    with pytest.raises(FetchError, match="on a private network; to add it all the same: --allow-private"):
        fetch(url, 1000, seconds=2)


def test_a_redirect_into_a_private_network_is_refused(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.reading.fetch._is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(FetchError, match=r"169\.254\.169\.254 is 169\.254\.169\.254, on a private network"):
        fetch(f"{server}/inside", 1000)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(FetchError, match=r"rebind\.example is 10\.0\.0\.1, on a private network"):
        fetch("http://rebind.example/", 1000)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://example.org/a", "is no http or https address"),
        ("file:///etc/passwd", "is no http or https address"),
        ("http:///a", "is no http or https address"),
        ("http://me:secret@example.org/", "holds a name or password"),
        ("http://[::1/", "is no address"),
        ("http://example.org:99999/", "is no address"),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, problem: str) -> None:
    with pytest.raises(FetchError, match=problem):
        fetch(url, 1000)
