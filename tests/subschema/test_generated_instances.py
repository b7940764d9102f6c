"""Pairs that differ by a few edits, and instances in masses: none may contradict what was answered.

The instances are aimed at what the two schemas say: those of `iglu.schema_instances`, and from these
others, one step away, with the names, limits and values that stand in either schema.
"""

import copy
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from iglu.schema_instances import TEXTS, UNKNOWN, Json, Schema, in_dialect, instances
from subschema.schema_edits import edited, places

from piste.subschema import Compatible, Incompatible, Undecidable, check

POOL = Path(__file__).parents[3] / "shared" / "data" / "subschema" / "iglu_pool.jsonl"
needs_pool = pytest.mark.skipif(not POOL.exists(), reason=f"there is no {POOL}")

STEPS = 1_000
"""Instances per pair that are one step from others."""
INSTANCES_OF_SOAK = 100_000
ROUNDS_OF_SOAK = 3
SECONDS = 20.0
"""Of processor time, for one check: a guard against hangs."""
SAMPLE = 50
"""Every so many instances the other validator is asked as well."""


@dataclass
class Figures:
    pairs: int = 0
    compatible: int = 0
    incompatible: int = 0
    undecided: int = 0
    instances: int = 0


@needs_pool
def test_a_few_pairs() -> None:
    """Of every tenth schema, eight times; the same ones each time."""
    figures = Figures()
    for turn in range(8):
        for key, schema in list(pool())[::10]:
            try_out(schema, Random(f"{key} {turn}"), figures)
    print(figures)
    assert figures.instances > 30_000
    assert figures.undecided <= figures.pairs / 20


@pytest.mark.soak
@needs_pool
def test_many_pairs(request: pytest.FixtureRequest) -> None:
    """Of every schema, several times."""
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("minutes of pairs: runs with -m soak")
    figures = Figures()
    for turn in range(ROUNDS_OF_SOAK):
        for key, schema in pool():
            try_out(schema, Random(f"{key} {turn}"), figures)
    print(figures)
    assert figures.instances >= INSTANCES_OF_SOAK
    assert figures.undecided <= figures.pairs / 20


def pool() -> Iterator[tuple[str, Schema]]:
    for line in POOL.read_text().splitlines():
        entry = json.loads(line)
        yield entry["key"], entry["schema"]


def try_out(schema: Schema, random: Random, figures: Figures) -> None:
    """One pair made of the schema."""
    one = edited(schema, random) if random.random() < 0.3 else schema
    other = edited(one, random)
    left, right = random.choice(((one, other), (other, one)))
    started = time.thread_time()
    verdict = check(left, right)
    assert time.thread_time() - started < SECONDS, (left, right)
    figures.pairs += 1
    match verdict:
        case Compatible():
            figures.compatible += 1
            figures.instances += accepted([schema, left, right], left, right, random)
        case Incompatible(witness):
            figures.incompatible += 1
            assert is_member(witness, left) == [True, True], (verdict, left, right)
            assert is_member(witness, right) == [False, False], (verdict, left, right)
        case Undecidable():
            figures.undecided += 1


def accepted(sources: list[Schema], left: Schema, right: Schema, random: Random) -> int:
    """How many instances of the left schema were tried: all must be instances of the right."""
    is_left, is_right = validator(left).is_valid, validator(right).is_valid
    tried = 0
    for instance in aimed(sources, is_left, random):
        tried += 1
        if not is_right(instance):
            is_contradiction = is_member(instance, left)[1] and not is_member(instance, right)[1]
            assert not is_contradiction, (instance, left, right)
        elif tried % SAMPLE == 0 and is_member(instance, left)[1]:
            assert is_member(instance, right)[1], (instance, left, right)
    return tried


# ------------------------------------------------------------------------- the two validators

FORMATS = jsonschema.FormatChecker(("date-time", "date", "email", "ipv4", "ipv6", "uri"))
"""Those that the other validator asserts; `hostname` and `uuid` follow."""


@FORMATS.checks("hostname")  # type: ignore[untyped-decorator]
def is_hostname(text: object) -> bool:
    label = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
    is_one = isinstance(text, str) and re.fullmatch(rf"{label}(\.{label})*", text) is not None
    return is_one or not isinstance(text, str)


@FORMATS.checks("uuid")  # type: ignore[untyped-decorator]
def is_uuid(text: object) -> bool:
    groups = "-".join(f"[0-9A-Fa-f]{{{size}}}" for size in (8, 4, 4, 4, 12))
    return not isinstance(text, str) or re.fullmatch(groups, text) is not None


def validator(schema: Schema) -> Any:
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True, formats={"uuid": is_uuid})


def has_pattern(
    _: object, pattern: str, text: Json, __: object
) -> Iterator[jsonschema.ValidationError]:
    """As ECMA means it: the final `$` of Python also matches before a last line feed."""
    if isinstance(text, str) and not re.search(
        re.sub(r"(?<!\\)\$", r"\\Z", pattern), text, re.ASCII
    ):
        yield jsonschema.ValidationError(f"{text} does not match {pattern}")


