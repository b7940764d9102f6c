"""The collector behind a real uvicorn, spoken to through plain sockets.

Much of what is malformed never reaches the collector: uvicorn answers it. These tests say who does.
"""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from web.collector.calling import TP2, Kept, collector

from piste.web.collector.settings import CollectorSettings, NetworkingSettings

HTTPTOOLS, H11 = "httptools", "h11"
PARSERS = (HTTPTOOLS, H11)
SETTINGS = CollectorSettings(networking=NetworkingSettings(body_timeout_seconds=1))
UVICORNS_OWN = b"Invalid HTTP request received."


@dataclass
class Running:
    port: int
    kept: Kept = field(default_factory=Kept)

    def say(self, data: bytes, *more: bytes) -> bytes:
        """Sends the parts, 50 ms apart; what comes back until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
            for part in (data, *more):
                client.sendall(part)
                time.sleep(0.05 if more else 0)
            return b"".join(iter(lambda: client.recv(65_536), b""))


@pytest.fixture(scope="module", params=PARSERS)
def server(request) -> Iterator[Running]:
    running = Running(0)
    config = uvicorn.Config(
        collector(SETTINGS, running.kept),
        http=request.param,
        ws="none",
        lifespan="off",
        log_level="error",
        proxy_headers=False,
    )
    uvicorn_server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running.port = listener.getsockname()[1]
        thread = threading.Thread(target=uvicorn_server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not uvicorn_server.started:
            time.sleep(0.01)
        yield running
        uvicorn_server.should_exit = True
        thread.join()


@pytest.fixture
def running(server: Running) -> Running:
    server.kept.payloads.clear()
    return server


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """A request after which the server closes the connection."""
    lines = (line, "Host: c.acme.com", "Connection: close", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("data", "expected", "recorded"),
    [
        pytest.param(request("GET /i?e=pv HTTP/1.1"), 200, ["/i"], id="a pixel"),
        pytest.param(request("GET /i HTTP/1.0"), 200, ["/i"], id="HTTP/1.0"),
        pytest.param(request("HEAD /i HTTP/1.1"), 200, ["/i"], id="HEAD"),
        pytest.param(request("OPTIONS * HTTP/1.1"), 200, [], id="OPTIONS of everything"),
        pytest.param(request("GET //a/b HTTP/1.1"), 404, [], id="a double slash"),
        pytest.param(request("GET /%zz/%00 HTTP/1.1"), 200, ["/%zz/\0"], id="odd escapes"),
        pytest.param(
            request("POST /a/b HTTP/1.1", "Content-Length: 3", body=b"abc"),
            200,
            ["/a/b"],
            id="a body with its length",
        ),
        pytest.param(
            request(
                "POST /a/b HTTP/1.1",
                "Transfer-Encoding: chunked",
                body=b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            ),
            200,
            ["/a/b"],
            id="a chunked body",
        ),
        pytest.param(request("POST /a/b HTTP/1.1"), 200, ["/a/b"], id="a POST without a body"),
        pytest.param(request("GET /i?" + "a" * 30_000 + " HTTP/1.1"), 400, [], id="a long line"),
        pytest.param(request("GET /i HTTP/1.1", "X: " + "a" * 50_000), 400, [], id="long headers"),
        pytest.param(request("GET /i HTTP/1.1", *["X: a"] * 8_000), 400, [], id="many headers"),
        pytest.param(
            request("POST /a/b HTTP/1.1", "Content-Length: 9999999", "Expect: 100-continue"),
            413,
            [],
            id="a large body that was only announced",
        ),
    ],
)
def test_well_formed_requests(running, data, expected, recorded):
    answer = running.say(data)
    assert status(answer) == expected
    assert UVICORNS_OWN not in answer
    assert [payload.path for payload in running.kept.payloads] == recorded
    assert {payload.body for payload in running.kept.payloads} <= {None, "", "abc"}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"hello\r\n\r\n", id="no HTTP at all"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS on a plain port"),
        pytest.param(request("GET /i?a b HTTP/1.1"), id="a space in the query string"),
        pytest.param(request("GET /i?a\tb HTTP/1.1"), id="a tab"),
        pytest.param(request("GET /caf\xe9/v1 HTTP/1.1"), id="a path outside ASCII"),
        pytest.param(request("GET /i?\xe9 HTTP/1.1"), id="a query string outside ASCII"),
        pytest.param(request("GET /i HTTP/1.1", "X Y: a"), id="a space in a header name"),
        pytest.param(request("GET /i HTTP/1.1", "X: a\0b"), id="a null in a header"),
        pytest.param(request("POST /a/b HTTP/1.1", "Content-Length: -1"), id="a negative length"),
        pytest.param(
            request("POST /a/b HTTP/1.1", "Content-Length: 1", "Content-Length: 2", body=b"ab"),
            id="two lengths",
        ),
        pytest.param(
            request("POST /a/b HTTP/1.1", "Transfer-Encoding: chunked", body=b"zz\r\nabc\r\n"),
            id="a chunk whose length is no number",
        ),
    ],
)
def test_malformed_requests_are_uvicorns(running, data):
    """400 in its own words, the connection closed, nothing recorded."""
    answer = running.say(data)
    assert status(answer) == 400
    assert UVICORNS_OWN in answer
    assert running.kept.payloads == []


def test_pipelined_requests_are_answered_in_order(running):
    first = b"GET /i?1 HTTP/1.1\r\nHost: a\r\n\r\n"
    second = b"POST /a/b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    answer = running.say(first + second + request("GET /sink-health HTTP/1.1"))
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.index(b"GIF89a") < answer.index(b"text/plain\r\n") < answer.index(b"UTF-8")
    assert [payload.path for payload in running.kept.payloads] == ["/i", "/a/b"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_gets_to_read_that_its_body_is_too_large(running, chunked):
    """uvicorn throws the rest away, and the connection goes on."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)
    for size, expected in ((1, 200), (3_000_000, 413), (2, 200)):
        body = b"a" * size
        connection.request("POST", TP2, iter([body]) if chunked else body, encode_chunked=chunked)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == expected
    connection.close()
    assert [payload.body for payload in running.kept.payloads] == ["a", "aa"]


