"""Bodies of tp2 that are not, or only just, what the tracker protocol wants.

Source: tracker protocol, "From request to parameter maps".
"""

import gzip
import json
import re

from support.iglu import payload_data

from ..table import (
    OVERSIZED,
    PROTOCOL,
    Recorded,
    good,
    input_data,
    invalid,
    not_json,
    rejected,
    row,
)
from ..wire import JSON, TP2, post, post_json
from .common import PAYLOAD_DATA, PLAIN, TOO_DEEP, nested, tp2

ENVELOPE = json.dumps(payload_data(PLAIN))
"""A whole body as text, to be spoilt."""
EVENT = json.dumps(PLAIN)
MANY = 10_000
NO_TRACKER_EVENT = "empty {}: not a valid tracker protocol event"
NO_DATA_PAYLOAD = {"error": "INVALID_DATA_PAYLOAD"}


def body(text: str | bytes) -> bytes:
    return post(TP2, text, JSON)


def data(text: str) -> bytes:
    """A body whose `data` is this JSON text."""
    return body(f'{{"schema":"{PAYLOAD_DATA}","data":{text}}}')


def no_json(error: str = "^invalid json: ") -> Recorded:
    return rejected(PROTOCOL, not_json("body", re.compile(error)))


def violation(path: str, keyword: str, *targets: str) -> Recorded:
    report = {"path": path, "keyword": keyword, "targets": list(targets)}
    return rejected(PROTOCOL, invalid(PAYLOAD_DATA, report))


NOT_JSON = (
    row("a body that is a word", body("hello"), no_json()),
    row("a body of white space", body(" \n\t"), no_json("exhausted input")),
    row("a body cut in the middle", body(ENVELOPE[:60]), no_json()),
    row("a body without its last brace", body(ENVELOPE[:-1]), no_json()),
    row("a body with a brace too many", body(ENVELOPE + "}"), no_json()),
    row("two JSON texts in one body", body(ENVELOPE + ENVELOPE), no_json()),
    row("a body that ends in a NUL byte", body(ENVELOPE + "\0"), no_json()),
    row("a NUL byte inside a string", data('[{"page":"a\0b"}]'), no_json()),
    row("a body in UTF-16", body(ENVELOPE.encode("utf-16")), no_json()),
    row("a gzipped body", post(TP2, gzip.compress(ENVELOPE.encode(), mtime=0), JSON), no_json()),
    row("a form under the type of JSON", body("e=pv&p=web&tv=js"), no_json()),
    row("a trailing comma", data("[{},]"), no_json()),
    row("single quotes", body("{'schema': 'x', 'data': []}"), no_json()),
    row("a comment", body("/* hello */" + ENVELOPE), no_json()),
    row("NaN", data('[{"tid":NaN}]'), no_json()),
    row("Infinity", data('[{"tid":-Infinity}]'), no_json()),
    row("a number beyond a double", data('[{"tid":1e400}]'), no_json()),
    row("a number with leading zeros", data('[{"tid":007}]'), no_json()),
    row("an integer of 5,000 digits", data(f'[{{"tid":{"9" * 5000}}}]'), no_json()),
    row("a lone surrogate", data(r'[{"page":"\ud800"}]'), no_json()),
    row("a lone surrogate beside a long number", data(r'["\ud800",' + "9" * 400 + "]"), no_json()),
    row("half an escape", data(r'[{"page":"\u12"}]'), no_json()),
    row("41 levels", data(nested(40)), no_json(TOO_DEEP)),
    row("41 levels where nobody looks", body('{"x":' + nested(40) + "}"), no_json(TOO_DEEP)),
    row("100,000 levels", body(nested(100_000)), no_json(TOO_DEEP)),
    row("100,000 levels that never close", body("[" * 100_000), no_json(TOO_DEEP)),
    row("100,000 objects in each other", body('{"a":' * 100_000), no_json(TOO_DEEP)),
)

NOT_IGLU = tuple(
    row(sentence, body(text), rejected(PROTOCOL, NO_DATA_PAYLOAD))
    for sentence, text in {
        "null instead of an envelope": "null",
        "a number instead of an envelope": "5",
        "a text instead of an envelope": '"hello"',
        "an array instead of an envelope": f"[{ENVELOPE}]",
        "an empty object": "{}",
        "an event without its envelope": EVENT,
        "an envelope without data": json.dumps({"schema": PAYLOAD_DATA}),
        "an envelope without a schema": json.dumps({"data": [PLAIN]}),
        "an envelope whose schema is a number": '{"schema":5,"data":[]}',
        "an envelope whose schema is null": '{"schema":null,"data":[]}',
        "an envelope with capitals": json.dumps({"Schema": PAYLOAD_DATA, "Data": [PLAIN]}),
    }.items()
)

