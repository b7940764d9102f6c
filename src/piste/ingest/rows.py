"""Outcomes to rows of the two stored tables.

Room:   the shape of `origin`, which `queries` reads back:
        events:   {"rawEvent": …, "errors": [text, …]}      (errors of failed events only)
        payloads: {"collectorPayload": … | null, "errors": [text, …]}   (errors of rejected ones only)
        as compact JSON, zlib-compressed; both exactly as /micro/good and /micro/bad print them.
Source: Micro REST API, "/micro/good" and "/micro/bad".
"""

import zlib
from collections.abc import Iterable

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent, contexts_json, unstruct_json
from piste.events.outcome import FailedEvent, GoodEvent, Processed, QueryPairs, RejectedPayload
from piste.events.payload import CollectorPayload, RawEvent
from piste.events.schema_key import Json
from piste.events.tables import EVENT_BITS, Row, RowBatch
from piste.events.times import to_iso_millis
from piste.jsontext import encode, encode_text

UNREADABLE = "Can't deserialize Thrift bytes."
NOT_ADAPTED = "Error while extracting event(s) from collector payload and validating it/them."
NOT_VALID = "Error while validating the event"

_COMPRESSION_LEVEL = 1
_NAMES = tuple(column.name for column in COLUMNS)
_DECIMALS = tuple(column.name for column in COLUMNS if column.type is ColumnType.DECIMAL)


def to_rows(processed: Iterable[tuple[int, Processed]]) -> RowBatch:
    """`processed` are (position in the log, outcomes of the payload that stands there)."""
    events: list[Row] = []
    payloads: list[Row] = []
    for position, one in processed:
        seq = position << EVENT_BITS
        if not all(isinstance(outcome, GoodEvent) for outcome in one.outcomes):
            payloads.append(_payload_row(seq, one))
        for index, outcome in enumerate(one.outcomes):
            if not isinstance(outcome, RejectedPayload):
                events.append(_event_row(seq + index, outcome))
    return RowBatch(tuple(events), tuple(payloads))


def _event_row(seq: int, outcome: GoodEvent | FailedEvent) -> Row:
    origin: dict[str, Json] = {"rawEvent": raw_event_json(outcome.raw)}
    if isinstance(outcome, FailedEvent):
        origin["errors"] = [NOT_VALID, encode_text(outcome.bad_row)]
    values = _values(outcome.event)
    return (seq, isinstance(outcome, GoodEvent), *map(values.get, _NAMES), _compress(origin))


def _values(event: EnrichedEvent) -> dict[str, object]:
    values: dict[str, object] = dict(event.fields)
    for name in _DECIMALS:
        if name in values:
            values[name] = float(values[name])  # type: ignore[arg-type]  # a Decimal
    if event.contexts:
        values["contexts"] = encode_text(contexts_json(event.contexts))
    if event.unstruct_event is not None:
        values["unstruct_event"] = encode_text(unstruct_json(event.unstruct_event))
    if event.derived_contexts:
        values["derived_contexts"] = encode_text(contexts_json(event.derived_contexts))
    return values


def _payload_row(seq: int, processed: Processed) -> Row:
    payload = processed.payload
    first = processed.outcomes[0]
    if not isinstance(first, RejectedPayload):
        api = (first.raw.vendor, first.raw.version)
        described = collector_payload_json(payload, *api, processed.query)
        return (seq, payload.timestamp_ms, False, *api, _compress({"collectorPayload": described}))
    bad_rows = [encode_text(bad_row) for bad_row in first.bad_rows]
    if first.api is None or first.query is None:
        origin: dict[str, Json] = {"collectorPayload": None, "errors": [UNREADABLE, *bad_rows]}
        return (seq, payload.timestamp_ms, True, None, None, _compress(origin))
    origin = {
        "collectorPayload": collector_payload_json(payload, *first.api, first.query),
        "errors": [NOT_ADAPTED, *bad_rows],
    }
    return (seq, payload.timestamp_ms, True, *first.api, _compress(origin))


def _compress(origin: Json) -> bytes:
    return zlib.compress(encode(origin), _COMPRESSION_LEVEL)


def raw_event_json(raw: RawEvent) -> Json:
    return {
        "api": {"vendor": raw.vendor, "version": raw.version},
        "parameters": raw.parameters,
        **_request_json(raw.payload),
    }


def collector_payload_json(
    payload: CollectorPayload, vendor: str, version: str, query: QueryPairs
) -> Json:
    """A query value that is missing prints as `name=null`."""
    request = _request_json(payload)
    return {
        "api": {"vendor": vendor, "version": version},
        "querystring": [f"{name}={'null' if value is None else value}" for name, value in query],
        "contentType": request["contentType"],
        "body": payload.body,
        "source": request["source"],
        "context": request["context"],
    }


def _request_json(payload: CollectorPayload) -> dict[str, Json]:
    return {
        "contentType": payload.content_type,
        "source": {
            "name": payload.collector,
            "encoding": payload.encoding,
            "hostname": payload.hostname,
        },
        "context": {
            "timestamp": to_iso_millis(payload.timestamp_ms),
            "ipAddress": payload.ip_address,
            "useragent": payload.user_agent,
            "refererUri": payload.referer_uri,
            "headers": payload.headers,
            "userId": payload.network_userid,
        },
    }
