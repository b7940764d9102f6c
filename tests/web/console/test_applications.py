"""Source applications over HTTP: each call with its answer, each refusal, two writers."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.plans import ELSEWHERE, Plans, opened, schema

ID = "11111111-1111-4111-8111-111111111111"
NOBODY = "22222222-2222-4222-8222-222222222222"
BASE = "source-apps/v1"
SHOP = {
    "name": "Shop",
    "description": "The shop's website",
    "owner": "Web team",
    "appIds": ["shop-web", "shop-web-test"],
    "entities": {
        "tracked": [{"source": str(ELSEWHERE), "minCardinality": 1, "maxCardinality": None}],
        "enriched": [],
    },
    "lockStatus": "locked",
    "managedFrom": "git",
}
MINIMAL = {"appIds": [], "entities": {"tracked": [], "enriched": []}}


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[Plans]:
    with opened(tmp_path) as plans:
        yield plans


def enveloped(*data: Any) -> dict[str, Any]:
    return {"data": list(data), "includes": {}, "errors": []}


def finding(code: str, source: str, title: str) -> dict[str, Any]:
    error = {"type": "Error", "code": code, "title": title, "source": source}
    return {"message": title, "errors": [error]}


NOT_THERE = finding("NotFound", "id", "There is no such source application")


def test_a_life(plans: Plans) -> None:
    """Created, read, replaced, deleted."""
    assert plans.ask("GET", BASE).json == enveloped()
    answer = plans.ask("POST", BASE, {"id": ID, **SHOP})
    assert (answer.status, answer.json) == (201, enveloped({"id": ID, **SHOP}))
    assert plans.ask("GET", BASE).json == enveloped({"id": ID, **SHOP})
    assert plans.ask("GET", f"{BASE}/{ID.upper()}").json == enveloped({"id": ID, **SHOP})
    answer = plans.ask("PUT", f"{BASE}/{ID}", {"name": "Kiosk"})
    assert (answer.status, answer.json) == (200, enveloped({"id": ID, "name": "Kiosk", **MINIMAL}))
    assert plans.ask("GET", f"{BASE}/{ID}").json == answer.json
    answer = plans.ask("DELETE", f"{BASE}/{ID}")
    assert (answer.status, answer.body) == (204, b"")
    for method, body in (("GET", None), ("PUT", SHOP), ("DELETE", None)):
        answer = plans.ask(method, f"{BASE}/{ID}", body)
        assert (answer.status, answer.json) == (404, NOT_THERE)


def test_what_is_not_given_has_a_default(plans: Plans) -> None:
    """What is null is not given; the id is ours."""
    answer = plans.ask("POST", BASE, {"name": "Shop", "owner": None, "appIds": None, "id": None})
    id_ = "00000000-0000-4000-8000-000000000001"
    assert (answer.status, answer.json) == (201, enveloped({"id": id_, "name": "Shop", **MINIMAL}))


def test_names_are_unique_in_an_organization(plans: Plans) -> None:
    """Its own name is not in an application's way, and neither is another organization's."""
    plans.ask("POST", BASE, {"id": ID, "name": "Shop"})
    plans.ask("POST", BASE, {"id": NOBODY, "name": "Kiosk"})
    refusal = finding(
        "DuplicateName", "name", f"There is a source application with this name: {ID}"
    )
    for method, address in (("POST", BASE), ("PUT", f"{BASE}/{NOBODY}")):
        answer = plans.ask(method, address, {"name": "Shop"})
        assert (answer.status, answer.json) == (422, refusal)
    assert plans.ask("PUT", f"{BASE}/{ID}", {"name": "Shop", "owner": "Me"}).status == 200
    other = "7d8b3d5e-90f4-4a37-8f0a-6a1de2f4c111"
    theirs = plans.ask(
        "POST", BASE, {"id": ID, "name": "Shop"}, token="theirs", organization_id=other
    )
    assert theirs.status == 201
    plans.ask("DELETE", f"{BASE}/{ID}", token="theirs", organization_id=other)
    assert plans.ask("GET", f"{BASE}/{ID}").status == 200


@pytest.mark.parametrize(
    ("body", "source", "title"),
    [
        ([], "", "The body must be an object"),
        ({}, "name", "`name` must be a text of 1 to 255 characters"),
        ({"name": " "}, "name", "`name` must be a text of 1 to 255 characters"),
        ({"name": "n" * 256}, "name", "`name` must be a text of 1 to 255 characters"),
        ({"name": "a\0"}, "name", "`name` must be a text of 1 to 255 characters"),
        ({"name": "a", "kind": 1}, "kind", "`kind` is not a field here"),
        ({"name": "a", "id": "1"}, "id", "`id` must be a UUID"),
        ({"name": "a", "owner": 5}, "owner", "`owner` must be a text of at most 255 characters"),
        (
            {"name": "a", "appIds": ["x", "x"]},
            "appIds",
            "`appIds` must be a list of at most 1000 different texts of 1 to 255 characters",
        ),
        (
            {"name": "a", "appIds": [""]},
            "appIds",
            "`appIds` must be a list of at most 1000 different texts of 1 to 255 characters",
        ),
        (
            {"name": "a", "lockStatus": "open"},
            "lockStatus",
            "`lockStatus` must be one of locked, unlocked",
        ),
        ({"name": "a", "entities": []}, "entities", "`entities` must be an object"),
        (
            {"name": "a", "entities": {"sent": []}},
            "entities.sent",
            "`entities.sent` is not a field here",
        ),
        (
            {"name": "a", "entities": {"tracked": [{"source": "x"}]}},
            "entities.tracked[0].source",
            "`entities.tracked[0].source` must be an Iglu URI, as "
            "iglu:com.example/ui_actions/jsonschema/1-0-0",
        ),
        (
            {
                "name": "a",
                "entities": {
                    "tracked": [
                        {"source": str(ELSEWHERE), "minCardinality": 2, "maxCardinality": 1}
                    ]
                },
            },
            "entities.tracked[0].maxCardinality",
            "`entities.tracked[0].maxCardinality` must be at least the minCardinality, 2",
        ),
    ],
)
def test_what_is_no_application(plans: Plans, body: Any, source: str, title: str) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Shop"})
    for method, address in (("POST", BASE), ("PUT", f"{BASE}/{ID}")):
        answer = plans.ask(method, address, body)
        assert (answer.status, answer.json) == (422, finding("InvalidField", source, title))
    assert plans.ask("GET", BASE).json == enveloped({"id": ID, "name": "Shop", **MINIMAL})


def test_entities_exist_once(plans: Plans) -> None:
    """Published here or elsewhere; a schema that is only validated is not there yet."""
    plans.bring(schema())
    for entities, code, source, title in [
        (
            {"tracked": [{"source": "iglu:com.example/ui_actions/jsonschema/1-0-0"}]},
            "UnknownSchema",
            "entities.tracked[0].source",
            "iglu:com.example/ui_actions/jsonschema/1-0-0 does not exist",
        ),
        (
            {"tracked": [{"source": str(ELSEWHERE)}], "enriched": [{"source": str(ELSEWHERE)}]},
            "DuplicateEntity",
            "entities.enriched[0].source",
            f"{ELSEWHERE} stands twice, first in entities.tracked[0].source",
        ),
    ]:
        answer = plans.ask("POST", BASE, {"name": "Shop", "entities": entities})
        assert (answer.status, answer.json) == (422, finding(code, source, title))
    plans.deploy("VALIDATED", "DEV")
    entities = {"enriched": [{"source": "iglu:com.example/ui_actions/jsonschema/1-0-0"}]}
    assert plans.ask("POST", BASE, {"name": "Shop", "entities": entities}).status == 201


def test_another_id_than_that_of_the_address(plans: Plans) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Shop"})
    answer = plans.ask("PUT", f"{BASE}/{ID}", {"id": NOBODY, "name": "Shop"})
    title = "`id` must be that of the address, or absent"
    assert (answer.status, answer.json) == (422, finding("InvalidField", "id", title))
    title = "Somebody else has changed this source application meanwhile, or what it refers to"
    answer = plans.ask("POST", BASE, {"id": ID, "name": "Another"})
    assert (answer.status, answer.json) == (409, finding("Conflict", "id", title))


def test_one_that_a_product_has_stays(plans: Plans) -> None:
    """Until the product lets it go."""
    plans.ask("POST", BASE, {"id": ID, "name": "Shop"})
    for name in ("Checkout", "Search"):
        body = {"name": name, "sourceApplications": [ID]}
        assert plans.ask("POST", "data-products/v2", body).status == 201
    answer = plans.ask("DELETE", f"{BASE}/{ID}")
    title = "Data products have this source application: Checkout, Search"
    assert (answer.status, answer.json) == (409, finding("Conflict", "id", title))
    for product in plans.ask("GET", "data-products/v2").json["data"]:
        plans.ask("PUT", f"data-products/v2/{product['id']}", {"name": product["name"]})
    assert plans.ask("DELETE", f"{BASE}/{ID}").status == 204


@pytest.mark.parametrize("is_creation", [True, False])
def test_two_writers(plans: Plans, is_creation: bool) -> None:
    """Twenty rounds: whoever is told that it is stored has it stored, unless the other came later."""
    plans.ask("POST", BASE, {"id": ID, "name": "Shop"})
    for turn in range(20):
        statuses: dict[str, int] = {}
        barrier = threading.Barrier(2)
        id_ = f"00000000-0000-4000-9000-{turn:012}" if is_creation else ID

        def write(
            who: str,
            id_: str = id_,
            turn: int = turn,
            barrier: threading.Barrier = barrier,
            statuses: dict[str, int] = statuses,
        ) -> None:
            service = plans.applications("2c1c5b5c-3b6e-4b0e-9d0f-0d7a3b8a5f10")
            body = {"id": id_, "name": f"{who} {turn}"}
            barrier.wait()
            found = service.create(body) if is_creation else service.edit(id_, body)
            statuses[body["name"]] = getattr(found, "status", 200)

        threads = [threading.Thread(target=write, args=(who,)) for who in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        name = plans.ask("GET", f"{BASE}/{id_}").json["data"][0]["name"]
        assert statuses[name] == 200
        assert set(statuses.values()) <= {200, 409}
        assert not is_creation or sorted(statuses.values()) == [200, 409]


HOSTILE: list[Any] = [
    *(None, 0, 10**30, 1.5, True, "", [], [[]], {"": ""}, {"name": 10**30}, {"name": {}}),
    {"name": "a", "appIds": "x" * 5000},
    {"name": "a", "appIds": [10**30]},
    {"name": "a", "appIds": [f"{number}" for number in range(1001)]},
    {"name": "a", "entities": {"tracked": [{"source": str(ELSEWHERE), "minCardinality": 10**30}]}},
    {"name": "a", "entities": {"tracked": [[]], "enriched": 5}},
    {"name": "\0"},
    {"name": "a", "lockStatus": ["locked"]},
    {"name": "a", "lockStatus": {}},
    {f"field {number}": 0 for number in range(10_000)},
]
RAW = [b"", b"\xff", b"{", b'{"name": "\\ud800"}', b"[" * 100_000, b'{"name": NaN}']


def test_hostile_bodies(plans: Plans) -> None:
    plans.ask("POST", BASE, {"id": ID, "name": "Shop"})
    for body in [*HOSTILE, *RAW]:
        for method, address in (("POST", BASE), ("PUT", f"{BASE}/{ID}")):
            answer = plans.ask(method, address, body)
            assert answer.status in (400, 422), (body, answer.status)
            assert len(answer.body) < 100_000
    assert plans.ask("POST", BASE, {"name": "\U0001f3bf" * 255}).status == 201


def test_only_who_may(plans: Plans) -> None:
    assert plans.ask("GET", BASE, token=None).status == 401
    assert plans.ask("GET", BASE, token="theirs").status == 404
    answer = plans.ask("GET", f"{BASE}/none")
    assert (answer.status, answer.json) == (
        404,
        {"message": "There is no such source application"},
    )
