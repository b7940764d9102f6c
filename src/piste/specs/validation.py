"""What a specification refers to must exist, and its name must be its own.

Room:   pure; the caller hands in what is known.
Source: event specifications, "Validations" of creating and editing.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from piste.events.failures import InvalidSchema
from piste.events.schema_key import Json, SchemaKey
from piste.iglu.validator import compile_schema
from piste.specs.findings import Code, Finding, error
from piste.specs.forms import Form


class Known(Protocol):
    """Of one organization."""

    def has_schema(self, key: SchemaKey) -> bool: ...

    def has_data_product(self, product_id: str) -> bool: ...

    def names_of(self, source: SchemaKey) -> dict[str, str]:
        """Of the specifications of the same data structure in any version: name -> id."""
        ...


def flaws(form: Form, known: Known, *, specification_id: str | None = None) -> tuple[Finding, ...]:
    """Errors only; `specification_id` is that of the specification that is edited."""
    return (
        *_event_flaws(form, known, specification_id),
        *_entity_flaws(form, known),
        *_product_flaws(form, known),
    )


def _event_flaws(form: Form, known: Known, specification_id: str | None) -> Iterator[Finding]:
    if form.event is None:
        return
    source = form.event.source
    if not known.has_schema(source):
        yield error(Code.UNKNOWN_SCHEMA, "event.source", f"{source} does not exist")
    yield from _schema_flaws(form.event.schema, "event.schema")
    other = known.names_of(source).get(form.name)
    if other is not None and other != specification_id:
        structure = f"{source.vendor}/{source.name}"
        title = f"There is an event specification of {structure} with this name: {other}"
        yield error(Code.DUPLICATE_NAME, "name", title)


def _entity_flaws(form: Form, known: Known) -> Iterator[Finding]:
    if form.entities is None:
        return
    first_at: dict[SchemaKey, str] = {}
    for who, entities in (("tracked", form.entities.tracked), ("enriched", form.entities.enriched)):
        for position, entity in enumerate(entities):
            at = f"entities.{who}[{position}].source"
            if entity.source in first_at:
                title = f"{entity.source} stands twice, first in {first_at[entity.source]}"
                yield error(Code.DUPLICATE_ENTITY, at, title)
            elif not known.has_schema(entity.source):
                yield error(Code.UNKNOWN_SCHEMA, at, f"{entity.source} does not exist")
            first_at.setdefault(entity.source, at)
            yield from _schema_flaws(entity.schema, f"entities.{who}[{position}].schema")


def _schema_flaws(schema: Mapping[str, Json] | None, at: str) -> Iterator[Finding]:
    """Events will be held against it, so it must be one."""
    compiled = None if schema is None else compile_schema(dict(schema))
    if isinstance(compiled, InvalidSchema):
        reason = compiled.issues[0].message
        yield error(Code.INVALID_FIELD, at, f"`{at}` is not a valid draft-04 schema: {reason}")


def _product_flaws(form: Form, known: Known) -> Iterator[Finding]:
    product = form.data_product_id
    if product is not None and not known.has_data_product(product):
        title = f"There is no data product with id: {product}"
        yield error(Code.UNKNOWN_DATA_PRODUCT, "dataProductId", title)
