"""The canonical event as a tab-separated line."""

from decimal import Decimal

import pytest
from snowplow_analytics_sdk import event_transformer
from support.events import EMPTY, FULL, entity
from support.golden import golden_text

from piste.events.columns import NAMES
from piste.events.enriched import EnrichedEvent, Value
from piste.events.schema_key import Json
from piste.events.sdk_json import lossy
from piste.events.tsv import tsv_line
from piste.jsontext import encode_text


def line(event: EnrichedEvent) -> str:
    return tsv_line(event, encode_text)


def cells(event: EnrichedEvent) -> dict[str, str]:
    return dict(zip(NAMES, line(event).split("\t"), strict=True))


def test_the_line_of_a_full_event_is_the_golden_one() -> None:
    """What others parse does not change unnoticed."""
    assert line(FULL) + "\n" == golden_text("events/full.tsv")


def test_an_empty_event_is_130_tabs() -> None:
    """Every column has its place; null is empty."""
    assert line(EMPTY) == "\t" * 130


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [
        pytest.param("collector_tstamp", 1_735_734_645_000, "2025-01-01 12:30:45.000", id="a time"),
        pytest.param("br_cookies", True, "1", id="true"),
        pytest.param("br_cookies", False, "0", id="false"),
        pytest.param("txn_id", 0, "0", id="zero is not null"),
        pytest.param("tr_total", Decimal("1E+3"), "1000", id="no exponent in a large decimal"),
        pytest.param("tr_total", Decimal("1E-7"), "0.0000001", id="nor in a small one"),
        pytest.param("tr_total", Decimal("24.490"), "24.490", id="the zeros of a decimal stay"),
        pytest.param("geo_latitude", 51.5, "51.5", id="a number"),
        pytest.param("page_title", "a\tb\r\nc", "a    b  c", id="what would break the line goes"),
    ],
)
def test_cells(column: str, value: Value, cell: str) -> None:
    """Timestamps with a space, booleans 1 and 0, decimals in full."""
    assert cells(EnrichedEvent({column: value}))[column] == cell


def test_json_cells() -> None:
    """Self-describing parts stand in their envelopes as compact JSON, in which a tab is escaped."""
    event = EnrichedEvent(
        {},
        contexts=(entity("iglu:com.acme/a/jsonschema/1-0-0", {"t": "x\ty\nz"}),),
        unstruct_event=entity("iglu:com.acme/b/jsonschema/1-0-0", {}),
    )
    snowplow = "iglu:com.snowplowanalytics.snowplow"
    found = cells(event)
    assert found["contexts"] == (
        f'{{"schema":"{snowplow}/contexts/jsonschema/1-0-0","data":'
        '[{"schema":"iglu:com.acme/a/jsonschema/1-0-0","data":{"t":"x\\ty\\nz"}}]}'
    )
    assert found["unstruct_event"] == (
        f'{{"schema":"{snowplow}/unstruct_event/jsonschema/1-0-0","data":'
        '{"schema":"iglu:com.acme/b/jsonschema/1-0-0","data":{}}}'
    )
    assert found["derived_contexts"] == ""


def as_the_python_sdk_differs(json: dict[str, Json]) -> dict[str, Json]:
    """Our lossy JSON as the Python SDK would have it, which is older than the form of Micro: nulls
    are left out, instants always have milliseconds, `se_value` is a text, one column is misnamed, and
    entities have no `_schema_version`."""
    known = {name: value for name, value in json.items() if value is not None}
    known["etl_tstamp"] = known["etl_tstamp"].replace("Z", ".000Z")
    known["se_value"] = str(known["se_value"])
    known["refr_device_tstamp"] = known.pop("refr_dvce_tstamp")
    for name, value in known.items():
        if name.startswith("contexts_"):
            known[name] = [
                {key: x for key, x in data.items() if key != "_schema_version"} for data in value
            ]
    return known


def test_the_python_sdk_reads_the_line_as_our_own_json() -> None:
    """A line goes through Snowplow's published SDK to what `lossy` prints, documented differences
    aside."""
    read = event_transformer.transform(line(FULL))
    assert read == as_the_python_sdk_differs(lossy(FULL))
