"""The self-describing parts that a tracker sent: read, validated, and what is wrong with them.

Room:   the first phase; schema validation is handed in as `check`.
Limits: an invalid entity is dropped and reported, the valid ones beside it are kept; an invalid
        envelope drops all it holds.
Source: tracker protocol, "Events, self-describing parts and timestamps".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from piste.events.failures import (
    CriterionMismatch,
    IgluError,
    IgluFailure,
    NotIglu,
    NotJson,
    SchemaViolation,
    Source,
)
from piste.events.schema_key import (
    IgluParseError,
    Json,
    SchemaCriterion,
    SchemaKey,
    SelfDescribing,
)
from piste.jsontext import JsonError, decode

Check = Callable[[SelfDescribing], SchemaKey | IgluError]

_SNOWPLOW = "com.snowplowanalytics.snowplow"
CONTEXTS = SchemaCriterion(_SNOWPLOW, "contexts", "jsonschema", 1, 0)
UNSTRUCT_EVENT = SchemaCriterion(_SNOWPLOW, "unstruct_event", "jsonschema", 1, 0)


@dataclass(frozen=True, slots=True)
class Superseded:
    """Data that was validated with a later version of its schema."""

    original: SchemaKey
    validated_with: SchemaKey


class Tracked(NamedTuple):
    """What is valid, what is wrong, and which schemas were superseded."""

    valid: tuple[SelfDescribing, ...]
    violations: tuple[SchemaViolation, ...]
    superseded: tuple[Superseded, ...] = ()


def read_unstruct_event(text: str, check: Check) -> Tracked:
    """At most one valid event."""
    envelope = _read_envelope(text, Source.UNSTRUCT, UNSTRUCT_EVENT, check)
    if isinstance(envelope, SchemaViolation):
        return Tracked((), (envelope,))
    return validate([envelope.data], Source.UNSTRUCT, check)


def read_contexts(text: str, check: Check) -> Tracked:
    """Each entity is judged on its own."""
    envelope = _read_envelope(text, Source.CONTEXTS, CONTEXTS, check)
    if isinstance(envelope, SchemaViolation):
        return Tracked((), (envelope,))
    # The schema has promised a list; a registry that overrides the schema may not have.
    entities = envelope.data if isinstance(envelope.data, list) else [envelope.data]
    return validate(entities, Source.CONTEXTS, check)


def _read_envelope(
    text: str, source: Source, criterion: SchemaCriterion, check: Check
) -> SelfDescribing | SchemaViolation:
    json = decode(text)
    if isinstance(json, JsonError):
        return SchemaViolation(source, NotJson(source, text, json.message), {source.value: text})
    envelope = SelfDescribing.parse(json)
    if isinstance(envelope, IgluParseError):
        return SchemaViolation(source, NotIglu(json, envelope), json)
    if not criterion.matches(envelope.key):
        return SchemaViolation(source, CriterionMismatch(envelope.key, criterion), envelope.data)
    verdict = check(envelope)
    if not isinstance(verdict, SchemaKey):
        return SchemaViolation(source, IgluFailure(envelope.key, verdict), envelope.data)
    return envelope


def validate(jsons: list[Json], source: Source, check: Check) -> Tracked:
    """`jsons` should each be self-describing."""
    valid: list[SelfDescribing] = []
    violations: list[SchemaViolation] = []
    superseded: list[Superseded] = []
    for json in jsons:
        part = SelfDescribing.parse(json)
        if isinstance(part, IgluParseError):
            violations.append(SchemaViolation(source, NotIglu(json, part), json))
            continue
        verdict = check(part)
        if not isinstance(verdict, SchemaKey):
            violations.append(SchemaViolation(source, IgluFailure(part.key, verdict), part.data))
        elif verdict == part.key:
            valid.append(part)
        else:
            valid.append(SelfDescribing(verdict, part.data))
            superseded.append(Superseded(part.key, verdict))
    return Tracked(tuple(valid), tuple(violations), tuple(superseded))
