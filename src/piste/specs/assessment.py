"""How a specification that need not be stored fits its data structures, source by source.

Room:   pure; for `POST /compatibility`. `compatibility` is what storing and reading ask.
Limits: the versions that are named only, not later ones. Properties are judged one by one when the whole
        does not fit; of each source the first MAX_PROPERTIES, others are undecidable.
Source: Snowplow's console, the compatibility check; counterexample, path and reason are ours.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from piste.events.schema_key import Json, SchemaKey
from piste.specs.compatibility import compared
from piste.specs.forms import Form
from piste.subschema import Compatible, Incompatible, InvalidSchema, Undecidable, Verdict

MAX_PROPERTIES = 50
"""A check may take a second, and a schema has as many properties as fit into a request."""

_SHAPE = ("$schema", "definitions", "properties", "patternProperties", "additionalProperties")
"""What says of single properties how they must be; other keywords are about the object."""


class Fit(StrEnum):
    """Worse and worse."""

    COMPATIBLE = "compatible"
    UNDECIDABLE = "undecidable"
    INCOMPATIBLE = "incompatible"


_MESSAGES = {
    Fit.COMPATIBLE: "The specification is compatible with its data structures",
    Fit.UNDECIDABLE: "Whether the specification is compatible cannot be decided",
    Fit.INCOMPATIBLE: "The specification is not compatible with its data structures",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A data structure that a specification names. `properties` is by name; `details` are ours."""

    key: SchemaKey
    fit: Fit
    properties: Mapping[str, Fit] = field(default_factory=dict)
    details: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        return {
            "source": self.key.uri,
            "status": self.fit.value,
            "properties": {name: fit.value for name, fit in self.properties.items()},
            **self.details,
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """Of the event first, then of the entities in their order."""

    sources: tuple[Source, ...]

    @property
    def fit(self) -> Fit:
        """The worst; that of a specification without sources is compatible."""
        return max(
            (source.fit for source in self.sources), key=list(Fit).index, default=Fit.COMPATIBLE
        )

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "status": self.fit.value,
            "sources": [source.to_json() for source in self.sources],
            "message": _MESSAGES[self.fit],
        }


def assessed(form: Form, structure_of: Callable[[SchemaKey], Json | None]) -> Assessment:
    """Of a form without flaws. A source without a schema of its own asks nothing more than its data
    structure does, and fits it."""
    sources = []
    for key, schema in _asked(form):
        structure = structure_of(key)
        if schema is None:
            sources.append(Source(key, Fit.COMPATIBLE))
        elif not isinstance(structure, dict):
            reason = {"path": "$", "reason": f"{key} cannot be read"}
            sources.append(Source(key, Fit.UNDECIDABLE, details=reason))
        else:
            sources.append(_source(key, schema, structure))
    return Assessment(tuple(sources))


def _asked(form: Form) -> Iterator[tuple[SchemaKey, Mapping[str, Json] | None]]:
    if form.event is not None:
        yield form.event.source, form.event.schema
    if form.entities is not None:
        for entity in (*form.entities.tracked, *form.entities.enriched):
            yield entity.source, entity.schema


def _source(key: SchemaKey, schema: Mapping[str, Json], structure: Mapping[str, Json]) -> Source:
    verdict = compared(schema, structure)
    fit, names = _fit(verdict), list(schema.get("properties", ()))
    if fit is Fit.COMPATIBLE:
        return Source(key, fit, dict.fromkeys(names, fit))
    properties = dict.fromkeys(names, Fit.UNDECIDABLE)
    for name in names[:MAX_PROPERTIES]:
        properties[name] = _fit(compared(_only(name, schema), _shape(structure)))
    return Source(key, fit, properties, _details(verdict))


def _shape(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {keyword: schema[keyword] for keyword in _SHAPE if keyword in schema}


def _only(name: str, schema: Mapping[str, Json]) -> dict[str, Json]:
    """Objects that have this property and no other."""
    return {**_shape(schema), "type": "object", "required": [name], "maxProperties": 1}


def _fit(verdict: Verdict | InvalidSchema) -> Fit:
    match verdict:
        case Compatible():
            return Fit.COMPATIBLE
        case Incompatible():
            return Fit.INCOMPATIBLE
        case _:  # a part of a valid schema is invalid when it refers to another part
            return Fit.UNDECIDABLE


def _details(verdict: Verdict | InvalidSchema) -> dict[str, Json]:
    match verdict:
        case Incompatible(witness, path, reason):
            return {"counterexample": witness, "path": path, "reason": reason}
        case Undecidable(reason, path):
            return {"path": path, "reason": reason}
        case InvalidSchema(path=path, problem=problem):
            return {"path": path, "reason": problem}
        case _:
            return {}
