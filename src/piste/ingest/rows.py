"""Outcomes to rows of the stored tables.

Room:   the shape of `origin`, which `queries` reads back; compact JSON, a Zstandard frame:
            request     {"api", "contentType", "source", "context"}, or null for an unreadable payload
            querystring [text, …]   \\ of a payload of which anything failed
            body        text | null /
            events      [{"parameters": {…}, "errors": [text, …]?}, …]   errors of failed events only
            errors      [text, …]   of a payload from which no event could be taken
        Keys are left out where they do not apply. Each part is as /micro/good and /micro/bad print it.
Limits: a row has the columns that are set; what is missing is null. A hit has no origin.
Source: Micro REST API, "/micro/good" and "/micro/bad".
"""

from collections.abc import Iterable

from zstandard import ZstdCompressor

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent, contexts_json, unstruct_json
from piste.events.matches import matches_text
from piste.events.outcome import FailedEvent, GoodEvent, Processed, RejectedPayload
from piste.events.payload import CollectorPayload
from piste.events.schema_key import Json
from piste.events.tables import EVENT_BITS, TABLES
from piste.events.times import to_iso_millis
from piste.jsontext import encode, encode_text

Row = dict[str, object]
"""Values by column name."""

UNREADABLE = "Can't deserialize Thrift bytes."
NOT_ADAPTED = "Error while extracting event(s) from collector payload and validating it/them."
NOT_VALID = "Error while validating the event"

_COMPRESSION_LEVEL = 1
"""As small as zlib's first level makes it, in a quarter of the time."""
_DECIMALS = tuple(column.name for column in COLUMNS if column.type is ColumnType.DECIMAL)


def to_rows(processed: Iterable[tuple[int, Processed]]) -> dict[str, list[Row]]:
    """Rows by table; `processed` are (position in the log, outcomes of the payload that stands there)."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    compress = ZstdCompressor(_COMPRESSION_LEVEL).compress  # one a call: it is for one thread
    for position, one in processed:
        seq = position << EVENT_BITS
        failed = not all(isinstance(outcome, GoodEvent) for outcome in one.outcomes)
        if failed:
            rows["payloads"].append(_payload_row(seq, one))
        if one.keeps_origin:
            rows["origins"].append(
                {
                    "seq": seq,
                    "collector_tstamp": one.payload.timestamp_ms,
                    "origin": compress(encode(_origin(one, failed))),
                }
            )
        for index, outcome in enumerate(one.outcomes):
            if not isinstance(outcome, RejectedPayload):
                valid = isinstance(outcome, GoodEvent)
                row = _event_row(seq + index, valid, outcome.event)
                if isinstance(outcome, GoodEvent):
                    row.update(outcome.traffic)
                if outcome.matches:
                    row["specifications"] = matches_text(outcome.matches)
                rows["events"].append(row)
    return rows


def _event_row(seq: int, valid: bool, event: EnrichedEvent) -> Row:
    row: Row = {"seq": seq, "valid": valid, **event.fields}
    for name in _DECIMALS:
        if name in row:
            row[name] = float(row[name])  # type: ignore[arg-type]  # a Decimal
    if event.contexts:
        row["contexts"] = encode_text(contexts_json(event.contexts))
    if event.unstruct_event is not None:
        row["unstruct_event"] = encode_text(unstruct_json(event.unstruct_event))
    if event.derived_contexts:
        row["derived_contexts"] = encode_text(contexts_json(event.derived_contexts))
    return row


def _payload_row(seq: int, processed: Processed) -> Row:
    vendor, version = _api(processed) or (None, None)
    return {
        "seq": seq,
        "collector_tstamp": processed.payload.timestamp_ms,
        "rejected": isinstance(processed.outcomes[0], RejectedPayload),
        "vendor": vendor,
        "version": version,
    }


def _api(processed: Processed) -> tuple[str, str] | None:
    """Vendor and version; None when the payload could not be read."""
    first = processed.outcomes[0]
    if isinstance(first, RejectedPayload):
        return first.api
    return first.raw.vendor, first.raw.version


def _origin(processed: Processed, failed: bool) -> Json:
    first, api = processed.outcomes[0], _api(processed)
    origin: dict[str, Json] = {"request": None}
    if api is not None:
        origin["request"] = request_json(processed.payload, *api)
        if failed:
            # A query value that is missing prints as `name=null`.
            origin["querystring"] = [
                f"{name}={'null' if value is None else value}" for name, value in processed.query
            ]
            origin["body"] = processed.payload.body
    if isinstance(first, RejectedPayload):
        general = UNREADABLE if api is None else NOT_ADAPTED
        origin["errors"] = [general, *(encode_text(bad_row) for bad_row in first.bad_rows)]
    else:
        origin["events"] = [_event_json(outcome) for outcome in processed.outcomes]
    return origin


def _event_json(outcome: GoodEvent | FailedEvent | RejectedPayload) -> Json:
    assert not isinstance(outcome, RejectedPayload)  # such a payload has no other outcomes
    if isinstance(outcome, GoodEvent):
        return {"parameters": outcome.raw.parameters}
    errors = [NOT_VALID, encode_text(outcome.bad_row)]
    return {"parameters": outcome.raw.parameters, "errors": errors}


def request_json(payload: CollectorPayload, vendor: str, version: str) -> dict[str, Json]:
    """What all events of a payload share."""
    return {
        "api": {"vendor": vendor, "version": version},
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
