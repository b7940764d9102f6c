"""What holds of the oracle's answers in every world, and that worlds have what hurts."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports.oracle import REPORTS, answer, csv_answer, visits
from reports.oracle.parameters import METRICS
from reports.oracle.periods import day_of
from reports.oracle.visits import GAP_MS, LONGEST_MS
from reports.questions import query
from reports.worlds import DAY, World, world

SEEDS = st.integers(0, 1 << 32)
few = settings(max_examples=25, deadline=None)


@cache
def small(seed: int) -> World:
    return world(seed, most=120)


def asked(seed, report, **more):
    """A valid query of the seed's choice, with all rows."""
    query_ = query(report, small(seed), Random(seed))
    return {**query_, "page": "1", "per_page": "500", **more}


def said(seed, report, query_, hits=None):
    there = small(seed)
    created = there.created_ms[query_["website_id"]]
    return answer(report, there.hits if hits is None else hits, query_, there.now_ms, created)


def metrics(seed, query_, hits=None):
    summary = said(seed, "summary", query_, hits)
    return {name: metric["value"] for name, metric in summary["metrics"].items()}


def total(rows, metric):
    return sum(row[metric] for row in rows)


@few
@given(SEEDS)
def test_visits_share_out_all_events(seed):
    hits = small(seed).hits
    found = visits(hits)
    assert sorted(hit.seq for visit in found for hit in visit.hits) == [hit.seq for hit in hits]
    last = {}
    for visit in found:
        times = [hit.time_ms for hit in visit.hits]
        assert len({(hit.website_id, hit.visitor) for hit in visit.hits}) == 1
        assert all(0 <= late - early <= GAP_MS for early, late in pairwise(times))
        assert visit.duration_ms <= LONGEST_MS
        who = visit.hits[0].website_id, visit.hits[0].visitor
        if who in last:
            before = last[who]
            assert (
                times[0] - before.hits[-1].time_ms > GAP_MS
                or times[0] - before.hits[0].time_ms > LONGEST_MS
            )
        last[who] = visit


@few
@given(SEEDS)
def test_entries_and_exits_are_visits(seed):
    query_ = asked(seed, "flow")
    flow = said(seed, "flow", query_)
    count = metrics(seed, query_)["visits"]
    assert total(flow["landing_pages"], "entries") == count
    assert total(flow["exit_pages"], "exits") == count


@few
@given(SEEDS)
def test_pages_add_up_and_unique_views_are_no_more_than_views(seed):
    query_ = asked(seed, "pages")
    rows = said(seed, "pages", query_)["rows"]
    assert total(rows, "pageviews") == metrics(seed, query_)["pageviews"]
    assert all(1 <= row["uniquePageviews"] <= row["pageviews"] for row in rows)


@few
@given(SEEDS)
def test_sources_and_devices_share_out_the_visits(seed):
    query_ = asked(seed, "sources")
    count = metrics(seed, query_)["visits"]
    for grouping in ("channel", "channel_detail", "domain", "utm"):
        there = total(said(seed, "sources", {**query_, "group_by": grouping})["rows"], "visits")
        assert there == count or (there < count and grouping in ("domain", "utm"))
    devices = said(seed, "devices", query_)
    del devices["period"]
    assert [total(rows, "visits") for rows in devices.values()] == [count] * 4


@few
@given(SEEDS)
def test_a_funnel_never_widens(seed):
    query_ = asked(seed, "funnel")
    steps = said(seed, "funnel", query_)["funnel"]
    sessions = [step["sessions"] for step in steps]
    assert sessions == sorted(sessions, reverse=True)
    assert sessions[0] <= metrics(seed, query_)["visits"]
    assert steps[0]["conversion_rate"] == 100
    assert all(0 <= step["conversion_rate"] <= 100 for step in steps)


@few
@given(SEEDS, st.sampled_from(METRICS))
def test_a_series_has_a_row_a_day_and_adds_up(seed, metric):
    query_ = {**asked(seed, "timeseries"), "metric": metric}
    query_.pop("path", None)
    series = said(seed, "timeseries", query_)
    whole = metrics(seed, query_)
    start, end = (date.fromisoformat(day) for day in series["period"].values())
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    assert [row["date"] for row in series["series"]] == [str(day) for day in days]
    sums = {
        "visits": whole["visits"],
        "pageviews": whole["pageviews"],
        "landing_page_entries": whole["visits"],
        "exit_page_exits": whole["visits"],
    }
    if metric in sums:
        assert total(series["series"], "value") == sums[metric]
    if metric == "bounce_rate":
        assert all(0 <= row["value"] <= 100 for row in series["series"])


