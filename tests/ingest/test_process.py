"""From a recorded request to its outcomes."""

import base64
import json
from typing import Any

import pytest
from support.iglu import contexts, needs_iglu_central, payload_data, problems, sdj
from support.requests import (
    ARRIVED_MS,
    IGLU_WEBHOOK,
    NEW_UUID,
    PROCESSOR_JSON,
    REDIRECT,
    TP1,
    TP2,
    USER,
    get,
    payload,
    post,
    rules,
    tp2,
)

from piste.events.outcome import FailedEvent, GoodEvent, Processed, RejectedPayload
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.events.schema_key import Json
from piste.ingest.process import process, set_aside
from piste.ingest.records import Recorded

BADROWS = "iglu:com.snowplowanalytics.snowplow.badrows"
FORMAT_VIOLATION = f"{BADROWS}/collector_payload_format_violation/jsonschema/1-0-0"
ADAPTER_FAILURES = f"{BADROWS}/adapter_failures/jsonschema/1-0-0"
PROTOCOL_VIOLATIONS = f"{BADROWS}/tracker_protocol_violations/jsonschema/1-0-0"


BAD_PATH = "path does not match (/)vendor/version(/) nor is a legacy /i(ce.png) request"
LINK_CLICK = "iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1"


def input_data(field: str, value: str | None, expectation: str) -> Json:
    return {"field": field, "value": value, "expectation": expectation}


def run(recorded: Recorded, **others: Any) -> Processed:
    return process(recorded, rules(**others))


def rejected(recorded: Recorded) -> RejectedPayload:
    """The one outcome of a request of which no event could be taken."""
    (outcome,) = run(recorded).outcomes
    assert isinstance(outcome, RejectedPayload)
    return outcome


def test_the_outcomes_are_in_the_order_of_the_events() -> None:
    """Good and failed events of one request, each with its raw event; the query string is kept."""
    request = tp2({"e": "pv"}, {"e": "pv", "vid": "x"}, {"e": "se"}, querystring="aid=shop&x")
    found = run(request)
    assert [type(one) for one in found.outcomes] == [GoodEvent, FailedEvent, GoodEvent]
    assert found.payload is request
    assert found.query == (("aid", "shop"), ("x", None))
    for outcome in found.outcomes:
        assert not isinstance(outcome, RejectedPayload)
        assert outcome.raw.payload is request
        assert outcome.event.fields["app_id"] == "shop"


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(get({"e": "pv"}), id="the pixel"),
        pytest.param(get({"e": "pv"}, "/ice.png"), id="the old pixel"),
        pytest.param(get({"e": "pv"}, TP2), id="a GET of protocol 2"),
        pytest.param(tp2({"e": "pv"}), id="a POST"),
        pytest.param(get({"u": "http://x"}, REDIRECT), id="a redirect"),
        pytest.param(
            get({"schema": LINK_CLICK, "targetUrl": "x"}, IGLU_WEBHOOK),
            id="the Iglu webhook",
        ),
    ],
)
def test_every_way_in(request_: CollectorPayload) -> None:
    """Each path gives good events."""
    (outcome,) = run(request_).outcomes
    assert isinstance(outcome, GoodEvent), outcome


# requests that cannot be read


