"""Which published specifications a new version of a data structure would break."""

from collections.abc import Iterator
from typing import Any

from support.specifications import CLICK, SEARCH, published, specification

from piste.events.schema_key import SchemaKey
from piste.registry.deployment import Affected
from piste.specs.breakage import affected
from piste.specs.published import Published
from piste.specs.specification import Entity

NEXT = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/2-0-0")
USER = SchemaKey.of("iglu:com.example/user/jsonschema/1-0-0")
SHORT: dict[str, Any] = {"properties": {"label": {"type": "string", "maxLength": 3}}}
"""Of a label that a search does not have."""


def broken(
    *some: Published, key: SchemaKey = NEXT, schema: dict[str, Any] = SHORT
) -> list[Affected]:
    return affected(some, key, schema, lambda: False)


def test_what_it_says() -> None:
    """With something that the specification allows and the new version does not."""
    (found,) = broken(published(specification(version=3)))
    assert (found.id, found.name, found.version, found.path) == ("search", "Search", 3, "$.label")
    assert isinstance(found.counterexample, dict)
    assert found.counterexample["label"] == "Search"


def test_what_still_fits() -> None:
    assert broken(published(specification()), schema={"type": "object"}) == []


def test_other_data_structures() -> None:
    """Vendor, name and format count, the version does not."""
    one = published(specification())
    assert [one.id for one in broken(one, key=CLICK)] == ["search"]
    for uri in (
        "iglu:com.other/ui_actions/jsonschema/1-0-0",
        "iglu:com.example/other/jsonschema/1-0-0",
        "iglu:com.example/ui_actions/avro/1-0-0",
    ):
        assert broken(one, key=SchemaKey.of(uri)) == []


def test_without_a_schema() -> None:
    """What asks nothing of its data cannot be broken."""
    assert broken(published(specification(schema=None))) == []


def test_the_newest_version_counts() -> None:
    """Not what was published before it."""
    fits = {"type": "object", "properties": {"label": {"enum": ["Buy"]}}}
    assert broken(published(specification(version=1), specification(version=2, schema=fits))) == []
    (found,) = broken(published(specification(version=1, schema=fits), specification(version=2)))
    assert found.version == 2


def test_deprecated_ones() -> None:
    assert broken(published(specification(), is_live=False)) == []


def test_entities() -> None:
    """Of both kinds, each by itself; without a schema they ask nothing."""
    tracked = Entity(USER, schema={**SEARCH, "properties": {"label": {"enum": ["Tracked"]}}})
    enriched = Entity(USER, schema=SEARCH)
    plain = Entity(USER)
    one = specification(tracked=(plain, tracked), enriched=(enriched,))
    found = broken(published(one), key=USER, schema={"type": "object", **SHORT})
    assert [each.id for each in found] == ["search", "search"]
    assert broken(published(one), key=USER, schema={"type": "object"}) == []


def test_a_schema_that_cannot_be_read() -> None:
    """Nothing is said: validation says it."""
    assert broken(published(specification()), schema={"type": "nothing"}) == []


def test_no_time_left() -> None:
    """What was found until then is said."""
    looks: Iterator[bool] = iter((False, True))
    some = [published(specification(id_)) for id_ in ("one", "two", "three")]
    found = affected(some, NEXT, SHORT, lambda: next(looks))
    assert [one.id for one in found] == ["one"]
    assert affected(some, NEXT, SHORT, lambda: True) == []