@few
@given(SEEDS)
def test_a_series_of_a_path_agrees_with_pages_and_flow(seed):
    query_ = asked(seed, "timeseries")
    landings = said(seed, "flow", query_)["landing_pages"]
    views = {}
    for row in said(seed, "pages", query_)["rows"]:
        views[row["path"]] = views.get(row["path"], 0) + row["pageviews"]
    for path in [row["path"] for row in landings[:3]] + list(views)[:3]:
        on = {**query_, "path": path}
        entries = said(seed, "timeseries", {**on, "metric": "landing_page_entries"})["series"]
        assert total(entries, "value") == sum(
            row["entries"] for row in landings if row["path"] == path
        )
        there = said(seed, "timeseries", {**on, "metric": "pageviews"})["series"]
        assert total(there, "value") == views.get(path, 0)
        unique = said(seed, "timeseries", {**on, "metric": "unique_pageviews"})["series"]
        assert all(one["value"] <= all_["value"] for one, all_ in zip(unique, there, strict=True))


@few
@given(SEEDS)
def test_a_day_of_a_series_is_what_a_report_of_that_day_says(seed):
    query_ = {**asked(seed, "timeseries"), "metric": "bounce_rate"}
    query_.pop("path", None)
    series = said(seed, "timeseries", query_)["series"]
    row = Random(seed).choice(series)
    of_day = {**query_, "start_date": row["date"], "end_date": row["date"]}
    assert metrics(seed, of_day)["bounce_rate"] == row["value"]


