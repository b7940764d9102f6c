"""The Analytics SDK's JSON forms."""

from decimal import Decimal

import pytest
from support.events import EMPTY, FULL, LINK_CLICK, UA_CONTEXT, WEB_PAGE, entity
from support.golden import golden, golden_lines

from piste.events.columns import NAMES
from piste.events.enriched import EnrichedEvent, Value
from piste.events.schema_key import Json, SchemaKey
from piste.events.sdk_json import lossy, non_lossy, shredded_key
from piste.jsontext import encode

SELF_DESCRIBING_COLUMNS = {"contexts", "unstruct_event", "derived_contexts"}


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        pytest.param("com.acme-x/FooBar/jsonschema/2-1-0", "com_acme_x_foo_bar_2", id="as documented"),
        pytest.param("com.acme/plain/jsonschema/1-0-0", "com_acme_plain_1", id="a plain name"),
        pytest.param("com.acme/link_click/jsonschema/1-0-1", "com_acme_link_click_1", id="snake case"),
        pytest.param("com.acme/link-click/jsonschema/1-0-1", "com_acme_link_click_1", id="a dash"),
        pytest.param("org.w3/PerformanceTiming/jsonschema/1-0-0", "org_w3_performance_timing_1", id="camel"),
        pytest.param("com.a/actionFieldObject/jsonschema/1-0-0", "com_a_action_field_object_1", id="lower"),
        pytest.param("com.a/getURL/jsonschema/1-0-0", "com_a_get_url_1", id="an acronym at the end"),
        pytest.param("com.a/ABTest/jsonschema/1-0-0", "com_a_abtest_1", id="an acronym at the start"),
        pytest.param("com.a/IN_APP_DISPLAY/jsonschema/1-0-0", "com_a_in_app_display_1", id="capitals"),
        pytest.param("com.a/html5Video/jsonschema/1-0-0", "com_a_html5_video_1", id="after a digit"),
        pytest.param("com.a/aBcD/jsonschema/1-0-0", "com_a_a_bc_d_1", id="two letters apart"),
        pytest.param("com.a/a-B/jsonschema/1-0-0", "com_a_a_b_1", id="a dash is not doubled"),
        pytest.param("Com.ACME/x/jsonschema/1-0-0", "com_acme_x_1", id="the vendor is lower-cased only"),
        pytest.param("com.acme/x/jsonschema/12-3-4", "com_acme_x_12", id="only the model counts"),
    ],
)  # fmt: skip
def test_shredded_key(uri: str, key: str) -> None:
    """The key of an entity or event is its vendor, its name in snake case, and its model."""
    schema = SchemaKey.of(f"iglu:{uri}")
    assert shredded_key("contexts", schema) == f"contexts_{key}"
    assert shredded_key("unstruct_event", schema) == f"unstruct_event_{key}"


def test_the_forms_of_a_full_event_are_the_golden_ones() -> None:
    """What others parse does not change unnoticed."""
    assert lossy(FULL) == golden("events/full.lossy.json")
    assert non_lossy(FULL) == golden("events/full.non-lossy.json")


def test_non_lossy_has_every_column_in_order() -> None:
    """All 131 keys in TSV order; what is absent is null, but empty contexts are `{}`."""
    assert tuple(non_lossy(FULL)) == NAMES
    assert tuple(non_lossy(EMPTY)) == NAMES
    empty = {name: value for name, value in non_lossy(EMPTY).items() if value is not None}
    assert empty == {"contexts": {}, "derived_contexts": {}}


def test_lossy_has_the_atomic_columns_in_order_and_then_the_shredded_keys() -> None:
    """The three self-describing columns are not there; absent atomic ones are null."""
    atomic = [name for name in NAMES if name not in SELF_DESCRIBING_COLUMNS]
    assert list(lossy(EMPTY)) == atomic
    assert set(lossy(EMPTY).values()) == {None}
    assert list(lossy(FULL))[: len(atomic)] == atomic


def test_the_documents_sample_keys_are_ours() -> None:
    """The `event` of the requirement's good event has exactly these keys, in this order."""
    sample = golden("micro/good.answer.json")[0]["event"]
    assert tuple(sample) == NAMES
    assert [line.split()[0] for line in golden_lines("events/columns.txt")] == list(sample)