Other = jsonschema.validators.extend(jsonschema.Draft4Validator, {"pattern": has_pattern})


def is_member(instance: Json, schema: Schema) -> list[bool]:
    """By two validators that know nothing of each other."""
    other = Other(exact(schema), format_checker=FORMATS)
    return [validator(schema).is_valid(instance), other.is_valid(exact(instance))]


def exact(value: Json) -> Json:
    """With decimal numbers, which have exact remainders."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [exact(one) for one in value]
    return {k: exact(v) for k, v in value.items()} if isinstance(value, dict) else value


# ---------------------------------------------------------------------------------- instances

Accepts = Callable[[Json], bool]

MORE_TEXTS = (
    *("192.0.2.1", "2001:db8::1", "example.com", "a.b-c.org", "a", "A1", "$ref", "$A_1", "s3://b"),
    *("YWJj", "YWI=", "YQ==", "sp_" + "a2" * 13, "1.2.3-rc1", "1.2.3-x", "2024-01-02.123", "1x1"),
    *("10/20", "1.5,-2", "iglu:a/b/c/1-0-0", "iglu:a/b/c/*-0-*", "12-0-3", "a@b.co", "urn:a:b"),
    *("http://example.com/" + "a" * size for size in (100, 236, 237, 1_000, 2_030, 8_000)),
    *("a" * size + "@example.com" for size in (50, 52, 53)),
)
"""With those of the other module: for each pattern and format some that fit."""


def aimed(sources: list[Schema], is_left: Accepts, random: Random) -> Iterator[Json]:
    """Distinct instances of the left schema."""
    known: dict[str, Json] = {}
    words = Words.of(sources)

    def candidates() -> Iterator[Json]:
        for source in sources:
            yield from instances(simplified(source))
        found = list(known.values())
        for _ in range(STEPS if found else 0):
            yield stepped(copy.deepcopy(random.choice(found)), words, random)

    for instance in candidates():
        text = json.dumps(instance)
        if text not in known and is_left(instance):
            known[text] = instance
            yield instance


def simplified(schema: Json) -> Json:
    """With texts to choose from instead of patterns and formats, and all items alike: the other module
    knows a few patterns, no tuples, and no dependencies on names that are not spelt."""
    if isinstance(schema, list):
        return [simplified(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    simple = {
        word: simplified(value)
        for word, value in in_dialect(schema).items()
        if word != "dependencies"
    }
    if isinstance(simple.get("items"), list):
        simple["items"] = simple["items"][0]
    if isinstance(schema.get("pattern"), str) or isinstance(schema.get("format"), str):
        fits = validator({w: schema[w] for w in STRING_WORDS & schema.keys()}).is_valid
        texts = [text for text in (*TEXTS, *MORE_TEXTS) if fits(text)]
        return {"enum": texts} if texts else {"type": "string"}
    return simple


STRING_WORDS = {"pattern", "format", "minLength", "maxLength"}


@dataclass
class Words:
    """What some schemas speak of: names, numbers, and values."""

    names: list[str]
    limits: list[float]
    values: list[Json]

    @staticmethod
    def of(schemas: list[Schema]) -> "Words":
        parts = [part for schema in schemas for part in places(schema)]
        names = {name for part in parts for name in part.get("properties", ())}
        numbers = {v for part in parts for w, v in part.items() if w in LIMITS}
        values = [value for part in parts for value in part.get("enum", ())]
        near = sorted({n + d for n in {0, 1, *numbers} for d in (-1, 0, 1, 0.5)})
        constants: list[Json] = [None, True, [], {}, {"k": 1}, *TEXTS, *MORE_TEXTS]
        return Words([*sorted(names), UNKNOWN, "$x", "k"], near, [*constants, *values, *near])


LIMITS = {
    f"{which}{what}" for which in ("min", "max") for what in ("Length", "Items", "Properties")
}
LIMITS |= {"minimum", "maximum", "multipleOf"}


def stepped(value: Json, words: Words, random: Random) -> Json:
    """The same but in one place."""
    if isinstance(value, dict | list) and value and random.random() < 0.7:
        steps = list(value) if isinstance(value, dict) else range(len(value))
        step = random.choice(steps)
        value[step] = stepped(value[step], words, random)
    elif isinstance(value, dict):
        name = random.choice(words.names)
        if name in value:
            del value[name]
        else:
            value[name] = random.choice([*words.values, *value.values()])
    elif isinstance(value, list) and random.random() < 0.8:
        size = int(min(max(0, random.choice(words.limits)), 40))
        value = (value or [random.choice(words.values)]) * size
        value = value[:size]
    elif isinstance(value, str) and random.random() < 0.8:
        size = int(max(0, random.choice(words.limits)))
        value = value[:size] + random.choice((value[-1:], "a", "é")) * min(size - len(value), 9_000)
    else:
        value = random.choice(words.values)
    return value
