"""The real HTTP client, against a real server on this machine."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from piste.http_fetch import HttpFetcher
from piste.iglu import FetchError
from piste.iglu.registry import MAX_SCHEMA_BYTES


class Handler(BaseHTTPRequestHandler):
    """The path says what to do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        port = self.server.server_port
        match self.path.strip("/").split("/"):
            case ["echo"]:
                self.answer(200, (self.headers["apikey"] or "none").encode())
            case ["status", status]:
                self.answer(int(status), b"{}")
            case ["large"]:
                self.answer(200, b"x" * (MAX_SCHEMA_BYTES + 100_000))
            case ["here"]:
                self.answer(302, b"", "/echo")
            case ["loop"]:
                self.answer(302, b"", "/loop")
            case ["elsewhere"]:
                self.answer(302, b"moved", f"http://localhost:{port}/echo")
            case ["other-port"]:
                self.answer(302, b"moved", f"http://127.0.0.1:{port + 1}/echo")
            case ["file"]:
                self.answer(302, b"moved", "file:///etc/passwd")
            case ["silence"]:
                time.sleep(1)
            case ["drip"]:
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                for _ in range(100):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            case ["cut"]:
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"x")
                self.close_connection = True

    def answer(self, status: int, body: bytes, location: str | None = None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that hang up are the point of some tests


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = Server(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="module")
def fetch() -> HttpFetcher:
    return HttpFetcher(connect_timeout_sec=0.2, read_timeout_sec=0.2)


def test_an_answer(fetch, server):
    response = fetch(f"{server}/echo", {"apikey": "secret"})
    assert (response.status, response.body) == (200, b"secret")


@pytest.mark.parametrize("status", [404, 500])
def test_an_unhappy_answer_is_an_answer(fetch, server, status):
    assert fetch(f"{server}/status/{status}", {}).status == status


def test_a_large_body_is_cut_behind_the_limit(fetch, server):
    """One byte more than allowed, so that the registry knows."""
    assert len(fetch(f"{server}/large", {}).body) == MAX_SCHEMA_BYTES + 1
    assert fetch(f"{server}/echo", {}).status == 200, "the client still works"


def test_a_redirect_on_the_same_host_is_followed(fetch, server):
    assert fetch(f"{server}/here", {"apikey": "secret"}).body == b"secret"


@pytest.mark.parametrize("where", ["elsewhere", "other-port", "file"])
def test_a_redirect_to_another_place_is_not_followed(fetch, server, where):
    """It would carry the API key there."""
    response = fetch(f"{server}/{where}", {"apikey": "secret"})
    assert (response.status, response.body) == (302, b"moved")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("loop", "more than 3 redirects"),
        ("silence", "read timed out"),
        ("drip", "the answer takes too long"),
        ("cut", "IncompleteRead"),
    ],
)
def test_what_goes_wrong_on_the_way(fetch, server, path, message):
    started = time.monotonic()
    with pytest.raises(FetchError, match=message) as raised:
        fetch(f"{server}/{path}", {})
    assert not raised.value.unknown_host
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("url", "message", "unknown_host"),
    [
        ("http://127.0.0.1:1/", "Connection refused", False),
        ("http://no-such-host.invalid/", "no-such-host.invalid", True),
        ("http://[::g]/", ".*", False),
        ("http://127.0.0.1:99999/", ".*", False),
        ("gopher://127.0.0.1/", ".*", False),
    ],
)
def test_an_address_that_leads_nowhere(fetch, url, message, unknown_host):
    """The text is the same each time: no object addresses in it."""
    texts = []
    for _ in range(2):
        with pytest.raises(FetchError, match=message) as raised:
            fetch(url, {})
        assert raised.value.unknown_host is unknown_host
        texts.append(raised.value.message)
    assert texts[0] == texts[1]
    assert "0x" not in texts[0]


def test_a_key_that_no_header_can_hold(fetch, server):
    with pytest.raises(FetchError):
        fetch(f"{server}/echo", {"apikey": "line\nbreak"})
