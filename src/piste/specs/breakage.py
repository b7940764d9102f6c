"""Which published specifications a new version of a data structure would break.

Room:   pure; the specifications and the time that there is are handed in.
Source: event specifications, "Compatibility Checks": the latest version is one of the two.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from piste.events.schema_key import Json, SchemaKey
from piste.registry.deployment import Affected
from piste.specs.compatibility import compared
from piste.specs.published import Published
from piste.specs.specification import EventSpecification
from piste.subschema import Incompatible


def affected(
    published: Iterable[Published],
    key: SchemaKey,
    schema: Mapping[str, Json],
    is_out_of_time: Callable[[], bool],
) -> list[Affected]:
    """The live ones whose event or entity schema allows what `schema` does not.

    After `is_out_of_time`, what is left is not looked at: a deployment does not wait for it.
    """
    found: list[Affected] = []
    for one in published:
        if is_out_of_time():
            break
        if one.is_live:
            found += _broken(one.newest, key, schema)
    return found


def _broken(
    specification: EventSpecification, key: SchemaKey, schema: Mapping[str, Json]
) -> Iterator[Affected]:
    for own in _schemas_of(specification, key):
        verdict = compared(own, schema)
        if isinstance(verdict, Incompatible):
            yield Affected(
                id=specification.id,
                name=specification.name,
                version=specification.version,
                counterexample=verdict.witness,
                path=verdict.path,
            )


def _schemas_of(specification: EventSpecification, key: SchemaKey) -> Iterator[Mapping[str, Json]]:
    """What it asks of data of the same data structure, in whichever version."""
    event, entities = specification.event, specification.entities
    if event is not None and event.source[:3] == key[:3] and event.schema is not None:
        yield event.schema
    for entity in (*entities.tracked, *entities.enriched) if entities is not None else ():
        if entity.source[:3] == key[:3] and entity.schema is not None:
            yield entity.schema
