"""Data products and their subscriptions over HTTP: each call with its answer, each refusal, two writers."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.console import AUTHOR, ORGANIZATION
from support.plans import BASE as API
from support.plans import ELSEWHERE, Plans, opened

from piste.specs.products import TrackingPlan

ID = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
APPLICATION = "33333333-3333-4333-8333-333333333333"
SPECIFICATION = "44444444-4444-4444-8444-444444444444"
BASE = "data-products/v2"
SUBSCRIPTIONS = f"data-products/v1/{ID}/subscriptions"
DOCUMENTED = {
    "name": "Performance tracking",
    "description": "Tracks performance",
    "domain": "Marketing",
    "owner": "IT department",
    "accessInstructions": "The data can be accessed in the warehouse, in the atomic.events table",
}
REASON = {"reason": "Get notified on breaking changes", "receiveNotifications": True}


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[Plans]:
    with opened(tmp_path) as plans:
        yield plans


def enveloped(*data: Any, specs: list[Any] | None = None) -> dict[str, Any]:
    return {"data": list(data), "includes": {"eventSpecs": specs or []}, "errors": []}


def plain(*data: Any) -> dict[str, Any]:
    return {"data": list(data), "includes": {}, "errors": []}


def product(**fields: Any) -> dict[str, Any]:
    return {"id": ID, "status": "draft", "sourceApplications": [], "eventSpecs": [], **fields}


def finding(code: str, source: str, title: str) -> dict[str, Any]:
    error = {"type": "Error", "code": code, "title": title, "source": source}
    return {"message": title, "errors": [error]}


NOT_THERE = finding("NotFound", "id", "There is no such data product")


def test_the_documented_creation(plans: Plans) -> None:
    """The request of Snowplow's documentation."""
    answer = plans.ask("POST", BASE, {"id": ID, **DOCUMENTED})
    assert (answer.status, answer.json) == (201, enveloped(product(**DOCUMENTED)))
    assert plans.ask("GET", BASE).json == answer.json
    assert plans.ask("GET", f"{BASE}/{ID}").json == answer.json


def test_a_name_is_enough(plans: Plans) -> None:
    answer = plans.ask("POST", BASE, {"name": "Checkout"})
    id_ = "00000000-0000-4000-8000-000000000001"
    assert (answer.status, answer.json) == (201, enveloped(product(id=id_, name="Checkout")))


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_it_is_replaced(plans: Plans, method: str) -> None:
    """What is not given is cleared, but for the status; what was printed may come back."""
    plans.ask("POST", BASE, {"id": ID, **DOCUMENTED, "status": "published"})
    got = plans.ask("GET", f"{BASE}/{ID}").json["data"][0]
    answer = plans.ask(method, f"{BASE}/{ID}", {**got, "owner": "Sales"})
    expected = product(**{**DOCUMENTED, "status": "published", "owner": "Sales"})
    assert (answer.status, answer.json) == (200, enveloped(expected))
    answer = plans.ask(method, f"{BASE}/{ID}", {"name": "Checkout"})
    assert answer.json == enveloped(product(name="Checkout", status="published"))


def test_its_event_specifications(plans: Plans) -> None:
    """Those that name it, with links and as a whole."""
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    plans.ask("POST", BASE, {"id": OTHER, "name": "Search"})
    spec = {"id": SPECIFICATION, "name": "Pay", "dataProductId": ID, "event": None}
    stored = plans.ask("POST", "event-specs/v1", {"spec": spec})
    assert stored.status == 201, stored.json
    host = {"host": "piste.example:9090"}
    answer = plans.ask("GET", f"{BASE}/{ID}", headers=host)
    link = {
        "id": SPECIFICATION,
        "url": f"http://piste.example:9090{API}/organizations/{ORGANIZATION}/event-specs/v1/{SPECIFICATION}",
    }
    assert answer.json == enveloped(
        product(name="Checkout", eventSpecs=[link]), specs=stored.json["data"]
    )
    found = plans.ask("GET", BASE).json
    assert [len(one["eventSpecs"]) for one in found["data"]] == [1, 0]
    assert found["includes"] == {"eventSpecs": stored.json["data"]}