def test_a_body_in_pieces(running):
    head = request("POST /a/b HTTP/1.1", "Content-Length: 6")
    answer = running.say(head, b"abc", b"def")
    assert (status(answer), running.kept.payloads[0].body) == (200, "abcdef")


def test_a_slow_body_is_given_up_and_the_connection_closed(running):
    answer = running.say(b"POST /a/b HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
    assert status(answer) == 408
    assert b"connection: close" in answer
    assert running.kept.payloads == []


def test_a_client_that_leaves_amid_its_body_leaves_nothing(running):
    with socket.create_connection(("127.0.0.1", running.port)) as client:
        client.sendall(b"POST /a/b HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        time.sleep(0.05)
    assert status(running.say(request("GET /sink-health HTTP/1.1"))) == 200
    assert running.kept.payloads == []


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Length: 3", b"abc"),
        ("Transfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n"),
    ],
)
def test_a_body_with_an_offer_to_upgrade_is_recorded_or_refused(running, header, body):
    """Java's own client offers HTTP/2 so. httptools loses the body: then it is never 200."""
    answer = running.say(
        b"POST /a/b HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n"
        + header.encode()
        + b"\r\n\r\n"
        + body
    )
    assert [payload.body for payload in running.kept.payloads] == ["abc"] * (status(answer) == 200)
    assert status(answer) in (200, 400)


def test_an_offer_of_a_websocket_is_ignored(running):
    answer = running.say(
        b"GET /i HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert (status(answer), len(running.kept.payloads)) == (200, 1)
