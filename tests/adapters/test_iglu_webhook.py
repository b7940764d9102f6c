"""The Iglu webhook: any self-describing event, without a tracker."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from support.adapting import adapted, parameters_of
from support.iglu import sdj, unstruct
from support.requests import IGLU_WEBHOOK, get, payload, post

from piste.adapters import AdapterFailures
from piste.adapters.base import MAX_EVENTS
from piste.events.failures import AdapterFailure, InputData, NotIglu, NotJson
from piste.events.payload import CollectorPayload
from piste.events.schema_key import IgluParseError, Json

URI = "iglu:com.acme/thing/jsonschema/1-0-0"
FORM = "application/x-www-form-urlencoded"
ONE_OF = f"expected one of application/json, application/json; charset=utf-8, {FORM}"
ONE_OF_JSON = "expected one of application/json, application/json; charset=utf-8"
SCHEMA = f"schema={URI}"
NO_PAIRS = "has no key-value pairs"


def webhook(body: Json, querystring: str = SCHEMA, **fields: Any) -> CollectorPayload:
    return post(body, IGLU_WEBHOOK, querystring=querystring, **fields)


def event_of(parameters: dict[str, str | None]) -> Json:
    """The event in `ue_pr`, whose envelope is the usual one."""
    event = json.loads(parameters["ue_pr"] or "")
    assert event == unstruct(event["data"])
    return event["data"]


def events_of(request: CollectorPayload, platform: str) -> list[Json]:
    """The events of a webhook; every one has the parameters of a webhook's event."""
    all_parameters = parameters_of(request)
    for parameters in all_parameters:
        rest = {name: value for name, value in parameters.items() if name != "ue_pr"}
        assert rest == {"e": "ue", "tv": "com.snowplowanalytics.iglu-v1", "p": platform}
    return [event_of(parameters) for parameters in all_parameters]


@pytest.mark.parametrize(
    ("request_", "platform", "events"),
    [
        pytest.param(
            get({"schema": URI, "a": "1", "b": ""}, IGLU_WEBHOOK),
            "app",
            [{"a": "1", "b": None}],
            id="a query string: all texts, an empty one is null",
        ),
        pytest.param(
            payload(IGLU_WEBHOOK, querystring=f"{SCHEMA}&a&b=1&b=2"),
            "app",
            [{"a": None, "b": "2"}],
            id="a name alone is null, the last of a repeated name counts",
        ),
        pytest.param(
            payload(IGLU_WEBHOOK, querystring=SCHEMA), "app", [{}], id="nothing but the schema"
        ),
        pytest.param(
            webhook("", content_type="text/plain"), "app", [{}], id="no body, whatever its type"
        ),
        pytest.param(webhook({"a": 1}), "app", [{"a": 1}], id="a JSON object"),
        pytest.param(
            webhook({"a": 1}, content_type="application/json; charset=utf-8"),
            "app",
            [{"a": 1}],
            id="a JSON object in UTF-8, said so",
        ),
        pytest.param(
            webhook([{"a": 1}, {"a": 2}]), "app", [{"a": 1}, {"a": 2}], id="a JSON array, in order"
        ),
        pytest.param(
            webhook({"a": 1}, f"{SCHEMA}&a=2&x=3"),
            "app",
            [{"a": 1}],
            id="beside a JSON body the query string is no data",
        ),
        pytest.param(
            webhook("a=1&b=&c&d=x+y%26&a=2", content_type=FORM),
            "srv",
            [{"a": "2", "b": None, "c": None, "d": "x y&"}],
            id="a form: all texts, from a server",
        ),
        pytest.param(
            webhook("a=1", content_type=f"{FORM}; charset=utf-8"),
            "srv",
            [{"a": "1"}],
            id="a form that says its character set",
        ),
        pytest.param(webhook("&", content_type=FORM), "srv", [{}], id="a form without fields"),
    ],
)
def test_an_event_of_the_schema_in_the_query_string(
    request_: CollectorPayload, platform: str, events: list[Json]
) -> None:
    """With `schema`, the data is the rest of the query string, or the body."""
    assert events_of(request_, platform) == [sdj(URI, data) for data in events]


@pytest.mark.parametrize("querystring", ["", "schema", "schema=", "a=1"])
def test_a_self_describing_body(querystring: str) -> None:
    """Without `schema`, the body names it."""
    event = sdj(URI, [1, "any JSON"])
    assert events_of(webhook(event, querystring), "app") == [event]


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(payload(IGLU_WEBHOOK, querystring=SCHEMA + "&{}"), id="in a GET"),
        pytest.param(webhook({"a": 1}, SCHEMA + "&{}"), id="beside a JSON body"),
        pytest.param(webhook("a=1", SCHEMA + "&{}", content_type=FORM), id="beside a form"),
        pytest.param(webhook(sdj(URI, {}), "{}"), id="beside a self-describing body"),
    ],
)
def test_parameters_that_are_copied(request_: CollectorPayload) -> None:
    """Some parameters of the query string are the event's; `p` beats the default, and an empty
    parameter counts as absent."""
    sent = {"nuid": "n", "aid": "shop", "cv": "c", "eid": "i", "ttm": "1", "url": "http://x/"}
    others = {"p": "mob", "uid": "u", "e": "pv", "tv": "js", "ue_pr": "{}"}
    full = _with_query(request_, urlencode(sent | others))
    (found,) = parameters_of(full)
    assert found.pop("ue_pr") is not None
    assert found == {"e": "ue", "tv": "com.snowplowanalytics.iglu-v1", "p": "mob"} | sent
    (bare,) = parameters_of(_with_query(request_, "&".join(f"{name}=" for name in [*sent, "p"])))
    assert set(bare) == {"e", "tv", "p", "ue_pr"}
    assert bare["p"] in ("app", "srv")


