"""POST /micro/events, below HTTP: which events match, in which order, on which page."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from queries.rows_of import NOON, Payloads, entity, page_view, self_describing

from piste.queries.search import (
    EXACT_FILTERS,
    ColumnFilter,
    ColumnRefused,
    Search,
    Sorting,
    all_events,
    check,
    search_count,
    search_page,
)
from piste.store.duckdb import EventStore

CART = "iglu:com.acme-x/CartUpdate/jsonschema/1-0-2"
USER = "iglu:com.acme/user/jsonschema/1-0-0"
PLACE = "iglu:com.acme/place/jsonschema/1-0-0"
HOUR = 3_600_000

EVENTS = {
    "plain": page_view(app_id="shop", page_url="https://a.example/50%_off", user_id="Émile"),
    "number": page_view(
        app_id="Shopping",
        se_value=Decimal("24.50"),
        br_viewwidth=1000,
        br_cookies=True,
        dvce_created_tstamp=NOON,
        geo_latitude=51.5,
        geo_longitude=-0.25,
    ),
    "cart": self_describing(
        entity(CART, {"sku": 'Hat "1"', "price": 10.0, "lines": [{"n": 2**70}, {"n": "two"}]}),
        [entity(USER, {"plan": "gold", "note": None}), entity(USER, {"plan": "free", "ok": True})],
        app_id="blog",
    ),
    "derived": replace(
        page_view([entity(USER, {"plan": "tracked"})], app_id="5"),
        derived_contexts=(entity(USER, {"plan": "derived"}), entity(PLACE, ["text", 7])),
    ),
}
"""Named by app_id below; each arrives an hour after the one before, `failed` last."""


@pytest.fixture(scope="module")
def rows():
    with EventStore.open(None) as store:
        payloads = Payloads(at_ms=NOON)
        for event in EVENTS.values():
            payloads.good(event)
            payloads.at_ms += HOUR - 1000
        payloads.failed(page_view(app_id="failed", v_tracker="js-4"))
        store.append([payloads.streams()], 1)
        yield store.rows


NAMES = {"shop": "plain", "Shopping": "number", "blog": "cart", "5": "derived", "failed": "failed"}


def found(rows, *filters, **options):
    """The names of the events found, and whether the total agrees."""
    wanted = tuple(ColumnFilter(column, value) for column, value in filters)
    search = replace(Search(page=1, page_size=100, filters=wanted), **options)
    check(search)
    events, total = search_page(rows, search)
    names = [NAMES[json.loads(event)["app_id"]] for event in events]
    assert total == search_count(rows, search)
    return names


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        pytest.param("app_id", "shop", ["number", "plain"], id="a substring, in any case"),
        pytest.param("app_id", "SHOPP", ["number"], id="capitals in the filter"),
        pytest.param("user_id", "éMILE", ["plain"], id="letters beyond ASCII, in any case"),
        pytest.param("page_url", "50%_OFF", ["plain"], id="percent and underscore are themselves"),
        pytest.param("page_url", "5_%", [], id="and no wildcards"),
        pytest.param("page_url", "' or 1=1 --", [], id="SQL is text"),
        pytest.param("page_url", "", ["plain"], id="an empty text is in every value, not in null"),
        pytest.param("page_title", "x", [], id="null holds nothing"),
        pytest.param("se_value", "24.5", ["number"], id="a number, as the JSON prints it"),
        pytest.param("se_value", "24.50", [], id="and not as it was sent"),
        pytest.param("br_viewwidth", "00", ["number"], id="an integer"),
        pytest.param("br_cookies", "TRUE", ["number"], id="a boolean"),
        pytest.param(
            "dvce_created_tstamp", "01T12:00:00Z", ["number"], id="an instant without fraction"
        ),
        pytest.param("dvce_created_tstamp", "2025-01-01 12", [], id="is printed as ISO 8601"),
        pytest.param(
            "collector_tstamp", "2025-01-01t13", ["number"], id="every event has this one"
        ),
        pytest.param("geo_location", "51.5,-0", ["number"], id="a column that only the JSON has"),
        pytest.param("event_name", "update", ["cart"], id="a self-describing event by its name"),
        pytest.param(
            "unstruct_event_com_acme_x_cart_update_1", "hat", ["cart"], id="a whole event"
        ),
        pytest.param("unstruct_event_com_acme_x_cart_update_2", "hat", [], id="of another model"),
        pytest.param(
            "unstruct_event_com_acme_x_cart_update_1.sku",
            'hat "1"',
            ["cart"],
            id="a field, as text",
        ),
        pytest.param(
            "unstruct_event_com_acme_x_cart_update_1.price",
            "10.0",
            ["cart"],
            id="a field, as number",
        ),
        pytest.param(
            "unstruct_event_com_acme_x_cart_update_1.lines.n",
            str(2**70),
            ["cart"],
            id="a field of any array item, with all digits",
        ),
        pytest.param(
            "unstruct_event_com_acme_x_cart_update_1.lines",
            '"TWO"}]',
            ["cart"],
            id="an array, printed",
        ),
        pytest.param(
            "unstruct_event_com_acme_x_cart_update_1.sku.x", "", [], id="nothing inside a text"
        ),
        pytest.param("contexts_com_acme_user_1.plan", "GOLD", ["cart"], id="a field of one entity"),
        pytest.param("contexts_com_acme_user_1.plan", "free", ["cart"], id="or of the next one"),
        pytest.param("contexts_com_acme_user_1.ok", "true", ["cart"], id="a boolean field"),
        pytest.param("contexts_com_acme_user_1.note", "", [], id="a null field holds nothing"),
        pytest.param(
            "contexts_com_acme_user_1.plan", "derived", ["derived"], id="a derived entity"
        ),
        pytest.param("contexts_com_acme_user_1.plan", "tracked", [], id="replaces a tracked one"),
        pytest.param(
            "contexts_com_acme_user_1._schema_version",
            "1-0-0",
            ["derived", "cart"],
            id="its schema",
        ),
        pytest.param(
            "contexts_com_acme_place_1", '["text",7]', ["derived"], id="data that is no object"
        ),
        pytest.param("contexts_com_acme_place_1.plan", "", [], id="has no fields"),
        pytest.param("contexts", "gold", [], id="the envelope is no column of the answer"),
        pytest.param("no_such_column", "", [], id="no event has an unknown column"),
        pytest.param('app_id" or 1=1 --', "", [], id="a column name is never SQL"),
        pytest.param("", "", [], id="an empty column name"),
        pytest.param("seq", "", [], id="nor has it our own columns"),
        pytest.param("origin", "", [], id="not even the original"),
    ],
)
def test_a_filter_in_memory(rows, column, value, expected):
    """A case-insensitive substring of the value as /micro/events prints it; nested keys after dots."""
    assert found(rows, (column, value)) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param([], ["failed", "derived", "cart", "number", "plain"], id="none: all events"),
        pytest.param([("app_id", "shop"), ("app_id", "ping")], ["number"], id="a column twice"),
        pytest.param([("app_id", "shop"), ("se_value", "24")], ["number"], id="text and number"),
        pytest.param([("app_id", "shop"), ("se_value", "25")], [], id="all must match"),
        pytest.param(
            [("se_value", "2"), ("br_cookies", "true")], ["number"], id="number and boolean"
        ),
        pytest.param(
            [("contexts_com_acme_user_1.plan", "gold"), ("contexts_com_acme_user_1.plan", "free")],
            ["cart"],
            id="two entities of one event",
        ),
    ],
)
def test_several_filters(rows, filters, expected):
    """All filters must match."""
    assert found(rows, *filters) == expected


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        pytest.param("app_id", "shop", ["plain"], id="the whole value"),
        pytest.param("app_id", "SHOP", [], id="in its case"),
        pytest.param("app_id", "sho", [], id="no substring"),
        pytest.param("user_id", "Émile", ["plain"], id="beyond ASCII"),
        pytest.param("user_id", "", [], id="null is not empty"),
        pytest.param("event_name", "CartUpdate", ["cart"], id="an event name"),
    ],
)
def test_a_filter_in_a_persistent_store(rows, column, value, expected):
    """The exact value of a listed column."""
    assert found(rows, (column, value), exact=True) == expected


@pytest.mark.parametrize(
    "column",
    [
        "page_url",
        "collector_tstamp",
        "contexts_com_acme_user_1",
        "seq",
        "",
        "app_id ",
        "APP_ID",
    ],
)
def test_a_persistent_store_refuses_other_filters(column):
    """The error names the column and those that are possible."""
    search = Search(page=1, page_size=1, filters=(ColumnFilter(column, "x"),), exact=True)
    with pytest.raises(ColumnRefused) as refused:
        check(search)
    assert str(refused.value) == (
        f"$.filters[0].column: {column!r} is not possible here, only " + ", ".join(EXACT_FILTERS)
    )


@pytest.mark.parametrize(
    ("column", "exact", "is_possible"),
    [
        pytest.param("app_id", True, True, id="a listed column, persistent"),
        pytest.param("collector_tstamp", True, True, id="the collector's time, persistent"),
        pytest.param("page_url", True, False, id="another column, persistent"),
        pytest.param("page_url", False, True, id="any atomic column, in memory"),
        pytest.param("contexts", False, False, id="JSON has no order"),
        pytest.param("contexts_com_acme_user_1.plan", False, False, id="nor has a nested key"),
        pytest.param("app_id; drop table events", False, False, id="SQL is no column"),
        pytest.param("seq", False, False, id="our own columns are not the API's"),
    ],
)
def test_columns_to_sort_by(column, exact, is_possible):
    """In memory any atomic column; in a persistent store the listed ones and collector_tstamp."""
    search = Search(page=1, page_size=1, sorting=Sorting(column, True), exact=exact)
    if is_possible:
        check(search)
    else:
        with pytest.raises(ColumnRefused, match=r"^\$\.sorting\.column: .* is not possible here"):
            check(search)


SCANNED = ("collector_tstamp", "")  # every event has it, and its text is made in Python


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param([], id="without filter"),
        pytest.param([SCANNED], id="with a filter that scans"),
    ],
)
@pytest.mark.parametrize(
    ("sorting", "expected"),
    [
        pytest.param(None, ["failed", "derived", "cart", "number", "plain"], id="newest first"),
        pytest.param(
            Sorting("collector_tstamp", False),
            ["plain", "number", "cart", "derived", "failed"],
            id="time",
        ),
        pytest.param(
            Sorting("app_id", False),
            ["derived", "number", "cart", "failed", "plain"],
            id="by code point",
        ),
        pytest.param(
            Sorting("app_id", True),
            ["plain", "failed", "cart", "number", "derived"],
            id="descending",
        ),
        pytest.param(
            Sorting("se_value", True),
            ["number", "failed", "derived", "cart", "plain"],
            id="nulls last",
        ),
        pytest.param(
            Sorting("se_value", False),
            ["number", "plain", "cart", "derived", "failed"],
            id="nulls still last",
        ),
        pytest.param(
            Sorting("event_name", True), ["failed", "derived", "number", "plain", "cart"], id="ties"
        ),
        pytest.param(
            Sorting("event_name", False),
            ["cart", "plain", "number", "derived", "failed"],
            id="ties upwards",
        ),
    ],
)
def test_sorting(rows, filters, sorting, expected):
    """Ties go by place in the same direction; events without the column come last."""
    assert found(rows, *filters, sorting=sorting) == expected


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param([], id="without filter"),
        pytest.param([SCANNED], id="with a filter that scans"),
    ],
)
@pytest.mark.parametrize(
    ("page", "page_size", "expected"),
    [
        pytest.param(1, 2, ["failed", "derived"], id="the first page"),
        pytest.param(2, 2, ["cart", "number"], id="the next one"),
        pytest.param(3, 2, ["plain"], id="the last one is shorter"),
        pytest.param(4, 2, [], id="after it there is nothing"),
        pytest.param(1, 5, ["failed", "derived", "cart", "number", "plain"], id="exactly one page"),
        pytest.param(2**63, 10_000, [], id="a page beyond any integer of the store"),
    ],
)
def test_pages(rows, filters, page, page_size, expected):
    """Every event is on exactly one page."""
    assert found(rows, *filters, page=page, page_size=page_size) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(NOON, NOON + HOUR, ["plain"], id="the start belongs to it, the end does not"),
        pytest.param(NOON + 1, NOON + HOUR + 1, ["number"], id="to the millisecond"),
        pytest.param(None, NOON + HOUR, ["plain"], id="without start"),
        pytest.param(NOON + 3 * HOUR, None, ["failed", "derived"], id="without end"),
        pytest.param(NOON, NOON, [], id="an empty range"),
        pytest.param(NOON + HOUR, NOON, [], id="a range that ends before it starts"),
        pytest.param(
            -62_167_219_200_000, 253_402_300_799_999, list(NAMES.values())[::-1], id="all time"
        ),
    ],
)
def test_time_range(rows, start, end, expected):
    """By the collector's clock, in epoch milliseconds."""
    assert found(rows, start_ms=start, end_ms=end) == expected
    assert found(rows, SCANNED, start_ms=start, end_ms=end) == expected


