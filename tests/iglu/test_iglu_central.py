"""Iglu Central as a whole: every schema loads, and an independent validator agrees on the verdicts.

The other validator is Python's `jsonschema`, told of Snowplow's dialect: its formats (decided here
without our patterns where the standard library can) and remote references that accept anything.
"""

import ipaddress
import json
import random
import re
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import jsonschema
import referencing
from referencing.jsonschema import DRAFT4
from support.iglu import needs_iglu_central

from iglu.data import iglu_central_schemas
from piste.events.failures import InvalidSchema
from piste.iglu import Schema, compile_schema
from piste.iglu.formats import PATTERNS

INSTANCES_PER_SCHEMA = 20

NOT_JSON_SCHEMA = {
    "com.snowplowanalytics.dataflowrunner/ClusterConfig/avro/1-0-0",
    "com.snowplowanalytics.dataflowrunner/ClusterConfig/avro/1-1-0",
    "com.snowplowanalytics.dataflowrunner/PlaybookConfig/avro/1-0-0",
    "com.snowplowanalytics.dataflowrunner/PlaybookConfig/avro/1-0-1",
    "com.snowplowanalytics.kinesistee.config/Configuration/avro/1-0-0",
    "com.snowplowanalytics.sauna.loggers/AmazonDynamodbConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.loggers/HipchatConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.observers/AmazonKinesisConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.observers/AmazonS3Config/avro/1-0-0",
    "com.snowplowanalytics.sauna.observers/LocalFilesystemConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.responders/HipchatConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.responders/OptimizelyConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.responders/PagerDutyConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.responders/SendgridConfig/avro/1-0-0",
    "com.snowplowanalytics.sauna.responders/SendgridConfig/avro/1-0-1",
    "com.snowplowanalytics.sauna.responders/SlackConfig/avro/1-0-0",
}
"""Avro schemas; their `"type": "record"` is no type of draft-04."""

INCOMPARABLE = {
    "com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0": (
        "refers to draft-04 itself, which accepts anything in Snowplow and which jsonschema knows"
    ),
}


@needs_iglu_central
def test_every_schema_loads():
    """All that is JSON Schema compiles; the table of what is not is exact."""
    refused, total = set(), 0
    for key, file in iglu_central_schemas():
        total += 1
        if isinstance(compile_schema(json.loads(file.read_bytes())), InvalidSchema):
            refused.add(key)
    assert refused == NOT_JSON_SCHEMA
    assert total > 600


@needs_iglu_central
def test_verdicts_and_reports_agree_with_an_independent_validator(record_property):
    """Same verdict on each instance; without branches, also the same keywords at the same paths."""
    compared = {True: 0, False: 0}
    explained = 0
    schemas = 0
    for key, file in iglu_central_schemas():
        if key in NOT_JSON_SCHEMA or key in INCOMPARABLE:
            continue
        schemas += 1
        json_schema = json.loads(file.read_bytes())
        ours, theirs = compile_schema(json_schema), independent(json_schema)
        assert isinstance(ours, Schema)
        for instance in instances(json_schema, key):
            verdict = ours.is_valid(instance)
            errors = list(theirs.iter_errors(instance))
            assert verdict is (not errors), (key, instance, [e.message for e in errors])
            reports = ours.reports(instance)
            assert bool(reports) is not verdict, (key, instance)
            compared[verdict] += 1
            if errors and not any(error.context or error.validator == "not" for error in errors):
                explained += 1
                assert {(r.path, keyword(r.keyword)) for r in reports} == {
                    (path(error.absolute_path), error.validator) for error in errors
                }, (key, instance)
    print(f"{schemas} schemas, {compared} verdicts, {explained} explanations compared")
    record_property("compared", compared)
    assert schemas >= 200
    assert compared[True] > 1_000
    assert compared[False] > 1_000
    assert explained > 1_000


def keyword(reported: str | None) -> str | None:
    """networknt reports some keywords by other names."""
    if reported is None:
        return None
    return {"unionType": "type", "dateTime": "format", "uuid": "format"}.get(reported, reported)


def path(location) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)


# ------------------------------------------------------------------- the independent validator

formats = jsonschema.FormatChecker(formats=())


def succeeds(parse):
    def check(value) -> bool:
        if isinstance(value, str):
            parse(value)
        return True

    return check


def date_time(text: str) -> None:
    shape = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
    if not re.fullmatch(shape, text, re.ASCII):
        raise ValueError(text)
    datetime.fromisoformat(re.sub(r"\.\d+", "", text).upper().replace("Z", "+00:00"))


def full_date(text: str) -> None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError(text)
    date.fromisoformat(text)


def full_uuid(text: str) -> None:
    if str(uuid.UUID(text)) != text.lower():
        raise ValueError(text)