def test_it_goes_with_its_event_specifications(plans: Plans) -> None:
    """And with its history and subscriptions; others stay. Who is interested is told."""
    for id_, name in ((ID, "Checkout"), (OTHER, "Search")):
        plans.ask("POST", BASE, {"id": id_, "name": name})
        spec = {"name": f"In {name}", "dataProductId": id_, "status": "published"}
        assert plans.ask("POST", "event-specs/v1", {"spec": spec}).status == 201
    plans.ask("POST", SUBSCRIPTIONS, REASON)
    plans.changed_specifications.clear()
    answer = plans.ask("DELETE", f"{BASE}/{ID}")
    assert (answer.status, answer.body) == (204, b"")
    left = plans.ask("GET", "event-specs/v1").json["data"]
    assert [one["name"] for one in left] == ["In Search"]
    assert len(plans.changed_specifications) == 1
    for method, address in (
        *(("GET", f"{BASE}/{ID}"), ("DELETE", f"{BASE}/{ID}")),
        *(("GET", f"{BASE}/{ID}/history"), ("GET", SUBSCRIPTIONS)),
    ):
        gone = plans.ask(method, address)
        assert (gone.status, gone.json) == (404, NOT_THERE)
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    assert len(plans.ask("GET", f"{BASE}/{ID}/history").json["data"]) == 1
    assert plans.ask("GET", SUBSCRIPTIONS).json == plain()


def test_names_are_unique_in_an_organization(plans: Plans) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    plans.ask("POST", BASE, {"id": OTHER, "name": "Search"})
    refusal = finding("DuplicateName", "name", f"There is a data product with this name: {ID}")
    for method, address in (("POST", BASE), ("PUT", f"{BASE}/{OTHER}")):
        answer = plans.ask(method, address, {"name": "Checkout"})
        assert (answer.status, answer.json) == (422, refusal)


def test_its_source_applications_exist(plans: Plans) -> None:
    """In this organization, and each once."""
    plans.ask("POST", "source-apps/v1", {"id": APPLICATION, "name": "Shop"})
    body = {"id": ID, "name": "Checkout", "sourceApplications": [APPLICATION]}
    assert plans.ask("POST", BASE, body).json["data"][0]["sourceApplications"] == [APPLICATION]
    answer = plans.ask(
        "PUT", f"{BASE}/{ID}", {"name": "Checkout", "sourceApplications": [APPLICATION, OTHER]}
    )
    title = f"There is no source application {OTHER}"
    refusal = finding("InvalidField", "sourceApplications[1]", title)
    assert (answer.status, answer.json) == (422, refusal)
    answer = plans.ask("POST", BASE, {"name": "b", "sourceApplications": [APPLICATION] * 2})
    title = "`sourceApplications` must be without repetition"
    assert (answer.status, answer.json) == (
        422,
        finding("InvalidField", "sourceApplications", title),
    )


@pytest.mark.parametrize(
    ("body", "source", "title"),
    [
        (5, "", "The body must be an object"),
        ({}, "name", "`name` must be a text of 1 to 255 characters"),
        ({"name": ""}, "name", "`name` must be a text of 1 to 255 characters"),
        ({"name": "a", "team": 1}, "team", "`team` is not a field here"),
        (
            {"name": "a", "status": "live"},
            "status",
            "`status` must be one of draft, published, deprecated",
        ),
        (
            {"name": "a", "sourceApplications": ["x"]},
            "sourceApplications",
            "`sourceApplications` must be a list of UUIDs",
        ),
        (
            {"name": "a", "description": "d" * 10_001},
            "description",
            "`description` must be a text of at most 10000 characters",
        ),
        ({"name": "a", "id": "x"}, "id", "`id` must be a UUID"),
    ],
)
def test_what_is_no_product(plans: Plans, body: Any, source: str, title: str) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    for method, address in (("POST", BASE), ("PUT", f"{BASE}/{ID}")):
        answer = plans.ask(method, address, body)
        assert (answer.status, answer.json) == (422, finding("InvalidField", source, title))
    assert len(plans.ask("GET", f"{BASE}/{ID}/history").json["data"]) == 1