def _with_query(request: CollectorPayload, more: str) -> CollectorPayload:
    return payload(
        IGLU_WEBHOOK,
        querystring=request.querystring.replace("{}", more),
        body=request.body,
        content_type=request.content_type,
    )


def test_parameters_that_are_no_data() -> None:
    """Of a GET, five parameters are about the event; the other copied ones are data as well."""
    sent = {"schema": URI, "nuid": "n", "aid": "a", "cv": "c", "p": "mob"}
    data = {"eid": "i", "ttm": "1", "url": "http://x/", "e": "pv", "x": "y"}
    (found,) = parameters_of(get(sent | data, IGLU_WEBHOOK))
    assert event_of(found) == sdj(URI, data)


@pytest.mark.parametrize(
    ("request_", "problems"),
    [
        pytest.param(
            payload(IGLU_WEBHOOK),
            [
                InputData("schema", None, "empty `schema` field"),
                InputData("body", None, "empty body"),
            ],
            id="neither schema nor body",
        ),
        pytest.param(
            webhook("", "schema=&a=1"),
            [
                InputData("schema", None, "empty `schema` field"),
                InputData("body", None, "empty body"),
            ],
            id="an empty schema and an empty body",
        ),
        pytest.param(
            payload(IGLU_WEBHOOK, querystring="schema=com.acme/thing"),
            [InputData("schema", "com.acme/thing", "INVALID_IGLUURI")],
            id="a schema that is no URI",
        ),
        pytest.param(
            webhook({"a": 1}, "schema=iglu:a/b/jsonschema/0-0-1"),
            [InputData("schema", "iglu:a/b/jsonschema/0-0-1", "INVALID_SCHEMAVER")],
            id="a schema whose version is none",
        ),
        pytest.param(
            webhook({"a": 1}, content_type="text/plain"),
            [InputData("contentType", "text/plain", ONE_OF)],
            id="a body of another type",
        ),
        pytest.param(
            webhook({"a": 1}, content_type=None),
            [InputData("contentType", None, ONE_OF)],
            id="a body without a type",
        ),
        pytest.param(
            webhook("a=1", "", content_type=FORM),
            [InputData("contentType", FORM, ONE_OF_JSON)],
            id="a form without a schema",
        ),
        pytest.param(
            webhook(sdj(URI, {}), "", content_type=None),
            [InputData("contentType", None, ONE_OF_JSON)],
            id="a self-describing body without a type",
        ),
        pytest.param(
            webhook([]),
            [InputData("body", "[]", "empty array of events")],
            id="an empty array",
        ),
        pytest.param(webhook({}), [InputData("body", "{}", NO_PAIRS)], id="an empty object"),
        pytest.param(webhook("5"), [InputData("body", "5", NO_PAIRS)], id="a number"),
        pytest.param(
            webhook([{"a": 1}, {}, "x"]),
            [InputData("body", "{}", NO_PAIRS), InputData("body", '"x"', NO_PAIRS)],
            id="one failure in an array fails it, and all are told",
        ),
        pytest.param(
            webhook([{"a": 1}] * (MAX_EVENTS + 1)),
            [InputData("body", None, f"more than {MAX_EVENTS} events in one request")],
            id="one event more than a request may have",
        ),
        pytest.param(
            webhook({"data": {}}, ""),
            [NotIglu({"data": {}}, IgluParseError.INVALID_DATA_PAYLOAD)],
            id="a body that is not self-describing, without a schema",
        ),
        pytest.param(
            webhook([sdj(URI, {})], ""),
            [NotIglu([sdj(URI, {})], IgluParseError.INVALID_DATA_PAYLOAD)],
            id="an array of self-describing events, without a schema",
        ),
        pytest.param(
            webhook(sdj("iglu:acme", {}), ""),
            [NotIglu(sdj("iglu:acme", {}), IgluParseError.INVALID_IGLUURI)],
            id="a body whose schema is no URI",
        ),
    ],
)
def test_what_is_no_event(request_: CollectorPayload, problems: list[AdapterFailure]) -> None:
    """The failures say what was expected; one failure in a batch fails the batch."""
    assert adapted(request_) == AdapterFailures(tuple(problems))


def test_as_many_events_as_a_request_may_have() -> None:
    """The limit itself is fine."""
    assert len(parameters_of(webhook([{"a": 1}] * MAX_EVENTS))) == MAX_EVENTS


@pytest.mark.parametrize("querystring", [SCHEMA, ""], ids=["with a schema", "without"])
@pytest.mark.parametrize("body", ["{", "[" * 41 + "]" * 41, " "], ids=["broken", "deep", "blank"])
def test_a_body_that_is_no_json(querystring: str, body: str) -> None:
    """The body is repeated, with what is wrong."""
    found = adapted(webhook(body, querystring))
    assert isinstance(found, AdapterFailures)
    (problem,) = found.problems
    assert isinstance(problem, NotJson)
    assert (problem.field, problem.value) == ("body", body)
    assert problem.error.startswith("invalid json: ")
