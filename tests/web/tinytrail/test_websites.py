"""`/websites`: the documented requests and answers, who may do what, and what is refused."""

from typing import Any

import pytest
from support.tinytrail import UNKNOWN, Trail, error

CREATED_AT = "2026-01-15T10:30:00.000Z"
NO_WEBSITE = error("NOT_FOUND", "There is no such website")
NO_UUID = error("INVALID_PAYLOAD", "`id` must be a UUID")


def invalid(message: str) -> Any:
    return error("INVALID_PAYLOAD", message)


def test_the_list(asked: Trail) -> None:
    """As documented."""
    id_ = asked.website()
    answer = asked.ask("GET", "/websites", by="ours")
    assert answer.status == 200
    assert answer.json == {
        "status": "success",
        "data": [
            {
                "id": id_,
                "accountId": asked.account_id,
                "domain": "example.com",
                "contentGroups": [],
                "excludedIps": [],
                "createdAt": CREATED_AT,
            }
        ],
    }
    assert list(answer.json["data"][0]) == [
        *("id", "accountId", "domain", "contentGroups", "excludedIps", "createdAt")
    ]


def test_a_creation(asked: Trail) -> None:
    """With all fields; the account is the user's."""
    groups = [{"name": "Blog", "pattern": "/blog/**"}, {"name": "Docs", "pattern": "regex:^/docs"}]
    ips = ["203.0.113.7", "203.0.113.0/24", "203.0.113.*", "203.0.113.10-20", "2001:db8::/32"]
    form = {"domain": "Example.com", "content_groups": groups, "excluded_ips": ips}
    answer = asked.ask("POST", "/websites", form, by="ours")
    assert answer.status == 201
    id_ = answer.json["data"]["id"]
    website = {
        "id": id_,
        "accountId": asked.account_id,
        "domain": "example.com",
        "contentGroups": groups,
        "excludedIps": ips,
        "createdAt": CREATED_AT,
    }
    assert answer.json == {"status": "success", "data": website}
    assert asked.done("GET", "/websites", by="ours") == [website]
    assert asked.changes == [(id_,)]


def test_a_creation_in_another_account(asked: Trail) -> None:
    """An administrator may, by `account_id`; a user may not, and is not told whether there is one."""
    form = {"domain": "example.com", "account_id": asked.other_account_id}
    assert asked.done("POST", "/websites", form)["accountId"] == asked.other_account_id
    form = {"domain": "example.org"}
    for account_id in (asked.other_account_id, UNKNOWN):
        answer = asked.ask("POST", "/websites", {**form, "account_id": account_id}, by="ours")
        expected = error("NOT_FOUND", "There is no such account")
        assert (answer.status, answer.json) == (404, expected)
    answer = asked.ask("POST", "/websites", {**form, "account_id": UNKNOWN})
    expected = invalid(f"`account_id`: there is no account {UNKNOWN}")
    assert (answer.status, answer.json) == (400, expected)
    own = {**form, "account_id": asked.account_id}
    assert asked.done("POST", "/websites", own, by="ours")["accountId"] == asked.account_id


NO_DOMAIN = (
    "`domain` must be a domain of 1 to 255 letters, digits, hyphens and dots, "
    "without scheme, port and path"
)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "`domain` is missing"),
        ({"content_groups": []}, "`domain` is missing"),
        ({"domain": None}, NO_DOMAIN),
        ({"domain": 10**30}, NO_DOMAIN),
        ({"domain": ""}, f"{NO_DOMAIN}: "),
        ({"domain": "https://example.com"}, f"{NO_DOMAIN}: https://example.com"),
        ({"domain": "a\0b"}, f"{NO_DOMAIN}: a\0b"),
        ({"domain": "a" * 256}, f"{NO_DOMAIN}: {'a' * 60}…"),
        (
            {"domain": "example.com", "content_groups": [{"name": "Blog"}]},
            "`content_groups[0].pattern` must be a text that is not empty",
        ),
        (
            {"domain": "example.com", "excluded_ips": ["203.0.113.256"]},
            "`excluded_ips[0]` is no address, CIDR, wildcard or range: 203.0.113.256",
        ),
        ({"domain": "example.com", "account_id": "mine"}, "`account_id` must be a UUID"),
        ({"domain": "example.com", "excludedIps": []}, "`excludedIps` is not a field here"),
        ([], "The body must be an object"),
        ("example.com", "The body must be an object"),
    ],
)
def test_what_is_wrong_is_named(asked: Trail, form: Any, message: str) -> None:
    answer = asked.ask("POST", "/websites", form)
    assert (answer.status, answer.json) == (400, invalid(message))
    assert asked.done("GET", "/websites") == []
    assert asked.changes == []


def test_much_that_is_wrong_is_named_in_part(asked: Trail) -> None:
    form = {"domain": "example.com", "excluded_ips": [1] * 1000}
    answer = asked.ask("POST", "/websites", form)
    named = [f"`excluded_ips[{n}]` is no address, CIDR, wildcard or range" for n in range(10)]
    assert (answer.status, answer.json) == (400, invalid("; ".join([*named, "and 990 more"])))