def matching(pattern: str):
    def parse(text: str) -> None:
        if re.search(pattern, text, re.ASCII) is None:
            raise ValueError(text)

    return parse


for name, parse in {
    "date-time": date_time,
    "date": full_date,
    "uuid": full_uuid,
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "email": matching(r"^[\w.+-]+@[\w-]+(\.[\w-]+)*$"),
    "hostname": matching(PATTERNS["hostname"]),
    "uri": matching(PATTERNS["uri"]),
}.items():
    formats.checks(name, raises=ValueError)(succeeds(parse))


def independent(json_schema) -> jsonschema.Draft4Validator:
    accept_anything: Any = referencing.Registry(  # type: ignore[call-arg]
        retrieve=lambda uri: referencing.Resource.from_contents({}, default_specification=DRAFT4)
    )
    return jsonschema.Draft4Validator(json_schema, format_checker=formats, registry=accept_anything)


# --------------------------------------------------------------------------- seeded instances

TEXTS = (
    *("", "a", "text", "Text With Spaces", "é😀", "1", "0.5", "true", "x" * 300),
    *("024629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5f", "024629F0-6B3C-4C5E-8F0B-0A1B2C3D4E5F", "024629f0"),
    *("2024-02-29T12:34:56.789Z", "2024-02-29t12:34:56+01:00", "2024-02-30T00:00:00Z"),
    *("2024-02-29", "2023-02-29", "2024-2-1", "12:34:56"),
    *("https://example.com/a?b=c", "//example.com", "no uri", "mailto:a@example.com"),
    *("name@example.com", "name@", "example.com", "-example.com", "a.b-c.d"),
    *("192.168.0.1", "256.1.1.1", "::1", "fe80::1", "::g"),
    *("iglu:com.acme/thing/jsonschema/1-0-0", "1-0-0", "com.acme", "320x200", "#ff0000"),
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    7,
    10**12,
    0.5,
    2.0,
    -3.25,
    [],
    ["text"],
    {},
    {"k": 1},
)


def instances(json_schema, seed: str) -> Iterator[object]:
    """Mostly what the schema wants, here and there something else; the same in every run."""
    chance = random.Random(seed)
    for index in range(INSTANCES_PER_SCHEMA):
        # every other one tries to be right, so that both verdicts come up
        yield draw(json_schema, json_schema, chance, error_rate=0.0 if index % 2 else 0.15)


def draw(schema, root, chance: random.Random, error_rate: float):
    if chance.random() < error_rate:
        return chance.choice((*VALUES, *TEXTS))
    if "$ref" in schema:
        if not schema["$ref"].startswith("#/definitions/"):
            return chance.choice(VALUES)
        return draw(root["definitions"][schema["$ref"][14:]], root, chance, error_rate)
    for combiner in ("allOf", "anyOf", "oneOf"):
        if combiner in schema:
            rest = {k: v for k, v in schema.items() if k != combiner}
            return draw({**rest, **chance.choice(schema[combiner])}, root, chance, error_rate)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    types = schema.get("type", "object" if "properties" in schema else "string")
    match chance.choice(types if isinstance(types, list) else [types]):
        case "object":
            return draw_object(schema, root, chance, error_rate)
        case "array":
            least, most = schema.get("minItems", 0), min(schema.get("maxItems", 4), 4)
            items = schema.get("items", {})
            item = items if isinstance(items, dict) else items[0]
            size = chance.randint(least, max(least, most))
            return [draw(item, root, chance, error_rate) for _ in range(size)]
        case "integer":
            return draw_number(schema, chance)
        case "number":
            return draw_number(schema, chance) + chance.choice((0, 0.5))
        case "boolean":
            return chance.random() < 0.5
        case "null":
            return None
        case _:
            return draw_text(schema, chance)


def draw_object(schema, root, chance: random.Random, error_rate: float) -> dict[str, object]:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    drawn = {
        name: draw(properties.get(name, {}), root, chance, error_rate)
        for name in {**properties, **dict.fromkeys(required)}
        if (name in required and chance.random() >= error_rate / 2) or chance.random() < 0.4
    }
    if chance.random() < error_rate:
        drawn["unknown"] = chance.choice(VALUES)
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        drawn["more"] = draw(more, root, chance, error_rate)
    return drawn


def draw_number(schema, chance: random.Random) -> int:
    least = int(schema.get("minimum", -5))
    most = int(schema.get("maximum", max(least, 0) + 10))
    return chance.choice((least, most, chance.randint(least, most)))


def draw_text(schema, chance: random.Random) -> str:
    fitting = [
        text
        for text in TEXTS
        if schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 1_000)
        and re.search(schema.get("pattern", ""), text)
        and formats.conforms(text, schema.get("format", ""))
    ]
    return chance.choice(fitting or TEXTS)
