"""Bad rows: Snowplow's self-describing JSONs for what could not become a good event.

Room:   failures in, JSON out; which bad row a failure becomes is decided in `ingest.process`.
Source: iglu-central `com.snowplowanalytics.snowplow.badrows`; the versions are those that a local
        pipeline emits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import PartialEvent, Value
from piste.events.failures import (
    AdapterFailure,
    CriterionMismatch,
    EnrichmentFailure,
    IgluError,
    IgluFailure,
    InputData,
    InvalidData,
    InvalidSchema,
    LookupHistory,
    NotIglu,
    NotJson,
    PayloadFormatFailure,
    ResolutionError,
    SchemaMapping,
    SchemaProblem,
    TrackerProtocolFailure,
)
from piste.events.payload import CollectorPayload, RawEvent
from piste.events.schema_key import Json
from piste.events.times import to_instant, to_iso_millis, to_warehouse

MAX_EXPECTATION_LENGTH = 256
"""Longest `expectation` that the size_violation schema takes, in characters."""


@dataclass(frozen=True, slots=True)
class Processor:
    """Who processed the event; printed in bad rows, failure entities and v_etl."""

    artifact: str
    version: str

    def to_json(self) -> Json:
        return {"artifact": self.artifact, "version": self.version}


def _bad_row(name: str, version: str, processor: Processor, failure: Json, payload: Json) -> Json:
    return {
        "schema": f"iglu:com.snowplowanalytics.snowplow.badrows/{name}/jsonschema/{version}",
        "data": {"processor": processor.to_json(), "failure": failure, "payload": payload},
    }


def history_json(history: LookupHistory) -> Json:
    """Repository last, as the entities' readers see it in `/micro/events`; bad rows put it first."""
    return {
        "errors": [
            {"error": error.kind.value}
            if error.message is None
            else {"error": error.kind.value, "message": error.message}
            for error in history.errors
        ],
        "attempts": history.attempts,
        "lastAttempt": to_iso_millis(history.last_attempt_ms),
    }


def _iglu_error(error: IgluError) -> Json:
    match error:
        case ResolutionError(lookup_history):
            return {
                "error": "ResolutionError",
                "lookupHistory": [
                    {"repository": history.repository} | history_json(history)
                    for history in lookup_history
                ],
            }
        case InvalidData(reports, superseded_by):
            found = {
                "error": "ValidationError",
                "dataReports": [
                    {
                        "message": report.message,
                        "path": report.path,
                        "keyword": report.keyword,
                        "targets": list(report.targets),
                    }
                    for report in reports
                ],
            }
            return found if superseded_by is None else found | {"supersededBy": superseded_by}
        case InvalidSchema(issues):
            return {
                "error": "ValidationError",
                "schemaIssues": [{"path": i.path, "message": i.message} for i in issues],
            }


def _message(problem: AdapterFailure | TrackerProtocolFailure) -> Json:
    match problem:
        case InputData(field, value, expectation):
            return {"field": field, "value": value, "expectation": expectation}
        case NotJson(field, value, error):
            return {"field": field, "value": value, "error": error}
        case NotIglu(json, error):
            return {"json": json, "error": error.value}
        case CriterionMismatch(key, criterion):
            return {"schemaKey": key.uri, "schemaCriterion": str(criterion)}
        case IgluFailure(key, error):
            return {"schemaKey": key.uri, "error": _iglu_error(error)}
        case SchemaMapping(actual, expected, expectation):
            return {
                "actual": actual,
                "expectedMapping": {name: key.uri for name, key in expected},
                "expectation": expectation,
            }


def _name_values(pairs: Sequence[tuple[str, str | None]]) -> Json:
    return [{"name": name, "value": value} for name, value in pairs]


def _collector_payload(
    payload: CollectorPayload, vendor: str, version: str, query: Sequence[tuple[str, str | None]]
) -> Json:
    return {
        "vendor": vendor,
        "version": version,
        "querystring": _name_values(query),
        "contentType": payload.content_type,
        "body": payload.body,
        "collector": payload.collector,
        "encoding": payload.encoding,
        "hostname": payload.hostname,
        "timestamp": to_iso_millis(payload.timestamp_ms),
        "ipAddress": payload.ip_address,
        "useragent": payload.user_agent,
        "refererUri": payload.referer_uri,
        "headers": list(payload.headers),
        "networkUserId": payload.network_userid,
    }


def _raw_event(raw: RawEvent) -> Json:
    payload = raw.payload
    return {
        "vendor": raw.vendor,
        "version": raw.version,
        "parameters": _name_values(list(raw.parameters.items())),
        "contentType": payload.content_type,
        "loaderName": payload.collector,
        "encoding": payload.encoding,
        "hostname": payload.hostname,
        "timestamp": to_iso_millis(payload.timestamp_ms),
        "ipAddress": payload.ip_address,
        "useragent": payload.user_agent,
        "refererUri": payload.referer_uri,
        "headers": list(payload.headers),
        "userId": payload.network_userid,
    }