@pytest.mark.parametrize(
    ("request_", "failures"),
    [
        pytest.param(
            get({"e": "pv"}, "/a/b/c"),
            [("path", "/a/b/c", BAD_PATH)],
            id="the path",
        ),
        pytest.param(
            payload(TP1, querystring="a=%zz"),
            [
                (
                    "querystring",
                    "a=%zz",
                    "could not extract name-value pairs from querystring with encoding UTF-8: "
                    "Malformed escape pair at index 2",
                )
            ],
            id="the query string",
        ),
        pytest.param(
            get({"e": "pv"}, network_userid="me"),
            [("networkUserId", "me", "not valid UUID")],
            id="the network user id",
        ),
        pytest.param(
            payload("/", querystring="{", network_userid=""),
            [
                ("path", "/", BAD_PATH),
                (
                    "querystring",
                    "{",
                    "could not extract name-value pairs from querystring with encoding UTF-8: "
                    "Illegal character in query at index 0",
                ),
                ("networkUserId", "", "not valid UUID"),
            ],
            id="all three, a bad row each",
        ),
    ],
)
def test_an_unreadable_request(
    request_: CollectorPayload, failures: list[tuple[str, str, str]]
) -> None:
    """Each part that cannot be read is a bad row; the request is described as base64 of itself."""
    found = rejected(request_)
    assert (found.api, found.query) == (None, None)
    rows = [row["data"] for row in found.bad_rows]
    assert {row["schema"] for row in found.bad_rows} == {FORMAT_VIOLATION}
    assert [row["failure"]["message"] for row in rows] == [
        {"payloadField": field, "value": value, "expectation": expectation}
        for field, value, expectation in failures
    ]
    for row in rows:
        assert row["processor"] == PROCESSOR_JSON
        described = json.loads(base64.b64decode(row["payload"]))
        assert described["path"] == request_.path
        assert described["querystring"] == request_.querystring


@pytest.mark.parametrize("user", [None, USER, USER.upper(), "00000000-0000-0000-0000-000000000000"])
def test_a_readable_network_user_id(user: str | None) -> None:
    """None at all, any UUID in any case, also that of anonymous requests."""
    (outcome,) = run(get({"e": "pv"}, network_userid=user)).outcomes
    assert isinstance(outcome, GoodEvent)
    assert outcome.event.fields.get("network_userid") == user


# requests that cannot be adapted


@pytest.mark.parametrize(
    ("request_", "schema", "api", "messages"),
    [
        pytest.param(
            get({"a": "b"}, "/com.acme/v1"),
            ADAPTER_FAILURES,
            ("com.acme", "v1"),
            [
                input_data(
                    "vendor/version", "com.acme/v1", "vendor/version combination is not supported"
                )
            ],
            id="an unsupported vendor and version",
        ),
        pytest.param(
            payload(TP1),
            ADAPTER_FAILURES,
            ("com.snowplowanalytics.snowplow", "tp1"),
            [input_data("querystring", None, "empty querystring: not a valid URI redirect")],
            id="a pixel without a query string",
        ),
        pytest.param(
            payload(IGLU_WEBHOOK, querystring="schema=x"),
            ADAPTER_FAILURES,
            ("com.snowplowanalytics.iglu", "v1"),
            [input_data("schema", "x", "INVALID_IGLUURI")],
            id="a webhook with a bad schema",
        ),
        pytest.param(
            payload(TP2),
            PROTOCOL_VIOLATIONS,
            ("com.snowplowanalytics.snowplow", "tp2"),
            [
                input_data("body", None, "empty body: not a valid tracker protocol event"),
                input_data(
                    "querystring", None, "empty querystring: not a valid tracker protocol event"
                ),
            ],
            id="a POST of nothing",
        ),
        pytest.param(
            payload(REDIRECT, querystring="e=pv"),
            PROTOCOL_VIOLATIONS,
            ("r", "tp2"),
            [input_data("querystring", "e=pv", "missing `u` parameter: not a valid URI redirect")],
            id="a redirect to nowhere",
        ),
        pytest.param(
            post(contexts(sdj("iglu:com.acme/x/jsonschema/1-0-0", {}))),
            PROTOCOL_VIOLATIONS,
            ("com.snowplowanalytics.snowplow", "tp2"),
            [
                {
                    "schemaKey": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0",
                    "schemaCriterion": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-*",
                }
            ],
            id="a body of another schema",
        ),
        pytest.param(
            post(payload_data({"e": "pv", "p": "web"})),
            PROTOCOL_VIOLATIONS,
            ("com.snowplowanalytics.snowplow", "tp2"),
            [
                {
                    "schemaKey": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
                    "error": {
                        "error": "ValidationError",
                        "dataReports": [
                            {
                                "message": "$[0].tv: is missing but it is required",
                                "path": "$[0]",
                                "keyword": "required",
                                "targets": ["tv"],
                            }
                        ],
                    },
                }
            ],
            id="a body that payload_data refuses",
        ),
    ],
)
def test_a_request_without_events(
    request_: CollectorPayload, schema: str, api: tuple[str, str], messages: list[Json]
) -> None:
    """One bad row with everything that is wrong, and the request as it was recorded."""
    found = rejected(request_)
    assert found.api == api
    assert found.query is not None
    (row,) = found.bad_rows
    assert row["schema"] == schema
    failure = row["data"]["failure"]
    assert (failure["vendor"], failure["version"]) == api
    assert failure["messages"] == messages
    described = row["data"]["payload"]
    assert (described["vendor"], described["version"]) == api
    assert described["body"] == request_.body
    assert described["querystring"] == [{"name": n, "value": v} for n, v in found.query]


