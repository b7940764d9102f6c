"""Tracking plans and data structures in the metadata database: kept, apart, and in nobody's way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from piste.events.schema_key import SchemaKey
from piste.registry.records import Environment
from piste.registry.structure_records import Deployment, Meta, SchemaType, StructureDraft
from piste.specs.records import Conflict
from piste.specs.specification import Entities, Entity, LockStatus, Status
from piste.specs.tracking_plans import (
    DataProduct,
    InUse,
    Kept,
    Page,
    ProductChange,
    SourceApplication,
    Subscription,
)
from piste.store.metadata import MetadataStore

OURS, THEIRS = "ours", "theirs"
TIME = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
KEY = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
SHOP = SourceApplication(
    id="11111111-1111-4111-8111-111111111111",
    name="Shop ❄",
    app_ids=("shop",),
    entities=Entities(tracked=(Entity(KEY, 1, None, {"type": "object", "maximum": 10**30}),)),
    lock_status=LockStatus.LOCKED,
)
CHECKOUT = DataProduct(
    id="22222222-2222-4222-8222-222222222222",
    name="Checkout",
    status=Status.PUBLISHED,
    source_applications=(SHOP.id,),
)
CHANGE = ProductChange("me", TIME, ("id", "name"), CHECKOUT)
SUBSCRIPTION = Subscription("33333333-3333-4333-8333-333333333333", CHECKOUT.id, "me", "so", True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    store = MetadataStore(tmp_path / "metadata.db")
    yield store
    store.close()


def test_all_of_it_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    file = tmp_path / "metadata.db"
    store = MetadataStore(file)
    store.applications(OURS).put(Kept(SHOP))
    store.products(OURS).put(Kept(CHECKOUT), CHANGE)
    store.products(OURS).add_subscription(SUBSCRIPTION)
    structures = store.structures(OURS)
    meta = Meta(True, SchemaType.ENTITY, {"a": "\0"})
    deployment = Deployment(KEY.version, Environment.PRODUCTION, "ab", TIME, "me", "so", 3)
    draft = StructureDraft(KEY, {"z": 10**30, "a": "\0"}, meta, "me", TIME)
    structures.put_meta("hash", meta)
    structures.add_deployment("hash", deployment)
    structures.put_draft(draft)
    store.close()

    store = MetadataStore(file)
    assert store.applications(OURS).get(SHOP.id) == Kept(SHOP, 1)
    assert store.products(OURS).get(CHECKOUT.id) == Kept(CHECKOUT, 1)
    assert store.products(OURS).history(CHECKOUT.id, Page()) == [CHANGE]
    assert store.products(OURS).subscriptions(CHECKOUT.id) == [SUBSCRIPTION]
    structures = store.structures(OURS)
    assert structures.meta("hash") == meta
    assert structures.deployments("hash") == [deployment]
    assert structures.drafts() == [draft]
    assert list(structures.drafts()[0].json) == ["z", "a"]
    store.close()


def test_other_organizations_are_not_there(store: MetadataStore) -> None:
    """Neither to read nor to write, and not in the way with an id, a name or a key."""
    for organization in (OURS, THEIRS):
        store.applications(organization).put(Kept(SHOP))
        store.products(organization).put(Kept(CHECKOUT), CHANGE)
        store.products(organization).add_subscription(SUBSCRIPTION)
        store.structures(organization).put_meta("hash", Meta(hidden=True))
        store.structures(organization).put_draft(StructureDraft(KEY, {}, Meta(), "me", TIME))
    assert store.products(THEIRS).delete(CHECKOUT.id)
    assert store.applications(THEIRS).delete(SHOP.id)
    assert store.structures(THEIRS).delete_draft(KEY)
    assert store.applications(OURS).find() == [SHOP]
    assert store.products(OURS).find() == [CHECKOUT]
    assert store.products(OURS).subscriptions(CHECKOUT.id) == [SUBSCRIPTION]
    assert len(store.structures(OURS).drafts()) == 1
    assert store.products("nobody").history(CHECKOUT.id, Page()) == []
    assert store.structures("nobody").metas() == {}


def test_an_older_state_does_not_overwrite(store: MetadataStore) -> None:
    """Nor does a second creation, another's name, or a revision of what is gone."""
    applications = store.applications(OURS)
    applications.put(Kept(SHOP))
    applications.put(Kept(replace(SHOP, owner="A"), 1))
    for conflicting in (
        Kept(replace(SHOP, owner="B"), 1),
        Kept(replace(SHOP, owner="B")),
        Kept(replace(SHOP, id=CHECKOUT.id)),
        Kept(replace(SHOP, id=CHECKOUT.id, name="Other"), 1),
    ):
        with pytest.raises(Conflict):
            applications.put(conflicting)
    assert applications.find() == [replace(SHOP, owner="A")]


def test_a_product_needs_its_applications(store: MetadataStore) -> None:
    """Nothing is stored without them, and they do not go before it."""
    products, applications = store.products(OURS), store.applications(OURS)
    with pytest.raises(Conflict):
        products.put(Kept(CHECKOUT), CHANGE)
    assert products.find() == []
    assert products.history(CHECKOUT.id, Page()) == []
    applications.put(Kept(SHOP))
    products.put(Kept(CHECKOUT), CHANGE)
    with pytest.raises(InUse, match="Checkout"):
        applications.delete(SHOP.id)
    products.put(Kept(replace(CHECKOUT, source_applications=()), 1), CHANGE)
    assert applications.delete(SHOP.id)
    assert not applications.delete(SHOP.id)


def test_what_belongs_to_a_product_goes_with_it(store: MetadataStore) -> None:
    products = store.products(OURS)
    product = replace(CHECKOUT, source_applications=())
    products.put(Kept(product), CHANGE)
    products.add_subscription(SUBSCRIPTION)
    assert products.delete(product.id)
    assert not products.delete(product.id)
    assert products.history(product.id, Page()) == []
    assert products.subscriptions(product.id) == []
    assert not products.add_subscription(SUBSCRIPTION)
    assert not products.replace_subscription(SUBSCRIPTION)
    assert not products.delete_subscription(product.id, SUBSCRIPTION.id)


def test_history_goes_by_time(store: MetadataStore) -> None:
    """Whatever the time zone; of entries of one moment the later one counts as newer."""
    products = store.products(OURS)
    product = replace(CHECKOUT, source_applications=())
    for revision, (author, minutes) in enumerate([("a", 0), ("b", 5), ("c", 5), ("d", 9)]):
        date = (TIME + timedelta(minutes=minutes)).astimezone(timezone(timedelta(hours=2)))
        products.put(Kept(product, revision), ProductChange(author, date, (), product))
    for page, expected in [
        (Page(), "dcba"),
        (Page(is_newest_first=False), "abcd"),
        (Page(before=TIME + timedelta(minutes=5)), "cba"),
        (Page(before=TIME - timedelta(seconds=1)), ""),
        (Page(limit=2, offset=1), "cb"),
    ]:
        assert "".join(one.author for one in products.history(product.id, page)) == expected


def test_a_meta_and_a_draft_are_replaced(store: MetadataStore) -> None:
    structures = store.structures(OURS)
    for hidden in (True, False):
        structures.put_meta("hash", Meta(hidden=hidden))
        structures.put_draft(StructureDraft(KEY, {"hidden": hidden}, Meta(), "me", TIME))
    assert structures.metas() == {"hash": Meta()}
    assert [one.json for one in structures.drafts()] == [{"hidden": False}]
    assert structures.meta("other") is None
    assert structures.deployments("other") == ()
