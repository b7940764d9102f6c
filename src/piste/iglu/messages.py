"""What is wrong with data, in the words that Snowplow's users know.

Room:   runs only after the engine has said "invalid": a walk over schema and data, a function per
        keyword, each yielding reports. `{path}: string found, integer expected` and its like are
        read by people and by programs, so the texts are networknt's, to the letter.
Limits: the engine decides, this module explains. What it cannot follow (a `$ref` that is no
        pointer into the schema) it passes over. At most `MAX_REPORTS` reports and `MAX_STEPS`
        checks, and long values are cut, so that hostile data cannot fill the memory.
Source: Iglu, "Validation dialect"; the order is networknt's: `properties`, `patternProperties`,
        then the other keywords by name.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from piste.events.failures import DataReport
from piste.events.schema_key import Json
from piste.iglu.dialect import resolve_pointer
from piste.iglu.formats import PATTERNS, RULES

MAX_REPORTS = 100
MAX_STEPS = 100_000
MAX_DATA_ECHO = 1_000
"""Longest text that a report repeats from the data (a path, a value), in characters."""
MAX_SCHEMA_ECHO = 4_000
"""Longest text that a report repeats from the schema (an enumeration, a pattern)."""

Holds = Callable[[dict[str, Json], Json], bool]
"""Does the engine accept the data for a schema without subschemas, such as `{"maxLength": 3}`?"""

Reports = Iterator[DataReport]


def explain(schema: Json, data: Json, holds: Holds) -> tuple[DataReport, ...]:
    """Why `data` breaks `schema`, without repetition; empty when this module cannot tell."""
    walk = _Walk(schema, holds)
    reports: dict[DataReport, None] = {}
    try:
        for report in islice(walk.reports(schema, data, "$"), MAX_REPORTS):
            reports[report] = None
    except (_OutOfSteps, RecursionError, ValueError):
        pass  # too much, or data that the engine cannot read; what was found until here is true
    return tuple(reports)


def printable(text: str, length: int) -> str:
    """At most `length` characters, none of which is half a surrogate pair."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return cut.encode(errors="replace").decode()


class _OutOfSteps(Exception):
    """The walk took longer than an explanation is worth."""


@dataclass(slots=True)
class _Walk:
    root: Json
    engine_holds: Holds
    steps: int = 0

    def reports(self, schema: Json, data: Json, path: str) -> Reports:
        self._step()
        if not isinstance(schema, dict):
            return
        ref = schema.get("$ref")
        if isinstance(ref, str):
            yield from self.reports(resolve_pointer(self.root, ref), data, path)
            return
        for keyword, check in _CHECKS:
            if keyword in schema:
                yield from check(self, schema, data, path)

    def is_valid(self, schema: Json, data: Json) -> bool:
        return next(self.reports(schema, data, "$"), None) is None

    def holds(self, leaf: dict[str, Json], data: Json) -> bool:
        self._step()
        return self.engine_holds(leaf, data)

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise _OutOfSteps


# Each check takes the walk, the schema that holds its keyword, the data and where that stands.
_Check = Callable[[_Walk, dict[str, Json], Json, str], Reports]


