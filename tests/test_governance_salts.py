"""Websites and salts as the pipeline is told of them."""

from pathlib import Path

import pytest
from support.governed import governance_in

from piste import telling as module
from piste.accounts.principal import Principal, Role
from piste.governance import Governance
from piste.ingest.decisions import Subject
from piste.store.errors import StoreUnavailable
from piste.traffic.identity import DAY_MS
from piste.traffic.websites import Website

NOON_MS = 20_000 * DAY_MS + DAY_MS // 2


class Clock:
    now_ms = NOON_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "clock_ms", clock)
    return clock


def new_website(governance: Governance) -> Website:
    account = governance.identity.accounts()[0].id
    made = governance.websites.create(
        Principal("user", account, Role.ADMIN), {"domain": "example.com"}
    )
    assert isinstance(made, Website)
    return made


def test_without_websites_there_are_no_salts(tmp_path: Path, clock: Clock) -> None:
    governance, told = governance_in(tmp_path)
    governance.start()
    assert governance.knows_salts()
    governance.tell_salts()
    assert told == []
    governance.close()


def test_the_first_website_brings_the_salt_of_the_day(tmp_path: Path, clock: Clock) -> None:
    governance, told = governance_in(tmp_path)
    governance.start()
    website = new_website(governance)
    assert [(one.subject, one.id) for one in told] == [
        (Subject.WEBSITE, website.id),
        (Subject.SALT, "20000"),
    ]
    governance.close()
    again, retold = governance_in(tmp_path)
    again.start()
    assert retold == told
    again.close()


def test_each_day_brings_another_and_takes_the_last_but_one(tmp_path: Path, clock: Clock) -> None:
    governance, told = governance_in(tmp_path)
    governance.start()
    new_website(governance)
    salts = {told[-1].id: told[-1].json}
    del told[:]
    clock.now_ms = 20_001 * DAY_MS - 1
    assert governance.knows_salts()
    clock.now_ms += 1
    assert not governance.knows_salts()
    governance.tell_salts()
    assert governance.knows_salts()
    assert {one.id: one.json is None for one in told} == {"20000": False, "20001": False}
    assert {one.id: one.json for one in told}["20000"] == salts["20000"]
    del told[:]
    clock.now_ms += 5 * DAY_MS
    governance.tell_salts()
    assert {one.id: one.json is None for one in told} == {
        "20000": True,
        "20001": True,
        "20006": False,
    }
    governance.close()


def test_salts_that_cannot_be_read_are_asked_for_again_later(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    governance, told = governance_in(tmp_path)
    governance.start()
    new_website(governance)
    clock.now_ms += DAY_MS
    del told[:]
    with monkeypatch.context() as broken:

        def of(*_: object) -> None:
            raise StoreUnavailable(tmp_path, "no disk")

        broken.setattr("piste.store.metadata.salts.SaltRecords.of", of)
        governance.tell_salts()
    assert told == []
    assert governance.knows_salts()
    clock.now_ms += module.SALTS_AGAIN_MS
    assert not governance.knows_salts()
    governance.tell_salts()
    assert [one.id for one in told] == ["20000", "20001"]
    governance.close()


def test_a_website_that_is_gone(tmp_path: Path, clock: Clock) -> None:
    governance, told = governance_in(tmp_path)
    governance.start()
    website = new_website(governance)
    admin = Principal("user", website.account_id, Role.ADMIN)
    del told[:]
    assert governance.websites.delete(admin, website.id) == website
    assert [(one.subject, one.id, one.json) for one in told] == [
        (Subject.WEBSITE, website.id, None)
    ]
    clock.now_ms += 3 * DAY_MS
    assert governance.knows_salts()
    governance.close()
