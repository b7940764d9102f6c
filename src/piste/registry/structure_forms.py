"""Requests of the data structures API, read into types: what is wrong is a list of sentences.

Room:   pure; a field that is wrong is named by its path in the request, as `meta.hidden`.
Limits: the form only. What a schema is like and what there is already is looked at by `structures`.
Source: Snowplow's console, data structures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from piste.events.schema_key import Json, SchemaKey
from piste.registry.records import Environment
from piste.registry.self_describing import schema_key
from piste.registry.structure_records import Meta, SchemaType

C = TypeVar("C", bound=StrEnum)

MAX_NAME = 255
MAX_TEXT = 10_000
"""Characters of a message or of a value in `customData`."""

MAX_CUSTOM_DATA = 100
"""Entries of `customData`."""

Problems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemaForm:
    """A schema that is to be validated or kept as a draft. `meta` is None when it was not given."""

    json: Mapping[str, Json]
    meta: Meta | None


@dataclass(frozen=True, slots=True)
class DeploymentForm:
    """From one environment to the next."""

    key: SchemaKey
    source: Environment
    target: Environment
    message: str | None


@dataclass(frozen=True, slots=True)
class MigrationForm:
    """`destination_type` is a kind of warehouse."""

    source: SchemaKey
    schema: Mapping[str, Json]
    destination_type: str | None


def read_schema_form(body: Json) -> SchemaForm | Problems:
    """Of `{"meta": …, "data": schema}`."""
    reading = _Reading()
    fields = reading.fields(body, ("meta", "data"))
    schema = reading.schema(fields, "data")
    meta = None
    if fields.get("meta") is not None:
        meta = reading.meta(fields["meta"], "meta.", Meta())
    return tuple(reading.problems) or SchemaForm(schema, meta)


def read_draft(body: Json) -> tuple[SchemaForm, SchemaKey] | Problems:
    """As `read_schema_form`, of a schema that says which it is."""
    form = read_schema_form(body)
    if not isinstance(form, SchemaForm):
        return form
    key = schema_key(form.json)
    if not isinstance(key, SchemaKey):
        return ("`data.self` must have a vendor, name, format and version",)
    return form, key


def read_meta(body: Json) -> Meta | Problems:
    """A meta as a whole: what is not given is as if nobody had said anything."""
    return read_meta_patch(body, Meta())


def read_meta_patch(body: Json, before: Meta) -> Meta | Problems:
    """A meta in which the fields given are another way."""
    reading = _Reading()
    meta = reading.meta(body, "", before)
    return tuple(reading.problems) or meta


def read_deployment(body: Json) -> DeploymentForm | Problems:
    """Of `{"message", "source", "target", "vendor", "name", "format", "version"}`."""
    reading = _Reading()
    known = "message", "source", "target", "vendor", "name", "format", "version"
    fields = reading.fields(body, known)
    source = reading.choice(fields, "source", _SOURCES)
    target = reading.choice(fields, "target", _TARGETS)
    message = reading.text(fields, "message", MAX_TEXT)
    parts = [reading.text(fields, part, MAX_NAME, is_required=True) for part in known[3:]]
    if reading.problems:
        return tuple(reading.problems)
    key = SchemaKey.parse("iglu:" + "/".join(part or "" for part in parts))
    if not isinstance(key, SchemaKey) or key.format != _FORMAT:
        return ("`vendor`, `name`, `format` and `version` must be those of a JSON schema",)
    if source is None or target is None or _STEPS[source] is not target:
        steps = " and ".join(f"{one} to {other}" for one, other in _STEPS.items())
        return (f"Deployments go from {steps}",)
    return DeploymentForm(key, source, target, message)


def read_migration(body: Json) -> MigrationForm | Problems:
    """Of `{"destinationType", "sourceSchemaKey", "targetSchema"}`."""
    reading = _Reading()
    fields = reading.fields(body, ("destinationType", "sourceSchemaKey", "targetSchema"))
    uri = reading.text(fields, "sourceSchemaKey", MAX_TEXT, is_required=True)
    schema = reading.schema(fields, "targetSchema")
    destination = reading.text(fields, "destinationType", MAX_NAME)
    key = SchemaKey.parse(uri) if uri is not None else None
    if not isinstance(key, SchemaKey):
        if uri is not None:
            reading.refuse("sourceSchemaKey", "an Iglu URI")
        return tuple(reading.problems)
    return tuple(reading.problems) or MigrationForm(key, schema, destination)


_FORMAT = "jsonschema"
_SOURCES = Environment.VALIDATED, Environment.DEVELOPMENT
_TARGETS = Environment.DEVELOPMENT, Environment.PRODUCTION
_STEPS = dict(zip(_SOURCES, _TARGETS, strict=True))


@dataclass(slots=True)
class _Reading:
    """Reads fields; where one is wrong it notes a problem and gives None."""

    problems: list[str] = field(default_factory=list)

    def refuse(self, path: str, wanted: str) -> None:
        self.problems.append(f"`{path}` must be {wanted}")

    def fields(self, json: Json, known: Iterable[str], prefix: str = "") -> dict[str, Json]:
        """Of an object; without any, when it is none."""
        if not isinstance(json, dict):
            self.problems.append(f"`{prefix[:-1]}` must be an object" if prefix else _NO_OBJECT)
            return {}
        taken = set(known)
        for name in json:
            if name not in taken:
                self.problems.append(f"`{prefix}{name[:MAX_NAME]}` is not a field here")
        return json

    def text(
        self, fields: dict[str, Json], name: str, longest: int, *, is_required: bool = False
    ) -> str | None:
        value = fields.get(name)
        if value is None and not is_required:
            return None
        if isinstance(value, str) and len(value) <= longest and "\0" not in value:
            return value
        self.refuse(name, f"a text of at most {longest} characters")
        return None

    def choice(
        self, fields: dict[str, Json], name: str, choices: tuple[Environment, ...]
    ) -> Environment | None:
        value = fields.get(name)
        if value in choices:
            return Environment(value)
        self.refuse(name, f"one of {', '.join(choices)}")
        return None

    def schema(self, fields: dict[str, Json], name: str) -> dict[str, Json]:
        value = fields.get(name)
        if isinstance(value, dict):
            return value
        self.refuse(name, "a JSON schema, an object")
        return {}

    def meta(self, json: Json, prefix: str, before: Meta) -> Meta:
        """`before`, but for what is given."""
        fields = self.fields(json, ("hidden", "schemaType", "customData"), prefix)
        if "hidden" in fields:
            if isinstance(fields["hidden"], bool):
                before = replace(before, hidden=fields["hidden"])
            else:
                self.refuse(f"{prefix}hidden", "true or false")
        if "schemaType" in fields:
            value = fields["schemaType"]
            if value is None or value in list(SchemaType):
                before = replace(before, schema_type=value and SchemaType(value))
            else:
                self.refuse(f"{prefix}schemaType", "event, entity or null")
        if "customData" in fields:
            if _is_custom_data(fields["customData"]):
                before = replace(before, custom_data=fields["customData"])
            else:
                wanted = f"an object of at most {MAX_CUSTOM_DATA} texts of {MAX_TEXT} characters"
                self.refuse(f"{prefix}customData", wanted)
        return before


_NO_OBJECT = "The body must be an object"


def _is_custom_data(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= MAX_CUSTOM_DATA
        and all(
            len(name) <= MAX_NAME and isinstance(text, str) and len(text) <= MAX_TEXT
            for name, text in value.items()
        )
    )
