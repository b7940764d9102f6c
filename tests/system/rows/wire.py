"""Requests that are not HTTP, not quite HTTP, or HTTP that few people write.

Source: RFC 9112. Who refuses here is the HTTP server, not the collector: 400 in its own words, and the
connection is closed. Where it takes more than it must, nothing is lost by it.
"""

from ..table import NOT_ADAPTED, NOTHING, Answered, Recorded, Row, good, input_data, rejected, row
from ..wire import post
from .common import tp2

REFUSED = Answered(400, b"Invalid HTTP request received.", {"connection": "close"})
CLOSED = Answered(None)
HOST = b"Host: 127.0.0.1\r\n"
TAKEN = rejected(
    NOT_ADAPTED,
    input_data("vendor/version", "a/v1", "vendor/version combination is not supported"),
)
"""A request to /a/v1 was recorded, which nothing can be made of."""


def refused(sentence: str, sent: bytes, recorded: Recorded = NOTHING) -> Row:
    return row(sentence, sent, recorded, REFUSED)


def pixel(version: str = "HTTP/1.1", *, target: bytes = b"/i?e=pv", head: bytes = HOST) -> bytes:
    return b"GET " + target + b" " + version.encode() + b"\r\n" + head + b"\r\n"


def posted(*headers: bytes, body: bytes = b"abc", version: bytes = b"HTTP/1.1") -> bytes:
    lines = (b"POST /a/v1 " + version, b"Host: 127.0.0.1", *headers, b"", b"")
    return b"\r\n".join(lines) + body


def chunked(body: bytes, *, coding: bytes = b"chunked") -> bytes:
    return posted(b"Transfer-Encoding: " + coding, body=body)


WHOLE = b"3\r\nabc\r\n0\r\n\r\n"
"""A body of one chunk."""

