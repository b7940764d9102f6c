"""What a specification refers to must exist, and its name must be its own."""

from dataclasses import dataclass, field

import pytest

from piste.events.schema_key import SchemaKey
from piste.specs.forms import Form
from piste.specs.specification import Entities, Entity, Event
from piste.specs.validation import flaws

ACTION = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
NEWER = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-1")
USER = SchemaKey.of("iglu:com.example/user/jsonschema/1-0-0")
ABSENT = SchemaKey.of("iglu:com.example/absent/jsonschema/1-0-0")


@dataclass
class World:
    """An organization that knows two schemas, a product and a specification."""

    schemas: tuple[SchemaKey, ...] = (ACTION, NEWER, USER)
    products: tuple[str, ...] = ("product",)
    names: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"ui_actions": {"Search": "s"}}
    )

    def has_schema(self, key: SchemaKey) -> bool:
        return key in self.schemas

    def has_data_product(self, product_id: str) -> bool:
        return product_id in self.products

    def names_of(self, source: SchemaKey) -> dict[str, str]:
        return self.names.get(source.name, {})


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (Form("New", event=Event(ACTION)), []),
        (Form("New", event=Event(ABSENT)), [("UnknownSchema", "event.source")]),
        (Form("Search", event=Event(NEWER)), [("DuplicateName", "name")]),
        (Form("Search", event=Event(USER)), []),
        (Form("Search"), []),
        (Form("New", data_product_id="product"), []),
        (Form("New", data_product_id="other"), [("UnknownDataProduct", "dataProductId")]),
        (
            Form("New", entities=Entities((Entity(USER), Entity(ABSENT)))),
            [("UnknownSchema", "entities.tracked[1].source")],
        ),
        (
            Form("New", entities=Entities((Entity(USER), Entity(ACTION)), (Entity(USER),))),
            [("DuplicateEntity", "entities.enriched[0].source")],
        ),
        (Form("New", entities=Entities((Entity(ACTION),), (Entity(NEWER),))), []),
    ],
)
def test_each_validation(form: Form, expected: list[tuple[str, str]]) -> None:
    """Requirement 001, "Validations"."""
    assert [(one.code.value, one.source) for one in flaws(form, World())] == expected


def test_a_specification_may_keep_its_name() -> None:
    """When it is edited."""
    form = Form("Search", event=Event(ACTION))
    assert flaws(form, World(), specification_id="s") == ()
    assert len(flaws(form, World(), specification_id="other")) == 1
