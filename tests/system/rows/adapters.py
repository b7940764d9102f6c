"""Redirects and the Iglu webhook, asked for what they cannot do.

Source: tracker protocol, "/r/tp2"; Snowplow, "Iglu webhook"; snowplow.md 1.3 for the answers.
"""

import json
import re

from support.iglu import contexts, sdj

from ..table import (
    NOT_ADAPTED,
    PROTOCOL,
    SCHEMA,
    Answered,
    Fact,
    Recorded,
    failed,
    good,
    input_data,
    invalid,
    not_json,
    rejected,
    row,
    unresolved,
)
from ..wire import get, post, post_json, request
from .common import ANYTHING, PRODUCT, WEB_PAGE
from .paths import GIF, unsupported

NO_QUERY = "empty querystring: not a valid URI redirect"
NO_TARGET = "missing `u` parameter: not a valid URI redirect"
REFUSED = Answered(400, b"", {"location": None})


def sent_on(target: str) -> Answered:
    return Answered(302, b"", {"location": target})


def no_redirect(name: str, value: str | None, expectation: Fact) -> Recorded:
    return rejected(PROTOCOL, input_data(name, value, expectation))


REDIRECTS = (
    row(
        "a redirect to nowhere", get("/r/tp2"), no_redirect("querystring", None, NO_QUERY), REFUSED
    ),
    row(
        "a redirect without a target",
        get("/r/tp2?e=pv"),
        no_redirect("querystring", "e=pv", NO_TARGET),
        REFUSED,
    ),
    row(
        "a redirect to an empty target",
        get("/r/tp2?u="),
        failed(
            SCHEMA,
            invalid(
                "iglu:com.snowplowanalytics.snowplow/uri_redirect/jsonschema/1-0-0",
                {"path": "$.uri", "keyword": "format"},
            ),
            because="ValidationError",
        ),
        REFUSED,
    ),
    row(
        "a redirect with a line end in its target",
        get("/r/tp2?u=http://a/%0D%0ASet-Cookie:%20b=c"),
        failed(SCHEMA, because="ValidationError"),
        REFUSED,
    ),
    row(
        "a redirect to a target with spaces",
        get("/r/tp2?u=http://a/b%20c"),
        failed(SCHEMA, because="ValidationError"),
        REFUSED,
    ),
    row(
        "a redirect to a URL",
        get("/r/tp2?u=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd"),
        good(event_name="uri_redirect", platform="web", v_tracker="r-tp2"),
        sent_on("https://a.example/b?c=d"),
    ),
    row(
        "a redirect beside an event",
        get("/r/tp2?e=pv&u=https://a.example/"),
        good(event="page_view", contexts={"data": [{"data": {"uri": "https://a.example/"}}]}),
        sent_on("https://a.example/"),
    ),
    row(
        "a redirect beside entities that are no JSON",
        get("/r/tp2?e=pv&co=hello&u=https://a.example/"),
        rejected(PROTOCOL, not_json("co", re.compile("^invalid json"))),
        sent_on("https://a.example/"),
    ),
    row(
        "a redirect beside entities that are no base64",
        get("/r/tp2?e=pv&cx=!&u=https://a.example/"),
        no_redirect("cx", "!", re.compile("^Could not base64 decode: ")),
        sent_on("https://a.example/"),
    ),
    row(
        "a redirect beside entities that are no list",
        get("/r/tp2?e=pv&co=%7B%7D&u=https://a.example/"),
        rejected(PROTOCOL, {"error": "INVALID_DATA_PAYLOAD"}),
        sent_on("https://a.example/"),
    ),
    row(
        "a redirect of another version",
        get("/r/tp3?u=https://a.example/"),
        unsupported("r/tp3"),
        sent_on("https://a.example/"),
    ),
    row("a redirect by PUT", request("PUT", "/r/tp2?u=https://a.example/"), answered=404),
)

IGLU = "/com.snowplowanalytics.iglu/v1"
FORM = "Content-Type: application/x-www-form-urlencoded"
NO_SCHEMA = "empty `schema` field"
EXPECTED = (
    "expected one of application/json, application/json; charset=utf-8, "
    "application/x-www-form-urlencoded"
)


def no_event(*messages: Fact) -> Recorded:
    return rejected(NOT_ADAPTED, *messages)


