"""Hypothesis strategies for requests that are nearly what trackers and test suites send.

Room:   bytes of whole HTTP requests; sends nothing.
Limits: bodies stay far below the collector's limits, so that an example takes milliseconds. A question
        that waits does so for 20 ms at most.
"""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from support.iglu import contexts, payload_data, sdj, unstruct

from piste.events.columns import COLUMNS, Conversion

from .rows.common import ANYTHING, BASKET, NO_SCHEMA, PRODUCT, SNOWPLOW, WEB_PAGE
from .wire import TP2, request

Strategy = st.SearchStrategy[Any]

TEXT = st.text(max_size=12) | st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=8)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([10**30, -(2**63), 2**63, 2**31, 1e308, 5e-324, -0.0])
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXT
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)

# What a tracker puts into an event

URIS = st.sampled_from(
    [
        PRODUCT,
        ANYTHING,
        BASKET,
        NO_SCHEMA,
        WEB_PAGE,
        f"{SNOWPLOW}/atomic/jsonschema/1-0-0",
        f"{SNOWPLOW}/failure/jsonschema/1-0-0",
        "iglu:com.example/no_json/jsonschema/1-0-0",
        "iglu:../x/jsonschema/1-0-0",
        "iglu:com.acme/x/jsonschema/0-0-1",
        "iglu:com.acme/x",
    ]
)
PRODUCTS = st.fixed_dictionaries(
    {},
    optional={
        "sku": TEXT | LEAVES,
        "price": NUMBERS | LEAVES,
        "quantity": st.integers() | LEAVES,
        "tags": st.lists(LEAVES, max_size=5),
        "id": TEXT,
        "made": TEXT | st.datetimes().map(lambda instant: instant.isoformat() + "Z"),
    },
)
SELF_DESCRIBING = st.builds(sdj, URIS, PRODUCTS | JSON) | JSON
ENVELOPES = (
    st.lists(SELF_DESCRIBING, max_size=3).map(lambda entities: contexts(*entities))
    | SELF_DESCRIBING.map(unstruct)
    | SELF_DESCRIBING
)
JSON_TEXTS = ENVELOPES.map(json.dumps)
BASE64 = JSON_TEXTS.map(lambda text: base64.urlsafe_b64encode(text.encode()).decode())
URLS = st.sampled_from(
    ["http://a/?_sp=b.1", "http://[", "//", "about:blank", "http://a:b/", "https://é/é?é#é", "a b"]
)
VALUES = st.one_of(
    TEXT,
    NUMBERS.map(str),
    st.sampled_from(["null", "1x2", "-1x2", "2147483648x1", "%", "a" * 300, "\U0001f3bf" * 130]),
    st.uuids().map(str),
    URLS,
    JSON_TEXTS,
    BASE64,
)
TEXT_NAMES = sorted(
    name
    for column in COLUMNS
    if column.params and column.conversion is Conversion.TEXT
    for name in column.params
    if name not in ("cv", "ev_ca", "ev_ac", "ev_la", "ev_pr")  # for GET only
)
NAMES = sorted(
    {name for column in COLUMNS for name in column.params} | {"co", "cx", "ue_pr", "ue_px"}
)
PARAMETERS = st.one_of(
    st.tuples(st.sampled_from(TEXT_NAMES), TEXT),
    st.tuples(st.sampled_from(["url", "refr"]), URLS),
    st.tuples(st.sampled_from(["co", "ue_pr"]), JSON_TEXTS),
    st.tuples(st.sampled_from(["cx", "ue_px"]), BASE64),
    st.tuples(st.sampled_from(NAMES), VALUES),
)
KINDS = st.sampled_from(["pv", "pp", "se", "ue", "ue", "ue", "tr", "ti", "ad", "x"])
EVENTS = st.builds(
    lambda kind, platform, parameters: {"e": kind, "p": platform, "tv": "x", **dict(parameters)},
    KINDS,
    st.sampled_from(["web", "web", "mob", "x"]),
    st.lists(PARAMETERS, max_size=4),
)


# Requests

HEADERS = st.lists(
    st.sampled_from(
        [
            "Cookie: micro=3734601f-5c3d-47c5-b367-0883e1ed74e6",
            "Cookie: micro=x; a=\xff",
            "SP-Anonymous: *",
            "X-Forwarded-For: 1.2.3.4, x",
            "Origin: https://a.example",
            "Referer: http://[",
            "User-Agent: \xe9",
            "Content-Encoding: gzip",
            "Expect: 100-continue",
            "DNT: 1",
        ]
    )
    | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20).map(
        "X-Odd: {}".format
    ),
    max_size=3,
)
CONTENT_TYPES = st.sampled_from(
    [
        *["application/json"] * 6,
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded",
        "text/plain",
        "",
    ]
)
PATHS = st.sampled_from(
    [TP2, TP2, "/com.snowplowanalytics.iglu/v1", "/r/tp2", "/com.acme/v1", "/i", "/a%2Fb/c"]
) | st.tuples(TEXT, TEXT).map(lambda parts: f"/{quote(parts[0])}/{quote(parts[1], safe='')}")
QUERIES = st.one_of(
    st.just(""),
    st.dictionaries(st.sampled_from([*NAMES, "u", "schema", "x"]), VALUES, max_size=4).map(
        lambda parameters: "?" + urlencode(parameters, errors="replace")
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20).map("?{}".format),
)


