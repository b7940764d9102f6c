"""What the collector reads of one request, before its body.

Room:   the ASGI scope on one side, everything else of the collector on the other.
Limits: header values and the query string are text in UTF-8, or in Latin-1 when they are not UTF-8;
        of repeated headers and parameters the first counts, except cookies, which are joined.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from piste.web.collector.answers import Header

ANONYMOUS = b"sp-anonymous"
_LINE_REST = len("  HTTP/1.1")
_HEADER_REST = len(": \r\n")


@dataclass(slots=True)
class Request:
    """One request without its body. `raw_path` and `query` are as sent; header names lower-case."""

    method: str
    raw_path: bytes
    query: bytes
    headers: Sequence[Header]
    fields: Mapping[bytes, bytes]
    peer: str | None

    @staticmethod
    def of(scope: Mapping[str, Any]) -> "Request":
        """The request of an ASGI scope of type `http`."""
        headers = scope["headers"]
        client = scope.get("client")
        return Request(
            scope["method"],
            scope.get("raw_path") or scope["path"].encode(),
            scope["query_string"],
            headers,
            dict(reversed(headers)),
            client[0] if client else None,
        )

    @property
    def line_bytes(self) -> int:
        """Length of the request line, without its end of line."""
        target = len(self.raw_path) + (len(self.query) + 1 if self.query else 0)
        return len(self.method) + target + _LINE_REST

    @property
    def headers_bytes(self) -> int:
        """Length of all header lines, with their ends of line."""
        texts = sum([len(name) + len(value) for name, value in self.headers])
        return texts + len(self.headers) * _HEADER_REST

    @property
    def is_anonymous(self) -> bool:
        """Whether the tracker asks to keep address and ids out (`SP-Anonymous`, any value)."""
        return ANONYMOUS in self.fields

    def field(self, name: bytes) -> str | None:
        """The first header of that lower-case name."""
        value = self.fields.get(name)
        return None if value is None else text(value)

    def cookie(self, name: str) -> str | None:
        """The first value of that cookie that is not empty; quotes around it do not belong to it."""
        if b"cookie" not in self.fields:
            return None
        for header, line in self.headers:
            if header == b"cookie":
                for piece in text(line).split(";"):
                    key, _, value = piece.partition("=")
                    if key.strip() == name and (found := value.strip().strip('"')):
                        return found
        return None

    def parameter(self, name: str) -> str | None:
        """The first value of that query parameter, decoded. Its name must be sent unescaped."""
        wanted = name.encode()
        if wanted not in self.query:
            return None
        for pair in self.query.split(b"&"):
            key, _, value = pair.partition(b"=")
            if key == wanted:
                return unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8", "replace")
        return None


def text(value: bytes) -> str:
    """The bytes as UTF-8, as most clients mean them, or else as Latin-1, which always works."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
