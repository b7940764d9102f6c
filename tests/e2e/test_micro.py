"""Piste as users of Snowplow Micro know it: reset, act, assert, as in Cypress and Nightwatch.

Room:   the commands (`no_bad_events`, `number_of_good_events`, ..) do what the commands of those
        names do in the public examples of Snowplow Micro.
"""

from collections.abc import Mapping, Sequence

import pytest
from snowplow_tracker import (  # type: ignore[attr-defined]  # it re-exports implicitly
    Emitter,
    PageView,
    SelfDescribing,
    SelfDescribingJson,
    StructuredEvent,
    Tracker,
)

from .harness import Json, Piste, data

SNOWPLOW = "com.snowplowanalytics.snowplow"
LINK_CLICK = f"{SNOWPLOW}/link_click/jsonschema/1-0-1"
SITE_SEARCH = f"{SNOWPLOW}/site_search/jsonschema/1-0-0"
WEB_PAGE = f"{SNOWPLOW}/web_page/jsonschema/1-0-0"
GEOLOCATION = f"{SNOWPLOW}/geolocation_context/jsonschema/1-1-0"


@pytest.fixture
def shop(piste: Piste) -> Piste:
    """Micro after somebody used the shop: six good events, oldest first, and a bad one."""
    tracker = Tracker("shop", Emitter("127.0.0.1", "http", piste.port), app_id="shop")
    page = _json(WEB_PAGE, {"id": "5cea9899-10df-4ccf-bf66-8c36f4a4bba2"})
    place = _json(GEOLOCATION, {"latitude": 45.9, "longitude": 6.9})
    tracker.track(PageView("https://shop.example/", "Shop", context=[page]))
    tracker.track(PageView("https://shop.example/ski", "Ski", context=[page, place]))
    tracker.track(StructuredEvent("shop", "add", "ski", "red", 2, context=[page]))
    tracker.track(SelfDescribing(_json(LINK_CLICK, {"targetUrl": "https://out.example/"})))
    tracker.track(SelfDescribing(_json(SITE_SEARCH, {"terms": ["hat"]}), context=[page, place]))
    tracker.track(SelfDescribing(_json(SITE_SEARCH, {"terms": ["cap"]})))
    tracker.track(SelfDescribing(_json(SITE_SEARCH, {"terms": "not a list"})))
    tracker.flush()
    piste.good(wait=6)
    piste.bad(wait=1)
    return piste


def _json(schema: str, data: Json) -> SelfDescribingJson:
    return SelfDescribingJson(f"iglu:{schema}", data)


def test_counts(shop: Piste) -> None:
    """/micro/all counts; /micro/reset forgets and says so."""
    assert shop.all() == {"total": 7, "good": 6, "bad": 1}
    assert shop.reset() == {"total": 0, "good": 0, "bad": 0}
    assert shop.all() == {"total": 0, "good": 0, "bad": 0}
    assert shop.good() == []
    assert shop.bad() == []
    assert shop.events() == []


@pytest.mark.parametrize(
    ("event_type", "count"),
    [
        ("page_view", 2),
        ("pv", 2),
        ("struct", 1),
        ("se", 1),
        ("unstruct", 3),
        ("ue", 3),
        ("page_ping", 0),
        ("pp", 0),
    ],
)
def test_event_type(shop: Piste, event_type: str, count: int) -> None:
    """The filter takes the tracker's code (`ue`) as well as the canonical name (`unstruct`)."""
    assert len(shop.good({"event_type": event_type})) == count


@pytest.mark.parametrize("prefix", ["iglu:", ""], ids=["with iglu:", "without iglu:"])
@pytest.mark.parametrize(
    ("filters", "count"),
    [
        pytest.param({"schema": LINK_CLICK}, 1, id="schema"),
        pytest.param({"schema": SITE_SEARCH}, 2, id="schema of two"),
        pytest.param({"schema": SITE_SEARCH.replace("1-0-0", "1-0-1")}, 0, id="other version"),
        pytest.param({"contexts": [WEB_PAGE]}, 4, id="an entity"),
        pytest.param({"contexts": [GEOLOCATION, WEB_PAGE]}, 2, id="both entities, in any order"),
        pytest.param({"contexts": []}, 6, id="no entity asked for"),
        pytest.param({"schema": SITE_SEARCH, "contexts": [WEB_PAGE]}, 1, id="schema and entity"),
    ],
)
def test_schemas(shop: Piste, prefix: str, filters: Mapping[str, object], count: int) -> None:
    """Schema and contexts filters hold together, and work with and without `iglu:`."""
    asked = {
        name: prefix + value if isinstance(value, str) else [prefix + item for item in value]
        for name, value in filters.items()
        if isinstance(value, str | list)
    }
    assert len(shop.good(asked)) == count


