"""Bodies for the inspector's API that ask nothing, or oddly. None of them records anything.

Source: Micro REST API; snowplow.md 4.1 for the two refusals of a body.
"""

import json
import re

from ..table import NOTHING, Answered, Fact, Row, row
from ..wire import post, post_json
from .common import nested

MALFORMED = "The request body was malformed."
INVALID = "The request body was invalid."
NONE = re.compile(r'^\{"total":0,"good":0,"bad":0\}$')
PAGE = {"page": 1, "pageSize": 10, "filters": []}
A_DAY = {"start": "2025-01-01T00:00:00Z", "end": "2025-01-02T00:00:00Z"}
HUGE = 10**30


def answered(sentence: str, sent: bytes, status: int, body: Fact = re.compile("")) -> Row:
    return row(sentence, sent, NOTHING, Answered(status, body))


def malformed(endpoint: str, sentence: str, body: str | bytes) -> Row:
    return answered(
        f"/micro/{endpoint} with {sentence}",
        post(f"/micro/{endpoint}", body),
        400,
        MALFORMED.encode(),
    )


def invalid(endpoint: str, body: object, place: str) -> Row:
    """The answer's header says where the fault is."""
    text = json.dumps(body)
    return row(
        f"/micro/{endpoint} with {text[:100]}",
        post_json(f"/micro/{endpoint}", text),
        NOTHING,
        Answered(422, INVALID.encode(), {"x-piste-error": re.compile(f"^{re.escape(place)}: ")}),
    )


def possible(endpoint: str, body: object, answer: str = "") -> Row:
    """Odd, and answered all the same."""
    text = json.dumps(body)
    return answered(
        f"/micro/{endpoint} with {text[:100]} is possible",
        post_json(f"/micro/{endpoint}", text),
        200,
        re.compile(answer),
    )


NOT_JSON: dict[str, str | bytes] = {
    "a word": "hello",
    "half a JSON": '{"limit":',
    "two JSON texts": "{}{}",
    "NaN": '{"limit":NaN}',
    "a lone surrogate": r'{"schema":"\ud800"}',
    "bytes that are no UTF-8": b'{"schema":"\xff"}',
    "a NUL byte": b"{}\0",
    "100,000 levels": nested(100_000),
}
BODIES = (
    *(
        malformed(endpoint, sentence, body)
        for endpoint in ("good", "bad", "events", "timeline")
        for sentence, body in NOT_JSON.items()
    ),
    malformed("events", "an empty body", ""),
    malformed("timeline", "an empty body", ""),
)

LISTS = (
    *(
        invalid(endpoint, body, place)
        for endpoint in ("good", "bad")
        for body, place in (
            (None, "$"),
            ([], "$"),
            ("hello", "$"),
            ({"limit": -1}, "$.limit"),
            ({"limit": "1"}, "$.limit"),
            ({"limit": 1.5}, "$.limit"),
            ({"limit": True}, "$.limit"),
            ({"limit": HUGE}, "$.limit"),
            ({"wait": 5}, "$.wait"),
            ({"wait": {"count": -1}}, "$.wait.count"),
        )
    ),
    invalid("good", {"event_type": 5}, "$.event_type"),
    invalid("good", {"contexts": "a"}, "$.contexts"),
    invalid("good", {"contexts": [1]}, "$.contexts[0]"),
    invalid("bad", {"vendor": ["a"]}, "$.vendor"),
    *(
        possible(endpoint, body, r"^\[\]$")
        for endpoint in ("good", "bad")
        for body in (
            {"limit": 0},
            {"limit": 2**63 - 1},
            {"limit": None, "event_type": None, "vendor": None},
            {"unknown": {"a": [1]}},
        )
    ),
    possible("good", {"schema": "'; drop table events; --", "contexts": ["%", "'"]}, r"^\[\]$"),
    possible("bad", {"vendor": "\0", "version": "';"}, r"^\[\]$"),
    answered("/micro/good with an empty body", post("/micro/good", ""), 200, b"[]"),
    answered(
        "/micro/good with a byte order mark", post("/micro/good", b"\xef\xbb\xbf{}"), 200, b"[]"
    ),
    answered("/micro/all with a word", post("/micro/all", "hello"), 200, NONE),
    answered("/micro/reset with a word", post("/micro/reset", "hello"), 200, NONE),
)