@pytest.mark.parametrize(
    ("column", "value", "printed"),
    [
        pytest.param("etl_tstamp", 1_735_734_645_000, "2025-01-01T12:30:45Z", id="a whole second"),
        pytest.param("etl_tstamp", 1_735_734_645_120, "2025-01-01T12:30:45.120Z", id="milliseconds"),
        pytest.param("refr_dvce_tstamp", -62_167_219_200_000, "0000-01-01T00:00:00Z", id="year 0"),
        pytest.param("se_value", Decimal("24.49"), 24.49, id="a decimal is a number"),
        pytest.param("se_value", Decimal("1E+3"), 1000.0, id="a decimal with an exponent"),
        pytest.param("se_value", Decimal("-0"), 0.0, id="minus zero"),
        pytest.param("br_cookies", False, False, id="a boolean"),
        pytest.param("txn_id", -(2**31), -(2**31), id="an integer"),
        pytest.param("br_colordepth", "24", "24", id="a text of digits stays a text"),
        pytest.param("app_id", "", "", id="an empty text is not null"),
    ],
)  # fmt: skip
def test_values(column: str, value: Value, printed: Json) -> None:
    """Timestamps print as Java prints instants, decimals as numbers, the rest as it is."""
    event = EnrichedEvent({column: value})
    assert lossy(event)[column] == printed == non_lossy(event)[column]
    assert type(lossy(event)[column]) is type(printed)


def test_entities_are_grouped_in_order_with_their_full_schema_uri() -> None:
    """One list for all entities of one vendor, name and model, each with its own schema URI."""
    event = EnrichedEvent(
        {},
        contexts=(
            entity(WEB_PAGE, {"id": "a"}),
            entity("iglu:com.acme/user/jsonschema/1-0-0", {"id": "u"}),
            entity("iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-2-3", {"id": "b"}),
            entity("iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/2-0-0", {"id": "c"}),
        ),
    )
    shredded = {key: value for key, value in lossy(event).items() if value is not None}
    page = "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema"
    assert shredded == {
        "contexts_com_snowplowanalytics_snowplow_web_page_1": [
            {"id": "a", "_schema_version": f"{page}/1-0-0"},
            {"id": "b", "_schema_version": f"{page}/1-2-3"},
        ],
        "contexts_com_acme_user_1": [
            {"id": "u", "_schema_version": "iglu:com.acme/user/jsonschema/1-0-0"}
        ],
        "contexts_com_snowplowanalytics_snowplow_web_page_2": [
            {"id": "c", "_schema_version": f"{page}/2-0-0"}
        ],
    }
    assert next(iter(shredded)).endswith("web_page_1")


def test_a_derived_entity_replaces_a_tracked_one_of_the_same_key() -> None:
    """A quirk of the original: derived contexts have the same prefix, and win."""
    event = EnrichedEvent(
        {},
        contexts=(entity(UA_CONTEXT, {"n": 1}), entity(WEB_PAGE, {"n": 2})),
        derived_contexts=(entity(UA_CONTEXT, {"n": 3}),),
    )
    shredded = lossy(event)
    assert [
        x["n"] for x in shredded["contexts_com_snowplowanalytics_snowplow_ua_parser_context_1"]
    ] == [3]
    assert [x["n"] for x in shredded["contexts_com_snowplowanalytics_snowplow_web_page_1"]] == [2]


@pytest.mark.parametrize("data", [[1, 2], "text", 5, None], ids=repr)
def test_entity_data_that_is_no_object_stands_as_it_is(data: Json) -> None:
    """A schema may describe any JSON; only an object has a place for `_schema_version`."""
    event = EnrichedEvent({}, contexts=(entity("iglu:com.acme/odd/jsonschema/1-0-0", data),))
    assert lossy(event)["contexts_com_acme_odd_1"] == [data]


def test_the_schema_of_an_entity_is_not_the_trackers_to_tell() -> None:
    """Data with a `_schema_version` of its own gets the true one."""
    event = EnrichedEvent({}, contexts=(entity(WEB_PAGE, {"_schema_version": "mine"}),))
    (found,) = lossy(event)["contexts_com_snowplowanalytics_snowplow_web_page_1"]
    assert found == {"_schema_version": WEB_PAGE}


def test_a_self_describing_event_is_its_data() -> None:
    """No list, no version, and the data is untouched."""
    data = {"targetUrl": "https://example.com"}
    event = EnrichedEvent({}, unstruct_event=entity(LINK_CLICK, data))
    key = "unstruct_event_com_snowplowanalytics_snowplow_link_click_1"
    assert lossy(event)[key] == data
    assert non_lossy(event)["unstruct_event"] == {
        "schema": "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",
        "data": {"schema": LINK_CLICK, "data": data},
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"geo_latitude": 51.5, "geo_longitude": -0.125}, "51.5,-0.125", id="both"),
        pytest.param({"geo_latitude": 0.0, "geo_longitude": 0.0}, "0.0,0.0", id="zero is a place"),
        pytest.param({"geo_latitude": 51.5}, None, id="latitude only"),
        pytest.param({"geo_longitude": 51.5}, None, id="longitude only"),
    ],
)
def test_geo_location(fields: dict[str, Value], expected: str | None) -> None:
    """The lossy form joins latitude and longitude when both are known."""
    assert lossy(EnrichedEvent(fields)).get("geo_location") == expected
    assert "geo_location" not in non_lossy(EnrichedEvent(fields))


def test_printing_changes_nothing_of_the_event() -> None:
    """The same event prints the same, twice."""
    before = encode(non_lossy(FULL))
    lossy(FULL)
    assert encode(non_lossy(FULL)) == before
