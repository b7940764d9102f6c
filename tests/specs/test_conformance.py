"""Events held against published specifications."""

import json
from typing import Any

import pytest
from support.specifications import CLICK, plan_of, published, specification

from piste.events.enriched import EnrichedEvent
from piste.events.matches import Match, matches_text
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.iglu.registry import EmbeddedRegistry
from piste.iglu.validator import Schema, compile_schema
from piste.specs.plan import NOTHING, SPECIFICATION, VALIDATION, Conformance, Plan
from piste.specs.published import Published
from piste.specs.specification import Entity, EventSpecification

NEWER_CLICK = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-1")
USER = SchemaKey.of("iglu:com.example/user/jsonschema/1-0-0")
CART = SchemaKey.of("iglu:com.example/cart/jsonschema/1-0-0")
PAGE_VIEW = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0")
PAGE_PING = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/page_ping/jsonschema/1-0-0")
KNOWN_USER: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "integer"}},
    "required": ["id"],
}
ONE_USER = Entity(USER, 1, 1, KNOWN_USER)


def event(label: Json = "Search", *entities: SelfDescribing, key: SchemaKey = CLICK, **others: Any):
    click = SelfDescribing(key, {"label": label})
    return EnrichedEvent({"event": "unstruct"}, entities, click, **others)


def built_in(name: str, **columns: Any) -> EnrichedEvent:
    fields = {"event": name, "event_name": name, "event_format": "jsonschema"}
    vendor = {"event_vendor": "com.snowplowanalytics.snowplow", "event_version": "1-0-0"}
    return EnrichedEvent({**fields, **vendor, **columns})


def user(id_: Any = 1) -> SelfDescribing:
    return SelfDescribing(USER, {"id": id_})


def declares(id_: str, version: Json = None, *, minor: int = 4) -> SelfDescribing:
    key = SchemaKey.of(SPECIFICATION.uri.replace("1-0-4", f"1-0-{minor}"))
    return SelfDescribing(key, {"id": id_} | ({} if version is None else {"version": version}))


def held(plan: Plan, one: EnrichedEvent, *, is_good: bool = True) -> Conformance:
    return plan.held_against(one, is_good=is_good)


def words(conformance: Conformance) -> str:
    return matches_text(conformance.matches)


# inference


@pytest.mark.parametrize(
    ("wanted", "one", "is_inferred"),
    [
        (specification(), event(), True),
        (specification(), event("Menu"), False),
        (specification(), event(5), False),
        (specification(schema=None), event("Menu"), True),
        (specification(), event(key=NEWER_CLICK), False),
        (specification(), EnrichedEvent({"event": "unstruct"}), False),
        (specification(), built_in("struct", se_label="Search"), False),
        (specification(), event("Search", user()), True),
        (specification(tracked=(ONE_USER,)), event(), False),
        (specification(tracked=(ONE_USER,)), event("Search", user()), True),
        (specification(tracked=(ONE_USER,)), event("Search", user("x")), False),
        (specification(tracked=(ONE_USER,)), event("Search", user(), user(2)), False),
        (specification(enriched=(ONE_USER,)), event(), False),
        (specification(enriched=(ONE_USER,)), event(derived_contexts=(user(),)), True),
        (specification(tracked=(Entity(USER),)), event(), True),
        (specification(tracked=(Entity(USER, 0, 0),)), event("Search", user()), False),
        (specification(tracked=(Entity(USER, 1, None),)), event("Search", user(), user()), True),
    ],
)
def test_inference(wanted: EventSpecification, one: EnrichedEvent, is_inferred: bool) -> None:
    """By the schema's version, the event's data, and number and data of the entities that are listed."""
    entity = SelfDescribing(SPECIFICATION, {"id": "search", "name": "Search", "version": 1})
    expected = Conformance((entity,), (Match("search", 1),)) if is_inferred else NOTHING
    assert held(plan_of(wanted), one) == expected


def test_of_a_failed_event_nothing_is_inferred() -> None:
    assert held(plan_of(specification()), event(), is_good=False) == NOTHING


def test_every_specification_that_fits_is_inferred_in_its_newest_version() -> None:
    """An older version takes no part, even if the newest does not fit."""
    narrow = specification("narrow", 2, schema={"not": {}})
    wide = specification("wide", 2, schema=None)
    older = specification("narrow", 1), specification("wide", 1)
    assert words(held(plan_of(*older, narrow, wide), event())) == "wide@2"


def test_page_views_and_page_pings_are_objects_of_their_columns() -> None:
    """Nulls included; a ping has its offsets besides."""
    asks = {
        "type": "object",
        "required": ["page_title", "page_referrer", "page_urlport"],
        "properties": {
            "page_urlpath": {"enum": ["/search"]},
            "page_urlport": {"enum": [443]},
            "page_referrer": {"type": "null"},
        },
    }
    scrolled = {"required": ["pp_yoffset_max"], "properties": {"pp_yoffset_max": {"minimum": 100}}}
    plan = plan_of(
        specification("view", source=PAGE_VIEW, schema=asks),
        specification("ping", source=PAGE_PING, schema=asks | {"allOf": [scrolled]}),
        specification("no ping", source=PAGE_VIEW, schema={"required": ["pp_yoffset_max"]}),
    )
    page = {"page_urlpath": "/search", "page_urlport": 443}
    assert words(held(plan, built_in("page_view", **page))) == "view@1"
    assert words(held(plan, built_in("page_view", **page | {"page_urlpath": "/"}))) == ""
    assert words(held(plan, built_in("page_ping", **page, pp_yoffset_max=100))) == "ping@1"
    assert words(held(plan, built_in("page_ping", **page, pp_yoffset_max=99))) == ""