def posted(target: str, content_type: str, headers: list[str], body: bytes) -> bytes:
    kind = [f"Content-Type: {content_type}"] if content_type else []
    return request("POST", target, f"Content-Length: {len(body)}", *kind, *headers, body=body)


def as_bytes(value: object) -> bytes:
    return json.dumps(value).encode()


TRACKED = st.one_of(
    st.lists(EVENTS, min_size=1, max_size=4),
    st.lists(EVENTS, min_size=1, max_size=4),
    st.lists(EVENTS | st.dictionaries(TEXT, JSON, max_size=3), max_size=4),
).map(lambda events: payload_data(*events))
BODIES = st.one_of(
    TRACKED.map(as_bytes),
    st.builds(sdj, URIS, JSON).map(as_bytes),
    st.lists(PRODUCTS, max_size=3).map(as_bytes),
    JSON.map(as_bytes),
    st.binary(max_size=100),
)
POSTS = st.builds(posted, st.builds("{}{}".format, PATHS, QUERIES), CONTENT_TYPES, HEADERS, BODIES)
TRACKER_POSTS = st.builds(
    posted, st.just(TP2), st.just("application/json"), HEADERS, TRACKED.map(as_bytes)
)
GETS = st.builds(
    lambda method, path, query, headers: request(method, path + query, *headers),
    st.sampled_from(["GET", "GET", "HEAD", "OPTIONS", "PUT"]),
    PATHS,
    QUERIES,
    HEADERS,
)
PIXELS = EVENTS.map(lambda event: request("GET", "/i?" + urlencode(event, errors="replace")))


def spoilt(requests: Strategy) -> Strategy:
    """The requests with some bytes overwritten, cut out or added, anywhere."""

    def apply(raw: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
        for where, cut, added in changes:
            start = int(where * len(raw))
            raw = raw[:start] + added + raw[start + cut :]
        return raw

    change = st.tuples(
        st.floats(0, 1),
        st.integers(0, 4) | st.just(10_000),
        st.sampled_from([b"\r\n", b"\0", b" ", b":", b'"', b"\xff", b"9"]) | st.binary(max_size=3),
    )
    return st.builds(apply, requests, st.lists(change, min_size=1, max_size=3))


# Questions

INSTANTS = st.datetimes().map(lambda instant: instant.isoformat() + "Z") | TEXT
WAIT = st.fixed_dictionaries({"count": st.integers(0, 3), "timeoutMs": st.integers(0, 20)})
COLUMN_NAMES = (
    st.sampled_from(
        [
            "app_id",
            "event_id",
            "collector_tstamp",
            "tr_total",
            "br_cookies",
            "geo_location",
            "seq",
            "contexts_com_example_product_1.tags",
            "unstruct_event_com_example_product_1",
            "contexts_com_snowplowanalytics_snowplow_failure_1.errors.message",
        ]
    )
    | TEXT
)


def optional(**parts: Strategy) -> Strategy:
    """Some of these keys, each with what it should have or with anything."""
    return st.fixed_dictionaries({}, optional={name: part | LEAVES for name, part in parts.items()})


QUESTIONS: dict[str, Strategy] = {
    "good": optional(
        event_type=TEXT, schema=URIS, contexts=st.lists(URIS, max_size=3), limit=NUMBERS
    ),
    "bad": optional(vendor=TEXT, version=TEXT, limit=NUMBERS),
    "events": st.builds(
        lambda must, may: must | may,
        st.fixed_dictionaries(
            {
                "page": st.integers(1, 3),
                "pageSize": st.integers(1, 20),
                "filters": st.lists(
                    st.fixed_dictionaries({"column": COLUMN_NAMES, "value": TEXT}), max_size=3
                ),
            }
        ),
        optional(
            page=NUMBERS,
            validEvents=st.booleans(),
            timeRange=optional(start=INSTANTS, end=INSTANTS),
            sorting=st.fixed_dictionaries({"column": COLUMN_NAMES, "desc": st.booleans()}),
        ),
    ),
    "timeline": optional(
        buckets=st.lists(st.fixed_dictionaries({"start": INSTANTS, "end": INSTANTS}), max_size=4)
    ),
}


def asked(endpoint: str) -> Callable[[Any, Any], bytes]:
    def ask(question: Any, wait: Any) -> bytes:
        body = question | {"wait": wait} if wait and isinstance(question, dict) else question
        return posted(f"/micro/{endpoint}", "application/json", [], as_bytes(body))

    return ask


ASKED = st.one_of(
    *(
        st.builds(asked(endpoint), question | JSON, st.none() | WAIT)
        for endpoint, question in QUESTIONS.items()
    ),
    st.builds(
        lambda path: request("GET", f"/micro/{quote(path)}"),
        st.sampled_from(["all", "good", "events", "iglu/a/b/jsonschema/1-0-0"])
        | TEXT.map("iglu/{}".format)
        | TEXT,
    ),
)
