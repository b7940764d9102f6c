"""Whatever is stored and whatever is asked, a report answers, and soon."""

from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piste.ingest.arrow import to_streams
from piste.reports.answering import answer, csv_of
from piste.reports.filters import DIMENSIONS
from piste.reports.parameters import METRICS, Parameters, Report, read
from piste.store.duckdb import EventStore

from .crowds import NOW, SITE, Crowd
from .worlds import MINUTE

STRANGE = (
    "\x00",
    "'; drop table events; --",
    ':website_id $start {visits} %s "',
    "%_\\",
    "*" * 2000,
    "\U0001f468‍\U0001f469 e\u0301 \u202e \ufeff",
    "-" * 100_000,
)
NEEDED = {
    Report.FUNNEL: [("steps", "/"), ("steps", "/**a**b**c*")],
    Report.EVENT_PROPERTIES: [("event_name", "signup")],
    Report.EXPLAIN: [("event_id", "event 1")],
}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    [text for text in STRANGE if len(text) <= 2048]
)
TIMES = ("-62167219200000", "253402300799999", "0", str(NOW))


@pytest.fixture(scope="module")
def events():
    crowd = Crowd()
    for number, text in enumerate(STRANGE):
        names = ("content_group", "referrer_domain", "mkt_source", "browser", "geo_country")
        crowd.visit(
            NOW - number * MINUTE,
            "/",
            {"path": text},
            {"path": None},
            {"path": text, "hit_type": text, "hit_name": text, "properties": text},
            visitor=text,
            **dict.fromkeys(names, text),
        )
    for ms in TIMES:
        crowd.visit(int(ms), "/")
    with EventStore.open(None) as store:
        store.append([to_streams({"events": crowd.rows})], 1)
        yield store


def ask(events: EventStore, report: Report, *query: tuple[str, str]) -> None:
    items = [("website_id", SITE), *NEEDED.get(report, []), *query]
    asked = read(report, items, NOW)
    assert isinstance(asked, Parameters), asked
    data = answer(report, events.rows, asked, now_ms=NOW, created_ms=-(10**15))
    csv_of(report, asked, data).encode()


@pytest.mark.parametrize("report", Report)
@pytest.mark.parametrize(
    "query",
    [
        [],
        [("page", "999999999"), ("per_page", "500")],
        [("period", "all"), ("compare", "yoy"), ("timezone", "America/St_Johns")],
        [("start_date", "1970-01-01"), ("end_date", "2070-01-01"), ("compare", "previous_period")],
        [(f"filter[{dimension}]", "x") for dimension in DIMENSIONS],
        [(f"filter[{dimension}]", "") for dimension in DIMENSIONS],
    ],
    ids=["defaults", "far page", "all", "a century", "all filters", "empty filters"],
)
def test_every_report_answers(events, report, query):
    started = monotonic()
    ask(events, report, *query)
    assert monotonic() - started < 20


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_answers(events, metric):
    for path in STRANGE[:6]:
        ask(events, Report.TIMESERIES, ("metric", metric), ("path", path))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DIMENSIONS), TEXTS, TEXTS)
def test_any_text_is_a_value(events, dimension, text, other):
    """Of a filter, a step, a name."""
    asked = (f"filter[{dimension}]", text)
    ask(events, Report.SUMMARY, asked)
    ask(events, Report.FUNNEL, asked, ("steps", f"/{text}*"), ("steps", other))
    ask(events, Report.CUSTOM_EVENTS, asked, ("event_name", other))
