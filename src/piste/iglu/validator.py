"""Compiled schemas: is this data valid, and if not, what is wrong with it?

Room:   the only place that knows the validation engine. A schema is checked against draft-04 and
        compiled once; `is_valid` is then the hot path, `reports` the explanation after a "no".
Limits: JSON Schema draft-04 in Snowplow's dialect (see `dialect`). A regular expression is ECMA's;
        one that backtracks more than `BACKTRACK_LIMIT` times counts as not matching. Data that the
        engine cannot read (a lone surrogate, nesting past its limits) is invalid.
Source: Iglu, "Validation dialect".
"""

import json
from collections.abc import Callable

import jsonschema_rs
from jsonschema_rs import Draft4Validator, FancyRegexOptions

from piste.events.failures import DataReport, InvalidSchema, SchemaIssue
from piste.events.schema_key import Json
from piste.iglu.dialect import TooComplex, for_engine, has_ref
from piste.iglu.messages import MAX_DATA_ECHO, MAX_SCHEMA_ECHO, explain, printable

BACKTRACK_LIMIT = 10_000
"""Only patterns with look-around or back-references backtrack; others run in linear time."""

MAX_DATA_DEPTH = 100
"""Levels of data that a schema with `$ref`s is followed into; recursion past it could crash."""

Retrieve = Callable[[str], Json]

_DRAFT4 = "http://json-schema.org/draft-04/schema"


class Schema:
    """A schema that data can be checked against. `json` is the schema as it was written."""

    __slots__ = ("_engine", "is_valid", "json")

    is_valid: Callable[[Json], bool]
    """Whether data satisfies the schema. Raises what `is_unreadable` knows, for odd data."""

    def __init__(self, json: Json, engine: Draft4Validator, *, is_recursive: bool) -> None:
        self.json = json
        self._engine = engine
        # The engine's own method, not a wrapper around it: this call is most of a check's cost.
        self.is_valid = self._is_valid_to_depth if is_recursive else engine.is_valid

    def reports(self, data: Json) -> tuple[DataReport, ...]:
        """Why `data` is invalid, at most `messages.MAX_REPORTS` reasons; empty when it is valid."""
        try:
            if self.is_valid(data):
                return ()
            return explain(self.json, data, _Leaves().holds) or (self._first_report(data),)
        except BaseException as error:
            if not is_unreadable(error):
                raise
            return (DataReport(f"$: cannot be checked: {error}", "$", None),)

    def _is_valid_to_depth(self, data: Json) -> bool:
        if _is_deeper(data, MAX_DATA_DEPTH):
            raise ValueError("maximum allowed JSON depth exceeded")
        return self._engine.is_valid(data)

    def _first_report(self, data: Json) -> DataReport:
        """The engine's own words, for what `messages` cannot follow."""
        try:
            self._engine.validate(data)
        except jsonschema_rs.ValidationError as error:
            path = _json_path(error.instance_path)
            message = printable(f"{path}: {error.message}", MAX_DATA_ECHO)
            return DataReport(message, path, error.kind.name)
        return DataReport("$: is not valid", "$", None)


def compile_schema(json: Json, *, retrieve: Retrieve | None = None) -> Schema | InvalidSchema:
    """A schema that is ready to check data, or what is wrong with it.

    Without `retrieve`, a `$ref` to another document accepts anything, as it does in Snowplow; with
    it, `retrieve` gives the document of a URI.
    """
    try:
        rewritten = for_engine(json, keep_remote_refs=retrieve is not None)
        if isinstance(rewritten, dict):  # the engine takes `true` as well, but not so draft-04
            engine = _engine(rewritten, retrieve or _accept_anything)
            return Schema(json, engine, is_recursive=has_ref(rewritten))
        issues = _META.reports(json)
    except TooComplex as error:
        return _invalid("$", str(error))
    except jsonschema_rs.ValidationError as error:
        issues = _META.reports(json)
        if not issues:
            return _invalid(_json_path(error.instance_path), error.message)
    except BaseException as error:
        if not is_unreadable(error):
            raise
        return _invalid("$", str(error))
    return InvalidSchema(tuple(SchemaIssue(r.path or "$", r.message) for r in issues))


def is_unreadable(error: BaseException) -> bool:
    """Whether the engine failed on what it was given (no JSON, too deep); a bug of its own counts.

    Its panics derive from `BaseException` and cannot be imported.
    """
    known = (ValueError, jsonschema_rs.ReferencingError)
    return isinstance(error, known) or type(error).__name__ == "PanicException"


def _engine(schema: Json, retrieve: Retrieve) -> Draft4Validator:
    return Draft4Validator(
        schema,
        validate_formats=True,
        retriever=retrieve,
        pattern_options=FancyRegexOptions(backtrack_limit=BACKTRACK_LIMIT),
    )


def _accept_anything(uri: str) -> Json:
    if uri.startswith(("http://", "https://")):
        return {}
    raise ValueError(f"{uri} is not in the schema")


def _invalid(path: str, problem: str) -> InvalidSchema:
    return InvalidSchema((SchemaIssue(path, printable(f"{path}: {problem}", MAX_SCHEMA_ECHO)),))


class _Leaves:
    """The engine's verdicts on single keywords, each compiled once in an explanation."""

    def __init__(self) -> None:
        self._engines: dict[str, Draft4Validator] = {}

    def holds(self, leaf: dict[str, Json], data: Json) -> bool:
        text = json.dumps(leaf, sort_keys=True, default=str)
        engine = self._engines.get(text)
        if engine is None:
            engine = self._engines[text] = _engine(for_engine(leaf), _accept_anything)
        return engine.is_valid(data)


def _is_deeper(data: Json, depth: int) -> bool:
    if not isinstance(data, dict | list | tuple):
        return False
    if depth == 0:
        return True
    children = data.values() if isinstance(data, dict) else data
    return any(_is_deeper(child, depth - 1) for child in children)


def _json_path(location: list[str | int]) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return printable(f"${path}", MAX_DATA_ECHO)


def _metaschema() -> Schema:
    bundle: Json = jsonschema_rs.bundle({"$ref": f"{_DRAFT4}#"}, draft=4)
    schema = bundle["definitions"][_DRAFT4]
    return Schema(schema, _engine(schema, _accept_anything), is_recursive=True)


_META = _metaschema()
