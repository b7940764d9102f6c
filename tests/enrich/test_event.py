"""What kind of event it is, and when it happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.events import entity
from support.views import view

from piste.enrich.event import derive_tstamp, name_event, require_v_collector
from piste.enrich.view import NOTHING, Patch
from piste.events.enriched import Value
from piste.events.failures import EnrichmentFailure, InputData
from piste.events.times import MAX_MS, MIN_MS

TIMES = ("true_tstamp", "collector_tstamp", "dvce_created_tstamp", "dvce_sent_tstamp")


def times(*values: int | None) -> dict[str, Value]:
    """True, collector, created, sent."""
    pairs = zip(TIMES, values, strict=True)
    return {name: value for name, value in pairs if value is not None}


@pytest.mark.parametrize(
    ("true", "collector", "created", "sent", "derived"),
    [
        pytest.param(7, 1000, 100, 200, 7, id="the true time wins"),
        pytest.param(0, 1000, 100, 200, 0, id="also when it is the epoch"),
        pytest.param(None, 1000, 100, 200, 900, id="the time on the device is taken away"),
        pytest.param(None, 1000, 100, 101, 999, id="however short"),
        pytest.param(None, 1000, 100, 100, 1000, id="sent at once: the collector's time"),
        pytest.param(None, 1000, 200, 100, 1000, id="sent before it was made: the collector's"),
        pytest.param(None, 1000, None, 100, 1000, id="not known when made: the collector's"),
        pytest.param(None, 1000, 100, None, 1000, id="not known when sent: the collector's"),
        pytest.param(None, 1000, None, None, 1000, id="the collector's alone"),
        pytest.param(None, 1000, -100, 0, 900, id="a device's clock before 1970"),
        pytest.param(None, None, 100, 200, None, id="no collector's time: none"),
        pytest.param(7, None, None, None, 7, id="the true time alone"),
    ],
)
def test_derived_tstamp(
    true: int | None, collector: int | None, created: int | None, sent: int | None, derived: int
) -> None:
    """The true time; else the collector's, less the time that the event waited on the device."""
    assert derive_tstamp(view(times(true, collector, created, sent))) == Patch(
        {"derived_tstamp": derived}
    )


def test_a_derived_tstamp_before_year_0() -> None:
    """An absurd device clock is a failure, and the collector's time stands in."""
    text = "-7975-01-02 00:00:00.000"
    patch = derive_tstamp(view(times(None, 1_735_776_000_000, MIN_MS, MAX_MS + 1)))
    failure = InputData(
        "derived_tstamp", "-313833744000000", f"Formatting as {text} is not Redshift-compatible"
    )
    assert patch == Patch(
        {"derived_tstamp": 1_735_776_000_000}, failures=(EnrichmentFailure(failure),)
    )


def test_a_derived_tstamp_at_the_beginning_of_year_0() -> None:
    """The first instant that the column can hold."""
    patch = derive_tstamp(view(times(None, 0, 0, -MIN_MS)))
    assert patch == Patch({"derived_tstamp": MIN_MS})


@given(st.lists(st.none() | st.integers(MIN_MS, MAX_MS), min_size=4, max_size=4))
def test_a_derived_tstamp_is_always_in_range(values: list[int | None]) -> None:
    """Whatever the clocks say, the column can hold it."""
    derived = derive_tstamp(view(times(*values))).fields["derived_tstamp"]
    assert derived is None or (isinstance(derived, int) and MIN_MS <= derived <= MAX_MS)
    assert (derived is None) == (values[0] is None and values[1] is None)


@pytest.mark.parametrize(
    ("event", "vendor", "name"),
    [
        ("page_view", "com.snowplowanalytics.snowplow", "page_view"),
        ("page_ping", "com.snowplowanalytics.snowplow", "page_ping"),
        ("transaction", "com.snowplowanalytics.snowplow", "transaction"),
        ("transaction_item", "com.snowplowanalytics.snowplow", "transaction_item"),
        ("struct", "com.google.analytics", "event"),
    ],
)
def test_the_schema_of_a_classic_event(event: str, vendor: str, name: str) -> None:
    """Events without a schema of their own have a conventional one."""
    expected = {
        "event_vendor": vendor,
        "event_name": name,
        "event_format": "jsonschema",
        "event_version": "1-0-0",
    }
    assert name_event(view({"event": event})) == Patch(expected)
    # A self-describing part beside it is no matter.
    part = entity("iglu:com.acme/b/jsonschema/2-3-4", {})
    assert name_event(view({"event": event}, unstruct_event=part)) == Patch(expected)


def test_the_schema_of_a_self_describing_event() -> None:
    """The inner schema names it."""
    part = entity("iglu:com.acme/b_c/jsonschema/2-3-4", {})
    assert name_event(view({"event": "unstruct"}, unstruct_event=part)) == Patch(
        {
            "event_vendor": "com.acme",
            "event_name": "b_c",
            "event_format": "jsonschema",
            "event_version": "2-3-4",
        }
    )


def test_a_self_describing_event_without_its_part() -> None:
    """It is accepted, and has no name."""
    assert name_event(view({"event": "unstruct"})) == NOTHING


@pytest.mark.parametrize("event", [None, "ad_impression"])
def test_an_event_without_a_schema(event: str | None) -> None:
    """No event type, or one that has no schema, is an enrichment failure of the field `event`."""
    patch = name_event(view({} if event is None else {"event": event}))
    assert patch.fields == {}
    (failure,) = patch.failures
    assert failure.key is None
    assert isinstance(failure.message, InputData)
    assert (failure.message.field, failure.message.value) == ("event", event)
    assert failure.message.expectation.startswith("no schema can be derived")
    assert len(failure.message.expectation) <= 256  # as the bad row's schema demands


def test_v_collector_is_required() -> None:
    """Neither `cv` nor a collector's name: an enrichment failure."""
    failure = EnrichmentFailure(InputData("v_collector", None, "should be set"))
    assert require_v_collector(view({})) == Patch(failures=(failure,))
    assert require_v_collector(view({"v_collector": "ssc-2.3.1-stdout$"})) == NOTHING