def test_another_id_than_that_of_the_address(plans: Plans) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    answer = plans.ask("PUT", f"{BASE}/{ID}", {"id": OTHER, "name": "Checkout"})
    title = "`id` must be that of the address, or absent"
    assert (answer.status, answer.json) == (422, finding("InvalidField", "id", title))
    answer = plans.ask("POST", BASE, {"id": ID, "name": "Another"})
    title = "Somebody else has changed this data product meanwhile, or what it refers to"
    assert (answer.status, answer.json) == (409, finding("Conflict", "id", title))
    answer = plans.ask("PUT", f"{BASE}/{OTHER}", {"name": "Another"})
    assert (answer.status, answer.json) == (404, NOT_THERE)


def test_history(plans: Plans) -> None:
    """The newest first, or the oldest; up to a time, in pages. What changes nothing is no entry."""
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    for _ in range(2):
        plans.ask("PUT", f"{BASE}/{ID}", {"name": "Checkout", "owner": "Me", "domain": "Shop"})
    plans.ask("PUT", f"{BASE}/{ID}", {"name": "Paying", "status": "published", "domain": "Shop"})
    entries = plans.ask("GET", f"{BASE}/{ID}/history").json
    assert entries == plain(*entries["data"])
    newest, middle, oldest = entries["data"]
    assert newest == {
        "author": AUTHOR,
        "date": newest["date"],
        "dataProductId": ID,
        "changed": ["name", "owner", "status"],
        "dataProduct": {
            "id": ID,
            "name": "Paying",
            "domain": "Shop",
            "status": "published",
            "sourceApplications": [],
        },
        "type": "History",
    }
    assert middle["changed"] == ["domain", "owner"]
    assert oldest["changed"] == ["id", "name", "status", "sourceApplications"]
    assert oldest["date"] == "2026-01-15T10:30:00.000000Z"
    for query, expected in [
        ("?order=asc", [oldest, middle, newest]),
        ("?order=desc", [newest, middle, oldest]),
        ("?limit=1", [newest]),
        ("?limit=1&offset=1&order=asc", [middle]),
        ("?offset=3", []),
        (f"?before={middle['date']}", [middle, oldest]),
        ("?before=2026-01-15T11:30:00%2B01:00", [oldest]),
        ("?before=2026-01-15T10:30:00", [oldest]),
        ("?before=2020-01-01T00:00:00Z", []),
    ]:
        assert plans.ask("GET", f"{BASE}/{ID}/history{query}").json == plain(*expected), query


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=1001", "limit=x", "offset=-1", "offset=99999999999999999999"),
        *("order=up", "before=yesterday", "before=2026-01-15", "before=%00", "before=1"),
        *("before=0001-01-01T00:00:00%2B23:59", "before=2026-13-15T00:00:00Z"),
    ],
)
def test_a_page_that_is_none(plans: Plans, query: str) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    answer = plans.ask("GET", f"{BASE}/{ID}/history?{query}")
    assert answer.status == 400
    assert answer.json["message"].startswith(f"query.{query.partition('=')[0]}: ")


def test_a_time_that_is_none_says_what_is_wanted(plans: Plans) -> None:
    answer = plans.ask("GET", f"{BASE}/{ID}/history?before=now")
    message = "query.before: must be a time of ISO 8601, as 2026-01-15T10:30:00Z"
    assert (answer.status, answer.json) == (400, {"message": message})


def test_instructions_are_not_shared(plans: Plans) -> None:
    answer = plans.ask("POST", f"{BASE}/{ID}/share-instructions", {"recipients": []})
    assert (answer.status, answer.json) == (404, NOT_THERE)
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    answer = plans.ask("POST", f"{BASE}/{ID}/share-instructions", {"recipients": []})
    message = "Piste sends no mail: hand the instructions on yourself"
    assert (answer.status, answer.json) == (501, {"message": message})


