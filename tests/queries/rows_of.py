"""Rows as the ingest writes them, from events and payloads that a test makes up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from support.requests import payload

from piste.events.enriched import EnrichedEvent, Value
from piste.events.matches import Match
from piste.events.outcome import FailedEvent, GoodEvent, Outcome, Processed, RejectedPayload
from piste.events.payload import CollectorPayload, Parameters, RawEvent
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.ingest.arrow import to_streams
from piste.ingest.rows import to_rows

NOON = 1_735_732_800_000
"""2025-01-01T12:00:00Z, when the first payload of a test arrives; each further one a second later."""

Api = tuple[str, str]
"""Vendor and version."""
API: Api = ("com.snowplowanalytics.snowplow", "tp2")
BAD_ROW: Json = {
    "schema": "iglu:com.snowplowanalytics.snowplow.badrows/generic_error/jsonschema/1-0-0"
}


def entity(uri: str, data: Json) -> SelfDescribing:
    return SelfDescribing(SchemaKey.of(uri), data)


def page_view(contexts: Sequence[SelfDescribing] = (), **fields: Value) -> EnrichedEvent:
    return EnrichedEvent(
        {
            "event": "page_view",
            "event_vendor": "com.snowplowanalytics.snowplow",
            "event_name": "page_view",
            "event_format": "jsonschema",
            "event_version": "1-0-0",
            **fields,
        },
        tuple(contexts),
    )


def self_describing(
    event: SelfDescribing, contexts: Sequence[SelfDescribing] = (), **fields: Value
) -> EnrichedEvent:
    key = event.key
    named: dict[str, Value] = {
        "event": "unstruct",
        "event_vendor": key.vendor,
        "event_name": key.name,
        "event_format": key.format,
        "event_version": str(key.version),
    }
    return EnrichedEvent({**named, **fields}, tuple(contexts), event)


class Payloads:
    """Payloads in the order of the log, a second apart; `streams()` are their rows.

    Unless a test says otherwise, a payload's body is `body <position>`, and an event's parameter `n` is
    `<position>.<place>`.
    """

    def __init__(self, first: int = 1, at_ms: int = NOON) -> None:
        self.position, self.at_ms = first, at_ms
        self._processed: list[tuple[int, Processed]] = []

    def good(
        self,
        *events: EnrichedEvent,
        request: CollectorPayload | None = None,
        parameters: Parameters | None = None,
        matches: tuple[Match, ...] = (),
    ) -> "Payloads":
        one = request or self._request()
        pairs = self._raw(events, one, API, parameters)
        return self._add(one, [GoodEvent(raw, event, matches) for raw, event in pairs])

    def failed(
        self,
        *events: EnrichedEvent,
        api: Api = API,
        request: CollectorPayload | None = None,
        parameters: Parameters | None = None,
        bad_row: Json = BAD_ROW,
        matches: tuple[Match, ...] = (),
    ) -> "Payloads":
        one = request or self._request()
        pairs = self._raw(events, one, api, parameters)
        return self._add(one, [FailedEvent(raw, event, bad_row, matches) for raw, event in pairs])

    def rejected(self, api: Api | None = API) -> "Payloads":
        """`api` is None for a payload that could not be read."""
        one = self._request()
        query = None if api is None else ()
        return self._add(one, [RejectedPayload(one, api, query, (BAD_ROW,))])

    def streams(self) -> dict[str, bytes]:
        return to_streams(to_rows(self._processed))

    def _request(self) -> CollectorPayload:
        return payload(body=f"body {self.position}", timestamp_ms=self.at_ms)

    def _raw(
        self,
        events: Sequence[EnrichedEvent],
        request: CollectorPayload,
        api: Api,
        parameters: Parameters | None,
    ) -> Iterator[tuple[RawEvent, EnrichedEvent]]:
        for place, event in enumerate(events):
            sent = parameters or {"e": "pv", "n": f"{self.position}.{place}"}
            fields = {"collector_tstamp": self.at_ms, **event.fields}
            yield RawEvent(*api, sent, request), replace(event, fields=fields)

    def _add(self, request: CollectorPayload, outcomes: Sequence[Outcome]) -> "Payloads":
        self._processed.append((self.position, Processed(request, tuple(outcomes))))
        self.position, self.at_ms = self.position + 1, self.at_ms + 1000
        return self