NOT_PAYLOAD_DATA = (
    row("data is null", data("null"), violation("$", "type", "null", "array")),
    row("data is an object", data(EVENT), violation("$", "type", "object", "array")),
    row("data is a text", data('"[]"'), violation("$", "type", "string", "array")),
    row("data is empty", data("[]"), violation("$", "minItems", "1")),
    row("an event is null", data("[null]"), violation("$[0]", "type", "null", "object")),
    row("an event is a number", data("[1]"), violation("$[0]", "type", "integer", "object")),
    row("an event is an array", data("[[]]"), violation("$[0]", "type", "array", "object")),
    row(
        "an empty event",
        data("[{}]"),
        rejected(
            PROTOCOL,
            invalid(
                PAYLOAD_DATA,
                *({"path": "$[0]", "keyword": "required", "targets": [key]} for key in PLAIN),
            ),
        ),
    ),
    *(
        row(
            f"an event without its {key}",
            post_json(TP2, payload_data({k: v for k, v in PLAIN.items() if k != key})),
            violation("$[0]", "required", key),
        )
        for key in PLAIN
    ),
    *(
        row(
            f"a value that is {sentence}",
            data(f'[{{"e":"pv","p":"web","tv":"js","tid":{text}}}]'),
            violation("$[0].tid", "type", found, "string"),
        )
        for sentence, text, found in (
            ("an integer", "1", "integer"),
            ("an integer of 400 digits", "9" * 400, "integer"),
            ("a fraction", "1.5", "number"),
            ("true", "true", "boolean"),
            ("null", "null", "null"),
            ("an object", "{}", "object"),
            ("an array", '["1"]', "array"),
        )
    ),
    row(
        "a parameter that no schema knows",
        tp2({"x": "1"}),
        violation("$[0]", "additionalProperties", "x"),
    ),
    row(
        "a parameter for GET only",
        tp2({"cv": "1"}),
        violation("$[0]", "additionalProperties", "cv"),
    ),
    row(
        "a parameter without a name", tp2({"": "1"}), violation("$[0]", "additionalProperties", "")
    ),
    row(
        "a parameter in capitals",
        tp2({"AID": "1"}),
        violation("$[0]", "additionalProperties", "AID"),
    ),
    row(
        "one odd event spoils its neighbours",
        tp2({}, {"x": "1"}, {}),
        violation("$[1]", "additionalProperties", "x"),
    ),
)

EMPTY = (
    row(
        "an empty body of the right type",
        body(""),
        rejected(
            PROTOCOL, input_data("body", None, "empty body: not a valid track protocol event")
        ),
    ),
    row(
        "no body, no type and no query string",
        post(TP2, ""),
        rejected(
            PROTOCOL,
            input_data("body", None, NO_TRACKER_EVENT.format("body")),
            input_data("querystring", None, NO_TRACKER_EVENT.format("querystring")),
        ),
    ),
    row(
        "a POST with its event in the query string", post(TP2 + "?e=pv&aid=q", ""), good(app_id="q")
    ),
)

SIZES = (
    row("10,000 events", tp2(*[{}] * MANY), Recorded(good_count=MANY)),
    row(
        "10,001 events",
        tp2(*[{}] * (MANY + 1)),
        rejected(PROTOCOL, input_data("body", None, f"more than {MANY} events in one request")),
    ),
    row("a text of 1 MB that nobody keeps", tp2({"mac": "a" * 1_000_000}), good(event="page_view")),
    row(
        "a body over the limit",
        tp2({"mac": "a" * 1_048_576}),
        rejected(OVERSIZED, {"maximumAllowedSizeBytes": 1_048_576}),
    ),
    row("a body over twice the limit", body(b" " * 2_097_153), answered=413),
)

ODD_BUT_GOOD = (
    row("a byte order mark", body(b"\xef\xbb\xbf" + ENVELOPE.encode()), good(event="page_view")),
    row("white space around the body", body(f"\r\n\t {ENVELOPE} \n"), good(event="page_view")),
    row(
        "bytes that are no UTF-8",
        body(json.dumps(payload_data(PLAIN | {"page": "caf*"})).encode().replace(b"*", b"\xe9")),
        good(page_title="caf\ufffd"),
    ),
    row("a NUL that is escaped", tp2({"page": "a\0b"}), good(page_title="ab")),
    row("a tab that is escaped", tp2({"page": "a\tb"}), good(page_title="a    b")),
    row("an emoji as two escapes", tp2({"page": "⛷ \U0001f3bf"}), good(page_title="⛷ \U0001f3bf")),
    row(
        "of duplicate names the last counts",
        data('[{"e":"xx","p":"web","tv":"js","e":"pv"}]'),
        good(event="page_view"),
    ),
    row(
        "of duplicate data the last counts",
        body(ENVELOPE[:-1] + ',"data":[{"e":"pp","p":"web","tv":"js"}]}'),
        good(event="page_ping"),
    ),
    row("more keys in the envelope", body(ENVELOPE[:-1] + ',"x":1}'), good(event="page_view")),
    row("40 levels", body(ENVELOPE[:-1] + f',"x":{nested(39)}}}'), good(event="page_view")),
    row(
        "a query string beats the body",
        post_json(TP2 + "?aid=query&uid=u", payload_data(PLAIN | {"aid": "body"})),
        good(app_id="query", user_id="u"),
    ),
    row("an empty value counts as absent", tp2({"aid": ""}), good(app_id=None)),
)

ROWS = (*NOT_JSON, *NOT_IGLU, *NOT_PAYLOAD_DATA, *EMPTY, *SIZES, *ODD_BUT_GOOD)