def _enriched_value(name: str, type_: ColumnType, value: Value | None) -> Json:
    if value is None:
        return None
    if type_ is ColumnType.TIMESTAMP:
        assert isinstance(value, int)
        return to_warehouse(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if name == "txn_id" else value


def _enriched(event: PartialEvent) -> Json:
    json_parts = {
        "contexts": event.contexts,
        "unstruct_event": event.unstruct_event,
        "derived_contexts": event.derived_contexts,
    }
    return {
        column.name: json_parts[column.name]
        if column.type is ColumnType.JSON
        else _enriched_value(column.name, column.type, event.fields.get(column.name))
        for column in COLUMNS
    }


def size_violation(
    processor: Processor, now_ms: int, max_bytes: int, actual_bytes: int, why: str, payload: str
) -> Json:
    """`payload` is the beginning of what was too large."""
    failure = {
        "timestamp": to_instant(now_ms),
        "maximumAllowedSizeBytes": max_bytes,
        "actualSizeBytes": actual_bytes,
        "expectation": f"oversized collector payload: {why}"[:MAX_EXPECTATION_LENGTH],
    }
    return _bad_row("size_violation", "1-0-0", processor, failure, payload)


def collector_payload_format_violation(
    processor: Processor, now_ms: int, problem: PayloadFormatFailure, payload: str
) -> Json:
    """`payload` is the base64 of the payload's bytes."""
    failure = {
        "timestamp": to_instant(now_ms),
        "loader": "thrift",
        "message": {
            "payloadField": problem.payload_field,
            "value": problem.value,
            "expectation": problem.expectation,
        },
    }
    return _bad_row("collector_payload_format_violation", "1-0-0", processor, failure, payload)


def _payload_failure(
    name: str,
    processor: Processor,
    now_ms: int,
    problems: Sequence[AdapterFailure | TrackerProtocolFailure],
    payload: CollectorPayload,
    vendor: str,
    version: str,
    query: Sequence[tuple[str, str | None]],
) -> Json:
    failure = {
        "timestamp": to_instant(now_ms),
        "vendor": vendor,
        "version": version,
        "messages": [_message(problem) for problem in problems],
    }
    described = _collector_payload(payload, vendor, version, query)
    return _bad_row(name, "1-0-0", processor, failure, described)


def adapter_failures(
    processor: Processor,
    now_ms: int,
    problems: Sequence[AdapterFailure],
    payload: CollectorPayload,
    vendor: str,
    version: str,
    query: Sequence[tuple[str, str | None]],
) -> Json:
    return _payload_failure(
        "adapter_failures", processor, now_ms, problems, payload, vendor, version, query
    )


def tracker_protocol_violations(
    processor: Processor,
    now_ms: int,
    problems: Sequence[TrackerProtocolFailure],
    payload: CollectorPayload,
    vendor: str,
    version: str,
    query: Sequence[tuple[str, str | None]],
) -> Json:
    return _payload_failure(
        "tracker_protocol_violations", processor, now_ms, problems, payload, vendor, version, query
    )


def schema_violations(
    processor: Processor,
    now_ms: int,
    problems: Sequence[SchemaProblem],
    event: PartialEvent,
    raw: RawEvent,
) -> Json:
    failure = {
        "timestamp": to_instant(now_ms),
        "messages": [_message(problem) for problem in problems],
    }
    payload = {"enriched": _enriched(event), "raw": _raw_event(raw)}
    return _bad_row("schema_violations", "2-0-0", processor, failure, payload)


def enrichment_failures(
    processor: Processor,
    now_ms: int,
    problems: Sequence[EnrichmentFailure],
    event: PartialEvent,
    raw: RawEvent,
) -> Json:
    messages = []
    for problem in problems:
        enrichment = None
        if problem.key is not None:
            enrichment = {"schemaKey": problem.key.uri, "identifier": problem.identifier}
        message = problem.message
        shown = _message(message) if isinstance(message, InputData) else {"error": message}
        messages.append({"enrichment": enrichment, "message": shown})
    failure = {"timestamp": to_instant(now_ms), "messages": messages}
    payload = {"enriched": _enriched(event), "raw": _raw_event(raw)}
    return _bad_row("enrichment_failures", "2-0-0", processor, failure, payload)


def generic_error(processor: Processor, now_ms: int, errors: Sequence[str], payload: str) -> Json:
    """A fault of the pipeline's own; `payload` is what it happened to."""
    failure = {"timestamp": to_instant(now_ms), "errors": list(errors)}
    return _bad_row("generic_error", "1-0-0", processor, failure, payload)
