"""The main path: one recorded request in, its outcomes out.

Room:   pure; schema validation, clock and ids are in `Rules`. What happens to each raw event is in
        `ingest.event`, what to a hit in `ingest.hits`.
Limits: never raises for what a client sent.
"""

import base64

from piste.adapters import (
    AdapterFailures,
    Request,
    TrackerProtocolViolations,
    adapt,
    parse_path,
    parse_querystring,
)
from piste.enrich.conversions import is_uuid
from piste.enrich.mapping import request_columns
from piste.events import badrows
from piste.events.failures import PayloadFormatFailure
from piste.events.hit import Hit
from piste.events.outcome import Processed, QueryPairs, RejectedPayload
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.events.schema_key import Json
from piste.ingest.event import enrich
from piste.ingest.hits import payload_of, process_hit
from piste.ingest.records import Recorded
from piste.ingest.rules import Rules
from piste.jsontext import encode_text


def process(recorded: Recorded, rules: Rules) -> Processed:
    """All outcomes of one recorded request, at least one."""
    if isinstance(recorded, Hit):
        return process_hit(recorded, rules)
    if isinstance(recorded, OversizedPayload):
        return _rejected_for_size(recorded, rules)
    api, query = parse_path(recorded.path), parse_querystring(recorded.querystring)
    problems = [part for part in (api, query) if isinstance(part, PayloadFormatFailure)]
    user = recorded.network_userid
    if user is not None and not is_uuid(user):
        problems.append(PayloadFormatFailure("networkUserId", user, "not valid UUID"))
    if problems or isinstance(api, PayloadFormatFailure) or isinstance(query, PayloadFormatFailure):
        return _unreadable(recorded, problems, rules)
    return _adapted(Request(*api, query, recorded), rules)


def _adapted(request: Request, rules: Rules) -> Processed:
    check = rules.new_check()
    adapted = adapt(request, check)
    match adapted:
        case AdapterFailures(adapter_problems):
            return _rejected(
                request,
                badrows.adapter_failures(
                    rules.processor, rules.clock_ms(), adapter_problems, *_described(request)
                ),
            )
        case TrackerProtocolViolations(protocol_problems):
            return _rejected(
                request,
                badrows.tracker_protocol_violations(
                    rules.processor, rules.clock_ms(), protocol_problems, *_described(request)
                ),
            )
        case raw_events:
            of_request = request_columns(request.payload)
            outcomes = tuple(enrich(raw, of_request, check, rules) for raw in raw_events)
            return Processed(request.payload, outcomes, request.query)


def _described(request: Request) -> tuple[CollectorPayload, str, str, QueryPairs]:
    return request.payload, request.vendor, request.version, request.query


def _rejected(request: Request, bad_row: Json) -> Processed:
    api = (request.vendor, request.version)
    rejected = RejectedPayload(request.payload, api, request.query, (bad_row,))
    return Processed(request.payload, (rejected,), request.query)


def _nothing_known(payload: CollectorPayload, bad_rows: tuple[Json, ...]) -> Processed:
    return Processed(payload, (RejectedPayload(payload, None, None, bad_rows),))


def _unreadable(
    payload: CollectorPayload, problems: list[PayloadFormatFailure], rules: Rules
) -> Processed:
    now_ms, described = rules.clock_ms(), payload_base64(payload)
    bad_rows = tuple(
        badrows.collector_payload_format_violation(rules.processor, now_ms, problem, described)
        for problem in problems
    )
    return _nothing_known(payload, bad_rows)


def _rejected_for_size(oversized: OversizedPayload, rules: Rules) -> Processed:
    why = f"Payload exceeds max size of {oversized.max_bytes}. Actual length: {oversized.actual_bytes}"
    bad_row = badrows.size_violation(
        rules.processor,
        rules.clock_ms(),
        oversized.max_bytes,
        oversized.actual_bytes,
        why,
        oversized.payload.body or "",
    )
    return _nothing_known(oversized.payload, (bad_row,))


def set_aside(recorded: Recorded, error: Exception, rules: Rules) -> Processed:
    """The outcome of a request that Piste itself could not process: kept, and said so."""
    payload = _payload_of(recorded)
    message = f"{type(error).__name__}: {error}"
    bad_row = badrows.generic_error(
        rules.processor, rules.clock_ms(), [message], payload_base64(payload)
    )
    return _nothing_known(payload, (bad_row,))


def _payload_of(recorded: Recorded) -> CollectorPayload:
    if isinstance(recorded, OversizedPayload):
        return recorded.payload
    return payload_of(recorded) if isinstance(recorded, Hit) else recorded


def set_record_aside(record: bytes, error: Exception, rules: Rules) -> Processed:
    """The outcome of a record that this version of Piste cannot read: its bytes are kept."""
    now_ms = rules.clock_ms()
    message = f"{type(error).__name__}: {error}"
    described = base64.b64encode(record).decode()
    bad_row = badrows.generic_error(rules.processor, now_ms, [message], described)
    return _nothing_known(CollectorPayload(path="", collector="", timestamp_ms=now_ms), (bad_row,))


def payload_base64(payload: CollectorPayload) -> str:
    """The request as a text that survives anything in it."""
    known = {
        "path": payload.path,
        "querystring": payload.querystring,
        "body": payload.body,
        "contentType": payload.content_type,
        "timestamp": payload.timestamp_ms,
        "ipAddress": payload.ip_address,
        "headers": payload.headers,
        "networkUserId": payload.network_userid,
    }
    return base64.b64encode(encode_text(known).encode()).decode()
