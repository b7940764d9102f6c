"""Data that breaks its schema in every way, numbers that are odd, and base64 that is none.

Source: Iglu, "Validation dialect"; tracker protocol, "Conversions"; docs/architecture.md for JSON numbers.
"""

import base64
import json
import re

from support.iglu import contexts, sdj, unstruct

from ..table import SCHEMA, Fact, Recorded, atomic, failed, good, invalid, not_json, row
from .common import ANYTHING, PRODUCT, TOO_DEEP, WEB_PAGE, nested, tp2

NOT_BASE64 = re.compile("^Could not base64 decode: ")


def self_describing(schema: str, text: str) -> bytes:
    """An event with this JSON text as its data."""
    envelope = json.dumps(unstruct(sdj(schema, "*")))
    return tp2({"e": "ue", "ue_pr": envelope.replace('"*"', text)})


def kept(data: Fact) -> Recorded:
    """A good event that has its data still."""
    return good(unstruct_event={"data": {"data": data}})


def violation(*reports: tuple[str, str, str]) -> Recorded:
    """Each report as path, keyword and message."""
    facts = [
        {"path": path, "keyword": keyword, "message": message} for path, keyword, message in reports
    ]
    return failed(SCHEMA, invalid(PRODUCT, *facts), because="ValidationError")


def bad_json(part: str, error: Fact) -> Recorded:
    return failed(SCHEMA, not_json(part, error), because="NotJSON")


