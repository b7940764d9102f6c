"""What people decide is there when it is asked for, survives a restart, and the pipeline hears of it."""

import json
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.governed import ADMIN_KEY, governance_in, governed
from support.plans import schema

from piste.accounts.principal import Role
from piste.accounts.service import UnfitAdminKey
from piste.governance import DATABASE, KEY_FILE, FirstKey
from piste.ingest.decisions import Decision, Subject

ACTIONS = "iglu:com.example/ui_actions/jsonschema/1-0-0"
ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_ephemeral_decisions_leave_nothing(tmp_path: Path, temporary: Path) -> None:
    """A folder is made when something is asked for, and gone at the end; the data folder is not touched."""
    data = tmp_path / "data"
    governance, told = governance_in(data, ephemeral=True)
    assert not governance.outlives_the_process
    governance.start()
    assert list(temporary.iterdir()) == []
    assert governance.is_admin(ADMIN_KEY)
    (folder,) = temporary.iterdir()
    assert (folder / DATABASE).exists()
    assert told == []
    governance.close()
    assert list(temporary.iterdir()) == []
    assert not data.exists()


def test_nothing_was_asked_for(tmp_path: Path, temporary: Path) -> None:
    """Then there is nothing to close."""
    governance, _ = governance_in(tmp_path / "data", ephemeral=True)
    governance.start()
    governance.close()
    governance.close()
    assert list(temporary.iterdir()) == []


def test_the_key_of_a_run(tmp_path: Path, temporary: Path) -> None:
    """Without storage a key is made up at each start, and shown once."""
    keys = set()
    for _ in range(2):
        governance, _ = governance_in(tmp_path / "data", admin_key=None, ephemeral=True)
        shown = governance.start()
        assert shown is not None
        assert (shown.organization_id, shown.key_id) == (None, None)
        assert shown.sentence == f"API key of this run: {shown.key}"
        assert governance.is_admin(shown.key)
        assert governance.start() is None
        keys.add(shown.key)
        governance.close()
    assert len(keys) == 2


def test_the_first_key(tmp_path: Path) -> None:
    """Of a data folder: shown at its first start only, valid after it."""
    data = tmp_path / "data"
    governance, _ = governance_in(data, admin_key=None)
    assert governance.outlives_the_process
    shown = governance.start()
    assert shown is not None
    (account,) = governance.identity.accounts()
    (user,) = governance.identity.users()
    (key,) = governance.identity.keys(user.id)
    assert shown == FirstKey(account.id, key.id, shown.key)
    assert shown.sentence == (
        f"First start. Keep this API key, it is shown only now: {shown.key} "
        f"(id {key.id}, organization {account.id})"
    )
    governance.close()
    again, _ = governance_in(data, admin_key=None)
    assert again.start() is None
    assert again.is_admin(shown.key)
    again.close()


def test_a_given_key_is_not_shown(tmp_path: Path) -> None:
    """On disk or not; without it another one is made."""
    for ephemeral in (False, True):
        governance, _ = governance_in(tmp_path / "data", ephemeral=ephemeral)
        assert governance.start() is None
        assert governance.is_admin(ADMIN_KEY)
        governance.close()
    later, _ = governance_in(tmp_path / "data", admin_key=None)
    shown = later.start()
    assert shown is not None
    assert not later.is_admin(ADMIN_KEY)
    assert later.is_admin(shown.key)
    later.close()


def test_an_unfit_key(tmp_path: Path) -> None:
    """The program cannot start with it."""
    governance, _ = governance_in(tmp_path / "data", admin_key="short")
    with pytest.raises(UnfitAdminKey, match="The admin key cannot be used"):
        governance.start()
    governance.close()


