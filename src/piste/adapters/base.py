"""What every adapter takes and gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from piste.events.failures import AdapterFailure, IgluError, TrackerProtocolFailure
from piste.events.outcome import QueryPairs
from piste.events.payload import CollectorPayload, Parameters, RawEvent
from piste.events.schema_key import SchemaKey, SelfDescribing

SNOWPLOW = "com.snowplowanalytics.snowplow"

MAX_EVENTS = 10_000
"""Most events in one request. Each remembers the request's headers and query string, so without a
bound a small body could grow to gigabytes; no tracker comes near it."""

Check = Callable[[SelfDescribing], SchemaKey | IgluError]
"""Validates self-describing data; answers the key it was validated with, or what is wrong."""


@dataclass(frozen=True, slots=True)
class Request:
    """A readable collector payload: its API is known and its query string parsed."""

    vendor: str
    version: str
    query: QueryPairs
    payload: CollectorPayload

    @property
    def parameters(self) -> dict[str, str | None]:
        """The query string as parameters; of a repeated name the last value counts."""
        return dict(self.query)

    def event(self, parameters: Parameters) -> RawEvent:
        return RawEvent(self.vendor, self.version, parameters, self.payload)


@dataclass(frozen=True, slots=True)
class AdapterFailures:
    problems: tuple[AdapterFailure, ...]


@dataclass(frozen=True, slots=True)
class TrackerProtocolViolations:
    problems: tuple[TrackerProtocolFailure, ...]


Adapted = tuple[RawEvent, ...] | AdapterFailures | TrackerProtocolViolations
Adapter = Callable[[Request, Check], Adapted]


def expected_one_of(content_types: Iterable[str]) -> str:
    return "expected one of " + ", ".join(content_types)