def base64_of(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(raw).decode()


VIOLATIONS = (
    ("no object", "5", "$", "type", "integer found, object expected"),
    ("null instead of an object", "null", "$", "type", "null found, object expected"),
    ("a text that is a number", '{"sku":1}', "$.sku", "type", "integer found, string expected"),
    (
        "a number that is a text",
        '{"sku":"a1","quantity":"2"}',
        "$.quantity",
        "type",
        "string found, integer expected",
    ),
    (
        "neither of two types",
        '{"sku":"a1","note":1}',
        "$.note",
        "unionType",
        "integer found, but [string, null] is required",
    ),
    (
        "a value outside the enumeration",
        '{"sku":"a1","colour":"green"}',
        "$.colour",
        "enum",
        "does not have a value in the enumeration [red, blue]",
    ),
    (
        "a text too long",
        '{"sku":"a12345678"}',
        "$.sku",
        "maxLength",
        "may only be 8 characters long",
    ),
    ("a text too short", '{"sku":"a"}', "$.sku", "minLength", "must be at least 2 characters long"),
    (
        "a text outside the pattern",
        '{"sku":"A-1"}',
        "$.sku",
        "pattern",
        "does not match the regex pattern ^[a-z0-9]*$",
    ),
    (
        "a number too small",
        '{"sku":"a1","price":-0.01}',
        "$.price",
        "minimum",
        "must have a minimum value of 0",
    ),
    (
        "an integer of 400 digits, too large",
        f'{{"sku":"a1","price":{"9" * 400}}}',
        "$.price",
        "maximum",
        "must have a maximum value of 1000000",
    ),
    (
        "too many items",
        '{"sku":"a1","tags":["a","b","c","d"]}',
        "$.tags",
        "maxItems",
        "there must be a maximum of 3 items in the array",
    ),
    (
        "an item twice",
        '{"sku":"a1","tags":["a","a"]}',
        "$.tags",
        "uniqueItems",
        "the items in the array must be unique",
    ),
    (
        "an item of another type",
        '{"sku":"a1","tags":["a",null]}',
        "$.tags[1]",
        "type",
        "null found, string expected",
    ),
    ("no UUID", '{"sku":"a1","id":"x"}', "$.id", "uuid", "x is an invalid uuid"),
    (
        "no date",
        '{"sku":"a1","made":"yesterday"}',
        "$.made",
        "dateTime",
        "yesterday is an invalid date-time",
    ),
    (
        "a fraction of zero where an integer is wanted",
        '{"sku":"a1","quantity":5.0}',
        "$.quantity",
        "type",
        "number found, integer expected",
    ),
    (
        "an exponent where an integer is wanted",
        '{"sku":"a1","quantity":1e3}',
        "$.quantity",
        "type",
        "number found, integer expected",
    ),
)

INSTANCES = (
    *(
        row(
            f"data with {sentence}",
            self_describing(PRODUCT, text),
            violation((path, keyword, f"{path}: {message}")),
        )
        for sentence, text, path, keyword, message in VIOLATIONS
    ),
    row(
        "data without a required key",
        self_describing(PRODUCT, "{}"),
        violation(("$", "required", "$.sku: is missing but it is required")),
    ),
    row(
        "data with several faults, each of which is said",
        self_describing(PRODUCT, '{"price":-1,"quantity":true,"extra":null}'),
        violation(
            ("$", "required", "$.sku: is missing but it is required"),
            ("$.price", "minimum", "$.price: must have a minimum value of 0"),
            ("$.quantity", "type", "$.quantity: boolean found, integer expected"),
            (
                "$",
                "additionalProperties",
                "$.extra: is not defined in the schema "
                "and the schema does not allow additional properties",
            ),
        ),
    ),
    row(
        "data with a fault in a text of 500,000 letters",
        self_describing(PRODUCT, json.dumps({"sku": "a" * 500_000})),
        violation(("$.sku", "maxLength", "$.sku: may only be 8 characters long")),
    ),
    row(
        "data with 5,000 keys too many",
        self_describing(PRODUCT, json.dumps({f"k{n}": n for n in range(5_000)})),
        failed(
            SCHEMA,
            invalid(PRODUCT, {"keyword": "additionalProperties"}),
            because="ValidationError",
        ),
    ),
)

NUMBERS = (
    row(
        "minus zero is an integer", self_describing(PRODUCT, '{"sku":"a1","quantity":-0}'), kept({})
    ),
    row(
        "an integer of 400 digits is kept",
        self_describing(PRODUCT, f'{{"sku":"a1","quantity":{"7" * 400}}}'),
        kept({"quantity": int("7" * 400)}),
    ),
    row(
        "an integer of 20 digits is kept",
        self_describing(ANYTHING, '{"n":18446744073709551616}'),
        kept({"n": 18446744073709551616}),
    ),
    row(
        "a number next to zero is zero", self_describing(ANYTHING, '{"n":1e-400}'), kept({"n": 0.0})
    ),
    row(
        "data with a number beyond a double",
        self_describing(ANYTHING, '{"n":-1e400}'),
        bad_json("unstruct", re.compile("^invalid json: ")),
    ),
    row(
        "data with an integer of 5,000 digits",
        self_describing(ANYTHING, f'{{"n":{"7" * 5_000}}}'),
        bad_json("unstruct", re.compile("^invalid json: ")),
    ),
    row(
        "data 38 levels deep, which makes 40",
        self_describing(ANYTHING, f'{{"a":{nested(37)}}}'),
        kept({"a": json.loads(nested(37))}),
    ),
    row(
        "data 39 levels deep, which makes 41",
        self_describing(ANYTHING, f'{{"a":{nested(38)}}}'),
        bad_json("unstruct", TOO_DEEP),
    ),
    row(
        "data with an empty key, a NUL and an emoji",
        self_describing(ANYTHING, r'{"":"\u0000","\ud83c\udfbf":"\u2028"}'),
        kept({"": "\0", "\U0001f3bf": "\u2028"}),
    ),
    row("data with duplicate keys", self_describing(ANYTHING, '{"a":1,"a":2}'), kept({"a": 2})),
    row("data with a key like a prototype", self_describing(ANYTHING, '{"__proto__":1}'), kept({})),
)

PAGE = json.dumps(contexts(sdj(WEB_PAGE, {"id": "5cea9899-10df-4ccf-bf66-8c36f4a4bba2"})))
EVENT = json.dumps(unstruct(sdj(ANYTHING, {"text": "???>>>"})))

BASE64 = (
    row("a cx outside the alphabet", tp2({"cx": "!!!"}), atomic("contexts", NOT_BASE64)),
    row("a cx of one letter", tp2({"cx": "A"}), atomic("contexts", NOT_BASE64)),
    row("a cx with a space", tp2({"cx": base64_of(PAGE) + " "}), atomic("contexts", NOT_BASE64)),
    row("a cx with padding in its middle", tp2({"cx": "e30=e30="}), atomic("contexts", NOT_BASE64)),
    row("a cx outside ASCII", tp2({"cx": "é"}), atomic("contexts", NOT_BASE64)),
    row(
        "a ue_px outside the alphabet",
        tp2({"e": "ue", "ue_px": "{}"}),
        atomic("unstruct_event", NOT_BASE64),
    ),
    row("an empty cx", tp2({"cx": ""}), bad_json("contexts", "invalid json: exhausted input")),
    row(
        "an empty ue_px",
        tp2({"e": "ue", "ue_px": ""}),
        bad_json("unstruct", "invalid json: exhausted input"),
    ),
    row(
        "a cx that is only padding", tp2({"cx": "=="}), bad_json("contexts", re.compile("^invalid"))
    ),
    row(
        "a cx whose bytes are no UTF-8",
        tp2({"cx": base64_of(b"\xff\xfe{}")}),
        bad_json("contexts", re.compile("^invalid json: ")),
    ),
    row(
        "a cx that is base64 twice",
        tp2({"cx": base64_of(base64_of(PAGE))}),
        bad_json("contexts", re.compile("^invalid json: ")),
    ),
    row(
        "a ue_px with a byte in a string that is no UTF-8",
        tp2({"e": "ue", "ue_px": base64_of(EVENT.encode().replace(b"?>", b"\xe9"))}),
        kept({"text": "??\ufffd>>"}),
    ),
    row(
        "a ue_px without its padding",
        tp2({"e": "ue", "ue_px": base64_of(EVENT).rstrip("=")}),
        kept({"text": "???>>>"}),
    ),
    row(
        "a ue_px in the standard alphabet",
        tp2({"e": "ue", "ue_px": base64.b64encode(EVENT.encode()).decode()}),
        kept({"text": "???>>>"}),
    ),
)

ROWS = (*INSTANCES, *NUMBERS, *BASE64)
