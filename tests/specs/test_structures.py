"""Which schemas specifications may be of: published here, or elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.console import ORGANIZATION, OTHER_ORGANIZATION
from support.plans import ELSEWHERE, Plans, opened, schema

from piste.events.schema_key import SchemaKey
from piste.registry.records import Environment
from piste.specs.structures import KnownStructures

KEY = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
NEXT = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-1")


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[Plans]:
    with opened(tmp_path) as plans:
        yield plans


@pytest.fixture
def known(plans: Plans) -> KnownStructures:
    return plans.known(ORGANIZATION)


def test_from_elsewhere(known: KnownStructures) -> None:
    """It counts as in production."""
    assert known.schema(ELSEWHERE) == {}
    assert known.has_schema(ELSEWHERE)
    assert known.is_in_production(ELSEWHERE)
    newer = ELSEWHERE._replace(version=KEY.version._replace(addition=5))
    assert known.latest(newer) == ELSEWHERE
    assert not known.has_schema(newer)
    assert not known.is_in_production(newer)
    assert known.latest(KEY) == KEY


def test_our_own(plans: Plans, known: KnownStructures) -> None:
    """Validated is not published, development is not production."""
    plans.published(schema(), Environment.VALIDATED)
    assert not known.has_schema(KEY)
    plans.published(schema(), Environment.DEVELOPMENT)
    assert known.schema(KEY) == schema()
    assert not known.is_in_production(KEY)
    plans.published(schema(), Environment.PRODUCTION)
    assert known.is_in_production(KEY)
    plans.published(schema("1-0-1"), Environment.DEVELOPMENT)
    assert known.latest(KEY) == NEXT


def test_our_own_counts_before_any_other(plans: Plans, known: KnownStructures) -> None:
    plans.elsewhere = {KEY: {}, NEXT: {}}
    known = plans.known(ORGANIZATION)
    assert known.schema(KEY) == {}
    plans.published(schema(), Environment.DEVELOPMENT)
    assert known.schema(KEY) == schema()
    assert known.latest(KEY) == KEY
    assert not known.is_in_production(KEY)


@pytest.mark.parametrize("is_public", [True, False])
def test_private_schemas_of_others_are_not_there(plans: Plans, is_public: bool) -> None:
    """Whether by their key or as the newest version."""
    for version in ("1-0-0", "1-0-1"):
        plans.published(schema(version), organization_id=OTHER_ORGANIZATION, is_public=is_public)
    known = plans.known(ORGANIZATION)
    assert known.has_schema(KEY) is is_public
    assert known.is_in_production(KEY) is is_public
    assert known.latest(KEY) == (NEXT if is_public else KEY)


def test_data_products(plans: Plans, known: KnownStructures) -> None:
    id_ = "11111111-1111-4111-8111-111111111111"
    assert not known.has_data_product(id_)
    plans.ask("POST", "data-products/v2", {"id": id_, "name": "Checkout"})
    assert known.has_data_product(id_)
    assert not plans.known(OTHER_ORGANIZATION).has_data_product(id_)
