"""Self-describing events and entities that are not what their schemas want.

Source: tracker protocol, "Events, self-describing parts and timestamps"; Iglu, "Validation dialect".
"""

import json
import re
from collections.abc import Iterable

from support.iglu import contexts, sdj, unstruct

from ..table import (
    SCHEMA,
    Fact,
    Recorded,
    Row,
    failed,
    good,
    invalid,
    not_json,
    row,
    unresolved,
)
from .common import (
    CONTEXTS,
    PRODUCT,
    SNOWPLOW,
    TOO_DEEP,
    UNSTRUCT_EVENT,
    WEB_PAGE,
    nested,
    tp2,
)

PAGE = sdj(WEB_PAGE, {"id": "5cea9899-10df-4ccf-bf66-8c36f4a4bba2"})
NO_JSON = re.compile("^invalid json: ")


def event(text: str) -> bytes:
    """A self-describing event with this `ue_pr`."""
    return tp2({"e": "ue", "ue_pr": text})


def entities(text: str) -> bytes:
    """A page view with this `co`."""
    return tp2({"co": text})


def bad_json(part: str, error: Fact = NO_JSON) -> Recorded:
    return failed(SCHEMA, not_json(part, error), because="NotJSON")


def bad_iglu(code: str) -> Recorded:
    return failed(SCHEMA, {"error": code}, because="NotIglu")


def mismatch(found: str, criterion: str) -> Recorded:
    message = {"schemaKey": found, "schemaCriterion": criterion}
    return failed(SCHEMA, message, because="CriterionMismatch")


def not_found(uri: str, error: str = "NotFound", repository: Fact = "Local") -> Recorded:
    return failed(SCHEMA, unresolved(uri, repository, error), because="ResolutionError")


def violation(schema: str, *reports: Fact) -> Recorded:
    return failed(SCHEMA, invalid(schema, *reports), because="ValidationError")


def report(keyword: str, path: str, *targets: str) -> Fact:
    return {"keyword": keyword, "path": path, "targets": list(targets)}


def no_json_rows(part: str, texts: Iterable[tuple[str, str]]) -> tuple[Row, ...]:
    send = event if part == "unstruct" else entities
    return tuple(
        row(f"{sentence} as {part}", send(text), bad_json(part)) for sentence, text in texts
    )


TEXTS_THAT_ARE_NO_JSON = (
    ("a word", "hello"),
    ("white space", "   "),
    ("half a JSON", '{"schema":'),
    ("a lone surrogate", r'{"schema": "\udfff"}'),
    ("a number beyond a double", '{"schema": 1e400}'),
    ("NaN", "NaN"),
)

ENVELOPES = (
    *no_json_rows("unstruct", TEXTS_THAT_ARE_NO_JSON),
    *no_json_rows("contexts", TEXTS_THAT_ARE_NO_JSON),
    row("an event of 41 levels", event(nested(41)), bad_json("unstruct", TOO_DEEP)),
    row("entities of 41 levels", entities(nested(41)), bad_json("contexts", TOO_DEEP)),
    row("an event of 100,000 levels", event(nested(100_000)), bad_json("unstruct", TOO_DEEP)),
    row("an event that is an array", event("[]"), bad_iglu("INVALID_DATA_PAYLOAD")),
    row("an event that is null", event("null"), bad_iglu("INVALID_DATA_PAYLOAD")),
    row("an event without data", event('{"schema":"x"}'), bad_iglu("INVALID_DATA_PAYLOAD")),
    row(
        "an event in an envelope without a URI",
        event('{"schema":"x","data":1}'),
        bad_iglu("INVALID_IGLUURI"),
    ),
    row(
        "an event in the envelope of entities",
        event(json.dumps(contexts(PAGE))),
        mismatch(CONTEXTS, f"{SNOWPLOW}/unstruct_event/jsonschema/1-0-*"),
    ),
    row(
        "a self-describing event without its envelope",
        event(json.dumps(sdj(PRODUCT, {"sku": "a1"}))),
        mismatch(PRODUCT, f"{SNOWPLOW}/unstruct_event/jsonschema/1-0-*"),
    ),
    row(
        "an event in an envelope of a later model",
        event(json.dumps(unstruct(PAGE, version="2-0-0"))),
        mismatch(
            f"{SNOWPLOW}/unstruct_event/jsonschema/2-0-0",
            f"{SNOWPLOW}/unstruct_event/jsonschema/1-0-*",
        ),
    ),
    row(
        "an event in an envelope of an addition that does not exist",
        event(json.dumps(unstruct(PAGE, version="1-0-9"))),
        not_found(f"{SNOWPLOW}/unstruct_event/jsonschema/1-0-9"),
    ),
    row(
        "an envelope whose event is a text",
        event(json.dumps(unstruct("hello"))),
        violation(UNSTRUCT_EVENT, report("type", "$", "string", "object")),
    ),
    row(
        "an envelope whose event has no data",
        event(json.dumps(unstruct({"schema": PRODUCT}))),
        violation(UNSTRUCT_EVENT, report("required", "$", "data")),
    ),
    row(
        "an event with a key beside its data",
        event(json.dumps(unstruct(sdj(PRODUCT, {}) | {"x": 1}))),
        violation(UNSTRUCT_EVENT, report("additionalProperties", "$", "x")),
    ),
    row(
        "an event whose URI is none",
        event(json.dumps(unstruct(sdj("iglu:com.example/product/1-0-0", {})))),
        failed(
            SCHEMA,
            invalid(UNSTRUCT_EVENT, {"keyword": "pattern", "path": "$.schema"}),
            because="ValidationError",
        ),
    ),
    row(
        "an event whose version begins with 0",
        event(json.dumps(unstruct(sdj("iglu:com.example/product/jsonschema/0-0-1", {})))),
        bad_iglu("INVALID_SCHEMAVER"),
    ),
    row(
        "entities that are an object",
        entities(json.dumps(sdj(CONTEXTS, {}))),
        violation(CONTEXTS, report("type", "$", "object", "array")),
    ),
    row(
        "entities that are none",
        entities(json.dumps(contexts())),
        violation(CONTEXTS, report("minItems", "$", "1")),
    ),
    row(
        "entities that are none, in the envelope that allows it",
        entities(json.dumps(contexts(version="1-0-1"))),
        good(contexts={}),
    ),
    row(
        "entities in the envelope of an event",
        entities(json.dumps(unstruct(PAGE))),
        mismatch(UNSTRUCT_EVENT, f"{SNOWPLOW}/contexts/jsonschema/1-0-*"),
    ),
    row(
        "an entity without its schema",
        entities(json.dumps(contexts(PAGE, {"id": "x"}))),
        failed(
            SCHEMA,
            invalid(CONTEXTS, {"keyword": "required", "path": "$[1]"}),
            because="ValidationError",
        ),
    ),
    row(
        "an entity that is null",
        entities(json.dumps(contexts(None))),
        violation(CONTEXTS, report("type", "$[0]", "null", "object")),
    ),
    row("an empty co counts as absent", entities(""), good(contexts={})),
    row("an empty ue_pr counts as absent", event(""), good(event="unstruct", event_name=None)),
    row("a self-describing event that is nowhere", tp2({"e": "ue"}), good(event_name=None)),
)

ROWS = ENVELOPES
