"""Recorded requests and the rules that they are processed by, with hand-set clock and ids."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from support.iglu import payload_data, resolver

from piste.events.badrows import Processor
from piste.events.payload import CollectorPayload, RawEvent
from piste.events.schema_key import Json
from piste.ingest.rules import Check, Rules

ARRIVED_MS = 1_735_734_645_123
"""2025-01-01T12:30:45.123Z, when every request of a test arrives."""
PROCESSED_MS = 1_735_734_645_200
"""2025-01-01T12:30:45.200Z, when it is processed."""

EVENT_ID = "bee0a6d7-fc17-4392-b2bc-2208e8e944f3"
NEW_UUID = "00000000-0000-4000-8000-000000000001"
USER = "3734601f-5c3d-47c5-b367-0883e1ed74e6"
PROCESSOR = Processor("piste", "1.2.3")
PROCESSOR_JSON = {"artifact": "piste", "version": "1.2.3"}

TP1 = "/i"
TP2 = "/com.snowplowanalytics.snowplow/tp2"
REDIRECT = "/r/tp2"
IGLU_WEBHOOK = "/com.snowplowanalytics.iglu/v1"
JSON_TYPE = "application/json"


def payload(path: str = TP1, **fields: Any) -> CollectorPayload:
    """A recorded request; what is not given is as plain as it may be."""
    known: dict[str, Any] = {"collector": "test-1.0.0", "timestamp_ms": ARRIVED_MS}
    return CollectorPayload(path=path, **known | fields)


def get(parameters: Mapping[str, str], path: str = TP1, **fields: Any) -> CollectorPayload:
    return payload(path, querystring=urlencode(parameters), **fields)


def post(body: Json, path: str = TP2, **fields: Any) -> CollectorPayload:
    """`body` is sent as JSON, unless it is a text."""
    text = body if isinstance(body, str) else json.dumps(body)
    return payload(path, body=text, **{"content_type": JSON_TYPE} | fields)


def tp2(*events: Mapping[str, str], **fields: Any) -> CollectorPayload:
    """A POST of the trackers; `p` and `tv`, which it must have, are there already."""
    return post(payload_data(*({"p": "web", "tv": "js-4.0.0"} | dict(e) for e in events)), **fields)


def raw_event(parameters: Mapping[str, str | None], **fields: Any) -> RawEvent:
    return RawEvent("com.snowplowanalytics.snowplow", "tp1", dict(parameters), payload(**fields))


def rules(check: Check | None = None, **others: Any) -> Rules:
    known: dict[str, Any] = {
        "new_check": lambda: check or resolver().check,
        "processor": PROCESSOR,
        "clock_ms": lambda: PROCESSED_MS,
        "new_uuid": lambda: NEW_UUID,
    }
    return Rules(**known | others)