@pytest.mark.parametrize(
    ("valid", "expected"),
    [
        pytest.param(True, ["derived", "cart", "number", "plain"], id="valid events"),
        pytest.param(False, ["failed"], id="failed events"),
    ],
)
def test_valid(rows, valid, expected):
    """True for valid events only, false for failed ones only."""
    assert found(rows, valid=valid) == expected
    assert found(rows, SCANNED, valid=valid) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(None, ["failed", "derived", "cart", "number", "plain"], id="all"),
        pytest.param(2, ["failed", "derived"], id="some"),
        pytest.param(0, [], id="none"),
    ],
)
def test_all_events(rows, limit, expected):
    """GET /micro/events: good and failed events, newest first."""
    names = [NAMES[json.loads(event)["app_id"]] for event in all_events(rows, limit)]
    assert names == expected


def test_an_event_prints_as_it_was_stored(rows):
    """Numbers in self-describing data keep all digits; entities carry their schema."""
    search = Search(page=1, page_size=1, filters=(ColumnFilter("app_id", "blog"),))
    (event,), _ = search_page(rows, search)
    printed = json.loads(event)
    tracked = EVENTS["cart"].unstruct_event
    assert tracked is not None
    assert printed["unstruct_event_com_acme_x_cart_update_1"] == tracked.data
    assert printed["contexts_com_acme_user_1"] == [
        {"plan": "gold", "note": None, "_schema_version": USER},
        {"plan": "free", "ok": True, "_schema_version": USER},
    ]
    assert printed["collector_tstamp"] == "2025-01-01T14:00:00Z"
    assert printed["geo_latitude"] is None


def test_pages_over_many_chunks():
    """More events than are fetched at once: all of them, once, in order."""
    with EventStore.open(None) as store:
        many = [page_view(user_id=str(n % 7), br_viewwidth=n) for n in range(4500)]
        store.append([Payloads().good(*many).streams()], 1)
        widths = list(range(4499, -1, -1))
        everything = [json.loads(event)["br_viewwidth"] for event in all_events(store.rows, None)]
        assert everything == widths
        for filters in [(), (ColumnFilter("br_viewwidth", ""),)]:
            search = Search(page=2, page_size=1500, filters=filters)
            events, total = search_page(store.rows, search)
            assert [json.loads(event)["br_viewwidth"] for event in events] == widths[1500:3000]
            assert total == 4500