EVENTS = (
    *(
        invalid("events", body, place)
        for body, place in (
            ({}, "$"),
            ({"page": 1, "pageSize": 1}, "$"),
            (PAGE | {"page": 0}, "$.page"),
            (PAGE | {"page": "1"}, "$.page"),
            (PAGE | {"page": 1.5}, "$.page"),
            (PAGE | {"page": HUGE}, "$.page"),
            (PAGE | {"pageSize": 0}, "$.pageSize"),
            (PAGE | {"pageSize": -HUGE}, "$.pageSize"),
            (PAGE | {"filters": None}, "$.filters"),
            (PAGE | {"filters": {}}, "$.filters"),
            (PAGE | {"filters": [{"column": "app_id", "value": "a"}] * 101}, "$.filters"),
            (PAGE | {"filters": [{}]}, "$.filters[0]"),
            (PAGE | {"filters": [{"column": "app_id"}]}, "$.filters[0]"),
            (PAGE | {"filters": [{"column": 5, "value": "a"}]}, "$.filters[0].column"),
            (PAGE | {"filters": [{"column": "app_id", "value": 5}]}, "$.filters[0].value"),
            (PAGE | {"validEvents": "yes"}, "$.validEvents"),
            (PAGE | {"timeRange": "today"}, "$.timeRange"),
            (PAGE | {"timeRange": {"start": "yesterday"}}, "$.timeRange.start"),
            (PAGE | {"timeRange": {"end": "2025-13-01T00:00:00Z"}}, "$.timeRange.end"),
            (PAGE | {"timeRange": {"end": "+12025-01-01T00:00:00Z"}}, "$.timeRange.end"),
            (PAGE | {"timeRange": {"end": 5}}, "$.timeRange.end"),
            (PAGE | {"sorting": {"column": "app_id"}}, "$.sorting"),
            (PAGE | {"sorting": {"column": "app_id", "desc": 1}}, "$.sorting.desc"),
            (PAGE | {"sorting": {"column": "seq", "desc": True}}, "$.sorting.column"),
            (PAGE | {"sorting": {"column": "app_id desc; --", "desc": True}}, "$.sorting.column"),
        )
    ),
    *(
        possible("events", body, r'^\{"events":\[\],"totalPages":0,"totalItems":0\}$')
        for body in (
            PAGE | {"page": 2**63 - 1, "pageSize": 2**63 - 1},
            PAGE | {"filters": [{"column": "no_such_column", "value": "a"}]},
            PAGE | {"filters": [{"column": "seq", "value": "1"}]},
            PAGE | {"filters": [{"column": "app_id') or 1=1 --", "value": "a"}]},
            PAGE | {"filters": [{"column": "app_id", "value": "%' or '' = '"}]},
            PAGE | {"filters": [{"column": "contexts_.....", "value": "."}]},
            PAGE | {"filters": [{"column": "", "value": ""}]},
            PAGE | {"filters": [{"column": "app_id", "value": "a" * 500_000}]},
            PAGE | {"filters": [{"column": "app_id", "value": "a"}] * 100},
            PAGE | {"timeRange": {"start": A_DAY["end"], "end": A_DAY["start"]}},
            PAGE | {"timeRange": {"start": "0001-01-01T00:00:00+23:59", "end": None}},
            PAGE | {"timeRange": {"start": "9999-12-31T23:59:59.999999-23:59"}},
            PAGE | {"timeRange": {}, "sorting": None, "validEvents": None},
        )
    ),
)

TIMELINE = (
    *(
        invalid("timeline", body, place)
        for body, place in (
            ({}, "$"),
            ({"buckets": None}, "$.buckets"),
            ({"buckets": {}}, "$.buckets"),
            ({"buckets": [1]}, "$.buckets[0]"),
            ({"buckets": [{"start": A_DAY["start"]}]}, "$.buckets[0]"),
            ({"buckets": [A_DAY, A_DAY | {"end": "soon"}]}, "$.buckets[1].end"),
            ({"buckets": [A_DAY | {"start": None}]}, "$.buckets[0].start"),
        )
    ),
    possible("timeline", {"buckets": []}, r'^\{"points":\[\]\}$'),
    possible(
        "timeline",
        {"buckets": [{"start": A_DAY["end"], "end": A_DAY["start"]}]},
        r'^\{"points":\[\{"validEvents":0,"failedEvents":0,"bucket"',
    ),
    possible("timeline", {"buckets": [A_DAY] * 9_000}),
    possible("timeline", {"buckets": [{"start": "0001-01-01", "end": "9999-12-31"}]}),
)

ROWS = (*BODIES, *LISTS, *EVENTS, *TIMELINE)
