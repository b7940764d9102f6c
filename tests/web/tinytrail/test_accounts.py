"""`/accounts`: the documented requests and answers, and what is refused."""

from typing import Any

import pytest
from support.tinytrail import UNKNOWN, Trail, error

from piste.accounts.principal import Role
from piste.store.errors import StoreUnavailable

CREATED_AT = "2026-01-15T10:30:00.000Z"
NO_ACCOUNT = error("NOT_FOUND", "There is no such account")
NO_NAME = error("INVALID_PAYLOAD", "`name` must be a text of 1 to 255 characters")
NO_UUID = error("INVALID_PAYLOAD", "`id` must be a UUID")


def test_the_list(asked: Trail) -> None:
    """The oldest first, as documented."""
    answer = asked.ask("GET", "/accounts")
    assert answer.status == 200
    first, second = asked.account_id, asked.other_account_id
    assert answer.json == {
        "status": "success",
        "data": [
            {"id": first, "name": "default", "createdAt": CREATED_AT},
            {"id": second, "name": "Acme Corp", "createdAt": CREATED_AT},
        ],
    }
    assert list(answer.json) == ["status", "data"]
    assert list(answer.json["data"][0]) == ["id", "name", "createdAt"]


def test_a_creation(asked: Trail) -> None:
    """As documented, and the account is in the list then."""
    answer = asked.ask("POST", "/accounts", {"name": "Acme Corp"})
    assert answer.status == 201
    id_ = answer.json["data"]["id"]
    account = {"id": id_, "name": "Acme Corp", "createdAt": CREATED_AT}
    assert answer.json == {"status": "success", "data": account}
    assert asked.done("GET", "/accounts")[-1] == account


@pytest.mark.parametrize(
    "name", ["", "x" * 256, "a\0b", None, 1, True, [], {}, ["Acme"], 10**30, 1.5]
)
def test_names_that_are_none(asked: Trail, name: Any) -> None:
    answer = asked.ask("POST", "/accounts", {"name": name})
    assert (answer.status, answer.json) == (400, NO_NAME)
    assert len(asked.identity.accounts()) == 2


def test_a_missing_name(asked: Trail) -> None:
    answer = asked.ask("POST", "/accounts", {})
    assert (answer.status, answer.json) == (400, NO_NAME)


@pytest.mark.parametrize("name", ["x" * 255, " ", "❄", "a\nb", "\u202e", "<script>"])
def test_odd_names(asked: Trail, name: str) -> None:
    assert asked.done("POST", "/accounts", {"name": name})["name"] == name


def test_a_field_that_is_none(asked: Trail) -> None:
    answer = asked.ask("POST", "/accounts", {"name": "Acme", "id": UNKNOWN})
    assert (answer.status, answer.json) == (
        400,
        error("INVALID_PAYLOAD", "`id` is not a field here"),
    )


def test_a_deletion(asked: Trail) -> None:
    """With users, keys, websites and their events; what is another's stays."""
    website, kept = asked.website(by="theirs"), asked.website(by="ours")
    asked.changes.clear()
    key = asked.theirs.first_key.key
    answer = asked.ask("DELETE", f"/accounts/{asked.other_account_id}")
    assert answer.status == 200
    account = {"id": asked.other_account_id, "name": "Acme Corp", "createdAt": CREATED_AT}
    assert answer.json == {"status": "success", "data": account}
    assert [one["id"] for one in asked.done("GET", "/accounts")] == [asked.account_id]
    assert [one["id"] for one in asked.done("GET", "/websites")] == [kept]
    assert {one["accountId"] for one in asked.done("GET", "/users")} == {asked.account_id}
    assert asked.ask("GET", "/websites", by=key).status == 401
    assert asked.changes == [(website,)]
    assert asked.deleted == [website]
    again = asked.ask("DELETE", f"/accounts/{asked.other_account_id}")
    assert (again.status, again.json) == (404, NO_ACCOUNT)


def test_a_deletion_that_fails(asked: Trail, tmp_path: Any) -> None:
    """The account stays until its events are gone, and the deletion may be asked for again."""
    website = asked.website(by="theirs")
    asked.broken = StoreUnavailable(tmp_path, "disk full")
    answer = asked.ask("DELETE", f"/accounts/{asked.other_account_id}")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "5"
    message = "What is decided cannot be read or stored at the moment; the server's log says why"
    assert answer.json == error("UNAVAILABLE", message)
    assert asked.identity.has_account(asked.other_account_id)
    asked.broken = None
    assert asked.ask("DELETE", f"/accounts/{asked.other_account_id}").status == 200
    assert asked.deleted == [website]


def test_an_account_that_is_not_there(asked: Trail) -> None:
    answer = asked.ask("DELETE", f"/accounts/{UNKNOWN}")
    assert (answer.status, answer.json) == (404, NO_ACCOUNT)


@pytest.mark.parametrize(
    "id_", ["1", "default", "%00", "%ed%a0%80", "a" * 5000, "null", "../users", "{id}", " "]
)
def test_ids_that_are_none(asked: Trail, id_: str) -> None:
    answer = asked.ask("DELETE", f"/accounts/{id_}")
    if "/" in id_:
        assert (answer.status, answer.json) == (404, error("NOT_FOUND", "Not Found"))
    else:
        assert (answer.status, answer.json) == (400, NO_UUID)


def test_an_id_in_capitals(asked: Trail) -> None:
    """Is the same id."""
    account_id = asked.other_account_id.upper()
    assert account_id != asked.other_account_id
    assert asked.done("DELETE", f"/accounts/{account_id}")["id"] == asked.other_account_id


def test_the_account_of_the_last_administrator(asked: Trail) -> None:
    """Stays, until there is another one elsewhere."""
    answer = asked.ask("DELETE", f"/accounts/{asked.account_id}")
    message = "The last administrator cannot be deleted"
    assert (answer.status, answer.json) == (403, error("FORBIDDEN", message))
    assert asked.identity.has_account(asked.account_id)
    other = asked.identity.create_user(asked.other_account_id, Role.ADMIN)
    assert asked.done("DELETE", f"/accounts/{asked.account_id}")["name"] == "default"
    assert [one["name"] for one in asked.done("GET", "/accounts", by=other)] == ["Acme Corp"]
