"""Snowplow's dialect of JSON Schema draft-04, said in terms that the validation engine understands.

Room:   a pure step between a schema as its author wrote it and the compiled validator.
Limits: refuses (`TooComplex`) schemas that nest deeper than `MAX_DEPTH` or whose `$ref`s multiply
        to more than `MAX_CHECKS` checks of one value, so that no schema exhausts stack or time.
        A recursive schema with ambiguous branches may still be slow on deep data.
Source: Iglu, "Validation dialect".
"""

from collections.abc import Iterator
from urllib.parse import unquote

from piste.events.schema_key import Json
from piste.iglu.formats import PATTERNS, RULES

MAX_DEPTH = 100
"""Levels of JSON in a schema; the deepest one of Iglu Central has 23."""

MAX_CHECKS = 100_000
"""Subschemas that one value may have to be checked against, `$ref`s followed."""

_MAPS_OF_SCHEMAS = frozenset({"properties", "patternProperties", "definitions", "dependencies"})
_PLAIN_VALUES = frozenset({"enum", "default"})


class TooComplex(ValueError):
    """The schema asks for more nesting or checking than any honest one; `str()` says which."""


def for_engine(schema: Json, *, keep_remote_refs: bool = False) -> Json:
    """A copy of `schema` in which formats are patterns and remote `$ref`s accept anything.

    A `format` of `PATTERNS` becomes a `pattern`, one of `RULES` stays and any other goes away,
    so that exactly Snowplow's list is checked. Raises `TooComplex`.
    """
    objects = list(_objects(schema))
    declared = {_document(node["id"]) for node in objects if isinstance(node.get("id"), str)}

    def rewrite(node: Json) -> Json:
        if isinstance(node, list):
            return [rewrite(item) for item in node]
        if not isinstance(node, dict):
            return node
        if not keep_remote_refs and _is_remote(node.get("$ref"), declared):
            return {}
        copy: dict[str, Json] = {}
        for keyword, value in node.items():
            if keyword in _PLAIN_VALUES:
                copy[keyword] = value
            elif keyword in _MAPS_OF_SCHEMAS and isinstance(value, dict):
                copy[keyword] = {name: rewrite(subschema) for name, subschema in value.items()}
            else:
                copy[keyword] = rewrite(value)
        return _with_format_as_pattern(copy)

    rewritten = rewrite(schema)
    _limit_checks(rewritten)
    return rewritten


def has_ref(schema: Json) -> bool:
    """Whether data may steer validation into recursion (a `$ref` is the only way)."""
    return any(isinstance(node.get("$ref"), str) for node in _objects(schema))


def resolve_pointer(root: Json, ref: str) -> Json | None:
    """What a `$ref` such as `#/definitions/a` points at; None when it is no pointer into `root`."""
    if not (ref == "#" or ref.startswith("#/")):
        return None
    node = root
    for token in ref[2:].split("/") if len(ref) > 1 else []:
        name = unquote(token).replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and name in node:
            node = node[name]
        elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node


def _with_format_as_pattern(schema: dict[str, Json]) -> dict[str, Json]:
    name = schema.get("format")
    if not isinstance(name, str) or name in RULES:
        return schema
    del schema["format"]
    pattern = PATTERNS.get(name)
    if pattern is None:
        return schema
    if "pattern" not in schema:
        schema["pattern"] = pattern
    else:
        also = schema.get("allOf", [])
        if isinstance(also, list):  # else the check against draft-04 refuses the schema anyway
            schema["allOf"] = [*also, {"pattern": pattern}]
    return schema


def _limit_checks(root: Json) -> None:
    """Count, per subschema, the checks that one value takes; a `$ref` counts for its target."""
    counted: dict[int, int] = {}

    def checks(schema: Json) -> int:
        if not isinstance(schema, dict):
            return 0
        identity = id(schema)
        if identity not in counted:
            counted[identity] = 0  # a loop adds nothing: the engine cuts it as well
            counted[identity] = 1 + sum(map(checks, _same_value(schema, root)))
            if counted[identity] > MAX_CHECKS:
                raise TooComplex(f"checks one value more than {MAX_CHECKS} times")
        return counted[identity]

    try:
        for schema in _objects(root):
            checks(schema)
    except RecursionError:
        raise TooComplex("has a chain of $refs that is too long") from None


def _same_value(schema: dict[str, Json], root: Json) -> Iterator[Json]:
    """The subschemas that look at the same value as `schema` does."""
    ref = schema.get("$ref")
    if isinstance(ref, str):
        yield resolve_pointer(root, ref)
        return
    for keyword in ("allOf", "anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list):
            yield from branches
    yield schema.get("not")
    dependencies = schema.get("dependencies")
    if isinstance(dependencies, dict):
        yield from dependencies.values()


def _objects(node: Json, depth: int = 0) -> Iterator[dict[str, Json]]:
    """Every object in `node`. Raises `TooComplex` past `MAX_DEPTH`, so also for a cycle."""
    if depth > MAX_DEPTH:
        raise TooComplex(f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(node, dict):
        yield node
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _objects(child, depth + 1)


def _document(uri: str) -> str:
    return uri.partition("#")[0]


def _is_remote(ref: Json, declared: set[str]) -> bool:
    return (
        isinstance(ref, str)
        and ref.startswith(("http://", "https://"))
        and _document(ref) not in declared
    )
