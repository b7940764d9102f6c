"""Who sees which websites, who else hears of changes, and that events go with their website."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.identities import START, World

from piste.accounts.account import Account
from piste.accounts.principal import Principal, Role
from piste.store.metadata import MetadataStore
from piste.traffic.flaws import Flaw
from piste.traffic.website_forms import PathGroup
from piste.traffic.websites import Website, Websites

OURS = "11111111-1111-4111-8111-111111111111"
THEIRS = "22222222-2222-4222-8222-222222222222"
NOBODYS = "33333333-3333-4333-8333-333333333333"
US = Principal("us", OURS, Role.USER)
THEM = Principal("them", THEIRS, Role.USER)
ADMIN = Principal("admin", OURS, Role.ADMIN)


@dataclass
class Kept:
    """A service on a database with two accounts, and what it told others, in order."""

    store: MetadataStore
    told: list[tuple[str, ...]] = field(default_factory=list)
    broken: bool = False

    def __post_init__(self) -> None:
        world = World()
        self.websites = Websites(
            self.store.websites(), world.now, world.new_id, self._changed, self._delete_events
        )

    def _changed(self, ids: Any) -> None:
        self.told.append(("changed", *ids))

    def _delete_events(self, website_id: str) -> None:
        if self.broken:
            raise OSError("disk full")
        self.told.append(("deleted events", website_id))

    def create(self, principal: Principal, domain: str = "example.com", **more: Any) -> Website:
        website = self.websites.create(principal, {"domain": domain, **more})
        assert isinstance(website, Website)
        return website


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    store = MetadataStore(tmp_path / "metadata.db")
    with store.accounts().transaction() as accounts:
        for account_id in (OURS, THEIRS):
            accounts.add_account(Account(account_id, "An account", START))
    yield Kept(store)
    store.close()


def test_a_website_of_ones_own_account(kept: Kept) -> None:
    """Is there as it was described, and who measures hears of it."""
    website = kept.create(
        US,
        "Example.com",
        content_groups=[{"name": "Blog", "pattern": "/blog/**"}],
        excluded_ips=["203.0.113.0/24"],
    )
    groups, ips = (PathGroup("Blog", "/blog/**"),), ("203.0.113.0/24",)
    assert website == Website(website.id, OURS, "example.com", groups, ips, START)
    assert kept.websites.get(US, website.id) == website
    assert kept.told == [("changed", website.id)]


def test_who_sees_what(kept: Kept) -> None:
    """A user what belongs to their account, an admin all; nobody what is not there."""
    ours, theirs = kept.create(US), kept.create(THEM)
    assert kept.websites.find(US) == [ours]
    assert kept.websites.find(THEM) == [theirs]
    assert kept.websites.find(ADMIN) == [ours, theirs]
    for principal, seen in ((US, {ours.id}), (THEM, {theirs.id}), (ADMIN, {ours.id, theirs.id})):
        for website in (ours, theirs):
            expected = website if website.id in seen else None
            assert kept.websites.get(principal, website.id) == expected
        assert kept.websites.get(principal, NOBODYS) is None


def test_what_one_does_not_see_one_cannot_change_or_delete(kept: Kept) -> None:
    """And nobody hears of the attempt."""
    ours = kept.create(US)
    kept.told.clear()
    assert kept.websites.change(THEM, ours.id, {"domain": "example.org"}) is None
    assert kept.websites.delete(THEM, ours.id) is None
    assert kept.websites.change(ADMIN, NOBODYS, {"domain": "example.org"}) is None
    assert kept.websites.delete(ADMIN, NOBODYS) is None
    assert kept.websites.find(US) == [ours]
    assert kept.told == []


def test_an_admin_may_name_the_account(kept: Kept) -> None:
    """Without a name it is their own."""
    assert kept.create(ADMIN, account_id=THEIRS).account_id == THEIRS
    assert kept.create(ADMIN).account_id == OURS
    unknown = kept.websites.create(ADMIN, {"domain": "example.com", "account_id": NOBODYS})
    assert unknown == (Flaw("account_id", f"`account_id`: there is no account {NOBODYS}"),)


def test_a_user_may_name_their_own_account_only(kept: Kept) -> None:
    """Of others it is not told whether they exist."""
    assert kept.create(US, account_id=OURS).account_id == OURS
    for account_id in (THEIRS, NOBODYS):
        form = {"domain": "example.org", "account_id": account_id}
        assert kept.websites.create(US, form) is None
    assert kept.websites.find(THEM) == []


def test_a_domain_is_there_once_in_an_account(kept: Kept) -> None:
    """Another account may have it too."""
    first = kept.create(US)
    other = kept.create(US, "example.org")
    kept.create(THEM)
    taken = (Flaw("domain", "`domain`: the account has a website for example.com already"),)
    assert kept.websites.create(US, {"domain": "EXAMPLE.com"}) == taken
    assert kept.websites.create(ADMIN, {"domain": "example.com", "account_id": THEIRS}) == taken
    assert kept.websites.change(US, other.id, {"domain": "example.com"}) == taken
    assert kept.websites.find(US) == [first, other]


def test_a_change_replaces_what_it_names(kept: Kept) -> None:
    """The rest stays, and so does a domain that is given again."""
    website = kept.create(US, excluded_ips=["203.0.113.7"])
    kept.told.clear()
    groups = [{"name": "Blog", "pattern": "/blog/**"}]
    changed = kept.websites.change(US, website.id, {"content_groups": groups})
    expected = Website(
        website.id,
        OURS,
        "example.com",
        (PathGroup("Blog", "/blog/**"),),
        ("203.0.113.7",),
        START,
    )
    assert changed == expected
    assert kept.websites.get(US, website.id) == expected
    assert kept.told == [("changed", website.id)]
    again = kept.websites.change(ADMIN, website.id, {"domain": "example.com", "excluded_ips": []})
    assert isinstance(again, Website)
    assert (again.domain, again.excluded_ips) == ("example.com", ())
    assert again.content_groups == expected.content_groups


def test_a_change_that_is_wrong_changes_nothing(kept: Kept) -> None:
    website = kept.create(US)
    kept.told.clear()
    for body in ({}, {"domain": "example.org", "excluded_ips": ["x"]}, None):
        assert isinstance(kept.websites.change(US, website.id, body), tuple)
    assert kept.websites.find(US) == [website]
    assert kept.told == []


def test_events_go_after_who_measures_has_heard(kept: Kept) -> None:
    """So that none can come after the deletion."""
    website = kept.create(US)
    kept.told.clear()
    assert kept.websites.delete(US, website.id) == website
    assert kept.told == [("changed", website.id), ("deleted events", website.id)]
    assert kept.websites.get(US, website.id) is None
    assert kept.websites.delete(US, website.id) is None
    assert kept.create(US).id != website.id


def test_events_that_could_not_be_deleted(kept: Kept) -> None:
    """The website is gone; they are deleted when it is tried again, whoever tries, and once."""
    first, second = kept.create(US), kept.create(US, "example.org")
    kept.broken = True
    for website in (first, second):
        with pytest.raises(OSError, match="disk full"):
            kept.websites.delete(US, website.id)
    assert kept.websites.find(US) == []
    kept.broken = False
    kept.told.clear()
    assert kept.websites.delete(US, first.id) is None
    assert kept.told == [("deleted events", first.id), ("deleted events", second.id)]
    kept.told.clear()
    kept.websites.delete_forgotten()
    assert kept.told == []


def test_events_that_a_process_could_not_delete_are_deleted_by_the_next(kept: Kept) -> None:
    website = kept.create(US)
    kept.broken = True
    with pytest.raises(OSError, match="disk full"):
        kept.websites.delete(US, website.id)
    later = Kept(kept.store)
    later.websites.delete_forgotten()
    assert later.told == [("deleted events", website.id)]


def test_all_websites_of_an_account(kept: Kept) -> None:
    """Go with their events, and those of others stay."""
    ours = [kept.create(US, domain) for domain in ("example.com", "example.org")]
    theirs = kept.create(THEM)
    kept.told.clear()
    kept.websites.delete_of_account(OURS)
    ids = [one.id for one in ours]
    assert kept.told == [("changed", *ids), *(("deleted events", one) for one in ids)]
    assert kept.websites.find(ADMIN) == [theirs]
    kept.told.clear()
    kept.websites.delete_of_account(OURS)
    assert kept.told == []
