"""The registry on a real store: who owns what, what the pipeline is told, and publishers at one time."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.registries import (
    ACME,
    OWN,
    RIVAL,
    SUPER_KEY,
    Installed,
    key_of,
    registry_in,
    schema,
)

from piste.events.schema_key import Json
from piste.registry import inclusion, publication
from piste.registry.drafts import DraftId
from piste.registry.permissions import Action, Anyone, Caller, KeyHolder, Member, Super
from piste.registry.published import published
from piste.registry.records import Environment

SUPER = Super("super", OWN)
ANN = Member("ann", ACME)
ROB = Member("rob", RIVAL)
NOT_AUTHORIZED = {"message": "Authentication error: not authorized"}


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    opened = registry_in(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def patching(tmp_path: Path) -> Iterator[Installed]:
    opened = registry_in(tmp_path, patches_allowed=True)
    yield opened
    opened.close()


def publish(installed: Installed, version: str, caller: Caller = SUPER, **more: Any) -> int:
    return installed.registry.publish(caller, schema(version, **more)).status


def test_a_publication_is_deployed_to_both_environments(installed: Installed) -> None:
    publish(installed, "1-0-0", ANN)
    rows = installed.store.schemas().find()
    assert [row.environment for row in rows] == [Environment.DEVELOPMENT, Environment.PRODUCTION]
    assert {(row.organization_id, row.author) for row in rows} == {(ACME, "ann")}


def test_a_schema_stays_with_whom_it_belongs_to(installed: Installed) -> None:
    publish(installed, "1-0-0", ANN)
    assert publish(installed, "1-0-1", SUPER) == 201
    row = installed.store.schemas().get(key_of("1-0-1"))
    assert row is not None
    assert (row.organization_id, row.author) == (ACME, "super")


def test_a_member_publishes_only_what_is_their_organization_s(installed: Installed) -> None:
    assert publish(installed, "1-0-0", ANN) == 201
    answer = installed.registry.publish(ROB, schema("1-0-1"))
    assert (answer.status, answer.json) == (403, NOT_AUTHORIZED)
    answer = installed.registry.publish(ROB, schema(name="other"))
    assert (answer.status, answer.json) == (403, NOT_AUTHORIZED)
    assert publish(installed, "1-0-0", ANN, name="other") == 201
    assert publish(installed, "1-0-0", ROB, vendor="com.rival") == 201


def test_for_vendors_that_come_with_piste_the_super_key_is_wanted(installed: Installed) -> None:
    """A key to write everything is not enough; a reader hears what a reader always hears."""
    sentence = (
        "Schemas of com.reserved come with Piste and are everybody's: only an administrator may publish "
        "more of them"
    )
    callers: list[tuple[Caller, Json]] = [
        (ANN, {"message": sentence}),
        (KeyHolder("w", OWN, "*", Action.CREATE_VENDOR), {"message": sentence}),
        (KeyHolder("r", OWN, "*", Action.READ), NOT_AUTHORIZED),
        (Anyone(), NOT_AUTHORIZED),
    ]
    for caller, message in callers:
        answer = installed.registry.publish(caller, schema(vendor="com.reserved"))
        assert (answer.status, answer.json) == (403, message)
    assert installed.changes.told == []
    assert publish(installed, "1-0-0", SUPER, vendor="com.reserved") == 201
    answer = installed.registry.publish(ANN, schema("1-0-1", vendor="com.reserved"))
    assert answer.status == 403


def test_a_member_does_not_read_what_is_not_theirs(installed: Installed) -> None:
    publish(installed, "1-0-0", ANN)
    installed.registry.publish(ANN, schema(name="open"), is_public=True)
    both = ["iglu:com.acme/ad_click/jsonschema/1-0-0", "iglu:com.acme/open/jsonschema/1-0-0"]
    assert installed.registry.list(ANN).json == both
    assert installed.registry.list(ROB).json == both[1:]
    assert installed.registry.list(Anyone()).json == both[1:]
    assert installed.registry.get(ROB, key_of()).status == 404
    assert installed.registry.get(ROB, key_of(name="open")).status == 200


def test_the_pipeline_is_told_after_each_write_and_of_nothing_else(patching: Installed) -> None:
    registry, told = patching.registry, patching.changes.told
    uri = "iglu:com.acme/ad_click/jsonschema"
    publish(patching, "1-0-0")
    assert told == [{f"{uri}/1-0-0"}]
    publish(patching, "1-0-2")
    publish(patching, "1-0-1", Anyone())
    publish(patching, "1-0-1", type="txt")
    registry.get(SUPER, key_of())
    registry.generate_keys(SUPER, {"vendorPrefix": ""})
    registry.put_draft(SUPER, DraftId("com.acme", "ad_click", "jsonschema", 1), {})
    assert len(told) == 1
    publish(patching, "1-0-1", supersedes=["1-0-0"])
    assert told[1] == {f"{uri}/1-0-0", f"{uri}/1-0-1"}
    registry.delete(SUPER, key_of("1-0-1"))
    assert told[2] == {f"{uri}/1-0-0", f"{uri}/1-0-1"}
    registry.delete(SUPER, key_of("1-0-1"))
    assert len(told) == 3


def test_what_events_are_validated_with(patching: Installed) -> None:
    schemas = patching.store.schemas()
    assert published(schemas) == {}
    publish(patching, "1-0-0")
    publish(patching, "1-0-1", supersedes=["1-0-0"])
    publish(patching, "1-0-0", name="other")
    everything = published(schemas)
    assert list(everything) == [key_of(), key_of("1-0-1"), key_of(name="other")]
    assert everything[key_of()]["$supersededBy"] == "1-0-1"
    patching.registry.delete(SUPER, key_of("1-0-1"))
    changed = {key_of(), key_of("1-0-1")}
    assert published(schemas, changed) == {key_of(): schema()}
    assert published(schemas, [key_of("9-0-0")]) == {}


def test_a_replaced_version_keeps_its_first_time(patching: Installed) -> None:
    publish(patching, "1-0-0")
    publish(patching, "1-0-0", description="Changed")
    row = patching.store.schemas().get(key_of())
    assert row is not None
    assert row.created_at < row.updated_at
    assert row.json["description"] == "Changed"


def test_a_replacement_must_fit_what_comes_after_it(patching: Installed) -> None:
    publish(patching, "1-0-0")
    publish(patching, "1-0-1")
    longer = {"url": {"type": "string", "maxLength": 101, "description": "Where to"}}
    answer = patching.registry.publish(SUPER, schema("1-0-0", properties=longer))
    assert answer.status == 409
    assert len(answer.json["counterexample"]["url"]) == 101
    assert publish(patching, "1-0-1", properties=longer) == 200
    assert publish(patching, "1-0-0", properties=longer) == 200


def test_the_only_version_may_become_public(patching: Installed) -> None:
    publish(patching, "1-0-0")
    assert patching.registry.publish(SUPER, schema(), is_public=True).status == 200
    publish_private = patching.registry.publish(SUPER, schema("1-0-1"))
    assert publish_private.status == 409


def test_a_version_of_development_counts_as_there(installed: Installed) -> None:
    publish(installed, "1-0-0")
    schemas = installed.store.schemas()
    [dev] = schemas.find(environment=Environment.DEVELOPMENT)
    schemas.delete(key_of())
    schemas.change(lambda _: [dev])
    assert publish(installed, "1-0-0") == 409
    assert publish(installed, "1-0-1") == 201


def test_a_version_that_is_only_validated_does_not(installed: Installed) -> None:
    publish(installed, "1-0-0")
    schemas = installed.store.schemas()
    [dev] = schemas.find(environment=Environment.DEVELOPMENT)
    schemas.delete(key_of())
    schemas.change(lambda _: [replace(dev, environment=Environment.VALIDATED)])
    assert installed.registry.get(SUPER, key_of()).status == 404
    assert publish(installed, "1-0-1") == 409
    assert publish(installed, "1-0-0") == 201
    assert len(schemas.find()) == 3


def test_drafts_are_their_organization_s(installed: Installed) -> None:
    registry = installed.registry
    draft_id = DraftId("com.acme", "ad_click", "jsonschema", 1)
    assert registry.put_draft(ANN, draft_id, {"type": "object"}).status == 201
    assert registry.draft(ROB, draft_id).status == 404
    answer = registry.put_draft(ROB, draft_id, {})
    assert (answer.status, answer.json) == (403, NOT_AUTHORIZED)
    assert registry.draft(ANN, draft_id).json == {"type": "object"}
    assert registry.drafts_of(ANN).json == ["iglu:com.acme/ad_click/jsonschema/1"]
    assert registry.drafts_of(ROB).json == []
    assert registry.put_draft(ANN, draft_id, {}, is_public=True).status == 200
    assert registry.draft(Anyone(), draft_id).json == {}


def at_once(*tasks: Callable[[], int]) -> list[int]:
    """The statuses of what is published at one time."""
    barrier = threading.Barrier(len(tasks))
    statuses: list[int] = []

    def run(task: Callable[[], int]) -> None:
        barrier.wait()
        statuses.append(task())

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def test_of_two_who_publish_one_version_one_wins(installed: Installed) -> None:
    for addition in range(20):
        version = f"1-0-{addition}"
        tasks = [
            partial(publish, installed, version, description=text) for text in ("one", "other")
        ]
        assert at_once(*tasks) == [201, 409]
        row = installed.store.schemas().get(key_of(version))
        assert row is not None
        assert row.json["description"] in ("one", "other")
    assert len(installed.changes.told) == 20


def test_of_two_organizations_one_gets_the_vendor(installed: Installed) -> None:
    for number in range(20):
        vendor = f"com.vendor{number}"
        tasks = [
            partial(publish, installed, "1-0-0", caller, vendor=vendor, name=name)
            for caller, name in ((ANN, "a"), (ROB, "b"))
        ]
        assert at_once(*tasks) == [201, 403]


def test_what_was_compared_before_the_transaction_is_not_compared_in_it(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comparison may take a second, in which nobody else could write."""
    publish(installed, "1-0-0")
    done: list[str] = []
    schemas = type(installed.store.schemas())
    change = schemas.change

    def compared_and_noted(*args: Any, **more: Any) -> Any:
        done.append("compared")
        return inclusion.compared(*args, **more)

    def change_and_noted(self: Any, decide: Any) -> Any:
        done.append("begun")
        return change(self, decide)

    monkeypatch.setattr(publication, "compared", compared_and_noted)
    monkeypatch.setattr(schemas, "change", change_and_noted)
    assert publish(installed, "1-0-1") == 201
    assert done == ["compared", "begun"]


def test_the_super_key_is_not_printed(installed: Installed) -> None:
    assert SUPER_KEY not in repr(installed.registry)