def _properties(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if isinstance(data, dict):
        for name, subschema in schema["properties"].items():
            if name in data:
                yield from walk.reports(subschema, data[name], _member(path, name))


def _pattern_properties(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if isinstance(data, dict):
        for pattern, subschema in schema["patternProperties"].items():
            for name, value in data.items():
                if walk.holds({"pattern": pattern}, name):
                    yield from walk.reports(subschema, value, _member(path, name))


_NOT_ALLOWED = "is not defined in the schema and the schema does not allow additional properties"


def _additional_properties(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    keyword = "additionalProperties"
    rule = schema[keyword]
    if rule is True or not isinstance(data, dict):
        return
    named = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    for name, value in data.items():
        if name in named or any(walk.holds({"pattern": p}, name) for p in patterns):
            continue
        if rule is False:
            yield _report(path, _NOT_ALLOWED, keyword, _echo(name), subject=_member(path, name))
        else:
            yield from walk.reports(rule, value, _member(path, name))


def _additional_items(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    rule, items = schema["additionalItems"], schema.get("items")
    if rule is True or not isinstance(data, list) or not isinstance(items, list):
        return
    for index in range(len(items), len(data)):
        if rule is False:
            wording, subject = "no validator found at this index", f"{path}[{index}]"
            yield _report(path, wording, "additionalItems", str(index), subject=subject)
        else:
            yield from walk.reports(rule, data[index], f"{path}[{index}]")


def _all_of(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    for branch in schema["allOf"]:
        yield from walk.reports(branch, data, path)


def _any_of(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    """A branch of another type is named by its type; the others say what they miss."""
    if any(walk.is_valid(branch, data) for branch in schema["anyOf"]):
        return
    for branch in schema["anyOf"]:
        wanted = None if "$ref" in branch else branch.get("type")
        if isinstance(wanted, str) and not _is_type(data, wanted):
            yield _report(path, "should be valid to any of the schemas {}", "anyOf", wanted)
        else:
            yield from walk.reports(branch, data, path)


def _one_of(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    valid = [branch for branch in schema["oneOf"] if walk.is_valid(branch, data)]
    if len(valid) > 1:
        yield _report(
            path,
            "should be valid to one and only one of schema, but more than one are valid: {}",
            "oneOf",
            "".join(map(_text, valid)),
        )
    if valid:
        return
    reports = [
        report
        for branch in schema["oneOf"]
        for report in islice(walk.reports(branch, data, path), MAX_REPORTS)
    ]
    telling = [report for report in reports if report.keyword != "additionalProperties"]
    yield from telling or reports


def _not(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if walk.is_valid(schema["not"], data):
        text = f'"not" : {_text(schema["not"])}'
        yield _report(path, "should not be valid to the schema {}", "not", text)


def _dependencies(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if not isinstance(data, dict):
        return
    lists = {name: d for name, d in schema["dependencies"].items() if isinstance(d, list)}
    text = ", ".join(f"{name}=[{', '.join(needed)}]" for name, needed in lists.items())
    for name, dependency in schema["dependencies"].items():
        if name not in data:
            continue
        if not isinstance(dependency, list):
            yield from walk.reports(dependency, data, path)
        elif any(needed not in data for needed in dependency):
            yield _report(path, "has an error with dependencies {}", "dependencies", f"{{{text}}}")


def _enum(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if not walk.holds({"enum": schema["enum"]}, data):
        text = f"[{', '.join(map(_text, schema['enum']))}]"
        yield _report(path, "does not have a value in the enumeration {}", "enum", text)


def _format(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    name = schema["format"]
    if walk.holds({"format": name}, data):
        return
    if name in ("date", "date-time"):
        yield _report(path, "{} is an invalid {}", "dateTime", _echo(data), name)
    elif name == "uuid":
        yield _report(path, "{} is an invalid {}", "uuid", _echo(data), name)
    else:
        rule = PATTERNS.get(name) or RULES[name]
        yield _report(path, "does not match the {} pattern {}", "format", name, rule)


def _items(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if not isinstance(data, list):
        return
    items = schema["items"]
    if isinstance(items, list):
        for index, (subschema, value) in enumerate(zip(items, data, strict=False)):
            yield from walk.reports(subschema, value, f"{path}[{index}]")
    else:
        for index, value in enumerate(data):
            yield from walk.reports(items, value, f"{path}[{index}]")


def _required(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if isinstance(data, dict):
        for name in schema["required"]:
            if name not in data:
                wording, subject = "is missing but it is required", _member(path, name)
                yield _report(path, wording, "required", name, subject=subject)


def _type(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    wanted = schema["type"]
    if isinstance(wanted, str):
        if not _is_type(data, wanted):
            yield _report(path, "{} found, {} expected", "type", _type_of(data), wanted)
    elif not any(_is_type(data, one) for one in wanted):
        types = f"[{', '.join(wanted)}]"
        yield _report(path, "{} found, but {} is required", "unionType", _type_of(data), types)


def _unique_items(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
    if not walk.holds({"uniqueItems": schema["uniqueItems"]}, data):
        yield _report(path, "the items in the array must be unique", "uniqueItems")


def _limit(keyword: str, wording: str, modifier: str = "") -> tuple[str, _Check]:
    """The check of a keyword whose report names its value; `modifier` is a keyword beside it."""

    def check(walk: _Walk, schema: dict[str, Json], data: Json, path: str) -> Reports:
        rule = {name: schema[name] for name in (keyword, modifier) if name in schema}
        if not walk.holds(rule, data):
            yield _report(path, wording, keyword, _text(schema[keyword]))

    return keyword, check


_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("properties", _properties),
    ("patternProperties", _pattern_properties),
    ("additionalItems", _additional_items),
    ("additionalProperties", _additional_properties),
    ("allOf", _all_of),
    ("anyOf", _any_of),
    ("dependencies", _dependencies),
    ("enum", _enum),
    ("format", _format),
    ("items", _items),
    _limit("maxItems", "there must be a maximum of {} items in the array"),
    _limit("maxLength", "may only be {} characters long"),
    _limit("maxProperties", "may only have a maximum of {} properties"),
    _limit("maximum", "must have a maximum value of {}", "exclusiveMaximum"),
    _limit("minItems", "there must be a minimum of {} items in the array"),
    _limit("minLength", "must be at least {} characters long"),
    _limit("minProperties", "should have a minimum of {} properties"),
    _limit("minimum", "must have a minimum value of {}", "exclusiveMinimum"),
    _limit("multipleOf", "must be multiple of {}"),
    ("not", _not),
    ("oneOf", _one_of),
    _limit("pattern", "does not match the regex pattern {}"),
    ("required", _required),
    ("type", _type),
    ("uniqueItems", _unique_items),
)


def _report(
    path: str, wording: str, keyword: str, *targets: str, subject: str | None = None
) -> DataReport:
    """`wording` has a `{}` per target, or none; `subject` is what the message begins with."""
    targets = tuple(printable(target, MAX_SCHEMA_ECHO) for target in targets)
    return DataReport(f"{subject or path}: {wording.format(*targets)}", path, keyword, targets)


def _member(path: str, name: str) -> str:
    """The path of a member; names are not quoted, whatever they hold, as networknt does not."""
    return printable(f"{path}.{name}", MAX_DATA_ECHO)


def _echo(data: Json) -> str:
    return printable(_text(data), MAX_DATA_ECHO)


def _text(value: Json) -> str:
    """A string as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _type_of(data: Json) -> str:
    match data:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case Decimal():
            return "integer" if data.as_tuple().exponent == 0 else "number"
        case float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
        case dict():
            return "object"
        case _:
            return "array"


def _is_type(data: Json, wanted: str) -> bool:
    found = _type_of(data)
    return found == wanted or (wanted == "number" and found == "integer")
