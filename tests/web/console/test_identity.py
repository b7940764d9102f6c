"""Organizations, tokens and API keys over HTTP: the documented requests, and what is refused."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from support.console import Answered, call
from support.identities import World, identity_of

from piste.accounts.principal import Role
from piste.accounts.service import Identity, NewUser
from piste.store.metadata import MetadataStore
from piste.web.console.app import BASE, console
from piste.web.console.identity import router

UNKNOWN = "00000000-0000-4000-8000-00000000ffff"
NO_ORGANIZATION = {"message": "There is no such organization"}
NO_KEY = {"message": "There is no such API key of yours"}
WANTED_TOKEN = {"message": "Wanted: an `Authorization: Bearer` header with a valid access token"}
WANTED_KEY = {"message": "Wanted: an `X-API-Key` header with a valid API key"}
WANTED_KEY_AND_ID = {
    "message": "Wanted: `X-API-Key` and `X-API-Key-ID` headers with a valid API key and its id"
}
GIVEN = "given-by-the-operator"


@dataclass
class Console:
    """An application with one administrator, a user of the same account and one of another."""

    world: World
    identity: Identity
    admin: NewUser
    ours: NewUser
    theirs: NewUser

    def __post_init__(self) -> None:
        self.application = console([router(self.identity)])

    @property
    def organization(self) -> str:
        return self.admin.user.account_id

    @property
    def other_organization(self) -> str:
        return self.theirs.user.account_id

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> Answered:
        """`headers` with `_` for `-`."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            fields["authorization"] = f"Bearer {token}"
        return call(self.application, method, f"{BASE}{path}", body, fields)

    def keys(self, of: str | None = None) -> str:
        return f"/organizations/{of or self.organization}/credentials/v2/api-keys"

    def token_address(self, version: str, of: str | None = None) -> str:
        return f"/organizations/{of or self.organization}/credentials/{version}/token"

    def token(self, user: NewUser) -> str:
        """By the newer of the two ways."""
        key = user.first_key
        answer = self.ask(
            "GET",
            self.token_address("v3", user.user.account_id),
            X_API_Key_ID=key.api_key.id,
            X_API_Key=key.key,
        )
        assert answer.status == 200, answer.body
        return str(answer.json["accessToken"])


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Console]:
    world = World()
    store = MetadataStore(tmp_path / "metadata.db")
    identity = identity_of(store, tmp_path, world)
    admin = identity.ensure_first(None)
    assert admin is not None
    ours = identity.create_user(admin.user.account_id, Role.USER)
    theirs = identity.create_user(identity.create_account("Acme Corp").id, Role.USER)
    assert ours is not None
    assert theirs is not None
    yield Console(world, identity, admin, ours, theirs)
    store.close()


def test_authorizing_with_v2(asked):
    """Requirement 001: the key alone is exchanged for a token."""
    answer = asked.ask("GET", asked.token_address("v2"), X_API_Key=asked.ours.first_key.key)
    assert answer.status == 200
    assert list(answer.json) == ["accessToken"]
    assert answer.headers["cache-control"] == "no-store"
    assert asked.identity.authenticate(answer.json["accessToken"]) == asked.ours.user.principal


