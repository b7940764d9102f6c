"""Request bodies: JSON into the questions that `queries` answers.

Room:   bytes in; a question, or the refusal that the API documents, out.
Limits: unknown keys are ignored and null means absent. Of duplicate keys the last one wins. JSON nested
        deeper than 1,024 levels, NaN and lone surrogates count as malformed.
Source: Micro REST API, "Filters", "/micro/events" and "/micro/timeline"; `wait` is ours.
"""

import re
from http import HTTPStatus
from typing import Annotated, TypeVar

import msgspec
import orjson

from piste.events.times import parse_iso
from piste.queries.timeline import Bucket

MALFORMED = "The request body was malformed."
INVALID = "The request body was invalid."

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PLACED = re.compile(r"(?P<message>.*) - at `(?P<path>.*)`", re.DOTALL)


class BodyRefused(Exception):
    """The body is no JSON (400) or not the JSON that the endpoint takes (422).

    `text` is the documented sentence, `detail` what exactly is wrong, such as
    "$.pageSize: expected `int` >= 1".
    """

    def __init__(self, status: HTTPStatus, text: str, detail: str) -> None:
        super().__init__(status, text, detail)
        self.status, self.text, self.detail = status, text, detail


def invalid(detail: str) -> BodyRefused:
    return BodyRefused(HTTPStatus.UNPROCESSABLE_ENTITY, INVALID, detail)


Count = Annotated[int, msgspec.Meta(ge=0)]
MAX_CONDITIONS = 100
"""Most filters, or entities, in one request; each becomes a condition of one statement."""
_FEW = msgspec.Meta(max_length=MAX_CONDITIONS)


class Wait(msgspec.Struct, frozen=True):
    """Answer as soon as `count` events match, or after `timeoutMs`."""

    count: Count
    timeoutMs: Count = 10_000  # noqa: N815 (as clients write it)


class GoodBody(msgspec.Struct, frozen=True):
    event_type: str | None = None
    schema: str | None = None
    contexts: Annotated[list[str], _FEW] | None = None
    limit: Count | None = None
    wait: Wait | None = None


class BadBody(msgspec.Struct, frozen=True):
    vendor: str | None = None
    version: str | None = None
    limit: Count | None = None
    wait: Wait | None = None


class FilterBody(msgspec.Struct, frozen=True):
    column: str
    value: str


class TimeRangeBody(msgspec.Struct, frozen=True):
    start: str | None = None
    end: str | None = None


class SortingBody(msgspec.Struct, frozen=True):
    column: str
    desc: bool


class EventsBody(msgspec.Struct, frozen=True):
    page: Annotated[int, msgspec.Meta(ge=1)]
    pageSize: Annotated[int, msgspec.Meta(ge=1)]  # noqa: N815
    filters: Annotated[list[FilterBody], _FEW]
    validEvents: bool | None = None  # noqa: N815
    timeRange: TimeRangeBody | None = None  # noqa: N815
    sorting: SortingBody | None = None
    wait: Wait | None = None


class BucketBody(msgspec.Struct, frozen=True):
    start: str
    end: str


class TimelineBody(msgspec.Struct, frozen=True):
    buckets: list[BucketBody]


Body = TypeVar("Body", GoodBody, BadBody, EventsBody, TimelineBody)


def read_body(raw: bytes, kind: type[Body]) -> Body:
    """Raises `BodyRefused`."""
    try:
        decoded = orjson.loads(raw.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, MALFORMED, str(error)) from None
    try:
        return msgspec.convert(decoded, kind)
    except msgspec.ValidationError as error:
        raise invalid(_placed(str(error))) from None


def _placed(message: str) -> str:
    """msgspec's message with the path first."""
    match = _PLACED.fullmatch(message)
    path, text = (match["path"], match["message"]) if match else ("$", message)
    return f"{path}: {text[:1].lower()}{text[1:]}"


def instant_ms(text: str | None, path: str) -> int | None:
    """Epoch milliseconds of an ISO 8601 text, None of None. Raises `BodyRefused`."""
    if text is None:
        return None
    try:
        return parse_iso(text)
    except ValueError as error:
        raise invalid(f"{path}: {error}") from None


def bucket_of(body: BucketBody, number: int) -> Bucket:
    """Raises `BodyRefused`."""
    start = instant_ms(body.start, f"$.buckets[{number}].start")
    end = instant_ms(body.end, f"$.buckets[{number}].end")
    assert start is not None
    assert end is not None
    return Bucket(start, end)
