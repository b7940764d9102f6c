"""Heads that never end, against the real server."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from piste import http_protocol
from piste.server import Endpoint, Servers

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"


async def answer_length(scope: Any, receive: Any, send: Any) -> None:
    """How many bytes the body has."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = b"%d" % len(body)
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A server with a short time limit."""
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.4)
    ready = threading.Event()
    servers = Servers(answer_length, [Endpoint("127.0.0.1", 0)])
    loop = asyncio.new_event_loop()
    # Signals belong to the main thread, which this is not.
    monkeypatch.setattr(loop, "add_signal_handler", lambda *_: None)
    monkeypatch.setattr(loop, "remove_signal_handler", lambda *_: None)
    thread = threading.Thread(target=loop.run_until_complete, args=(servers.serve(ready.set),))
    thread.start()
    assert ready.wait(5)
    yield servers.addresses[0]
    loop.call_soon_threadsafe(servers.stop)
    thread.join(10)
    loop.close()


def answer(connection: socket.socket) -> bytes:
    """Everything until the server closes."""
    connection.settimeout(5)
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


def response(connection: socket.socket) -> tuple[bytes, bytes]:
    """Status line and body of one whole answer."""
    connection.settimeout(5)
    received = b""
    while True:
        data = connection.recv(1000)
        assert data, "closed before the end of the answer"
        received += data
        head, end, body = received.partition(b"\r\n\r\n")
        length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if end and len(body) == int(length):
            return head.partition(b"\r\n")[0], body


def is_cut_off(connection: socket.socket, chunk: bytes, times: int, pause: float = 0) -> bool:
    """Whether the server closes while the chunk is sent again and again."""
    try:
        for _ in range(times):
            connection.sendall(chunk)
            time.sleep(pause)
    except OSError:  # reset or broken pipe, as it happens
        return True
    return False


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing is sent"),
        pytest.param(b"GET /i?e=p", id="half a request line"),
        pytest.param(REQUEST + b"X-Slow: ", id="half a header"),
    ],
)
def test_a_head_that_does_not_end_is_cut(address: tuple[str, int], head: bytes) -> None:
    """Slow clients do not use up the connections."""
    with socket.create_connection(address) as connection:
        started = time.monotonic()
        connection.sendall(head)
        assert answer(connection) == b""
        assert time.monotonic() - started < 4


def test_a_head_that_drips_is_cut(address: tuple[str, int]) -> None:
    """The time limit is for the whole head, not for each byte."""
    with socket.create_connection(address) as connection:
        connection.sendall(REQUEST)
        assert is_cut_off(connection, b"X: y\r\n", times=80, pause=0.05)


@pytest.mark.parametrize(
    "endless",
    [
        pytest.param(b"a" * 65536, id="one endless value"),
        pytest.param(b"a: b\r\n" * 10_000, id="endless headers"),
    ],
)
def test_a_head_that_grows_is_refused(address: tuple[str, int], endless: bytes) -> None:
    """What is not finished is kept in memory, so it has a limit."""
    with socket.create_connection(address) as connection:
        connection.sendall(REQUEST + b"X: ")
        assert is_cut_off(connection, endless, times=100)
    with socket.create_connection(address) as connection:
        connection.sendall(REQUEST + b"\r\n")
        assert response(connection)[0] == b"HTTP/1.1 200 OK"


def test_endless_trailers_are_refused(address: tuple[str, int]) -> None:
    """They come after the body and are headers all the same."""
    with socket.create_connection(address) as connection:
        connection.sendall(
            REQUEST.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
        )
        assert is_cut_off(connection, b"trailer: value\r\n" * 1000, times=1000)


def test_a_pause_between_requests_is_no_slow_head(address: tuple[str, int]) -> None:
    """A connection that is kept alive may rest longer than a head may take."""
    with socket.create_connection(address) as connection:
        for _ in range(2):
            connection.sendall(REQUEST + b"\r\n")
            assert response(connection)[0] == b"HTTP/1.1 200 OK"
            time.sleep(0.7)


def test_a_slow_body_is_the_applications_affair(address: tuple[str, int]) -> None:
    """The limit ends with the head."""
    with socket.create_connection(address) as connection:
        connection.sendall(REQUEST.replace(b"GET", b"POST") + b"Content-Length: 2\r\n\r\na")
        time.sleep(0.7)
        connection.sendall(b"b")
        assert response(connection)[0] == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "offer",
    [
        pytest.param(b"Upgrade: h2c\r\nX: y\r\n", id="between other headers"),
        pytest.param(b"X: y\r\nupgrade:h2c\r\n", id="as the last header"),
    ],
)
def test_an_offer_of_http_2_is_ignored(address: tuple[str, int], offer: bytes) -> None:
    """Java's own client makes it with each POST; the parser would lose the body behind it."""
    head = REQUEST.replace(b"GET", b"POST") + b"Connection: Upgrade, HTTP2-Settings\r\n"
    with socket.create_connection(address) as connection:
        connection.sendall(head + offer + b"Content-Length: 18\r\n\r\n\r\nupgrade: h2c\r\nhi")
        assert response(connection) == (b"HTTP/1.1 200 OK", b"18")
