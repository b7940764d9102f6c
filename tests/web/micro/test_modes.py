"""What differs between a store in memory and a persistent one, and what bounds both."""

import json

import pytest
from queries.rows_of import NOON, Payloads, page_view
from support.requests import payload
from web.micro.asking import Micro

from piste.web.micro.endpoints import Bounds

PAGE = {"page": 1, "pageSize": 10, "filters": []}


@pytest.fixture(scope="module", params=["memory", "persistent"])
def many(request):
    """1,200 good events and 3 failed ones."""
    micro = Micro(ephemeral=request.param == "memory")
    micro.add(Payloads().good(*[page_view(app_id="Shop")] * 1200).failed(*[page_view()] * 3))
    yield request.param, micro
    micro.close()


@pytest.mark.parametrize(
    ("path", "body", "in_memory", "persistent"),
    [
        pytest.param("good", None, (1200, None), (1000, "200"), id="GET good"),
        pytest.param("good", {}, (1200, None), (1000, "200"), id="POST good without limit"),
        pytest.param("good", {"limit": 1100}, (1100, None), (1100, None), id="with a limit"),
        pytest.param("good", {"limit": 5000}, (1200, None), (1200, None), id="with a high limit"),
        pytest.param("good", {"event_type": "ue"}, (0, None), (0, None), id="nothing found"),
        pytest.param("bad", None, (3, None), (3, None), id="GET bad"),
        pytest.param("events", None, (1203, None), (1000, "203"), id="GET events"),
    ],
)
def test_lists(many, path, body, in_memory, persistent):
    """Everything in memory; the newest 1,000 of a persistent store, and how many that leaves off."""
    mode, micro = many
    path = f"/micro/{path}"
    answer = micro.get(path) if body is None else micro.post(path, body)
    found = (len(answer.json), answer.header("x-piste-truncated"))
    assert found == (in_memory if mode == "memory" else persistent)


@pytest.mark.parametrize(
    ("page_size", "in_memory", "persistent"),
    [
        pytest.param(100, (100, 13), (100, 13), id="100 events"),
        pytest.param(101, (101, 12), (100, 13), id="more than 100"),
        pytest.param(2**62, (1203, 1), (100, 13), id="as many as there are"),
    ],
)
def test_page_sizes(many, page_size, in_memory, persistent):
    """A persistent store has at most 100 events on a page; totalPages counts with that."""
    mode, micro = many
    answer = micro.post("/micro/events", PAGE | {"pageSize": page_size}).json
    expected = in_memory if mode == "memory" else persistent
    assert (len(answer["events"]), answer["totalPages"]) == expected
    assert answer["totalItems"] == 1203


@pytest.mark.parametrize(
    ("column", "value", "in_memory", "persistent"),
    [
        pytest.param("app_id", "Shop", 1200, 1200, id="the exact value"),
        pytest.param("app_id", "hop", 1200, 0, id="a substring"),
        pytest.param(
            "event", "page", 1203, None, id="a column that a persistent store does not take"
        ),
        pytest.param("nothing", "page", 0, None, id="an unknown column"),
    ],
)
def test_filters(many, column, value, in_memory, persistent):
    """In memory a substring of any column; in a persistent store the exact value of a listed one."""
    mode, micro = many
    answer = micro.post("/micro/events", PAGE | {"filters": [{"column": column, "value": value}]})
    expected = in_memory if mode == "memory" else persistent
    if expected is None:
        assert (answer.status, answer.text) == (422, "The request body was invalid.")
        assert answer.header("x-piste-error") == (
            f"$.filters[0].column: {column!r} is not possible here, only event_id, app_id, event_name,"
            " platform, name_tracker, user_id, domain_userid, v_tracker"
        )
    else:
        assert answer.json["totalItems"] == expected


def test_an_empty_store(micro):
    """No events: no pages."""
    assert micro.post("/micro/events", PAGE).json == {
        "events": [],
        "totalPages": 0,
        "totalItems": 0,
    }
    assert micro.get("/micro/events").json == micro.get("/micro/good").json == []


@pytest.mark.parametrize(
    ("path", "body", "items"),
    [
        pytest.param("good", {}, 30, id="good"),
        pytest.param("good", {"limit": 20}, 20, id="good with a limit"),
        pytest.param("bad", {}, 25, id="bad"),
        pytest.param(
            "events", {"page": 1, "pageSize": 40, "filters": []}, 40, id="a page of events"
        ),
        pytest.param("events", {"page": 2, "pageSize": 40, "filters": []}, 15, id="the last page"),
    ],
)
def test_answers_have_a_budget(new_micro, path, body, items):
    """Items beyond the budget are left off, and a header says how many."""
    micro = new_micro(bounds=Bounds(answer_bytes=20_000))
    large = payload(body="x" * 1500)
    micro.add(Payloads().good(*[page_view()] * 30).failed(*[page_view()] * 25, request=large))
    answer = micro.post(f"/micro/{path}", body)
    found = answer.json["events"] if path == "events" else answer.json
    assert 0 < len(found) < items
    assert len(found) + int(answer.header("x-piste-truncated")) == items
    assert len(answer.body) < 20_100


def test_a_budget_below_one_item(new_micro):
    """An item that alone is too big leaves an empty list, and says so."""
    micro = new_micro(bounds=Bounds(answer_bytes=10)).add(Payloads().good(page_view()))
    answer = micro.get("/micro/good")
    assert (answer.json, answer.header("x-piste-truncated")) == ([], "1")


def test_a_big_answer_is_whole(new_micro):
    """An answer of many parts is one valid JSON text, with its length announced."""
    micro = new_micro().add(Payloads().good(*[page_view(page_title="x" * 4000)] * 700))
    answer = micro.get("/micro/good")
    assert len(json.loads(answer.body)) == 700
    assert answer.header("content-length") == str(len(answer.body))
    assert len(answer.body) > 2 << 20


def test_a_persistent_store_forgets_originals_before_their_events(new_micro):
    """The items stay, without what they were made of; nothing else of any answer changes."""
    micro = new_micro(ephemeral=False)
    micro.add(Payloads().good(page_view(app_id="a")).failed(page_view()).rejected())
    asked = ["/micro/all", "/micro/events", "/micro/good", "/micro/bad"]
    *before, good, bad = [micro.get(path).json for path in asked]
    micro.store.delete_origins_before(NOON + 60_000)
    *after, good_then, bad_then = [micro.get(path).json for path in asked]
    assert after == before
    assert good_then == [item | {"rawEvent": None} for item in good]
    gone = {"rawEvent": None, "errors": ["The original is no longer kept."]}
    assert bad_then == [item | {"collectorPayload": None} | gone for item in bad]
    assert len(good_then) == 1
    assert len(bad_then) == 2
