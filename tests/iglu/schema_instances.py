"""Instances aimed at every keyword of a schema, and what two schemas say of them.

`compare` answers whether two schemas accept the same JSON: it makes instances from both, valid
ones and ones that break a single keyword, and asks both about each. `mutants` makes schemas that
differ in one keyword; a comparison that is worth something tells them apart.
"""

import copy
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple, TypeAlias

import jsonschema_rs

Json: TypeAlias = Any
Schema: TypeAlias = dict[str, Any]

JSON_TYPES: tuple[Json, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2.5,
    "text",
    "",
    [],
    ["text"],
    {},
    {"k": 1},
)
"""Values of all seven types of draft-04."""

UUID = "01234567-89ab-4cde-8f01-23456789abcd"
TEXTS = (
    "text",
    UUID,
    "0123456789abcdef",
    "0123456789ABCDEF",
    UUID.upper(),
    "iglu:com.acme/thing/jsonschema/1-0-0",
    "iglu:com.acme/thing/jsonschema/1-*-*",
    "iglu:com.acme/thing/1-0-0",
    "1-0-0",
    "1.2.3",
    "1.2",
    "320x200",
    "320/200",
    "sp_abcdefghijklmnopqrstuvwxyz",
    "sp_1bcdefghijklmnopqrstuvwxyz",
    "2024-02-29T12:34:56.789Z",
    "2024-02-29T12:34:56+01:00",
    "2024-02-29 12:34:56",
    "2024-02-30T12:34:56Z",
    "2024-02-29",
    "https://example.com/a?b=c",
    "not a uri",
    "name@example.com",
    "name@",
    "com.acme",
    "com acme",
)
"""Some of these fit each pattern and format that the schemas use, and some do not."""

FORMATS = {"uri": "https://example.com/a?b=c", "date-time": "2024-02-29T12:34:56.789Z"}
FORMATS |= {"email": "name@example.com", "uuid": UUID}
IGNORED_FORMATS = {"strict-uri"}
"""Formats that the Snowplow dialect does not know."""

COMBINERS = ("allOf", "anyOf", "oneOf")
UNKNOWN = "unknown_"
UNKNOWN_VALUES: tuple[Json, ...] = ("text", 1, None, {})
ANNOTATIONS = {"description", "title", "examples"}
NUMBER_KEYWORDS = {"minimum", "maximum", "multipleOf"}
OBJECT_KEYWORDS = {"properties", "required", "additionalProperties", "minProperties"}


class Difference(NamedTuple):
    instance: Json
    ours: bool
    theirs: bool


@dataclass
class Comparison:
    """What two schemas said of the same instances; `difference` is the first disagreement."""

    accepted: int = 0
    refused: int = 0
    difference: Difference | None = None


def compare(ours: Schema, theirs: Schema) -> Comparison:
    ours_accepts, theirs_accepts = verdict(ours), verdict(theirs)
    result = Comparison()
    for schema in (ours, theirs):
        for instance in instances(schema):
            said = Difference(instance, ours_accepts(instance), theirs_accepts(instance))
            if said.ours != said.theirs:
                result.difference = said
                return result
            if said.ours:
                result.accepted += 1
            else:
                result.refused += 1
    return result


def verdict(schema: Schema) -> Callable[[Json], bool]:
    """Says whether the schema accepts an instance, in the dialect of Snowplow."""
    return jsonschema_rs.Draft4Validator(
        in_dialect(schema), validate_formats=True, formats={"uuid": _is_uuid}, offline=True
    ).is_valid


