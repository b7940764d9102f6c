"""Websites in the metadata database: kept, one for each domain of an account, and gone with it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from piste.accounts.account import Account
from piste.store.metadata import MetadataStore
from piste.traffic.website_forms import PathGroup
from piste.traffic.websites import DomainTaken, UnknownAccount, Website

OURS, THEIRS = "ours", "theirs"
TIME = datetime(2026, 1, 15, 10, 30, 0, 123456, tzinfo=UTC)
SHOP = Website(
    "shop",
    OURS,
    "example.com",
    (PathGroup("Blog ❄ \"'", "/blog/**"), PathGroup("Blog", "regex:^/[a-z]+$")),
    ("203.0.113.0/24", "2001:db8::/32"),
    TIME,
)
OTHER = replace(SHOP, id="other", account_id=THEIRS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    store = MetadataStore(tmp_path / "metadata.db")
    with store.accounts().transaction() as accounts:
        for account_id in (OURS, THEIRS):
            accounts.add_account(Account(account_id, account_id, TIME))
    yield store
    store.close()


def test_all_of_it_is_there_when_the_store_is_opened_again(
    store: MetadataStore, tmp_path: Path
) -> None:
    store.websites().add(SHOP)
    store.websites().add(OTHER)
    store.websites().delete(OTHER.id)
    store.close()
    again = MetadataStore(tmp_path / "metadata.db").websites()
    assert again.get(SHOP.id) == SHOP
    assert again.forgotten() == [OTHER.id]


def test_the_oldest_comes_first(store: MetadataStore) -> None:
    """Whatever its id and domain."""
    websites = [
        replace(SHOP, id=id_, domain=f"{id_}.example", account_id=account_id)
        for id_, account_id in (("c", OURS), ("a", THEIRS), ("b", OURS))
    ]
    for website in websites:
        store.websites().add(website)
    assert store.websites().find() == websites
    assert [one.id for one in store.websites().find(OURS)] == ["c", "b"]
    assert store.websites().find("nobody") == []


def test_an_account_that_is_not_there(store: MetadataStore) -> None:
    with pytest.raises(UnknownAccount, match="nobody"):
        store.websites().add(replace(SHOP, account_id="nobody"))
    assert store.websites().find() == []


def test_a_domain_that_is_taken(store: MetadataStore) -> None:
    """In the same account; a website does not take it from itself."""
    store.websites().add(SHOP)
    store.websites().add(OTHER)
    second = replace(SHOP, id="second", domain="example.org")
    store.websites().add(second)
    with pytest.raises(DomainTaken, match=r"example\.com"):
        store.websites().add(replace(SHOP, id="third"))
    with pytest.raises(DomainTaken, match=r"example\.com"):
        store.websites().change("second", lambda website: replace(website, domain="example.com"))
    assert store.websites().change(SHOP.id, lambda website: website) == SHOP
    assert store.websites().find(OURS) == [SHOP, second]


def test_changes(store: MetadataStore) -> None:
    """Of one website; of one that is not there there is none."""
    store.websites().add(SHOP)
    store.websites().add(OTHER)
    changed = store.websites().change(
        SHOP.id,
        lambda website: replace(website, domain="x.example", content_groups=(), excluded_ips=()),
    )
    assert changed == replace(SHOP, domain="x.example", content_groups=(), excluded_ips=())
    assert store.websites().get(SHOP.id) == changed
    assert store.websites().get(OTHER.id) == OTHER
    assert store.websites().change("nobody", lambda website: website) is None


def test_changes_at_the_same_time_all_count(store: MetadataStore) -> None:
    store.websites().add(SHOP)

    def add_ip(number: int) -> None:
        ips = (f"203.0.113.{number}",)
        store.websites().change(
            SHOP.id, lambda website: replace(website, excluded_ips=website.excluded_ips + ips)
        )

    threads = [threading.Thread(target=add_ip, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.websites().get(SHOP.id)
    assert found is not None
    assert len(found.excluded_ips) == 22


def test_deleted_websites_are_forgotten_when_that_is_settled(store: MetadataStore) -> None:
    """One that was not there is not noted; twice is as once."""
    store.websites().add(SHOP)
    store.websites().add(OTHER)
    for id_ in (OTHER.id, SHOP.id, SHOP.id, "nobody"):
        store.websites().delete(id_)
    assert store.websites().find() == []
    assert store.websites().forgotten() == [OTHER.id, SHOP.id]
    store.websites().settle(OTHER.id)
    store.websites().settle("nobody")
    assert store.websites().forgotten() == [SHOP.id]


def test_websites_go_with_their_account(store: MetadataStore) -> None:
    store.websites().add(SHOP)
    store.websites().add(OTHER)
    with store.accounts().transaction() as accounts:
        accounts.delete_account(OURS)
    assert store.websites().find() == [OTHER]
    store.websites().settle(OTHER.id)
    assert store.websites().get(OTHER.id) == OTHER