def test_a_domain_that_is_taken(asked: Trail) -> None:
    """In one account, at creations and changes; another account may have it."""
    taken = 400, invalid("`domain`: the account has a website for example.com already")
    asked.website()
    other = asked.website("example.org")
    answer = asked.ask("POST", "/websites", {"domain": "EXAMPLE.COM"}, by="ours")
    assert (answer.status, answer.json) == taken
    answer = asked.ask("PATCH", f"/websites/{other}", {"domain": "example.com"}, by="ours")
    assert (answer.status, answer.json) == taken
    asked.website(by="theirs")
    assert len(asked.done("GET", "/websites")) == 3


def test_a_change(asked: Trail) -> None:
    """Of what is given; the answer is the whole website."""
    id_ = asked.website()
    groups = [{"name": "Blog", "pattern": "/blog/*"}]
    answer = asked.ask("PATCH", f"/websites/{id_}", {"content_groups": groups}, by="ours")
    assert answer.status == 200
    website = {
        "id": id_,
        "accountId": asked.account_id,
        "domain": "example.com",
        "contentGroups": groups,
        "excludedIps": [],
        "createdAt": CREATED_AT,
    }
    assert answer.json == {"status": "success", "data": website}
    form = {"domain": "example.org", "excluded_ips": ["203.0.113.7"], "content_groups": []}
    website |= {"domain": "example.org", "excludedIps": ["203.0.113.7"], "contentGroups": []}
    assert asked.done("PATCH", f"/websites/{id_.upper()}", form, by="ours") == website
    assert asked.done("GET", "/websites", by="ours") == [website]
    assert asked.changes == [(id_,)] * 3


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "There is nothing to change: give one of `domain`, `content_groups`, `excluded_ips`"),
        ({"domain": "a b"}, f"{NO_DOMAIN}: a b"),
        ({"account_id": UNKNOWN}, "`account_id` is not a field here"),
        ({"contentGroups": []}, "`contentGroups` is not a field here"),
        (None, "The body is not JSON: invalid json: exhausted input"),
        (b"null", "The body must be an object"),
    ],
)
def test_a_change_that_is_wrong(asked: Trail, form: Any, message: str) -> None:
    id_ = asked.website()
    answer = asked.ask("PATCH", f"/websites/{id_}", form, by="ours")
    assert (answer.status, answer.json) == (400, invalid(message))


def test_a_deletion(asked: Trail) -> None:
    """With the events, once."""
    id_ = asked.website()
    answer = asked.ask("DELETE", f"/websites/{id_}", by="ours")
    assert answer.status == 200
    assert answer.json == {
        "status": "success",
        "data": {
            "id": id_,
            "accountId": asked.account_id,
            "domain": "example.com",
            "contentGroups": [],
            "excludedIps": [],
            "createdAt": CREATED_AT,
        },
    }
    assert asked.changes == [(id_,), (id_,)]
    assert asked.deleted == [id_]
    again = asked.ask("DELETE", f"/websites/{id_}", by="ours")
    assert (again.status, again.json) == (404, NO_WEBSITE)
    assert asked.deleted == [id_]
    asked.website()


@pytest.mark.parametrize("id_", ["1", "%00", "%ed%a0%80", "a" * 5000, "example.com"])
def test_ids_that_are_none(asked: Trail, id_: str) -> None:
    for method, form in (("PATCH", {"domain": "example.com"}), ("DELETE", None)):
        answer = asked.ask(method, f"/websites/{id_}", form)
        assert (answer.status, answer.json) == (400, NO_UUID)


@pytest.mark.parametrize("id_", ["theirs", "nobody's"])
def test_what_is_not_there_for_a_user(asked: Trail, id_: str) -> None:
    """A website of another account is as one that does not exist, also with a wrong form."""
    theirs = asked.website(by="theirs")
    asked.changes.clear()
    address = f"/websites/{theirs if id_ == 'theirs' else UNKNOWN}"
    for method, form in (("PATCH", {"domain": "example.org"}), ("DELETE", None)):
        answer = asked.ask(method, address, form, by="ours")
        assert (answer.status, answer.json) == (404, NO_WEBSITE)
    assert asked.ask("PATCH", address, {}, by="ours").status == 400
    assert asked.done("GET", "/websites", by="ours") == []
    assert [one["domain"] for one in asked.done("GET", "/websites", by="theirs")] == ["example.com"]
    assert asked.changes == []
    assert asked.deleted == []


def test_an_administrator_acts_for_all(asked: Trail) -> None:
    ours, theirs = asked.website(by="ours"), asked.website(by="theirs")
    assert [one["id"] for one in asked.done("GET", "/websites")] == [ours, theirs]
    changed = asked.done("PATCH", f"/websites/{theirs}", {"domain": "example.org"})
    assert (changed["domain"], changed["accountId"]) == ("example.org", asked.other_account_id)
    assert asked.done("DELETE", f"/websites/{theirs}")["id"] == theirs
    assert [one["id"] for one in asked.done("GET", "/websites")] == [ours]