def in_dialect(schema: Json) -> Json:
    """The schema with each reference to the web replaced: in Snowplow it accepts anything."""
    if isinstance(schema, list):
        return [in_dialect(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if str(schema.get("$ref", "")).startswith("http"):
        return {}
    return {key: in_dialect(value) for key, value in schema.items()}


def skeleton(schema: Json) -> Json:
    """The schema without words and without the order in which its keywords are written.

    The order of properties, types, required names and enumerated values stays: error messages
    show it.
    """
    if isinstance(schema, list):
        return [skeleton(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    bare: Schema = {}
    for keyword in sorted(schema):
        value = schema[keyword]
        if keyword in ANNOTATIONS or keyword in ("$schema", "self"):
            continue
        if keyword in ("properties", "definitions"):
            # pairs, since two dictionaries are equal in whatever order
            bare[keyword] = [(name, skeleton(part)) for name, part in value.items()]
        else:
            bare[keyword] = skeleton(value)
    return bare


# ------------------------------------------------------------------------------- instances


def instances(schema: Schema, draws: int = 40) -> Iterator[Json]:
    """Aimed at each keyword in turn, then `draws` where several properties are off at once."""
    schema = in_dialect(schema)
    seed = zlib.crc32(repr(schema.get("self")).encode())
    yield from _probes(schema, schema)
    random = Random(seed)
    cache: dict[int, list[Json]] = {}
    for _ in range(draws):
        yield _draw(schema, schema, random, cache)


def example(schema: Schema, root: Schema | None = None, *, full: bool = False) -> Json:
    """An instance that the schema accepts: the least one, or one with every property."""
    if root is None:
        schema = root = in_dialect(schema)
    return _example(_forms(schema, root)[0], root, full)


def _example(form: Schema, root: Schema, full: bool) -> Json:
    if "enum" in form:
        return form["enum"][0]
    match _kind(form):
        case "object":
            return _object(form, root, full)
        case "array":
            size = max(form.get("minItems", 0), 1 if full else 0)
            return [example(form.get("items", {}), root, full=full)] * size
        case "string":
            return _text(form)
        case "integer" | "number":
            return min(max(1, form.get("minimum", 1)), form.get("maximum", 1))
        case "boolean":
            return True
        case _:
            return None


def _object(form: Schema, root: Schema, full: bool) -> dict[str, Json]:
    properties: dict[str, Schema] = form.get("properties", {})
    names = list(properties) if full else []
    names += [name for name in form.get("required", ()) if name not in names]
    for name in properties:
        if len(names) < form.get("minProperties", 0) and name not in names:
            names.append(name)
    return {name: example(properties.get(name, {}), root, full=full) for name in names}


def _text(form: Schema) -> str:
    if "format" in form and form["format"] not in IGNORED_FORMATS:
        return FORMATS[form["format"]]
    least: int = form.get("minLength", 0)
    most: int = form.get("maxLength", 1 << 20)
    for text in TEXTS:
        if least <= len(text) <= most and re.search(form.get("pattern", ""), text):
            return text
    if "pattern" in form:
        raise LookupError(f"no text fits {form}: add one to TEXTS")
    return "x" * least


def _probes(schema: Schema, root: Schema) -> Iterator[Json]:
    yield from JSON_TYPES
    for form in _forms(schema, root):
        yield from _enum_probes(form)
        kind = _kind(form)
        if kind == "string" and "enum" not in form:
            yield from _text_probes(form)
        elif kind in ("integer", "number"):
            yield from _number_probes(form)
        elif kind == "array":
            yield from _array_probes(form, root)
        if kind == "object" or "properties" in form:
            yield from _object_probes(form, root)


def _enum_probes(form: Schema) -> Iterator[Json]:
    for value in form.get("enum", ()):
        yield value
        yield f"{value}_"
        yield str(value).swapcase()


def _text_probes(form: Schema) -> Iterator[str]:
    if "pattern" in form or "format" in form:
        yield from TEXTS
        text = _text(form)
        yield from (text[1:], text[:-1], f" {text}", f"{text} ", f"\n{text}", f"{text}\n{text}")
        yield from (f"{text}_", f"_{text}", f"{text}é", text.upper(), text.replace("-", ""))
    for limit in _limits(form, "minLength", "maxLength"):
        for size in (limit - 1, limit, limit + 1):
            yield from _of_length(form, max(0, size))


def _of_length(form: Schema, size: int) -> Iterator[str]:
    yield "\N{GRINNING FACE}" * size
    if "pattern" not in form and "format" not in form:
        yield "x" * size
        return
    text = _text(form)
    yield text[:size]
    if size > len(text):
        yield text + text[-1] * (size - len(text))


def _number_probes(form: Schema) -> Iterator[float]:
    for limit in _limits(form, "minimum", "maximum"):
        yield from (limit - 1, limit, limit + 1, limit - 0.25, limit + 0.25)
    if step := form.get("multipleOf"):
        # plainly multiples or plainly not, however an implementation rounds
        yield from (step / 4, step * 1.5, step, 0.5, 12.25, 0.125)


def _array_probes(form: Schema, root: Schema) -> Iterator[list[Json]]:
    item = form.get("items", {})
    one, whole = example(item, root), example(item, root, full=True)
    yield [whole]
    for limit in (1, *_limits(form, "minItems", "maxItems")):
        yield from ([one] * max(0, size) for size in (limit - 1, limit, limit + 1))
    for probe in _probes(item, root):
        yield [probe]
        yield [one, probe]


def _object_probes(form: Schema, root: Schema) -> Iterator[dict[str, Json]]:
    properties: dict[str, Schema] = form.get("properties", {})
    least, whole = _object(form, root, full=False), _object(form, root, full=True)
    yield from (least, whole)
    for base in (least, whole):
        for name in base:
            yield {key: base[key] for key in base if key != name}
        for unknown in UNKNOWN_VALUES:
            yield {**base, UNKNOWN: unknown}
    dependencies = form.get("dependencies", {})
    for name, part in properties.items():
        yield {name: example(part, root)}
        needed = {other: example(properties[other], root) for other in dependencies.get(name, ())}
        yield from ({**least, **needed, name: probe} for probe in _probes(part, root))
    if isinstance(more := form.get("additionalProperties"), dict):
        yield from ({**least, UNKNOWN: probe} for probe in _probes(more, root))


def _draw(schema: Schema, root: Schema, random: Random, cache: dict[int, list[Json]]) -> Json:
    """A random instance: mostly right, here and there off, at any depth."""
    form = random.choice(_forms(schema, root))
    kind = _kind(form)
    if kind == "object" and random.random() < 0.9:
        drawn = {
            name: _draw(part, root, random, cache)
            for name, part in form.get("properties", {}).items()
            if name in form.get("required", ()) or random.random() < 0.5
        }
        if random.random() < 0.1:
            drawn[UNKNOWN] = "text"
        return drawn
    if kind == "array" and random.random() < 0.9:
        item = form.get("items", {})
        return [_draw(item, root, random, cache) for _ in range(random.randrange(3))]
    if random.random() < 0.9:
        return _example(form, root, full=False)
    if id(schema) not in cache:
        cache[id(schema)] = list(_probes(schema, root))
    return random.choice(cache[id(schema)])


def _forms(schema: Schema, root: Schema) -> list[Schema]:
    """The schema without references and combiners: a form for each way through its branches."""
    if "$ref" in schema:
        return _forms(root["definitions"][schema["$ref"].rpartition("/")[2]], root)
    forms = [{key: value for key, value in schema.items() if key not in COMBINERS}]
    for part in schema.get("allOf", ()):
        forms = [_merged(form, more) for form in forms for more in _forms(part, root)]
    for combiner in ("anyOf", "oneOf"):
        if combiner in schema:
            parts = [more for part in schema[combiner] for more in _forms(part, root)]
            forms = [_merged(form, part) for form in forms for part in parts]
    return forms


def _limits(form: Schema, *keywords: str) -> list[int]:
    return [form[keyword] for keyword in keywords if keyword in form]


def _merged(one: Schema, other: Schema) -> Schema:
    both = {**one, **other}
    if "properties" in one and "properties" in other:
        both["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        both["required"] = [*one["required"], *other["required"]]
    return both


def _kind(form: Schema) -> str:
    """The first type that the form allows, read off its other keywords where it names none."""
    types: str | list[str] | None = form.get("type")
    if isinstance(types, list):
        return next((name for name in types if name != "null"), "null")
    if types is not None:
        return types
    keywords = form.keys()
    if keywords & OBJECT_KEYWORDS:
        return "object"
    if "items" in keywords:
        return "array"
    if keywords & NUMBER_KEYWORDS:
        return "number"
    return "string"


def _is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


# --------------------------------------------------------------------------------- mutants

Change: TypeAlias = Callable[[Schema], object]
Path: TypeAlias = tuple[str | int, ...]


class Mutant(NamedTuple):
    """A schema with one keyword changed. The copy is made when `schema` is asked for."""

    original: Schema
    path: Path
    change: str
    apply: Change

    @property
    def place(self) -> str:
        return "/".join(map(str, self.path))

    @property
    def kind(self) -> str:
        """The change without the name or value that it concerns."""
        return self.change.partition(":")[0]

    @property
    def schema(self) -> Schema:
        mutant = copy.deepcopy(self.original)
        self.apply(_at(mutant, self.path))
        return mutant


def mutants(schema: Schema) -> Iterator[Mutant]:
    """The schema with one keyword changed, in each place and each way."""
    for path in _places(schema, ()):
        for change, apply in _changes(_at(schema, path)):
            yield Mutant(schema, path, change, apply)


def _at(schema: Schema, path: Path) -> Json:
    node: Json = schema
    for step in path:
        node = node[step]
    return node


def _places(node: Schema, path: Path) -> Iterator[Path]:
    yield path
    for keyword in ("properties", "definitions"):
        for name, part in node.get(keyword, {}).items():
            yield from _places(part, (*path, keyword, name))
    for keyword in ("items", "additionalProperties"):
        if isinstance(part := node.get(keyword), dict):
            yield from _places(part, (*path, keyword))
    for keyword in COMBINERS:
        for index, part in enumerate(node.get(keyword, ())):
            yield from _places(part, (*path, keyword, index))


def _changes(node: Schema) -> Iterator[tuple[str, Change]]:
    yield from _required_changes(node)
    yield from _type_changes(node)
    yield from _enum_changes(node)
    yield from _limit_changes(node)
    for keyword in ("pattern", "format", "multipleOf", "items", "dependencies"):
        if keyword in node and node[keyword] not in ({}, *IGNORED_FORMATS):
            yield f"{keyword} dropped", _dropped(keyword)
    closed = node.get("additionalProperties")
    if closed is False:
        yield "additionalProperties allowed", _dropped("additionalProperties")
        for name in node.get("properties", {}):
            yield f"property dropped: {name}", _without_property(name)
    elif _kind(node) == "object":
        yield "additionalProperties forbidden", _with("additionalProperties", False)
    for combiner in COMBINERS:
        for index, part in enumerate(node.get(combiner, ())):
            if part != in_dialect(part):
                continue  # accepts anything, so nothing changes without it
            yield f"{combiner} branch dropped: {index}", _without_branch(combiner, index)


def _required_changes(node: Schema) -> Iterator[tuple[str, Change]]:
    required = node.get("required", [])
    for name in required:
        others = [other for other in required if other != name]
        yield f"not required: {name}", _with("required", others) if others else _dropped("required")
    for name in node.get("properties", {}):
        if name not in required:
            yield f"required: {name}", _with("required", [*required, name])


def _type_changes(node: Schema) -> Iterator[tuple[str, Change]]:
    if "type" not in node:
        return
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    values = node.get("enum")
    for name in types:
        if len(types) > 1 and (values is None or (name == "null" and None in values)):
            yield (
                f"type narrowed: {name}",
                _with("type", [other for other in types if other != name]),
            )
    if values is not None:
        return  # the enumeration already says which types there are
    yield "type dropped", _dropped("type")
    for name in ("null", "boolean", "integer", "number", "string", "array", "object"):
        if name not in types and not (name == "integer" and "number" in types):
            yield f"type widened: {name}", _with("type", [*types, name])


def _enum_changes(node: Schema) -> Iterator[tuple[str, Change]]:
    values = node.get("enum", [])
    for value in values:
        others = [other for other in values if other is not value]
        if others and not (value is None and "null" not in node.get("type", ["null"])):
            yield f"enum narrowed: {value}", _with("enum", others)
    if values:
        yield "enum widened", _with("enum", [*values, f"{values[0][:-1]}_"])
        yield "enum dropped", _dropped("enum")


def _limit_changes(node: Schema) -> Iterator[tuple[str, Change]]:
    if "enum" in node:
        return  # its values are what counts
    for keyword in ("minimum", "maximum", "minItems", "maxItems", "minProperties"):
        if keyword in node:
            yield f"{keyword} dropped", _dropped(keyword)
            yield f"{keyword} up by one", _with(keyword, node[keyword] + 1)
            if node[keyword] > 0 or keyword in ("minimum", "maximum"):
                yield f"{keyword} down by one", _with(keyword, node[keyword] - 1)
    for keyword in ("minLength", "maxLength"):
        if keyword not in node:
            continue
        yield f"{keyword} up by one", _with(keyword, node[keyword] + 1)
        if node[keyword] > 0:
            yield f"{keyword} dropped", _dropped(keyword)
            yield f"{keyword} down by one", _with(keyword, node[keyword] - 1)


def _with(keyword: str, value: Json) -> Change:
    return lambda node: node.update({keyword: value})


def _dropped(keyword: str) -> Change:
    return lambda node: node.pop(keyword, None)


def _without_property(name: str) -> Change:
    return lambda node: node["properties"].pop(name)


def _without_branch(combiner: str, index: int) -> Change:
    return lambda node: node[combiner].pop(index)
