"""Schemas as they are served."""

from datetime import UTC, datetime

from support.registries import ACME, key_of, schema

from piste.events.schema_key import SchemaVer
from piste.registry.published import Representation, published_schemas
from piste.registry.records import Environment, StoredSchema

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEV, PROD, VALIDATED = Environment.DEVELOPMENT, Environment.PRODUCTION, Environment.VALIDATED


def stored(
    version: str,
    environment: Environment = PROD,
    *,
    supersedes: tuple[str, ...] = (),
    name: str = "ad_click",
    description: str = "A click",
) -> StoredSchema:
    json = schema(version, name, description=description, supersedes=list(supersedes) or None)
    key = key_of(version, name)
    return StoredSchema(key, environment, ACME, json, False, "ann", NOW, NOW)


def superseded(*rows: StoredSchema) -> dict[str, str | None]:
    return {
        str(one.key.version): one.superseded_by and str(one.superseded_by)
        for one in published_schemas(rows)
    }


def test_production_comes_before_development() -> None:
    rows = [stored("1-0-0", DEV, description="dev"), stored("1-0-0", PROD, description="prod")]
    for order in (rows, rows[::-1]):
        [one] = published_schemas(order)
        assert one.json["description"] == "prod"


def test_development_is_served_as_long_as_there_is_nothing_else() -> None:
    [one] = published_schemas([stored("1-0-0", DEV), stored("1-0-0", VALIDATED)])
    assert one.stored.environment is DEV


def test_what_is_only_validated_is_not_published() -> None:
    assert published_schemas([stored("1-0-0", VALIDATED)]) == []


def test_versions_are_in_their_order() -> None:
    rows = [stored(version) for version in ("1-0-10", "2-0-0", "1-0-9")]
    versions = [one.key.version for one in published_schemas(rows)]
    assert versions == [SchemaVer(1, 0, 9), SchemaVer(1, 0, 10), SchemaVer(2, 0, 0)]


def test_superseding_is_followed_to_its_end() -> None:
    assert superseded(
        stored("1-0-0"),
        stored("1-0-1", supersedes=("1-0-0",)),
        stored("1-0-2", supersedes=("1-0-1",)),
        stored("1-0-3"),
    ) == {"1-0-0": "1-0-2", "1-0-1": "1-0-2", "1-0-2": None, "1-0-3": None}


def test_of_two_that_supersede_the_newer_counts() -> None:
    rows = [stored("1-0-0")]
    rows += [stored(version, supersedes=("1-0-0",)) for version in ("1-0-1", "1-0-2")]
    assert superseded(*rows)["1-0-0"] == "1-0-2"


def test_other_families_are_not_superseded() -> None:
    rows = [stored("1-0-0"), stored("1-0-0", name="b"), stored("1-0-1", supersedes=("1-0-0",))]
    assert [one.superseded_by for one in published_schemas(rows)] == [
        SchemaVer(1, 0, 1),
        None,
        None,
    ]


def test_nothing_supersedes_itself_what_is_newer_or_what_is_gone() -> None:
    assert superseded(stored("1-0-1", supersedes=("1-0-0", "1-0-1", "1-0-2")), stored("1-0-2")) == {
        "1-0-1": None,
        "1-0-2": None,
    }


def test_what_is_in_production_is_not_superseded_by_what_is_not() -> None:
    older, newer = stored("1-0-0", PROD), stored("1-0-1", DEV, supersedes=("1-0-0",))
    assert superseded(older, newer)["1-0-0"] is None
    assert superseded(stored("1-0-0", DEV), newer)["1-0-0"] == "1-0-1"


def test_what_supersedes_stands_behind_the_meta_schema() -> None:
    one = published_schemas([stored("1-0-0"), stored("1-0-1", supersedes=("1-0-0",))])[0]
    meta = one.represented(Representation.META)
    assert list(meta)[:5] == ["$schema", "$supersededBy", "description", "self", "metadata"]
    assert meta["$supersededBy"] == "1-0-1"
    assert meta["metadata"] == {
        "createdAt": "2026-03-01T12:00:00.000Z",
        "updatedAt": "2026-03-01T12:00:00.000Z",
        "isPublic": False,
    }
