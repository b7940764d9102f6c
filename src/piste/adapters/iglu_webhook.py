"""The Iglu webhook: any self-describing event by GET or POST, without a tracker.

Source: Snowplow documentation, "Iglu webhook adapter".
"""

from piste.adapters.base import (
    MAX_EVENTS,
    Adapted,
    AdapterFailures,
    Check,
    Request,
    expected_one_of,
)
from piste.adapters.query import parse_form
from piste.events.enriched import UNSTRUCT_EVENT
from piste.events.failures import AdapterFailure, InputData, NotIglu, NotJson
from piste.events.payload import RawEvent
from piste.events.schema_key import IgluParseError, Json, SchemaKey, SelfDescribing
from piste.jsontext import JsonError, decode, encode_text

TRACKER_VERSION = "com.snowplowanalytics.iglu-v1"
JSON_CONTENT_TYPES = ("application/json", "application/json; charset=utf-8")
FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"
_EXPECTED = expected_one_of((*JSON_CONTENT_TYPES, FORM_CONTENT_TYPE))
_EXPECTED_WITHOUT_SCHEMA = expected_one_of(JSON_CONTENT_TYPES)

_NOT_DATA = frozenset({"schema", "nuid", "aid", "cv", "p"})
_COPIED = ("nuid", "aid", "cv", "eid", "ttm", "url")


def adapt_iglu_webhook(request: Request, check: Check) -> Adapted:
    """One event, or one an element of a JSON array; the event is validated later, like any other."""
    uri, body = request.parameters.get("schema"), request.payload.body or None
    if not uri:
        return _from_self_describing_body(request, body)
    key = SchemaKey.parse(uri)
    if isinstance(key, IgluParseError):
        return _failed(InputData("schema", uri, key.value))
    if body is None:
        data = {
            name: value or None
            for name, value in request.parameters.items()
            if name not in _NOT_DATA
        }
        return (_event(request, SelfDescribing(key, data), "app"),)
    content_type = request.payload.content_type
    if content_type in JSON_CONTENT_TYPES:
        return _from_json_body(request, key, body)
    if content_type is not None and content_type.split(";")[0] == FORM_CONTENT_TYPE:
        form = {name: value or None for name, value in parse_form(body)}
        return (_event(request, SelfDescribing(key, form), "srv"),)
    return _failed(InputData("contentType", content_type, _EXPECTED))


def _failed(*problems: AdapterFailure) -> AdapterFailures:
    return AdapterFailures(problems)


def _event(request: Request, event: SelfDescribing, platform: str) -> RawEvent:
    query = request.parameters
    unstruct = SelfDescribing(UNSTRUCT_EVENT, event.to_json())
    parameters: dict[str, str | None] = {
        "e": "ue",
        "tv": TRACKER_VERSION,
        "p": query.get("p") or platform,
        "ue_pr": encode_text(unstruct.to_json()),
    }
    copied = {name: query[name] for name in _COPIED if query.get(name)}
    return request.event(parameters | copied)


def _from_self_describing_body(request: Request, body: str | None) -> Adapted:
    if body is None:
        return _failed(
            InputData("schema", None, "empty `schema` field"),
            InputData("body", None, "empty body"),
        )
    content_type = request.payload.content_type
    if content_type not in JSON_CONTENT_TYPES:
        return _failed(InputData("contentType", content_type, _EXPECTED_WITHOUT_SCHEMA))
    json = decode(body)
    if isinstance(json, JsonError):
        return _failed(NotJson("body", body, json.message))
    event = SelfDescribing.parse(json)
    if isinstance(event, IgluParseError):
        return _failed(NotIglu(json, event))
    return (_event(request, event, "app"),)


def _from_json_body(request: Request, key: SchemaKey, body: str) -> Adapted:
    json = decode(body)
    if isinstance(json, JsonError):
        return _failed(NotJson("body", body, json.message))
    elements: list[Json] = json if isinstance(json, list) else [json]
    if not elements:
        return _failed(InputData("body", body, "empty array of events"))
    if len(elements) > MAX_EVENTS:
        return _failed(InputData("body", None, f"more than {MAX_EVENTS} events in one request"))
    problems = [
        InputData("body", encode_text(element), "has no key-value pairs")
        for element in elements
        if not isinstance(element, dict) or not element
    ]
    if problems:
        return _failed(*problems)
    return tuple(_event(request, SelfDescribing(key, element), "app") for element in elements)
