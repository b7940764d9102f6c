"""Rows as the ingest writes them, from events and payloads that a test makes up."""

import zlib
from collections.abc import Mapping, Sequence

import msgspec

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent, Value, contexts_json, unstruct_json
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.events.tables import EVENT_BITS, EVENTS, PAYLOADS, Row, RowBatch

NOON = 1_735_732_800_000
"""2025-01-01T12:00:00Z, when the first payload of a test arrives; each further one a second later."""

API = {"vendor": "com.snowplowanalytics.snowplow", "version": "tp2"}


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


def raw_event(number: int) -> Json:
    return {"api": API, "parameters": {"e": "pv", "n": str(number)}, "contentType": None}


def packed(json: Json) -> bytes:
    return zlib.compress(msgspec.json.encode(json))


class Payloads:
    """Payloads in the order of the log, a second apart; `batch()` are their rows."""

    def __init__(self, first: int = 1, at_ms: int = NOON) -> None:
        self.position, self.at_ms = first, at_ms
        self._events: list[Row] = []
        self._payloads: list[Row] = []

    def _next(self) -> tuple[int, int]:
        seq, at_ms = self.position << EVENT_BITS, self.at_ms
        self.position, self.at_ms = self.position + 1, at_ms + 1000
        return seq, at_ms

    def good(self, *events: EnrichedEvent, raw: Json = None) -> "Payloads":
        seq, at_ms = self._next()
        for place, event in enumerate(events):
            origin = {"rawEvent": raw or raw_event(seq + place)}
            self._events.append(_event_row(seq + place, True, at_ms, event, origin))
        return self

    def failed(
        self,
        *events: EnrichedEvent,
        api: Mapping[str, str] = API,
        payload: Json = None,
        raw: Json = None,
        errors: Sequence[str] = ("Error while validating the event", "{}"),
    ) -> "Payloads":
        seq, at_ms = self._next()
        for place, event in enumerate(events):
            origin = {"rawEvent": raw or raw_event(seq + place), "errors": list(errors)}
            self._events.append(_event_row(seq + place, False, at_ms, event, origin))
        payload = payload or {"api": api, "body": f"body {seq >> EVENT_BITS}"}
        self._payload(seq, at_ms, False, api, {"collectorPayload": payload})
        return self

    def rejected(
        self, api: Mapping[str, str] | None = API, errors: Sequence[str] = ("no event",)
    ) -> "Payloads":
        seq, at_ms = self._next()
        payload = None if api is None else {"api": api, "body": f"body {seq >> EVENT_BITS}"}
        origin = {"collectorPayload": payload, "errors": list(errors)}
        self._payload(seq, at_ms, True, api or {}, origin)
        return self

    def _payload(
        self, seq: int, at_ms: int, rejected: bool, api: Mapping[str, str], origin: Json
    ) -> None:
        row = (seq, at_ms, rejected, api.get("vendor"), api.get("version"), packed(origin))
        assert len(row) == len(PAYLOADS)
        self._payloads.append(row)

    def batch(self) -> RowBatch:
        return RowBatch(tuple(self._events), tuple(self._payloads))


def _event_row(seq: int, valid: bool, at_ms: int, event: EnrichedEvent, origin: Json) -> Row:
    values: dict[str, object] = {"collector_tstamp": at_ms, **event.fields}
    values["seq"], values["valid"], values["origin"] = seq, valid, packed(origin)
    for name, json in (
        ("contexts", contexts_json(event.contexts)),
        ("unstruct_event", unstruct_json(event.unstruct_event)),
        ("derived_contexts", contexts_json(event.derived_contexts)),
    ):
        values[name] = msgspec.json.encode(json).decode() if json else None
    for column in COLUMNS:
        if column.type is ColumnType.DECIMAL and values.get(column.name) is not None:
            values[column.name] = float(str(values[column.name]))
    return tuple(values.get(column.name) for column in EVENTS)