@few
@given(SEEDS)
def test_pages_of_rows_are_the_whole_list_in_pieces(seed):
    query_ = asked(seed, "pages", include_bots="true")
    whole = said(seed, "pages", query_)["rows"]
    pieces = []
    for page in range(1, len(whole) // 3 + 2):
        piece = said(seed, "pages", {**query_, "per_page": "3", "page": str(page)})
        assert (piece["page"], piece["per_page"]) == (page, 3)
        pieces += piece["rows"]
    assert pieces == whole


@few
@given(SEEDS, st.sampled_from([*REPORTS, "realtime"]))
def test_the_order_of_events_excluded_ones_and_other_websites_do_not_matter(seed, report):
    query_ = asked(seed, report)
    hits = [hit for hit in small(seed).hits if hit.website_id == query_["website_id"]]
    hits = [hit for hit in hits if not hit.is_excluded]
    Random(seed).shuffle(hits)
    assert said(seed, report, query_, hits) == said(seed, report, query_)


@few
@given(SEEDS, st.sampled_from([*REPORTS, "realtime"]))
def test_nothing_but_numbers_that_json_has(seed, report):
    query_ = asked(seed, report)
    json.dumps(said(seed, report, query_), allow_nan=False)
    there = small(seed)
    _, text = csv_answer(report, there.hits, query_, there.now_ms)
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert all(len(row) == len(header) for row in rows)
    assert text.endswith("\r\n")


@few
@given(SEEDS)
def test_bots_only_add_page_views(seed):
    query_ = asked(seed, "summary", start_date="2000-01-01", end_date="2099-12-31")
    without, with_ = (metrics(seed, {**query_, "include_bots": bots}) for bots in ("false", "true"))
    if not any(name.startswith("filter") for name in query_):
        assert without["pageviews"] <= with_["pageviews"]
        assert without["unique_visitors"] <= with_["unique_visitors"]


@few
@given(SEEDS)
def test_periods_next_to_each_other_add_up(seed):
    there = small(seed)
    middle = day_of(Random(seed).choice(there.hits).time_ms) if there.hits else date(2025, 1, 1)
    query_ = asked(seed, "summary")
    early, late, whole = (
        metrics(seed, {**query_, "start_date": start, "end_date": end})
        for start, end in (
            ("2020-01-01", str(middle)),
            (str(middle + timedelta(days=1)), "2030-12-31"),
            ("2020-01-01", "2030-12-31"),
        )
    )
    for count in ("visits", "pageviews"):
        assert early[count] + late[count] == whole[count]
    assert whole["unique_visitors"] <= early["unique_visitors"] + late["unique_visitors"]


@few
@given(SEEDS)
def test_a_comparison_is_what_a_report_of_that_time_says(seed):
    query_ = asked(seed, "summary", compare=Random(seed).choice(("previous_period", "yoy")))
    summary = said(seed, "summary", query_)
    previous = {name: metric["previous"] for name, metric in summary["metrics"].items()}
    if summary["comparison"] is None:
        assert query_["period"] == "all"
        assert set(previous.values()) == {None}
    else:
        start, end = summary["comparison"].split(" to ")
        assert metrics(seed, {**query_, "start_date": start, "end_date": end}) == previous


@few
@given(SEEDS)
def test_moving_a_world_by_whole_days_moves_its_answers(seed):
    there = small(seed)
    query_ = asked(seed, "summary", start_date="2000-01-01", end_date="2090-12-31")
    query_.pop("timezone", None)
    later = [replace(hit, time_ms=hit.time_ms + 30 * DAY) for hit in there.hits]
    assert metrics(seed, query_, later) == metrics(seed, query_)


def test_a_world_is_its_seeds():
    assert world(7) == world(7)
    assert world(7) != world(8)
    assert query("funnel", world(7), Random(1)) == query("funnel", world(7), Random(1))


@pytest.fixture(scope="module")
def many():
    return [world(seed) for seed in range(80)]


def gaps(world_):
    by = {}
    for hit in sorted(world_.hits, key=lambda hit: (hit.time_ms, hit.seq)):
        by.setdefault((hit.website_id, hit.visitor), []).append(hit)
    return [
        (late.time_ms - early.time_ms, early, late)
        for hits in by.values()
        for early, late in pairwise(hits)
    ]


WHAT_HURTS = {
    "a bot": lambda w: any(hit.is_bot for hit in w.hits),
    "an excluded event": lambda w: any(hit.is_excluded for hit in w.hits),
    "a pause of 30:00.000": lambda w: any(gap == GAP_MS for gap, _, _ in gaps(w)),
    "a pause of 30:00.001": lambda w: any(gap == GAP_MS + 1 for gap, _, _ in gaps(w)),
    "a pause of 30:01": lambda w: any(gap == GAP_MS + 1000 for gap, _, _ in gaps(w)),
    "two events of one moment": lambda w: any(gap == 0 for gap, _, _ in gaps(w)),
    "a visit over midnight": lambda w: any(
        gap <= GAP_MS and day_of(early.time_ms) != day_of(late.time_ms)
        for gap, early, late in gaps(w)
    ),
    "a late event": lambda w: any(early.seq > late.seq for _, early, late in gaps(w)),
    "an event to come": lambda w: any(hit.time_ms > w.now_ms for hit in w.hits),
    "a leap day": lambda w: any(day_of(hit.time_ms) == date(2024, 2, 29) for hit in w.hits),
    "an event at midnight": lambda w: any(hit.time_ms % DAY == 0 for hit in w.hits),
    "an event half an hour ago": lambda w: any(hit.time_ms == w.now_ms - GAP_MS for hit in w.hits),
    "a type that is a name": lambda w: any(hit.event_type == "add_to_cart" for hit in w.hits),
    "both protocols": lambda w: {hit.protocol for hit in w.hits} == {"tinytrail", "snowplow"},
    "two websites": lambda w: len({hit.website_id for hit in w.hits}) == 2,
    "somebody who is a bot at times": lambda w: any(a.is_bot != b.is_bot for _, a, b in gaps(w)),
    "a visit without a page view": lambda w: any(not v.is_counted for v in visits(w.hits)),
    "a visit of nearly a day": lambda w: any(
        visit.duration_ms > LONGEST_MS - 2 * 60_000 for visit in visits(w.hits)
    ),
    "nobody": lambda w: not w.hits,
    "many events": lambda w: len(w.hits) > 300,
}


@pytest.mark.parametrize("what", WHAT_HURTS)
def test_worlds_have_what_hurts(what, many):
    assert any(WHAT_HURTS[what](world_) for world_ in (*many, world(0, most=0)))


def test_without_mixing_a_visitor_is_a_bot_or_not():
    for seed in range(20):
        assert not any(
            (early.is_bot, early.is_excluded) != (late.is_bot, late.is_excluded)
            for _, early, late in gaps(world(seed, mixed=False))
        )


def test_every_query_of_a_world_is_answered_and_most_of_them_with_something(many):
    full = asked_ = 0
    for number, world_ in enumerate(many[:30]):
        random = Random(number)
        for report in (*REPORTS, "realtime"):
            for extensions in (True, False):
                query_ = query(report, world_, random, extensions=extensions)
                answered = answer(report, world_.hits, query_, world_.now_ms)
                assert isinstance(answered, dict), query_
                if report == "pages":
                    asked_ += 1
                    full += bool(answered["rows"])
    assert full > asked_ / 4