WEBHOOK = (
    row(
        "a webhook without anything",
        get(IGLU),
        no_event(input_data("schema", None, NO_SCHEMA), input_data("body", None, "empty body")),
        GIF,
    ),
    row(
        "a webhook with an empty schema",
        get(IGLU + "?schema="),
        no_event(input_data("schema", None, NO_SCHEMA)),
    ),
    row(
        "a webhook with a schema that is none",
        get(IGLU + "?schema=com.example"),
        no_event(input_data("schema", "com.example", "INVALID_IGLUURI")),
    ),
    row(
        "a webhook with a version that is none",
        get(f"{IGLU}?schema=iglu:com.example/x/jsonschema/0-0-1"),
        no_event({"field": "schema", "expectation": "INVALID_SCHEMAVER"}),
    ),
    row(
        "a webhook with an unknown schema",
        get(f"{IGLU}?schema=iglu:com.acme/hook/jsonschema/1-0-0&a=b"),
        failed(
            SCHEMA,
            unresolved("iglu:com.acme/hook/jsonschema/1-0-0"),
            because="ResolutionError",
        ),
    ),
    row(
        "a webhook whose data is all text",
        get(f"{IGLU}?schema={PRODUCT}&sku=a1&quantity=2"),
        failed(
            SCHEMA,
            invalid(PRODUCT, {"message": "$.quantity: string found, integer expected"}),
            because="ValidationError",
        ),
    ),
    row(
        "a webhook with its data in the query string",
        get(f"{IGLU}?schema={PRODUCT}&sku=a1&note=&aid=shop"),
        good(app_id="shop", platform="app", v_tracker="com.snowplowanalytics.iglu-v1"),
    ),
    row(
        "a webhook with a form",
        post(f"{IGLU}?schema={ANYTHING}", "a=b&c&=d&a=e", FORM),
        good(platform="srv", unstruct_event={"data": {"data": {"a": "e", "c": None}}}),
    ),
    row(
        "a webhook with a form and no schema",
        post(IGLU, "a=b", FORM),
        no_event({"field": "contentType", "value": "application/x-www-form-urlencoded"}),
    ),
    row(
        "a webhook with another content type",
        post(f"{IGLU}?schema={ANYTHING}", "{}", "Content-Type: text/plain"),
        no_event(input_data("contentType", "text/plain", EXPECTED)),
    ),
    row(
        "a webhook without a content type",
        post(f"{IGLU}?schema={ANYTHING}", "{}"),
        no_event(input_data("contentType", None, EXPECTED)),
    ),
    row(
        "a webhook whose body is no JSON",
        post_json(f"{IGLU}?schema={ANYTHING}", "hello"),
        no_event(not_json("body", re.compile("^invalid json"))),
    ),
    row(
        "a webhook whose body is no JSON and that names no schema",
        post_json(IGLU, '{"schema"'),
        no_event(not_json("body", re.compile("^invalid json"))),
    ),
    row(
        "a webhook whose body is no self-describing JSON",
        post_json(IGLU, {"a": 1}),
        no_event({"json": {"a": 1}, "error": "INVALID_DATA_PAYLOAD"}),
    ),
    row(
        "a webhook with no event in its array",
        post_json(f"{IGLU}?schema={ANYTHING}", []),
        no_event(input_data("body", "[]", "empty array of events")),
    ),
    *(
        row(
            f"a webhook with {text} as its event",
            post_json(f"{IGLU}?schema={ANYTHING}", text),
            no_event(input_data("body", text, "has no key-value pairs")),
        )
        for text in ("{}", "5", "null", '"a"')
    ),
    row(
        "a webhook with one event that is none among others",
        post_json(f"{IGLU}?schema={ANYTHING}", '[{"a":1},{},{"a":2}]'),
        no_event(input_data("body", "{}", "has no key-value pairs")),
    ),
    row(
        "a webhook with one event that is invalid among others",
        post_json(f"{IGLU}?schema={PRODUCT}", '[{"sku":"a1"},{"sku":1},{"sku":"a2"}]'),
        good()
        + failed(SCHEMA, invalid(PRODUCT, {"path": "$.sku"}), because="ValidationError")
        + good(),
    ),
    row(
        "a webhook with 10,001 events",
        post_json(f"{IGLU}?schema={ANYTHING}", [{"a": 1}] * 10_001),
        no_event(input_data("body", None, "more than 10000 events in one request")),
    ),
    row(
        "a webhook with an eid that is none",
        post_json(f"{IGLU}?eid=x", sdj(PRODUCT, {"sku": "a1"})),
        failed(SCHEMA, because="ValidationError"),
    ),
    row(
        "a webhook with entities as its event",
        post_json(IGLU, json.dumps(contexts(sdj(WEB_PAGE, {})))),
        good(event_name="contexts"),
    ),
)

ROWS = (*REDIRECTS, *WEBHOOK)
