"""Events held against published specifications."""

from typing import Any

import pytest

from piste.events.schema_key import SchemaKey, SelfDescribing
from piste.iglu.registry import EmbeddedRegistry
from piste.iglu.validator import Schema, compile_schema
from piste.specs.conformance import Observed, Plan, declared, refuted
from piste.specs.specification import Entities, Entity, Event, EventSpecification, Status

CLICK = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
NEWER_CLICK = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-1")
USER = SchemaKey.of("iglu:com.example/user/jsonschema/1-0-0")
CART = SchemaKey.of("iglu:com.example/cart/jsonschema/1-0-0")
SEARCH = {"type": "object", "properties": {"label": {"enum": ["Search"]}}, "required": ["label"]}
KNOWN_USER = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}


def specification(
    id_: str = "search",
    version: int = 1,
    *,
    schema: dict[str, Any] | None = SEARCH,
    tracked: tuple[Entity, ...] = (),
    enriched: tuple[Entity, ...] = (),
) -> EventSpecification:
    return EventSpecification(
        id=id_,
        version=version,
        status=Status.PUBLISHED,
        name=id_.title(),
        event=Event(CLICK, schema),
        entities=Entities(tracked, enriched),
    )


def observed(
    label: str = "Search", *entities: SelfDescribing, key: SchemaKey = CLICK, is_valid: bool = True
) -> Observed:
    return Observed(SelfDescribing(key, {"label": label}), entities, is_valid)


def user(id_: Any = 1) -> SelfDescribing:
    return SelfDescribing(USER, {"id": id_})


ONE_USER = Entity(USER, 1, 1, KNOWN_USER)


@pytest.mark.parametrize(
    ("wanted", "event", "is_inferred"),
    [
        (specification(), observed(), True),
        (specification(), observed("Menu"), False),
        (specification(schema=None), observed("Menu"), True),
        (specification(), observed(key=NEWER_CLICK), False),
        (specification(), observed(is_valid=False), False),
        (specification(), observed("Search", user()), True),
        (specification(tracked=(ONE_USER,)), observed(), False),
        (specification(tracked=(ONE_USER,)), observed("Search", user()), True),
        (specification(tracked=(ONE_USER,)), observed("Search", user("x")), False),
        (specification(tracked=(ONE_USER,)), observed("Search", user(), user(2)), False),
        (specification(enriched=(ONE_USER,)), observed(), False),
        (specification(tracked=(Entity(USER),)), observed(), True),
        (specification(tracked=(Entity(USER, 0, 0),)), observed("Search", user()), False),
        (specification(tracked=(Entity(USER, 1, None),)), observed("Search", user(), user()), True),
    ],
)
def test_inference(wanted: EventSpecification, event: Observed, is_inferred: bool) -> None:
    """By the schema's version, the event's data, and number and data of the entities that are listed."""
    assert Plan([wanted]).inferred(event) == ([wanted] if is_inferred else [])


def test_every_specification_that_fits_is_inferred_in_its_newest_version() -> None:
    """An older version takes no part, even if the newest does not fit."""
    narrow = specification("search", 2, schema={"not": {}})
    plan = Plan([narrow, specification("search", 1), specification("any", schema=None)])
    assert [(one.id, one.version) for one in plan.inferred(observed())] == [("any", 1)]


def test_a_declared_specification_is_held_against_all_that_it_asks() -> None:
    """Of any version that is known."""
    plan = Plan([specification(tracked=(ONE_USER, Entity(CART, 1))), specification("search", 2)])
    found = plan.violations("search", 1, observed("Menu", user("x"), user()))
    assert found is not None
    assert [one.to_json() for one in found] == [
        {
            "message": "$.label: does not have a value in the enumeration [Search]",
            "schema": CLICK.uri,
            "path": "$.label",
        },
        {"message": "There are 2 entities, at most 1 are wanted", "schema": USER.uri},
        {
            "message": "$.id: string found, integer expected",
            "schema": USER.uri,
            "path": "$.id",
        },
        {"message": "There are 0 entities, at least 1 are wanted", "schema": CART.uri},
    ]
    assert plan.violations("search", 2, observed()) == ()
    assert plan.violations("search", 3, observed()) is None
    assert plan.violations("other", 1, observed()) is None


def test_an_event_that_breaks_its_own_schema_is_not_asked_again() -> None:
    """Only its entities are."""
    plan = Plan([specification(tracked=(ONE_USER,))])
    found = plan.violations("search", 1, observed("Menu", is_valid=False))
    assert found is not None
    assert [one.schema for one in found] == [USER]


def test_an_event_of_another_schema_violates_what_it_declares() -> None:
    """With the two schemas in the message."""
    (found,) = Plan([specification()]).violations("search", 1, observed(key=NEWER_CLICK)) or ()
    assert found.message == f"The event is of {NEWER_CLICK}, the specification of {CLICK}"


def test_the_entities_satisfy_their_schemas() -> None:
    """Those of Iglu Central, which come with Piste."""
    plan = Plan([specification()])
    violations = plan.violations("search", 1, observed("Menu"))
    assert violations
    for entity in (declared(specification()), refuted(violations)):
        schema = compile_schema(EmbeddedRegistry().lookup(entity.key))
        assert isinstance(schema, Schema)
        assert schema.reports(entity.data) == ()


def test_a_specification_whose_schema_is_none() -> None:
    """Should not have been published."""
    with pytest.raises(ValueError, match="not a schema"):
        Plan([specification(schema={"type": "strin"})])
