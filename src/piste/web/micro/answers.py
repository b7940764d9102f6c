"""Answers of the Micro API, as plain values; `app` sends them.

Limits: a list of events is built in memory, up to a budget of bytes; what does not fit is left off and
        counted in a header, because one failed payload may repeat in thousands of items.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec

Header = tuple[bytes, bytes]

_PART_BYTES = 1 << 20
_MAX_DETAIL_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """`parts` are the body in pieces, so that a big one is never joined. Header names are lower-case."""

    status: HTTPStatus
    parts: tuple[bytes, ...] = ()
    headers: tuple[Header, ...] = ()

    def with_headers(self, headers: Iterable[Header]) -> "Answer":
        return Answer(self.status, self.parts, (*self.headers, *headers))


def text_answer(status: HTTPStatus, text: str, headers: Iterable[Header] = ()) -> Answer:
    content_type: Header = (b"content-type", b"text/plain; charset=utf-8")
    return Answer(status, (text.encode(),), (content_type, *headers))


def json_answer(
    value: object, status: HTTPStatus = HTTPStatus.OK, headers: Iterable[Header] = ()
) -> Answer:
    return json_parts((msgspec.json.encode(value),), status, headers)


def json_parts(
    parts: Iterable[bytes], status: HTTPStatus = HTTPStatus.OK, headers: Iterable[Header] = ()
) -> Answer:
    """An answer from JSON text that is already there."""
    return Answer(status, tuple(parts), ((b"content-type", b"application/json"), *headers))


def number_header(name: bytes, number: int) -> tuple[Header, ...]:
    """The header when there is something to tell, which is any number but 0."""
    return ((name, b"%d" % number),) if number else ()


def detail_header(detail: str) -> tuple[Header, ...]:
    """What exactly is wrong with a request. The body is a fixed sentence, which clients compare."""
    ascii_text = detail.encode("ascii", "backslashreplace").decode()
    printable = "".join(c if c.isprintable() else "?" for c in ascii_text)
    return ((b"x-piste-error", printable[:_MAX_DETAIL_LENGTH].encode()),)


@dataclass(slots=True)
class JsonArray:
    """The text of a JSON array, in parts. `is_cut` when the budget ended before the items did."""

    parts: list[bytes] = field(default_factory=list)
    count: int = 0
    is_cut: bool = False

    @staticmethod
    def of(items: Iterator[bytes], budget_bytes: int) -> "JsonArray":
        """Takes items until their bytes would exceed the budget; the rest is not even read."""
        array = JsonArray()
        pending = bytearray(b"[")
        size = 0
        for item in items:
            size += len(item) + 1
            if size > budget_bytes:
                array.is_cut = True
                break
            if array.count:
                pending += b","
            pending += item
            array.count += 1
            if len(pending) > _PART_BYTES:
                array.parts.append(bytes(pending))
                pending.clear()
        pending += b"]"
        array.parts.append(bytes(pending))
        return array
