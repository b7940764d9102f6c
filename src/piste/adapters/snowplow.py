"""Snowplow's own protocols: tp1 (GET), tp2 (POST or GET) and the URI redirect.

Source: tracker protocol; iglu-central `payload_data` and `uri_redirect`.
"""

from piste.adapters.base import (
    MAX_EVENTS,
    SNOWPLOW,
    Adapted,
    AdapterFailures,
    Check,
    Request,
    TrackerProtocolViolations,
    expected_one_of,
)
from piste.events.enriched import CONTEXTS, UNSTRUCT_EVENT
from piste.events.failures import (
    CriterionMismatch,
    IgluFailure,
    InputData,
    NotIglu,
    NotJson,
    TrackerProtocolFailure,
)
from piste.events.payload import RawEvent
from piste.events.schema_key import (
    IgluParseError,
    Json,
    SchemaCriterion,
    SchemaKey,
    SelfDescribing,
)
from piste.jsontext import JsonError, decode, decode_base64, encode_base64, encode_text

PAYLOAD_DATA = SchemaCriterion(SNOWPLOW, "payload_data", "jsonschema", 1, 0)
URI_REDIRECT = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/uri_redirect/jsonschema/1-0-0")
TP2_CONTENT_TYPES = ("application/json", "application/json; charset=utf-8")
_TEXT_ONLY = {str}
# The original's text names the spelling with capitals as well.
_TP2_EXPECTED = expected_one_of((*TP2_CONTENT_TYPES, "application/json; charset=UTF-8"))


def adapt_tp1(request: Request, check: Check) -> Adapted:
    """The query string is one event."""
    if not request.query:
        expectation = "empty querystring: not a valid URI redirect"
        return AdapterFailures((InputData("querystring", None, expectation),))
    return (request.event(request.parameters),)


def _violations(*problems: TrackerProtocolFailure) -> TrackerProtocolViolations:
    return TrackerProtocolViolations(problems)


def adapt_tp2(request: Request, check: Check) -> Adapted:
    """A `payload_data` body, an event an element; without a body the query string is one event.

    A body that is not valid fails as a whole.
    """
    body, content_type = request.payload.body or None, request.payload.content_type
    if body is None and content_type is None:
        if request.query:
            return (request.event(request.parameters),)
        expectation = "empty {}: not a valid tracker protocol event"
        return _violations(
            InputData("body", None, expectation.format("body")),
            InputData("querystring", None, expectation.format("querystring")),
        )
    if content_type not in TP2_CONTENT_TYPES:
        return _violations(InputData("contentType", content_type, _TP2_EXPECTED))
    if body is None:
        expectation = "empty body: not a valid track protocol event"
        return _violations(InputData("body", None, expectation))
    elements = _payload_data(body, check)
    if isinstance(elements, TrackerProtocolViolations):
        return elements
    query = request.parameters
    return tuple(request.event(element | query if query else element) for element in elements)


def _payload_data(
    body: str, check: Check
) -> list[dict[str, str | None]] | TrackerProtocolViolations:
    json = decode(body)
    if isinstance(json, JsonError):
        return _violations(NotJson("body", body, json.message))
    envelope = SelfDescribing.parse(json)
    if isinstance(envelope, IgluParseError):
        return _violations(NotIglu(json, envelope))
    verdict = check(envelope)
    if not isinstance(verdict, SchemaKey):
        return _violations(IgluFailure(envelope.key, verdict))
    if not PAYLOAD_DATA.matches(envelope.key):
        return _violations(CriterionMismatch(envelope.key, PAYLOAD_DATA))
    return _elements(envelope.data)


def _elements(data: Json) -> list[dict[str, str | None]] | TrackerProtocolViolations:
    """The schema has promised all of this; a registry that overrides the schema may not have."""
    if not isinstance(data, list):
        return _violations(InputData("body", encode_text(data), "json is not an array"))
    if not data:
        return _violations(InputData("body", None, "empty list of events"))
    if len(data) > MAX_EVENTS:
        return _violations(InputData("body", None, f"more than {MAX_EVENTS} events in one request"))
    for element in data:
        if not isinstance(element, dict):
            return _violations(InputData("body", encode_text(element), "json is not an object"))
        if set(map(type, element.values())) <= _TEXT_ONLY:
            continue
        for name, value in element.items():
            if value is None:
                return _violations(InputData(name, None, "value cannot be null"))
            if not isinstance(value, str):
                text = encode_text(value)
                return _violations(InputData(name, text, "value is not a string"))
    return data


def adapt_redirect(request: Request, check: Check) -> Adapted:
    """A click on a redirect link: the target becomes the event, or an entity of the event sent."""
    if not request.query:
        expectation = "empty querystring: not a valid URI redirect"
        return _violations(InputData("querystring", None, expectation))
    parameters = request.parameters
    uri = parameters.pop("u", None)
    if uri is None:
        expectation = "missing `u` parameter: not a valid URI redirect"
        return _violations(InputData("querystring", request.payload.querystring, expectation))
    redirect = SelfDescribing(URI_REDIRECT, {"uri": uri})
    parameters["tv"] = "r-tp2"
    parameters["p"] = parameters.get("p") or "web"
    if not parameters.get("e"):
        event = SelfDescribing(UNSTRUCT_EVENT, redirect.to_json())
        unstruct = {"e": "ue", "ue_pr": encode_text(event.to_json())}
        return (request.event(parameters | unstruct),)
    return _with_entity(request, parameters, redirect)


def _with_entity(
    request: Request, parameters: dict[str, str | None], entity: SelfDescribing
) -> tuple[RawEvent, ...] | TrackerProtocolViolations:
    """The entity put first in `co` or `cx`, of both in the later one, which counts; else in a new `co`."""
    sent = [name for name in parameters if name in ("co", "cx") and parameters[name]]
    name = sent[-1] if sent else "co"
    value = parameters.get(name)
    if not value:
        contexts = SelfDescribing(CONTEXTS, [entity.to_json()])
        return (request.event(parameters | {"co": encode_text(contexts.to_json())}),)
    try:
        text = decode_base64(value) if name == "cx" else value
    except ValueError as error:
        return _violations(InputData(name, value, str(error)))
    json = decode(text)
    if isinstance(json, JsonError):
        return _violations(NotJson(name, value, json.message))
    if not isinstance(json, dict) or not isinstance(json.get("data"), list):
        return _violations(NotIglu(json, IgluParseError.INVALID_DATA_PAYLOAD))
    joined = encode_text(json | {"data": [entity.to_json(), *json["data"]]})
    encoded = encode_base64(joined) if name == "cx" else joined
    return (request.event(parameters | {name: encoded}),)