def test_a_subscription(plans: Plans) -> None:
    """Made, confirmed, changed, deleted."""
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    answer = plans.ask("POST", SUBSCRIPTIONS, REASON)
    id_ = "00000000-0000-4000-8000-000000000001"
    mine = {"id": id_, "dataProductId": ID, "author": AUTHOR, **REASON, "confirmed": False}
    assert (answer.status, answer.json) == (201, plain(mine))
    assert plans.ask("GET", SUBSCRIPTIONS).json == plain(mine)
    answer = plans.ask("POST", f"{SUBSCRIPTIONS}/{id_}/actions/confirm")
    assert (answer.status, answer.json) == (200, plain({**mine, "confirmed": True}))
    quiet = {"reason": "Now and then", "receiveNotifications": False}
    answer = plans.ask("PUT", f"{SUBSCRIPTIONS}/{id_}", quiet)
    assert (answer.status, answer.json) == (200, plain({**mine, **quiet, "confirmed": True}))
    other = {**quiet, "recipient": "ann@example.com"}
    answer = plans.ask("PUT", f"{SUBSCRIPTIONS}/{id_}", other)
    assert (answer.status, answer.json) == (200, plain({**mine, **other, "confirmed": False}))
    assert plans.ask("GET", SUBSCRIPTIONS).json == answer.json
    answer = plans.ask("POST", f"{SUBSCRIPTIONS}/{id_}/actions/resend-confirmation")
    message = "Piste sends no mail: confirm the subscription with POST …/actions/confirm"
    assert (answer.status, answer.json) == (501, {"message": message})
    answer = plans.ask("DELETE", f"{SUBSCRIPTIONS}/{id_}")
    assert (answer.status, answer.body) == (204, b"")
    assert plans.ask("GET", SUBSCRIPTIONS).json == plain()


def test_a_subscription_that_is_not_there(plans: Plans) -> None:
    """Nor one to a product that is not."""
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    refusal = finding("NotFound", "id", "There is no such subscription")
    for method, action, body in [
        ("PUT", "", REASON),
        ("DELETE", "", None),
        ("POST", "/actions/confirm", None),
    ]:
        answer = plans.ask(method, f"{SUBSCRIPTIONS}/{OTHER}{action}", body)
        assert (answer.status, answer.json) == (404, refusal)
    answer = plans.ask("POST", f"{SUBSCRIPTIONS}/{OTHER}/actions/resend-confirmation")
    assert (answer.status, answer.json) == (404, {"message": "There is no such subscription"})
    elsewhere = f"data-products/v1/{OTHER}/subscriptions"
    for method, body in (("GET", None), ("POST", REASON)):
        answer = plans.ask(method, elsewhere, body)
        assert (answer.status, answer.json) == (404, NOT_THERE)


@pytest.mark.parametrize(
    ("body", "source", "title"),
    [
        ([], "", "The body must be an object"),
        (
            {"receiveNotifications": True},
            "reason",
            "`reason` must be a text of 1 to 10000 characters",
        ),
        ({"reason": "a"}, "receiveNotifications", "`receiveNotifications` must be true or false"),
        ({**REASON, "mail": 1}, "mail", "`mail` is not a field here"),
        (
            {**REASON, "recipient": 1},
            "recipient",
            "`recipient` must be a text of at most 255 characters",
        ),
    ],
)
def test_what_is_no_subscription(plans: Plans, body: Any, source: str, title: str) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    id_ = plans.ask("POST", SUBSCRIPTIONS, REASON).json["data"][0]["id"]
    for method, address in (("POST", SUBSCRIPTIONS), ("PUT", f"{SUBSCRIPTIONS}/{id_}")):
        answer = plans.ask(method, address, body)
        assert (answer.status, answer.json) == (422, finding("InvalidField", source, title))