def test_authorizing_with_v3(asked):
    """Requirement 001: the key and its id are."""
    key = asked.ours.first_key
    answer = asked.ask(
        "GET", asked.token_address("v3"), X_API_Key_ID=key.api_key.id, X_API_Key=key.key
    )
    assert answer.status == 200
    assert list(answer.json) == ["accessToken"]
    assert answer.headers["cache-control"] == "no-store"
    claims = jwt.decode(answer.json["accessToken"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 24 * 60 * 60
    assert claims["org"] == asked.organization


def test_authorizing_a_request(asked):
    """Requirement 001: the token is the bearer of whatever follows, for a day."""
    token = asked.token(asked.ours)
    expected = [{"id": asked.organization, "name": "default"}]
    assert asked.ask("GET", "/organizations", token=token).json == expected
    asked.world.pass_time(timedelta(hours=24))
    answer = asked.ask("GET", "/organizations", token=token)
    assert (answer.status, answer.json) == (401, WANTED_TOKEN)


def test_a_key_itself_is_a_bearer_too(asked):
    answer = asked.ask("GET", "/organizations", token=asked.ours.first_key.key)
    assert answer.status == 200


def test_the_organizations_of_a_user_and_of_an_admin(asked):
    """Their own, and all."""
    default = {"id": asked.organization, "name": "default"}
    acme = {"id": asked.other_organization, "name": "Acme Corp"}
    for user, expected in (
        (asked.ours, [default]),
        (asked.theirs, [acme]),
        (asked.admin, [default, acme]),
    ):
        answer = asked.ask("GET", "/organizations", token=asked.token(user))
        assert (answer.status, answer.json) == (200, expected)


@pytest.mark.parametrize(
    "key", [None, "", "tt_" + "0" * 43, "x" * 10_000, "a.b.c", "\0", "ключ", "' or 1=1 --"]
)
def test_an_unknown_key(asked, key):
    """Missing or wrong is the same, and says nothing about the organization."""
    headers = {} if key is None else {"X_API_Key": key}
    for organization in (asked.organization, UNKNOWN):
        answer = asked.ask("GET", asked.token_address("v2", organization), **headers)
        assert (answer.status, answer.json) == (401, WANTED_KEY)
        assert answer.headers["www-authenticate"] == "APIKey"


def test_a_key_needs_its_own_id(asked):
    """v3: not none, not that of another user, and not that of another key of one's own."""
    key = asked.ours.first_key
    second = asked.identity.create_key(asked.ours.user.id, "Another")
    address = asked.token_address("v3")
    for headers in (
        {},
        {"X_API_Key": key.key},
        {"X_API_Key_ID": key.api_key.id},
        {"X_API_Key": key.key, "X_API_Key_ID": ""},
        {"X_API_Key": key.key, "X_API_Key_ID": "not a UUID"},
        {"X_API_Key": key.key, "X_API_Key_ID": UNKNOWN},
        {"X_API_Key": key.key, "X_API_Key_ID": second.api_key.id},
        {"X_API_Key": key.key, "X_API_Key_ID": asked.admin.first_key.api_key.id},
    ):
        answer = asked.ask("GET", address, **headers)
        assert (answer.status, answer.json) == (401, WANTED_KEY_AND_ID), headers


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_a_token_for_another_organization(asked, version):
    """It is not there for a user; an admin acts for all that exist."""

    def ask(user, organization):
        key = user.first_key
        return asked.ask(
            "GET",
            asked.token_address(version, organization),
            X_API_Key=key.key,
            X_API_Key_ID=key.api_key.id,
        )

    for organization in (asked.other_organization, UNKNOWN, "not-a-uuid", "\0", "x" * 5000):
        answer = ask(asked.ours, organization)
        assert (answer.status, answer.json) == (404, NO_ORGANIZATION)
    assert ask(asked.admin, asked.other_organization).status == 200
    answer = ask(asked.admin, UNKNOWN)
    assert (answer.status, answer.json) == (404, NO_ORGANIZATION)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("version", ["v2", "v3"])
def test_a_token_is_asked_for_by_get_only(asked, method, version):
    answer = asked.ask(method, asked.token_address(version), X_API_Key=asked.ours.first_key.key)
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert answer.json == {"message": "Method Not Allowed"}


def test_one_more_key(asked):
    """Its id is in the answer, since v3 asks for it, and nothing shows the key a second time."""
    token = asked.token(asked.ours)
    form = {
        "description": "Continuous integration",
        "permissions": [
            {"capabilities": [{"resourceType": "DATA-STRUCTURES", "action": "*", "filters": []}]}
        ],
    }
    created = asked.ask("POST", asked.keys(), form, token=token)
    assert created.status == 201
    assert list(created.json) == ["id", "key"]
    assert created.headers["cache-control"] == "no-store"
    key_id, key = created.json["id"], created.json["key"]
    answer = asked.ask("GET", asked.token_address("v3"), X_API_Key_ID=key_id, X_API_Key=key)
    assert asked.identity.authenticate(answer.json["accessToken"]) == asked.ours.user.principal
    listed = asked.ask("GET", asked.keys(), token=token)
    created_at = "2026-01-15T10:30:00.000Z"
    assert (listed.status, listed.json) == (
        200,
        [
            {
                "id": asked.ours.first_key.api_key.id,
                "description": "Key of the user",
                "createdAt": created_at,
            },
            {"id": key_id, "description": "Continuous integration", "createdAt": created_at},
        ],
    )
    assert key.encode() not in listed.body


def test_a_revoked_key(asked):
    """It ends at once, with its tokens; other keys do not."""
    token = asked.token(asked.ours)
    created = asked.ask("POST", asked.keys(), {"description": "Laptop"}, token=token).json
    exchanged = asked.ask("GET", asked.token_address("v2"), X_API_Key=created["key"]).json
    answer = asked.ask("DELETE", f"{asked.keys()}/{created['id']}", token=token)
    assert (answer.status, answer.body) == (204, b"")
    again = asked.ask("DELETE", f"{asked.keys()}/{created['id']}", token=token)
    assert (again.status, again.json) == (404, NO_KEY)
    answer = asked.ask("GET", asked.token_address("v2"), X_API_Key=created["key"])
    assert (answer.status, answer.json) == (401, WANTED_KEY)
    for ended in (created["key"], exchanged["accessToken"]):
        answer = asked.ask("GET", asked.keys(), token=ended)
        assert (answer.status, answer.json) == (401, WANTED_TOKEN)
    assert asked.ask("GET", asked.keys(), token=token).status == 200


def test_a_key_may_revoke_itself(asked):
    """A leaked key is all one needs to end it."""
    key = asked.ours.first_key
    assert asked.ask("DELETE", f"{asked.keys()}/{key.api_key.id}", token=key.key).status == 204
    assert asked.ask("GET", asked.keys(), token=key.key).status == 401


@pytest.mark.parametrize("key_id", [UNKNOWN, "not-a-uuid", "\0", "%", "x" * 5000, "🦊"])
def test_a_key_that_is_not_there(asked, key_id):
    answer = asked.ask("DELETE", f"{asked.keys()}/{key_id}", token=asked.token(asked.ours))
    assert (answer.status, answer.json) == (404, NO_KEY)


def test_a_key_of_somebody_else(asked):
    """Of the same organization or of another: it is not there, and stays."""
    for other in (asked.admin, asked.theirs):
        address = f"{asked.keys()}/{other.first_key.api_key.id}"
        answer = asked.ask("DELETE", address, token=asked.token(asked.ours))
        assert (answer.status, answer.json) == (404, NO_KEY)
        assert asked.identity.authenticate(other.first_key.key) == other.user.principal


def test_the_operators_key_is_not_revoked(asked):
    asked.identity.ensure_first(GIVEN)
    listed = asked.ask("GET", asked.keys(), token=GIVEN).json
    [given] = [one for one in listed if one["description"] == "PISTE_ADMIN_KEY"]
    answer = asked.ask("DELETE", f"{asked.keys()}/{given['id']}", token=GIVEN)
    assert (answer.status, answer.json) == (
        409,
        {"message": "This key is `PISTE_ADMIN_KEY`: it is valid for as long as Piste has it"},
    )
    assert asked.ask("GET", asked.keys(), token=GIVEN).status == 200


def test_keys_in_another_organization(asked):
    """Not there for a user; an admin's keys are theirs wherever they act."""
    requests = (
        ("GET", "", None),
        ("POST", "", {"description": "Theirs"}),
        ("DELETE", f"/{asked.theirs.first_key.api_key.id}", None),
    )
    for organization in (asked.other_organization, UNKNOWN, "not-a-uuid"):
        for method, rest, body in requests:
            address = asked.keys(organization) + rest
            answer = asked.ask(method, address, body, token=asked.token(asked.ours))
            assert (answer.status, answer.json) == (404, NO_ORGANIZATION)
    token = asked.token(asked.admin)
    created = asked.ask("POST", asked.keys(asked.other_organization), requests[1][2], token=token)
    assert created.status == 201
    listed = asked.ask("GET", asked.keys(), token=token).json
    assert created.json["id"] in {one["id"] for one in listed}
    assert asked.ask("GET", asked.keys(UNKNOWN), token=token).json == NO_ORGANIZATION


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer tt_" + "0" * 43},
        {"authorization": "Bearer a.b.c"},
        {"authorization": "Basic dXNlcjpwYXNzd29yZA=="},
        {"authorization": "ключ"},
        {"authorization": "Bearer " + "e30." * 2000},
    ],
    ids=lambda headers: ascii(headers.get("authorization", "none")[:20]),
)
def test_a_request_of_nobody(asked, headers):
    """On every route, before anything else is looked at."""
    for method, address in (
        ("GET", "/organizations"),
        ("GET", asked.keys()),
        ("GET", asked.keys(UNKNOWN)),
        ("POST", asked.keys()),
        ("DELETE", f"{asked.keys()}/{UNKNOWN}"),
    ):
        answer = asked.ask(method, address, b"{", **headers)
        assert (answer.status, answer.json) == (401, WANTED_TOKEN)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_without_bearer_is_for_the_exchange_only(asked):
    """`X-API-Key` alone opens nothing else."""
    answer = asked.ask("GET", asked.keys(), X_API_Key=asked.ours.first_key.key)
    assert (answer.status, answer.json) == (401, WANTED_TOKEN)


