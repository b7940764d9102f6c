"""HTTP as bytes: requests that no client library would send, and the answers to them.

Limits: one connection for one request; an answer that takes longer than `SECONDS` fails the test.
"""

import http.client
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

SECONDS = 10.0
TP2 = "/com.snowplowanalytics.snowplow/tp2"
JSON = "Content-Type: application/json"

Connect = Callable[[], socket.socket]


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names are lower-case; of repeated ones the values are joined by `, `."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(
    method: str, target: str, *headers: str, body: bytes = b"", version: str = "HTTP/1.1"
) -> bytes:
    """A whole request; header texts are sent as Latin-1, so that `\\xe9` is that byte."""
    lines = (f"{method} {target} {version}", "Host: 127.0.0.1", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


def get(target: str, *headers: str) -> bytes:
    return request("GET", target, *headers)


def post(target: str, body: bytes | str, *headers: str) -> bytes:
    """With the right Content-Length and no other header than these."""
    raw = body if isinstance(body, bytes) else body.encode()
    return request("POST", target, f"Content-Length: {len(raw)}", *headers, body=raw)


def post_json(target: str, value: object, *headers: str) -> bytes:
    """`value` is sent as JSON, unless it is a text or bytes already."""
    body = value if isinstance(value, bytes | str) else json.dumps(value)
    return post(target, body, JSON, *headers)


def connect(port: int) -> socket.socket:
    """A connection to a server on this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def exchange(connection: Connect | int, *parts: bytes, ends: bool = False) -> Answer | None:
    """Send the parts, one after the other; None when the server closes without an answer.

    A part is sent when all before it have left; `ends` closes our direction after the last one.
    Raises `TimeoutError` when there is no answer in time, and `http.client.HTTPException` when it
    is not HTTP.
    """
    connects = partial(connect, connection) if isinstance(connection, int) else connection
    with connects() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        try:
            for part in parts:
                client.sendall(part)
            if ends:
                client.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has answered already and wants no more
        response = http.client.HTTPResponse(client, method=_method(parts[0]))
        try:
            response.begin()
            body = response.read()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            return None
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return Answer(response.status, headers, body)


def _method(start: bytes) -> str:
    """Servers skip line ends before a request."""
    return start.lstrip(b"\r\n").split(b" ", 1)[0].decode("latin-1")
