"""`/users`: the documented requests and answers, and what is refused."""

from typing import Any

import pytest
from support.tinytrail import UNKNOWN, Trail, error

from piste.accounts.principal import Role

CREATED_AT = "2026-01-15T10:30:00.000Z"
NO_USER = error("NOT_FOUND", "There is no such user")
NO_UUID = error("INVALID_PAYLOAD", "`id` must be a UUID")


def test_the_list(asked: Trail) -> None:
    """As documented, without keys; those of all accounts."""
    created = asked.identity.create_user(asked.other_account_id, Role.USER, "user@example.com")
    assert created is not None
    answer = asked.ask("GET", "/users")
    assert answer.status == 200
    *others, last = answer.json["data"]
    assert last == {
        "id": created.user.id,
        "accountId": asked.other_account_id,
        "email": "user@example.com",
        "role": "user",
        "createdAt": CREATED_AT,
    }
    assert list(last) == ["id", "accountId", "email", "role", "createdAt"]
    assert [(one["role"], one["email"]) for one in others] == [
        ("admin", None),
        ("user", None),
        ("user", None),
    ]
    assert b"tt_" not in answer.body


def test_a_creation(asked: Trail) -> None:
    """As documented; the key is good, and `apiKeyId` is its id."""
    form = {"account_id": asked.other_account_id, "role": "user", "email": "user@example.com"}
    answer = asked.ask("POST", "/users", form)
    assert answer.status == 201
    data = answer.json["data"]
    assert answer.json["status"] == "success"
    assert data == {
        "id": data["id"],
        "accountId": asked.other_account_id,
        "email": "user@example.com",
        "role": "user",
        "apiKey": data["apiKey"],
        "apiKeyId": data["apiKeyId"],
        "createdAt": CREATED_AT,
    }
    assert data["apiKey"].startswith("tt_")
    assert answer.headers["cache-control"] == "no-store"
    grant = asked.identity.grant(data["apiKey"], data["apiKeyId"])
    assert grant is not None
    assert grant.principal.user_id == data["id"]
    assert asked.done("GET", "/websites", by=data["apiKey"]) == []


@pytest.mark.parametrize("role", ["admin", "user"])
def test_roles(asked: Trail, role: str) -> None:
    """An email is not needed."""
    form = {"account_id": asked.account_id.upper(), "role": role}
    data = asked.done("POST", "/users", form)
    assert (data["role"], data["email"], data["accountId"]) == (role, None, asked.account_id)
    status = 200 if role == "admin" else 403
    assert asked.ask("GET", "/users", by=data["apiKey"]).status == status


NO_ACCOUNT_ID = "`account_id` must be a UUID"
NO_ROLE = "`role` must be admin or user"
NO_EMAIL = "`email` must be a text of 1 to 255 characters"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"account_id": ...}, NO_ACCOUNT_ID),
        ({"account_id": None}, NO_ACCOUNT_ID),
        ({"account_id": 1}, NO_ACCOUNT_ID),
        ({"account_id": "default"}, NO_ACCOUNT_ID),
        ({"account_id": UNKNOWN}, f"`account_id`: there is no account {UNKNOWN}"),
        ({"role": ...}, NO_ROLE),
        ({"role": None}, NO_ROLE),
        ({"role": "Admin"}, NO_ROLE),
        ({"role": "owner"}, NO_ROLE),
        ({"role": 1}, NO_ROLE),
        ({"role": ["admin"]}, NO_ROLE),
        ({"role": {"admin": True}}, NO_ROLE),
        ({"email": ""}, NO_EMAIL),
        ({"email": "x" * 256}, NO_EMAIL),
        ({"email": "a\0@example.com"}, NO_EMAIL),
        ({"email": 1}, NO_EMAIL),
        ({"email": ["user@example.com"]}, NO_EMAIL),
        ({"apiKey": "tt_0"}, "`apiKey` is not a field here"),
    ],
)
def test_what_is_wrong_is_named(asked: Trail, change: dict[str, Any], message: str) -> None:
    form = {"account_id": asked.account_id, "role": "user", "email": None, **change}
    form = {name: value for name, value in form.items() if value is not ...}
    answer = asked.ask("POST", "/users", form)
    assert (answer.status, answer.json) == (400, error("INVALID_PAYLOAD", message))
    assert len(asked.identity.users()) == 3


def test_the_key_of_a_user(asked: Trail) -> None:
    """As documented; the oldest, when there are several."""
    user_id = asked.ours.user.id
    asked.identity.create_key(user_id, "another")
    answer = asked.ask("GET", f"/users/{user_id}/api-key")
    assert answer.status == 200
    assert answer.json == {
        "status": "success",
        "data": {"id": user_id, "apiKey": asked.ours.first_key.key},
    }
    assert answer.headers["cache-control"] == "no-store"


def test_a_user_without_a_key_that_could_be_shown(asked: Trail) -> None:
    asked.identity.delete_key(asked.ours.user.id, asked.ours.first_key.api_key.id)
    answer = asked.ask("GET", f"/users/{asked.ours.user.id}/api-key")
    message = "There is no such API key that could be shown"
    assert (answer.status, answer.json) == (404, error("NOT_FOUND", message))


def test_a_deletion(asked: Trail) -> None:
    """As documented; the key is not valid any more, nor is a token for it."""
    grant = asked.identity.grant(asked.ours.first_key.key)
    assert grant is not None
    token = asked.identity.token(grant)
    website = asked.website()
    answer = asked.ask("DELETE", f"/users/{asked.ours.user.id}")
    assert answer.status == 200
    assert answer.json == {
        "status": "success",
        "data": {
            "id": asked.ours.user.id,
            "accountId": asked.account_id,
            "email": None,
            "role": "user",
            "createdAt": CREATED_AT,
        },
    }
    for key in (asked.ours.first_key.key, token):
        assert asked.ask("GET", "/websites", by=key).status == 401
    assert [one["id"] for one in asked.done("GET", "/websites")] == [website]
    again = asked.ask("DELETE", f"/users/{asked.ours.user.id}")
    assert (again.status, again.json) == (404, NO_USER)


def test_a_user_that_is_not_there(asked: Trail) -> None:
    for method, path in (("DELETE", ""), ("GET", "/api-key")):
        answer = asked.ask(method, f"/users/{UNKNOWN}{path}")
        assert (answer.status, answer.json) == (404, NO_USER)


@pytest.mark.parametrize("id_", ["1", "%00", "%ff", "a" * 5000, "-1"])
def test_ids_that_are_none(asked: Trail, id_: str) -> None:
    for method, path in (("DELETE", ""), ("GET", "/api-key")):
        answer = asked.ask(method, f"/users/{id_}{path}")
        assert (answer.status, answer.json) == (400, NO_UUID)


def test_the_last_administrator(asked: Trail) -> None:
    """Stays, until there is another one; then even oneself can go."""
    answer = asked.ask("DELETE", f"/users/{asked.admin.user.id}")
    message = "The last administrator cannot be deleted"
    assert (answer.status, answer.json) == (403, error("FORBIDDEN", message))
    asked.identity.create_user(asked.other_account_id, Role.ADMIN)
    assert asked.done("DELETE", f"/users/{asked.admin.user.id}")["role"] == "admin"
    assert asked.ask("GET", "/users").status == 401
