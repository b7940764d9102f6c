"""Who may ask: keys and roles, the rate limits, and the shape of every refusal."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import urllib3
from support.console import call, served
from support.tinytrail import UNKNOWN, Trail, error

from piste.store.errors import StoreUnavailable
from piste.web.tinytrail.app import BASE, application
from piste.web.tinytrail.requests import MAX_BODY_BYTES

WANTED = error("UNAUTHORIZED", "Wanted: an `X-API-KEY` header with a valid API key")
FOR_ADMINS = error("FORBIDDEN", "This is for administrators")

FOR_ALL = [
    ("GET", "/websites"),
    ("POST", "/websites"),
    ("PATCH", f"/websites/{UNKNOWN}"),
    ("DELETE", f"/websites/{UNKNOWN}"),
]
FOR_ADMINISTRATORS = [
    ("GET", "/accounts"),
    ("POST", "/accounts"),
    ("DELETE", f"/accounts/{UNKNOWN}"),
    ("GET", "/users"),
    ("POST", "/users"),
    ("GET", f"/users/{UNKNOWN}/api-key"),
    ("DELETE", f"/users/{UNKNOWN}"),
    ("POST", "/admin/aggregate"),
]


@pytest.mark.parametrize(("method", "path"), FOR_ALL + FOR_ADMINISTRATORS)
def test_without_a_valid_key(asked: Trail, method: str, path: str) -> None:
    """Whatever else is wrong."""
    for key in (None, "", "unknown", "tt_" + "0" * 43, "❄".encode().decode("latin-1"), "a.b.c"):
        answer = asked.ask(method, path, b"{", by=key)
        assert (answer.status, answer.json) == (401, WANTED)
        assert answer.headers["www-authenticate"] == "APIKey"


@pytest.mark.parametrize(("method", "path"), FOR_ADMINISTRATORS)
def test_what_is_for_administrators(asked: Trail, method: str, path: str) -> None:
    """A user is refused, whatever else is wrong."""
    for user in ("ours", "theirs"):
        answer = asked.ask(method, path.replace(UNKNOWN, "no-uuid"), b"{", by=user)
        assert (answer.status, answer.json) == (403, FOR_ADMINS)


@pytest.mark.parametrize(("method", "path"), FOR_ALL)
def test_what_is_for_everybody(asked: Trail, method: str, path: str) -> None:
    for user in ("ours", "theirs", "admin"):
        answer = asked.ask(method, path, {"domain": f"{user}.example"}, by=user)
        assert answer.status in (200, 201, 404)


def test_a_key_as_a_bearer(asked: Trail) -> None:
    """Or a token of the Console APIs; a key in `X-API-KEY` counts first."""
    grant = asked.identity.grant(asked.admin.first_key.key)
    assert grant is not None
    for secret in (asked.admin.first_key.key, asked.identity.token(grant)):
        headers = {"authorization": f"Bearer {secret}"}
        assert asked.ask("GET", "/users", by=None, headers=headers).status == 200
        assert asked.ask("GET", "/users", by="ours", headers=headers).status == 403
        assert asked.ask("GET", "/users", by="unknown", headers=headers).status == 401
        assert asked.ask("GET", "/users", by=secret).status == 200
    for headers in ({"authorization": "Bearer"}, {"authorization": "Basic dTpw"}):
        assert asked.ask("GET", "/users", by=None, headers=headers).status == 401


@pytest.mark.parametrize("name", ["X-API-KEY", "x-api-key", "X-Api-Key"])
def test_the_header_in_any_case(asked: Trail, name: str) -> None:
    headers = {name: asked.admin.first_key.key}
    assert asked.ask("GET", "/users", by=None, headers=headers).status == 200


def limited(asked: Trail, limit: int) -> Trail:
    asked.limit = limit
    asked.application = asked.app()
    return asked


def test_a_key_may_ask_sixty_times_in_sixty_seconds(asked: Trail) -> None:
    """Whatever the answers are; another key of the same user counts by itself."""
    limited(asked, 60)
    for second in range(60):
        asked.time = float(second)
        assert asked.ask("GET", ("/websites", "/users")[second % 2], by="ours").status in (200, 403)
    answer = asked.ask("GET", "/websites", by="ours")
    assert answer.status == 429
    assert answer.headers["retry-after"] == "1"
    assert answer.json == error("RATE_LIMITED", "Too many requests; try again in 1 s")
    assert asked.ask("GET", "/users", by="ours").status == 429
    assert asked.ask("GET", "/websites", by="theirs").status == 200
    another = asked.identity.create_key(asked.ours.user.id, "another")
    assert another is not None
    assert asked.ask("GET", "/websites", by=another.key).status == 200
    asked.time = 60.0
    assert asked.ask("GET", "/websites", by="ours").status == 200
    assert asked.ask("GET", "/websites", by="ours").headers["retry-after"] == "1"


def test_tokens_of_a_user_count_together(asked: Trail) -> None:
    """Since a key can be exchanged for any number of them."""
    limited(asked, 2)
    grant = asked.identity.grant(asked.ours.first_key.key)
    assert grant is not None
    statuses = [
        asked.ask("GET", "/websites", by=asked.identity.token(grant)).status for _ in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_invalid_keys_count_by_address(asked: Trail) -> None:
    """Valid ones are answered from there all the same, and no key at all costs nothing."""
    limited(asked, 3)
    statuses = [asked.ask("GET", "/websites", by=f"wrong {n}").status for n in range(4)]
    assert statuses == [401, 401, 401, 429]
    answer = asked.ask("GET", "/websites", by="wrong")
    assert answer.headers["retry-after"] == "60"
    assert answer.json == error("RATE_LIMITED", "Too many requests; try again in 60 s")
    assert asked.ask("GET", "/websites", by="ours").status == 200
    assert [asked.ask("GET", "/websites", by=None).status for _ in range(5)] == [401] * 5
    asked.address = "203.0.113.8"
    assert asked.ask("GET", "/websites", by="wrong").status == 401


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", f"/websites/{UNKNOWN}", "DELETE, PATCH"),
        ("PUT", "/websites", "GET, POST"),
        ("HEAD", "/accounts", "GET, POST"),
        ("OPTIONS", "/users", "GET, POST"),
        ("GET", "/admin/aggregate", "POST"),
        ("BREW", f"/users/{UNKNOWN}/api-key", "GET"),
    ],
)
def test_another_method(asked: Trail, method: str, path: str, allowed: str) -> None:
    answer = asked.ask(method, path)
    assert answer.status == 405
    assert answer.headers["allow"] == allowed
    assert answer.json == error("METHOD_NOT_ALLOWED", "Method Not Allowed")


@pytest.mark.parametrize(
    "path", ["", "/", "/websites/", "/nothing", "/websites/1/2", "/Websites", "//websites"]
)
def test_another_address(asked: Trail, path: str) -> None:
    answer = asked.ask("GET", path)
    assert (answer.status, answer.json) == (404, error("NOT_FOUND", "Not Found"))


def test_a_parameter_twice(asked: Trail) -> None:
    answer = asked.ask("GET", "/websites?page=1&page=2")
    message = "query.page: is given more than once"
    assert (answer.status, answer.json) == (400, error("INVALID_PAYLOAD", message))
    assert asked.ask("GET", "/websites?page=1&page=2", by=None).status == 401


DEEP = b'{"domain": ' + b"[" * 50 + b"]" * 50 + b"}"
BODIES: list[tuple[bytes, int, str]] = [
    (b"", 400, "The body is not JSON: invalid json: exhausted input"),
    (b"\xff\xfe", 400, "The body is not UTF-8: "),
    (b"{", 400, "The body is not JSON: invalid json: "),
    (b'{"domain": NaN}', 400, "The body is not JSON: invalid json: "),
    (b'{"domain": "\\ud800"}', 400, "The body is not JSON: invalid json: "),
    (b'{"domain": 1e999}', 400, "The body is not JSON: invalid json: "),
    (DEEP, 400, "The body is not JSON: invalid json: maximum allowed JSON depth exceeded"),
    (b"[" * 100_000, 400, "The body is not JSON: invalid json: maximum allowed JSON depth"),
    (b'{"' + b"n" * 100_000 + b'": 1}', 400, f"`{'n' * 60}…` is not a field here"),
    (b'{"\\u0000": 1}', 400, "`\0` is not a field here"),
    (b"123", 400, "The body must be an object"),
    (b" " * (MAX_BODY_BYTES + 1), 413, f"The body has more than {MAX_BODY_BYTES} bytes"),
]


@pytest.mark.parametrize("path", ["/accounts", "/users", "/websites"])
@pytest.mark.parametrize(("body", "status", "message"), BODIES)
def test_hostile_bodies(asked: Trail, path: str, body: bytes, status: int, message: str) -> None:
    """Are refused in the envelope, and nothing is stored."""
    answer = asked.ask("POST", path, body)
    said = answer.json["error"]
    if path == "/websites" and b'": 1}' in body:
        message = "`domain` is missing"
    assert answer.status == status
    assert said["code"] == ("PAYLOAD_TOO_LARGE" if status == 413 else "INVALID_PAYLOAD")
    assert said["message"].startswith(message)
    assert len(said["message"]) < 500
    counted = asked.identity.accounts(), asked.identity.users(), asked.done("GET", "/websites")
    assert [len(one) for one in counted] == [2, 3, 0]


def test_the_longest_that_is_taken(asked: Trail) -> None:
    """As many groups and addresses as may be, all as long as may be."""
    groups = [{"name": "é" * 255, "pattern": "/" + "a*" * 99} for _ in range(100)]
    ips = [f"2001:db8::{n:x}-2001:db8::{n + 1:x}" for n in range(1000)]
    form = {"domain": "a" * 255, "content_groups": groups, "excluded_ips": ips}
    website = asked.done("POST", "/websites", form)
    assert (website["contentGroups"], website["excludedIps"]) == (groups, ips)


def test_a_client_that_leaves(asked: Trail) -> None:
    """In the middle of its body: nothing is done."""
    sent: list[Any] = []
    key = asked.admin.first_key.key.encode()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": f"{BASE}/accounts",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"x-api-key", key)],
        "client": None,
        "server": None,
    }

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(asked.application(scope, receive, send))
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"]) == error("INVALID_PAYLOAD", "The body is incomplete")
    assert len(asked.identity.accounts()) == 2


def test_something_unforeseen(asked: Trail, capfd: pytest.CaptureFixture[str]) -> None:
    """Is told in the envelope without details, which the log has."""
    id_ = asked.website()
    asked.broken = RuntimeError("a secret of the machine")
    headers = {"X-API-KEY": asked.ours.first_key.key}
    with served(asked.application) as url:
        answer = urllib3.request("DELETE", f"{url}{BASE}/websites/{id_}", headers=headers)
    message = "Something went wrong in Piste; the server's log says what"
    assert (answer.status, answer.json()) == (500, error("INTERNAL_ERROR", message))
    assert "a secret of the machine" in capfd.readouterr().err


def test_a_database_that_does_not_answer(asked: Trail, tmp_path: Path) -> None:
    asked.broken = StoreUnavailable(tmp_path, "disk full")
    answer = asked.ask("DELETE", f"/websites/{asked.website()}", by="ours")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "5"
    message = "What is decided cannot be read or stored at the moment; the server's log says why"
    assert answer.json == error("UNAVAILABLE", message)


def test_routes_that_nobody_serves_are_absent(asked: Trail) -> None:
    """Without somebody who aggregates there is no such address."""
    answer = call(application([]), "POST", f"{BASE}/admin/aggregate")
    assert (answer.status, answer.json) == (404, error("NOT_FOUND", "Not Found"))
