"""What becomes of a recorded request: good events, failed events, or a rejected payload."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from piste.events.enriched import EnrichedEvent
from piste.events.matches import Match
from piste.events.payload import CollectorPayload, RawEvent
from piste.events.schema_key import Json

QueryPairs = tuple[tuple[str, str | None], ...]
"""A query string as read: name-value pairs in order; the value is None without `=`."""


Traffic = Mapping[str, str | bool]
"""The columns of `tables.TRAFFIC` that are set."""


@dataclass(frozen=True, slots=True)
class GoodEvent:
    """`matches`: the event specifications that it is an instance of, or declares."""

    raw: RawEvent
    event: EnrichedEvent
    matches: tuple[Match, ...] = ()
    traffic: Traffic = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailedEvent:
    """`event` holds everything valid and a failure entity per error; `bad_row` is the one verdict."""

    raw: RawEvent
    event: EnrichedEvent
    bad_row: Json
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectedPayload:
    """A payload of which no event could be taken.

    `api` (vendor, version) and `query` are None when the payload itself could not be read.
    """

    payload: CollectorPayload
    api: tuple[str, str] | None
    query: QueryPairs | None
    bad_rows: tuple[Json, ...]


Outcome = GoodEvent | FailedEvent | RejectedPayload


@dataclass(frozen=True, slots=True)
class Processed:
    """All outcomes of one payload, in the order of its events; `query` is its parsed query string.

    Without `keeps_origin` nothing is kept of the request but its events.
    """

    payload: CollectorPayload
    outcomes: tuple[Outcome, ...]
    query: QueryPairs = ()
    keeps_origin: bool = True