# what an event declares


def test_a_declared_specification_is_held_against_all_that_it_asks() -> None:
    """Of any version that was published; nothing is inferred then."""
    plan = plan_of(
        specification(tracked=(ONE_USER, Entity(CART, 1))),
        specification("search", 2),
        specification("any", schema=None),
    )
    found = held(plan, event("Menu", declares("search", 1), user("x"), user()))
    assert words(found) == "search@1!"
    (entity,) = found.entities
    assert entity.to_json() == {
        "schema": VALIDATION.uri,
        "data": {
            "isValid": False,
            "errors": [
                {
                    "message": "$.label: does not have a value in the enumeration [Search]",
                    "schema": CLICK.uri,
                    "path": "$.label",
                },
                {"message": "2 entities found, at most 1 expected", "schema": USER.uri},
                {
                    "message": "$.id: string found, integer expected",
                    "schema": USER.uri,
                    "path": "$.id",
                },
                {"message": "0 entities found, at least 1 expected", "schema": CART.uri},
            ],
        },
    }
    assert held(plan, event("Search", declares("search", 2))) == Conformance(
        (), (Match("search", 2),)
    )


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ((declares("search", 3),), ""),
        ((declares("other", 1),), ""),
        ((declares("search"),), "search@1"),
        ((declares("search", minor=0),), "search@1"),
        ((declares("search", 1), declares("search", 1)), "search@1!"),
        ((declares("search", 1), declares("any", 1)), "search@1! any@1"),
        ((declares("search", "1"),), "search@1"),
        ((SelfDescribing(SPECIFICATION, None),), ""),
        ((SelfDescribing(SPECIFICATION, {"id": 7}),), ""),
    ],
)
def test_what_is_checked(declared: tuple[SelfDescribing, ...], expected: str) -> None:
    """Nothing without a version; nothing that is not known."""
    plan = plan_of(specification(), specification("any", schema=None))
    found = held(plan, event("Menu", *declared))
    assert words(found) == expected
    assert len(found.entities) == expected.count("!")


def test_an_event_that_breaks_its_own_schema_is_not_asked_again() -> None:
    """Only its entities are."""
    plan = plan_of(specification(tracked=(ONE_USER,)))
    broken = EnrichedEvent({"event": "unstruct"}, (declares("search", 1),))
    found = held(plan, broken, is_good=False)
    assert words(found) == "search@1!"
    assert [one["schema"] for one in found.entities[0].data["errors"]] == [USER.uri]


def test_an_event_of_another_schema_violates_what_it_declares() -> None:
    """With the two schemas in the message."""
    found = held(plan_of(specification()), event("Search", declares("search", 1), key=NEWER_CLICK))
    (violation,) = found.entities[0].data["errors"]
    assert violation == {
        "message": f"The event is of {NEWER_CLICK}, the specification of {CLICK}",
        "schema": NEWER_CLICK.uri,
    }


def test_violations_are_bounded() -> None:
    many = {"items": {"type": "string"}, "type": "array"}
    plan = plan_of(specification(tracked=(Entity(USER, None, None, KNOWN_USER),), schema=many))
    found = held(plan, event("Search", declares("search", 1), *[user("x")] * 150))
    assert len(found.entities[0].data["errors"]) == 100


# what changes


def test_a_deprecated_specification_is_not_inferred_but_known() -> None:
    plan = Plan()
    plan.put(published(specification(), is_live=False))
    assert held(plan, event()) == NOTHING
    assert words(held(plan, event("Search", declares("search", 1)))) == "search@1"


def test_another_version_takes_the_place_of_the_one_before() -> None:
    """Also when it is of another schema."""
    plan = plan_of(specification())
    assert words(held(plan, event())) == "search@1"
    plan.put(published(specification(), specification("search", 5, source=NEWER_CLICK)))
    assert words(held(plan, event())) == ""
    assert words(held(plan, event(key=NEWER_CLICK))) == "search@5"
    plan.remove("search")
    plan.remove("never there")
    assert held(plan, event(key=NEWER_CLICK)) == NOTHING
    assert held(plan, event("Search", declares("search", 1))) == NOTHING


def test_a_specification_without_an_event_is_known() -> None:
    """It asks for entities alone."""
    without = EventSpecification("search", 1, specification().status, "Search")
    plan = plan_of(without)
    assert held(plan, event()) == NOTHING
    assert words(held(plan, event("Menu", declares("search", 1)))) == "search@1"


def test_a_schema_that_is_none_asks_nothing() -> None:
    """No event is at fault for it."""
    plan = plan_of(specification(schema={"type": "strin"}))
    assert words(held(plan, event("Menu", declares("search", 1)))) == "search@1"


def test_published_travels_as_json() -> None:
    id_ = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
    versions = specification(id_, tracked=(ONE_USER,)), specification(id_, 5)
    full = published(*versions, is_live=False)
    assert Published.from_json(json.loads(json.dumps(full.to_json()))) == full


@pytest.mark.parametrize("match", [Match("a-b", 0), Match("a@b", 12, True)])
def test_matches_travel_as_words(match: Match) -> None:
    assert Match.parse(str(match)) == match


def test_the_entities_satisfy_their_schemas() -> None:
    """Those of Iglu Central, which come with Piste."""
    plan = plan_of(specification())
    for one in (event(), event("Menu", declares("search", 1))):
        (entity,) = held(plan, one).entities
        schema = compile_schema(EmbeddedRegistry().lookup(entity.key))
        assert isinstance(schema, Schema)
        assert schema.reports(entity.data) == ()