REQUEST_LINES = (
    refused("bytes that are no text", b"\x00\x01\x02\xff\r\n\r\n"),
    refused("a word", b"hello\r\n\r\n"),
    refused("TLS on the plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 50),
    refused("HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    refused("a method without a target", b"GET HTTP/1.1\r\n" + HOST + b"\r\n"),
    refused("a method without a line", b"GET\r\n\r\n"),
    refused("a target without a slash", pixel(target=b"i?e=pv")),
    refused("a target with a space", pixel(target=b"/i?e=pv&page=a b")),
    refused("a target with a tab", pixel(target=b"/i?e=pv&page=a\tb")),
    refused("a target with a NUL", pixel(target=b"/i?e=pv&page=a\0b")),
    refused("a target outside ASCII", pixel(target="/i?e=pv&page=é".encode())),
    refused("a path outside ASCII", pixel(target="/é/v1".encode())),
    refused("a version in small letters", pixel("http/1.1")),
    refused("a version that is none", pixel("HTTP/9.9")),
    refused("a version without digits", pixel("HTTP/")),
    refused("lines that end in LF", b"GET /i?e=pv HTTP/1.1\nHost: a\n\n"),
    row("HTTP/1.0 without a Host", pixel("HTTP/1.0", head=b""), good()),
    row("HTTP/1.1 without a Host", pixel(head=b""), good()),
    row("two Hosts", pixel(head=HOST + HOST), good()),
    row("empty lines before the request", b"\r\n\r\n" + pixel(), good()),
    row("two spaces before the target", pixel(target=b" /i?e=pv"), good()),
)

HEADERS = (
    refused("a header without a colon", pixel(head=HOST + b"hello\r\n")),
    refused("a header without a name", pixel(head=HOST + b": a\r\n")),
    refused("a space before the colon", pixel(head=b"Host : a\r\n")),
    refused("a name with a space", pixel(head=HOST + b"X Y: a\r\n")),
    refused("a name outside ASCII", pixel(head=HOST + "é: a\r\n".encode())),
    refused("a value with a NUL", pixel(head=HOST + b"X: a\0b\r\n")),
    refused("a value with a bare CR", pixel(head=HOST + b"X: a\rb\r\n")),
    refused("a value over two lines", pixel(head=HOST + b"X: a\r\n b\r\n")),
)

LENGTHS = (
    *(
        refused(
            f"the length {length or 'without a number'}",
            posted(f"Content-Length: {length}".encode()),
        )
        for length in ("", "abc", "-1", "+3", "0x3", "3.0", "3, 3", "3 3", "1" + "0" * 30)
    ),
    refused("two lengths that differ", posted(b"Content-Length: 3", b"Content-Length: 2")),
    refused("two lengths that agree", posted(b"Content-Length: 3", b"Content-Length: 3")),
    row("a length of 8 EiB", posted(b"Content-Length: 9223372036854775807"), NOTHING, 413),
    row(
        "a length that the body never reaches",
        posted(b"Content-Length: 9"),
        NOTHING,
        Answered(408, b"body too slow", {"connection": "close"}),
    ),
    row(
        "a length of 3 MB that only waits for leave",
        posted(b"Content-Length: 3000000", b"Expect: 100-continue", body=b""),
        NOTHING,
        413,
    ),
    # The first request is whole, so it is recorded; its answer is overtaken by that to the rest.
    refused("a body longer than its length", posted(b"Content-Length: 2"), TAKEN),
    refused("a body without a length", posted(), TAKEN),
)

CHUNKS = (
    row("a body in a chunk", chunked(WHOLE), TAKEN),
    row("a chunk with an extension", chunked(b"3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n"), TAKEN),
    row("an empty body in chunks", chunked(b"0\r\n\r\n"), TAKEN),
    row(
        "chunks in HTTP/1.0",
        posted(b"Transfer-Encoding: chunked", body=WHOLE, version=b"HTTP/1.0"),
        TAKEN,
    ),
    refused("a chunk whose size is no number", chunked(b"zz\r\nabc\r\n0\r\n\r\n")),
    refused("a chunk of negative size", chunked(b"-3\r\nabc\r\n0\r\n\r\n")),
    refused("a chunk of a size beyond 64 bits", chunked(b"f" * 18 + b"\r\nabc\r\n0\r\n\r\n")),
    refused("a chunk longer than its size", chunked(b"2\r\nabc\r\n0\r\n\r\n")),
    refused(
        "chunks beside a length",
        posted(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=WHOLE),
    ),
    refused("chunks that are not the last coding", chunked(WHOLE, coding=b"chunked, gzip")),
    refused("a coding that is none", chunked(WHOLE, coding=b"xchunked")),
    refused("the coding identity", chunked(WHOLE, coding=b"identity")),
    row(
        "3 MB in chunks",
        chunked((b"10000\r\n" + b" " * 65_536 + b"\r\n") * 48 + b"0\r\n\r\n"),
        NOTHING,
        413,
    ),
)

HALVES = (
    *(
        row(f"{sentence}, then silence", sent, NOTHING, CLOSED, ends=True)
        for sentence, sent in {
            "nothing": b"",
            "half a request line": b"GET /i?e=",
            "half a head": b"GET /i?e=pv HTTP/1.1\r\nHost: a\r\n",
            "HTTP/0.9": b"GET /i?e=pv\r\n",
            "half a body": posted(b"Content-Length: 9"),
            "half a chunk": chunked(b"9\r\nabc"),
            "chunks without the last one": chunked(b"3\r\nabc\r\n"),
        }.items()
    ),
    row("a whole request, then silence", pixel(), good(), ends=True),
    row("a request a byte at a time", tuple(bytes([byte]) for byte in pixel()), good()),
    row(
        "a body after its head was read",
        (posted(b"Content-Length: 3", b"Expect: 100-continue", body=b""), b"abc"),
        TAKEN,
    ),
    row("an expectation that nobody meets", posted(b"Content-Length: 3", b"Expect: tea"), TAKEN),
    row(
        "two requests at once",
        pixel() + pixel(target=b"/i?e=pp"),
        good(event="page_view") + good(event="page_ping"),
    ),
    row(
        "a request and half of another",
        (pixel(), b"GET /i?e=pp"),
        good(event="page_view"),
        ends=True,
    ),
    # Java's own client asks so; a server may go on in HTTP/1.1.
    row(
        "a body with an offer of HTTP/2",
        post(
            "/a/v1",
            "abc",
            "Connection: Upgrade, HTTP2-Settings",
            "Upgrade: h2c",
            "HTTP2-Settings: AA",
        ),
        TAKEN,
    ),
    row(
        "an offer of a WebSocket",
        pixel(
            head=HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        ),
        good(),
    ),
    row("a tracker's POST in two parts", (tp2({})[:100], tp2({})[100:]), good()),
)

ROWS = (*REQUEST_LINES, *HEADERS, *LENGTHS, *CHUNKS, *HALVES)