OVERSIZED = OversizedPayload(post("abc", timestamp_ms=ARRIVED_MS), 2_000_001, 1_048_576)


def test_an_oversized_request() -> None:
    """The sizes, and the beginning of the body."""
    found = rejected(OVERSIZED)
    assert (found.api, found.query) == (None, None)
    (row,) = found.bad_rows
    assert row["schema"] == f"{BADROWS}/size_violation/jsonschema/1-0-0"
    assert row["data"]["payload"] == "abc"
    failure = row["data"]["failure"]
    assert failure.pop("timestamp") == "2025-01-01T12:30:45.200Z"
    assert failure == {
        "maximumAllowedSizeBytes": 1_048_576,
        "actualSizeBytes": 2_000_001,
        "expectation": "oversized collector payload: Payload exceeds max size of 1048576. "
        "Actual length: 2000001",
    }


@pytest.mark.parametrize(
    "recorded",
    [
        pytest.param(post("é\x00", network_userid=NEW_UUID), id="a request"),
        pytest.param(OVERSIZED, id="an oversized one"),
    ],
)
def test_a_request_that_is_set_aside(recorded: CollectorPayload | OversizedPayload) -> None:
    """Our own fault is told as such, and the request is kept whole."""
    found = set_aside(recorded, ValueError("it broke"), rules())
    (outcome,) = found.outcomes
    assert isinstance(outcome, RejectedPayload)
    (row,) = outcome.bad_rows
    assert row["schema"] == f"{BADROWS}/generic_error/jsonschema/1-0-0"
    assert row["data"]["failure"]["errors"] == ["ValueError: it broke"]
    sent = recorded.payload if isinstance(recorded, OversizedPayload) else recorded
    assert json.loads(base64.b64decode(row["data"]["payload"]))["body"] == sent.body


@needs_iglu_central
@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(run(payload("/", querystring="{", network_userid="")), id="format violation"),
        pytest.param(run(OVERSIZED), id="size violation"),
        pytest.param(run(payload("/com.acme/v1")), id="adapter failure"),
        pytest.param(run(payload(TP2)), id="tracker protocol violation"),
        pytest.param(run(post({"a": 1})), id="a body that is not self-describing"),
        pytest.param(run(post("{")), id="a body that is no JSON"),
        pytest.param(run(post(sdj("iglu:a/b/c/1-0-0", 1))), id="a body without a schema"),
        pytest.param(set_aside(payload(TP2), KeyError("x"), rules()), id="generic error"),
    ],
)
def test_the_bad_rows_satisfy_their_published_schemas(outcome: Processed) -> None:
    """Whatever a request is rejected for, its bad rows are valid."""
    (rejection,) = outcome.outcomes
    assert isinstance(rejection, RejectedPayload)
    assert rejection.bad_rows
    for row in rejection.bad_rows:
        assert problems(row["schema"], row["data"]) == []


def test_a_request_has_one_check() -> None:
    """The check may bound what one request makes us look up."""
    made = []

    def new_check() -> Any:
        made.append(1)
        return rules().new_check()

    run(tp2({"e": "pv"}, {"e": "pv"}), new_check=new_check)
    assert len(made) == 1