def test_limit(shop: Piste) -> None:
    """A limit keeps the newest."""
    newest = shop.good({"limit": 2})
    assert [item["event"]["event_name"] for item in newest] == ["site_search", "site_search"]
    assert newest == shop.good()[:2]
    assert shop.bad({"limit": 0}) == []


def test_bad_filters(shop: Piste) -> None:
    """Bad events are found by the vendor and version of the request's path."""
    assert len(shop.bad({"vendor": SNOWPLOW, "version": "tp2"})) == 1
    assert shop.bad({"vendor": SNOWPLOW, "version": "tp1"}) == []
    assert shop.bad({"vendor": "com.example"}) == []


def test_why_it_is_bad(shop: Piste) -> None:
    """A bad event says in words what is wrong, where, and against which schema."""
    (item,) = shop.bad()
    assert "$.terms: string found, array expected" in item["errors"][1]
    assert f"iglu:{SITE_SEARCH}" in item["errors"][1]
    assert item["rawEvent"]["parameters"]["e"] == "ue"


def test_as_cypress_does(shop: Piste) -> None:
    """The commands of the Cypress example."""
    number_of_good_events(shop, 6)
    with pytest.raises(AssertionError):
        no_bad_events(shop)
    events_with_event_type(shop, "page_view", 2)
    events_with_schema(shop, f"iglu:{SITE_SEARCH}", 2)
    events_with_contexts(shop, [f"iglu:{WEB_PAGE}"], 4)
    events_with_params(shop, {"app_id": "shop", "se_action": "add", "se_value": 2.0}, 1)
    events_with_properties(shop, f"iglu:{SITE_SEARCH}", {"terms": ["hat"]}, 1)
    events_in_order(shop, ["page_view", "page_view", "event", "link_click"])


def test_over_http(shop: Piste) -> None:
    """GET and POST both answer, as each of Micro's clients expects, with JSON and CORS."""
    for method in ("GET", "POST"):
        answer = shop.http.request(method, f"{shop.url}/micro/good", body=None)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("application/json")
        assert len(answer.json()) == 6
    answer = shop.http.request(
        "OPTIONS", f"{shop.url}/micro/all", headers={"Origin": "http://localhost:3000"}
    )
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"


def test_iglu(piste: Piste) -> None:
    """/micro/iglu shows a schema that resolves, and where it looked for one that does not."""
    answer = piste.http.request("GET", f"{piste.url}/micro/iglu/{WEB_PAGE}")
    assert answer.status == 200
    assert answer.json()["self"]["name"] == "web_page"
    answer = piste.http.request("GET", f"{piste.url}/micro/iglu/com.example/no/jsonschema/1-0-0")
    assert answer.status == 404
    for asked in answer.json()["value"].values():
        assert asked["attempts"] >= 1
        assert asked["errors"]


def no_bad_events(piste: Piste) -> None:
    assert piste.all()["bad"] == 0


def number_of_good_events(piste: Piste, count: int) -> None:
    assert piste.all()["good"] == count


def events_with_event_type(piste: Piste, event_type: str, count: int) -> None:
    assert len(piste.good({"event_type": event_type})) == count


def events_with_schema(piste: Piste, schema: str, count: int) -> None:
    assert len(piste.good({"schema": schema})) == count


def events_with_contexts(piste: Piste, contexts: Sequence[str], count: int) -> None:
    assert len(piste.good({"contexts": contexts})) == count


def events_with_params(piste: Piste, params: Json, count: int) -> None:
    events = [item["event"] for item in piste.good()]
    assert sum(params.items() <= _scalars(event).items() for event in events) == count


def events_with_properties(piste: Piste, schema: str, properties: Json, count: int) -> None:
    items = piste.good({"schema": schema})
    assert [data(item["event"]) for item in items].count(properties) == count


def events_in_order(piste: Piste, names: Sequence[str]) -> None:
    """The first events, by derived_tstamp."""
    events = [item["event"] for item in reversed(piste.good())]
    events.sort(key=lambda event: str(event["derived_tstamp"]))
    assert [event["event_name"] for event in events][: len(names)] == names


def _scalars(event: Json) -> Json:
    return {column: value for column, value in event.items() if not isinstance(value, dict)}
