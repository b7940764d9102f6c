"""Where visits begin and end, and what they are."""

import pytest
from reports.oracle import visits
from reports.stories import MINUTE, OTHER_SITE, SECOND, Story
from reports.worlds import milliseconds

START = milliseconds("2026-03-01T12:00:00Z")
HALF_AN_HOUR = 30 * MINUTE
DAY = 24 * 60 * MINUTE


@pytest.mark.parametrize(
    ("pause", "count"),
    [
        (0, 1),
        (HALF_AN_HOUR - 1, 1),
        (HALF_AN_HOUR, 1),
        (HALF_AN_HOUR + 1, 2),
        (HALF_AN_HOUR + SECOND, 2),
    ],
)
def test_a_pause_of_half_an_hour_continues_a_visit_and_a_longer_one_ends_it(pause, count):
    story = Story().hit(START).hit(START + pause)
    assert len(visits(story.hits)) == count
    assert story.ask("summary")["metrics"]["visits"] == {"value": count}


@pytest.mark.parametrize("kind", ["close_tab", "scroll_50", "outbound_link", "custom", "page_ping"])
def test_every_event_extends_a_visit(kind):
    story = Story().hit(START).hit(START + 20 * MINUTE, event_type=kind).hit(START + 40 * MINUTE)
    assert len(visits(story.hits)) == 1


def test_visitors_and_websites_have_visits_of_their_own():
    story = Story().hit(START).hit(START, "bob").hit(START, website_id=OTHER_SITE)
    assert len(visits(story.hits)) == 3
    assert story.ask("summary")["metrics"]["visits"]["value"] == 2


def test_bots_and_excluded_events_extend_nothing():
    story = Story().hit(START).hit(START + 20 * MINUTE, is_bot=True).hit(START + 40 * MINUTE)
    assert story.ask("summary")["metrics"]["visits"]["value"] == 2
    assert story.ask("summary", include_bots="true")["metrics"]["visits"]["value"] == 1
    story = Story().hit(START).hit(START + 20 * MINUTE, is_excluded=True).hit(START + 40 * MINUTE)
    for bots in ("true", "false"):
        metrics = story.ask("summary", include_bots=bots)["metrics"]
        assert (metrics["visits"]["value"], metrics["pageviews"]["value"]) == (2, 2)


def test_late_events_take_their_place_by_event_time():
    story = Story().hit(START + 40 * MINUTE, path="/late").hit(START, path="/first")
    assert len(visits(story.hits)) == 2
    story.hit(START + 20 * MINUTE, path="/between")
    (visit,) = visits(story.hits)
    assert [hit.path for hit in visit.hits] == ["/first", "/between", "/late"]


def test_events_of_one_moment_are_in_the_order_of_arrival():
    story = Story().hit(START, path="/b", seq=7).hit(START, path="/a", seq=3)
    (visit,) = visits(story.hits)
    assert (visit.landing.path, visit.exit.path) == ("/a", "/b")


def test_a_visit_is_cut_after_a_day():
    story = Story()
    for number in range(97):
        story.hit(START + number * 15 * MINUTE)
    assert story.hits[-1].time_ms - START == DAY
    assert len(visits(story.hits)) == 1
    story.hit(START + DAY + 1)
    assert [len(visit.hits) for visit in visits(story.hits)] == [97, 1]


@pytest.mark.parametrize(
    ("others", "bounces"),
    [
        ([], 100),
        ([{"event_type": "scroll_75"}, {"event_type": "close_tab"}], 100),
        ([{"event_type": "page_ping"}], 100),
        ([{"event_type": "custom"}], 0),
        ([{"event_type": "add_to_cart"}], 0),
        ([{"event_type": "outbound_link"}], 0),
        ([{"event_type": "page_view", "path": "/"}], 0),
    ],
)
def test_a_bounce_is_one_page_view_and_nothing_that_is_done(others, bounces):
    story = Story().hit(START)
    for other in others:
        story.hit(START + MINUTE, **other)
    assert story.ask("summary")["metrics"]["bounce_rate"] == {"value": bounces}


def test_an_event_before_the_page_view_counts_against_a_bounce_too():
    story = Story().hit(START, event_type="custom").hit(START + MINUTE)
    assert story.ask("summary")["metrics"]["bounce_rate"]["value"] == 0


def test_durations_of_900_and_0_seconds_are_450_on_average():
    story = Story().visit("2026-03-01T12:00Z", "/", "/a", lasting=900 * SECOND)
    story.visit("2026-03-01T12:00Z", visitor="bob")
    assert story.ask("summary")["metrics"]["avg_session_duration_sec"] == {"value": 450}


def test_a_duration_ends_with_the_last_event_of_any_type():
    story = Story().hit(START).hit(START + 500, event_type="scroll_25")
    story.hit(START + 89_500, event_type="close_tab")
    assert story.ask("summary")["metrics"]["avg_session_duration_sec"]["value"] == 90


def test_a_tab_that_is_closed_late_is_no_visit():
    story = Story().hit(START).hit(START + 31 * MINUTE, event_type="close_tab")
    metrics = story.ask("summary")["metrics"]
    assert metrics["visits"]["value"] == 1
    assert metrics["avg_session_duration_sec"]["value"] == 0
    assert metrics["bounce_rate"]["value"] == 100


def test_a_visit_over_midnight_is_one_and_belongs_to_the_day_of_its_first_page_view():
    story = Story().hit("2026-02-28T23:45Z", path="/a").hit("2026-03-01T00:05Z", path="/b")
    (first, second) = ("2026-02-28", "2026-03-01")

    def on(day, report, **query):
        return story.ask(report, start_date=day, end_date=day, **query)

    assert on(first, "summary")["metrics"] == {
        "visits": {"value": 1},
        "unique_visitors": {"value": 1},
        "pageviews": {"value": 1},
        "bounce_rate": {"value": 0},
        "avg_session_duration_sec": {"value": 1200},
    }
    assert on(second, "summary")["metrics"] == {
        "visits": {"value": 0},
        "unique_visitors": {"value": 1},
        "pageviews": {"value": 1},
        "bounce_rate": {"value": 0},
        "avg_session_duration_sec": {"value": 0},
    }
    assert on(first, "flow")["exit_pages"] == [{"path": "/b", "exits": 1}]
    assert on(second, "flow")["landing_pages"] == []
    assert on(second, "flow")["exit_pages"] == []
    assert on(second, "pages")["rows"] == [
        {"path": "/b", "contentGroup": None, "pageviews": 1, "uniquePageviews": 1}
    ]
    assert on(first, "timeseries", metric="visits", path="/b")["series"][0]["value"] == 1
    assert on(second, "timeseries", metric="visits", path="/b")["series"][0]["value"] == 0


def test_a_visit_belongs_to_its_first_page_view_even_if_it_began_the_day_before():
    story = Story().hit("2026-02-28T23:50Z", event_type="custom").hit("2026-03-01T00:05Z")
    series = story.ask(
        "timeseries", metric="visits", start_date="2026-02-28", end_date="2026-03-01"
    )
    assert [row["value"] for row in series["series"]] == [0, 1]


def test_somebody_over_midnight_is_one_visitor_of_both_days_together():
    story = Story().hit("2026-02-28T23:45Z").hit("2026-03-01T00:05Z")
    metrics = story.ask("summary", start_date="2026-02-28", end_date="2026-03-01")["metrics"]
    assert metrics["unique_visitors"]["value"] == 1
    assert metrics["pageviews"]["value"] == 2