def test_the_data_folder_is_private(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    governance, _ = governance_in(data)
    governance.start()
    governance.close()
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_without_storage_of_events(tmp_path: Path) -> None:
    """Decisions wait until somebody asks; where some were made before, they count from the start."""
    data = tmp_path / "data"
    governance, _ = governance_in(data, admin_key=None, no_storage=True)
    shown = governance.start()
    assert shown is not None
    assert shown.organization_id is None
    assert not data.exists()
    assert governance.is_admin(shown.key)
    assert (data / DATABASE).exists()
    governance.close()

    with governed(data) as console:
        decide(console)
    again, told = governance_in(data, no_storage=True)
    assert again.start() is None
    assert [id_ for id_, _ in told_of(told)] == [ACTIONS, ID]
    again.close()


def test_who_is_an_admin(tmp_path: Path) -> None:
    """Neither a user nor anybody unknown; a token is as good as its key."""
    with governed(tmp_path / "data") as console:
        governance = console.governance
        for name, expected in (("admin", True), ("ours", False), ("theirs", False)):
            key = console.keys[name]
            assert governance.is_admin(key) is expected
            grant = governance.identity.grant(key)
            assert grant is not None
            assert governance.is_admin(governance.identity.token(grant)) is expected
        for unknown in ("", "unknown", "tt_" + "0" * 43, "a.b.c"):
            assert not governance.is_admin(unknown)


def test_many_ask_first(tmp_path: Path, temporary: Path) -> None:
    """It is opened once for all of them."""
    governance, _ = governance_in(tmp_path / "data", ephemeral=True)
    together = threading.Barrier(8)
    stores: list[Any] = []

    def ask() -> None:
        together.wait(10)
        stores.append(governance.store)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 8
    assert len(set(map(id, stores))) == 1
    assert len(list(temporary.iterdir())) == 1
    (user,) = governance.identity.users()
    assert user.role is Role.ADMIN
    governance.close()


def decide(console: Any) -> None:
    """A data structure in DEV, one that is validated only, a published specification and a draft."""
    for name in ("ui_actions", "validated"):
        console.done("POST", "data-structures/v1/validation-requests", {"data": schema(name=name)})
    wanted = {**schema()["self"], "source": "VALIDATED", "target": "DEV"}
    console.done("POST", "data-structures/v1/deployment-requests", wanted)
    wanted |= {"source": "DEV", "target": "PROD"}
    console.done("POST", "data-structures/v1/deployment-requests", wanted)
    spec = {"id": ID, "name": "Search", "status": "published", "event": {"source": ACTIONS}}
    console.done("POST", "event-specs/v1", {"spec": spec})
    console.done("POST", "event-specs/v1", {"spec": {"name": "A draft"}})


def told_of(decisions: Sequence[Decision]) -> list[tuple[str, Mapping[str, Any] | None]]:
    """Ids and what holds; drafts, of which nothing does, are left out."""
    return [
        (one.id, None if one.json is None else json.loads(one.json))
        for one in decisions
        if one.subject is Subject.SCHEMA or one.id == ID
    ]


def test_the_pipeline_hears_of_decisions(tmp_path: Path) -> None:
    """At once: of schemas that are deployed, of specifications that are published, and of their end."""
    with governed(tmp_path / "data") as console:
        decide(console)
        in_development, in_production, (id_, specification) = told_of(console.told)
        assert in_development == in_production == (ACTIONS, schema())
        assert (id_, specification and specification["isLive"]) == (ID, True)
        console.told.clear()

        spec = {"name": "Search", "status": "deprecated", "event": {"source": ACTIONS}}
        console.done("PUT", f"event-specs/v1/{ID}", {"spec": spec})
        ((_, specification),) = told_of(console.told)
        assert specification is not None
        assert not specification["isLive"]
        console.told.clear()

        assert console.ask("DELETE", f"event-specs/v1/{ID}").status == 204
        assert told_of(console.told) == [(ID, None)]


def test_what_has_not_changed_is_not_told_again(tmp_path: Path) -> None:
    """Another specification, or a draft of the same, is no news of it."""
    with governed(tmp_path / "data") as console:
        decide(console)
        console.told.clear()
        console.done("POST", "event-specs/v1", {"spec": {"name": "Another"}})
        assert told_of(console.told) == []


def test_a_restart_knows_what_was_decided(tmp_path: Path) -> None:
    """It is told before anything is answered."""
    data = tmp_path / "data"
    with governed(data) as console:
        decide(console)
        in_production, specification = told_of(console.told)[1:]
    governance, told = governance_in(data)
    governance.start()
    assert told_of(told) == [in_production, specification]
    governance.close()


def test_a_schema_of_another_registry(tmp_path: Path) -> None:
    """A specification may be of it, and it counts as in production; it is not told, since it is known."""
    with governed(tmp_path / "data", {ACTIONS: {"type": "object"}}) as console:
        spec = {"id": ID, "name": "Search", "event": {"source": ACTIONS}}
        console.done("POST", "event-specs/v1", {"spec": spec})
        console.done("POST", "event-specs/v1/publish", {"eventSpecIds": [ID]})
        assert [one.subject for one in console.told if one.json is not None] == [
            Subject.SPECIFICATION
        ]


def test_a_deployment_names_what_it_would_break(tmp_path: Path) -> None:
    """Specifications of the same organization only."""
    with governed(tmp_path / "data") as console:
        decide(console)
        asked = {
            "type": "object",
            "properties": {"action": {"enum": ["click"]}},
            "additionalProperties": False,
        }
        event = {"source": ACTIONS, "schema": {**asked, "required": ["action"]}}
        spec = {"name": "Search", "status": "published", "event": event}
        console.done("PUT", f"event-specs/v1/{ID}", {"spec": spec})
        narrow = schema("2-0-0")
        narrow["properties"]["action"]["maxLength"] = 3
        console.done("POST", "data-structures/v1/validation-requests", {"data": narrow})
        wanted = {**narrow["self"], "source": "VALIDATED", "target": "DEV"}
        found = console.done("POST", "data-structures/v1/deployment-requests", wanted)
        (broken,) = found["affectedEventSpecs"]
        assert (broken["id"], broken["name"], broken["version"]) == (ID, "Search", 1)
        assert broken["counterexample"]["action"] == "click"