LABEL = "`description` must be a text of 1 to 255 characters"
PERMISSIONS = "`permissions` must be a list of objects"


@pytest.mark.parametrize(
    "body, message",
    [
        (b"", "The body is not JSON: invalid json: exhausted input"),
        (b"{", "The body is not JSON: "),
        (b"\xff", "The body is not UTF-8: "),
        (b'{"description": "\\ud800"}', "The body is not JSON: "),
        (b"[" * 5000, "The body is not JSON: invalid json: maximum allowed JSON depth exceeded"),
        (b"null", "The body must be an object"),
        ([], "The body must be an object"),
        ("text", "The body must be an object"),
        (5, "The body must be an object"),
        ({}, LABEL),
        ({"description": None}, LABEL),
        ({"description": ""}, LABEL),
        ({"description": 10**30}, LABEL),
        ({"description": ["a"]}, LABEL),
        ({"description": {"a": 1}}, LABEL),
        ({"description": "a\0b"}, LABEL),
        ({"description": "x" * 256}, LABEL),
        ({"description": "a", "permissions": None}, PERMISSIONS),
        ({"description": "a", "permissions": {}}, PERMISSIONS),
        ({"description": "a", "permissions": "all"}, PERMISSIONS),
        ({"description": "a", "permissions": [None]}, PERMISSIONS),
        ({"description": "a", "role": "admin"}, "`role` is not a field here"),
        ({"description": "a", "x" * 999: 1}, f"`{'x' * 255}` is not a field here"),
        ({"description": "a", "": 1}, "`` is not a field here"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_form_that_is_wrong(asked, body, message):
    """The answer says what, and no key is made."""
    answer = asked.ask("POST", asked.keys(), body, token=asked.token(asked.ours))
    assert answer.status == 400
    assert list(answer.json) == ["message"]
    assert answer.json["message"].startswith(message)
    assert len(asked.identity.keys(asked.ours.user.id)) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"description": "x" * 255},
        {"description": "🦊" * 255},
        {"description": " "},
        {"description": "a", "permissions": []},
        {"description": "a", "permissions": [{"anything": [[[{}]]]}]},
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_form_that_is_right(asked, form):
    """Whatever the permissions say, the key has its user's role."""
    created = asked.ask("POST", asked.keys(), form, token=asked.token(asked.ours))
    assert created.status == 201
    assert asked.identity.authenticate(created.json["key"]) == asked.ours.user.principal
    listed = asked.ask("GET", asked.keys(), token=created.json["key"]).json
    assert listed[1]["description"] == form["description"]


def test_a_form_that_is_too_long(asked):
    body = json.dumps({"description": "x" * 1024 * 1024}).encode()
    answer = asked.ask("POST", asked.keys(), body, token=asked.token(asked.ours))
    assert (answer.status, answer.json) == (
        413,
        {"message": "The body has more than 1048576 bytes"},
    )


def test_a_deleted_user_and_a_deleted_organization(asked):
    """Their tokens are good for nothing from then on."""
    ours, theirs = asked.token(asked.ours), asked.token(asked.theirs)
    asked.identity.delete_user(asked.ours.user.id)
    asked.identity.delete_account(asked.other_organization)
    for token in (ours, theirs):
        answer = asked.ask("GET", "/organizations", token=token)
        assert (answer.status, answer.json) == (401, WANTED_TOKEN)
    token = asked.token(asked.admin)
    listed = asked.ask("GET", "/organizations", token=token).json
    assert listed == [{"id": asked.organization, "name": "default"}]
    answer = asked.ask("GET", asked.keys(asked.other_organization), token=token)
    assert (answer.status, answer.json) == (404, NO_ORGANIZATION)


def test_no_key_is_logged(asked, caplog):
    """At the most talkative level."""
    caplog.set_level(logging.DEBUG)
    token = asked.token(asked.ours)
    created = asked.ask("POST", asked.keys(), {"description": "a"}, token=token).json
    asked.ask("GET", asked.token_address("v2"), X_API_Key=created["key"])
    asked.ask("GET", asked.token_address("v2"), X_API_Key=created["key"][:-1])
    for secret in (created["key"], created["key"][:-1], token, asked.ours.first_key.key):
        assert secret not in caplog.text


def test_the_document_names_each_answer(asked):
    """Statuses, and the security that each route asks for."""
    document = asked.ask("GET", "/openapi.json").json
    found = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation.get("tags") == ["Identity"]:
                place = path.removeprefix(BASE).replace("{organizationId}", "…")
                schemes = [name for one in operation["security"] for name in one]
                found[f"{method.upper()} {place}"] = (sorted(operation["responses"]), schemes)
    bearer, key = ["HTTPBearer"], ["APIKey"]
    assert found == {
        "GET /organizations": (["200", "400", "401"], bearer),
        "GET /organizations/…/credentials/v2/token": (["200", "400", "401", "404"], key),
        "GET /organizations/…/credentials/v3/token": (["200", "400", "401", "404"], key),
        "GET /organizations/…/credentials/v2/api-keys": (["200", "400", "401", "404"], bearer),
        "POST /organizations/…/credentials/v2/api-keys": (
            ["201", "400", "401", "404", "413"],
            bearer,
        ),
        "DELETE /organizations/…/credentials/v2/api-keys/{keyId}": (
            ["204", "400", "401", "404", "409"],
            bearer,
        ),
    }
    v3 = document["paths"][f"{BASE}/organizations/{{organizationId}}/credentials/v3/token"]["get"]
    assert {one["name"]: one["required"] for one in v3["parameters"]} == {
        "organizationId": True,
        "X-API-Key-ID": True,
    }