@pytest.mark.parametrize("is_creation", [True, False])
def test_two_writers(plans: Plans, is_creation: bool) -> None:
    """Twenty rounds: whoever is told that it is stored is in the history, and nobody else is."""
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    stored = 1
    for turn in range(20):
        results: dict[str, bool] = {}
        barrier = threading.Barrier(2)
        id_ = f"00000000-0000-4000-9000-{turn:012}" if is_creation else ID

        def write(
            who: str,
            id_: str = id_,
            turn: int = turn,
            barrier: threading.Barrier = barrier,
            results: dict[str, bool] = results,
        ) -> None:
            service = plans.products(ORGANIZATION, who)
            body = {"id": id_, "name": f"{who} {turn}"}
            barrier.wait()
            found = service.create(body) if is_creation else service.edit(id_, body)
            results[who] = isinstance(found, TrackingPlan)
            assert results[who] or getattr(found, "status", None) == 409

        threads = [threading.Thread(target=write, args=(who,)) for who in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        history = plans.ask("GET", f"{BASE}/{id_}/history").json["data"]
        stored = sum(results.values()) + (0 if is_creation else stored)
        assert len(history) == stored
        assert results[history[0]["author"]]
        assert (
            plans.ask("GET", f"{BASE}/{id_}").json["data"][0]["name"]
            == (history[0]["dataProduct"]["name"])
        )


def test_an_application_is_deleted_or_used(plans: Plans) -> None:
    """Twenty rounds of one who deletes it and one who refers to it: never both."""
    for turn in range(20):
        plans.ask("POST", "source-apps/v1", {"id": APPLICATION, "name": "Shop"})
        barrier = threading.Barrier(2)

        def delete(barrier: threading.Barrier = barrier) -> None:
            service = plans.applications(ORGANIZATION)
            barrier.wait()
            service.delete(APPLICATION)

        def use(barrier: threading.Barrier = barrier, turn: int = turn) -> None:
            service = plans.products(ORGANIZATION, AUTHOR)
            barrier.wait()
            service.create({"name": f"{turn}", "sourceApplications": [APPLICATION]})

        threads = [threading.Thread(target=one) for one in (delete, use)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        is_there = plans.ask("GET", f"source-apps/v1/{APPLICATION}").status == 200
        products = plans.ask("GET", BASE).json["data"]
        assert is_there == bool(products)
        for one in products:
            plans.ask("DELETE", f"{BASE}/{one['id']}")


HOSTILE: list[Any] = [
    *(None, 0, 10**30, 1.5, True, "", [], [[]], {"": ""}, {"name": 10**30}, {"name": {}}),
    {"name": "a", "sourceApplications": [10**30]},
    {"name": "a", "sourceApplications": [ID] * 1001},
    {"name": "a", "status": ["draft"]},
    {"name": "a", "status": {"draft": 1}},
    {"name": "\0"},
    {"reason": "\0", "receiveNotifications": True},
    {"reason": "a", "receiveNotifications": 1},
    {f"field {number}": 0 for number in range(10_000)},
]
RAW = [b"", b"\xff", b"{", b'{"name": "\\ud800"}', b"[" * 100_000, b'{"name": NaN}']


def test_hostile_bodies(plans: Plans) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Checkout"})
    for body in [*HOSTILE, *RAW]:
        for method, address in (
            *(("POST", BASE), ("PUT", f"{BASE}/{ID}"), ("POST", SUBSCRIPTIONS)),
        ):
            answer = plans.ask(method, address, body)
            assert answer.status in (400, 422), (body, answer.status)
            assert len(answer.body) < 100_000
    assert plans.ask("GET", f"{BASE}/{ID}", headers={"host": "\\x00<>"}).status == 200
    many = {"name": "a", "eventSpecs": [str(ELSEWHERE)] * 1000}
    assert plans.ask("POST", BASE, many).status == 201


def test_only_who_may(plans: Plans) -> None:
    for address in (BASE, SUBSCRIPTIONS):
        assert plans.ask("GET", address, token=None).status == 401
        assert plans.ask("GET", address, token="theirs").status == 404
    answer = plans.ask("GET", f"{BASE}/none")
    assert (answer.status, answer.json) == (404, {"message": "There is no such data product"})
