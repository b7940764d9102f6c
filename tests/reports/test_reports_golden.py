"""The requirement's samples to the digit, and answers that the oracle does not give."""

import pytest

from .crowds import NOW, Crowd
from .worlds import DAY, HOUR, MINUTE, SECOND, milliseconds

WEEK = {"start": "2026-02-23", "end": "2026-03-01"}
MONDAY = "2026-02-23T08:00:00Z"


def traffic(
    crowd: Crowd, first: str, visits: int, visitors: int, views: int, bounces: int, seconds: int
) -> None:
    """Visits on one morning, with so many page views, bounces and seconds in all; some come twice."""
    start = milliseconds(first)
    longer = visits - bounces
    for number in range(visits):
        again = number >= visitors
        at_ms = start + number % visitors * SECOND + again * 6 * HOUR
        hits: list[object] = ["/"]
        if number >= bounces:
            of_longer = number - bounces
            more = (views - visits) // longer + (of_longer < (views - visits) % longer)
            lasting = seconds // longer + (of_longer < seconds % longer)
            hits += [{"path": "/a", "after_ms": lasting * SECOND}] * more
        crowd.visit(at_ms, *hits, visitor=f"{first} {number % visitors}")


def test_summary():
    """Both weeks of the sample: visits, visitors, page views, 42.3 and 44.1 %, 185 and 172 seconds."""
    crowd = Crowd()
    traffic(crowd, MONDAY, 12_450, 9_870, 34_200, 5_266, 12_450 * 185)
    traffic(crowd, "2026-02-17T08:00:00Z", 11_200, 8_930, 30_100, 4_939, 11_200 * 172)
    assert crowd.ask("summary", ("compare", "previous_period")) == {
        "period": WEEK,
        "comparison": "2026-02-16 to 2026-02-22",
        "metrics": {
            "visits": {"value": 12450, "previous": 11200, "change_pct": 11.16},
            "unique_visitors": {"value": 9870, "previous": 8930, "change_pct": 10.53},
            "pageviews": {"value": 34200, "previous": 30100, "change_pct": 13.62},
            "bounce_rate": {"value": 42.3, "previous": 44.1, "change_pct": -4.08},
            "avg_session_duration_sec": {"value": 185, "previous": 172, "change_pct": 7.56},
        },
    }


def test_summary_without_comparison():
    """Each metric has its value only."""
    crowd = Crowd()
    crowd.visits(2, MONDAY, "/")
    assert crowd.ask("summary") == {
        "period": WEEK,
        "comparison": None,
        "metrics": {
            "visits": {"value": 2},
            "unique_visitors": {"value": 2},
            "pageviews": {"value": 2},
            "bounce_rate": {"value": 100},
            "avg_session_duration_sec": {"value": 0},
        },
    }


def test_pages():
    crowd = Crowd()
    page = {"path": "/blog/getting-started", "content_group": "Blog"}
    crowd.visits(2_210, MONDAY, page, page)
    crowd.visits(1_000, MONDAY, page)
    assert crowd.ask("pages") == {
        "period": WEEK,
        "page": 1,
        "per_page": 50,
        "rows": [
            {
                "path": "/blog/getting-started",
                "contentGroup": "Blog",
                "pageviews": 5420,
                "uniquePageviews": 3210,
            }
        ],
    }


def test_sources():
    """By channel, by domain, by campaign, and by country, which the requirement does not have."""
    crowd = Crowd()
    google = {"referrer_domain": "google.com", "referrer_channel": "Organic Search"}
    twitter = {"referrer_domain": "twitter.com", "referrer_channel": "Social"}
    campaign = {"mkt_source": "twitter", "mkt_medium": "social", "mkt_campaign": "launch"}
    crowd.visits(3_200, MONDAY, "/", **google, geo_country="DE")
    crowd.visits(1_300, MONDAY, "/", referrer_channel="Organic Search")
    crowd.visits(3_200, MONDAY, "/", referrer_channel="Direct")
    crowd.visits(850, MONDAY, "/", **twitter, **campaign, geo_country="FI")
    crowd.visits(250, MONDAY, "/", **twitter, channel_detail="Organic Social")
    crowd.visits(700, MONDAY, "/", referrer_channel="Social")
    listed = {"period": WEEK, "page": 1, "per_page": 50}
    assert crowd.ask("sources") == {
        **listed,
        "rows": [
            {"channel": "Organic Search", "visits": 4500},
            {"channel": "Direct", "visits": 3200},
            {"channel": "Social", "visits": 1800},
        ],
    }
    assert crowd.ask("sources", ("group_by", "domain")) == {
        **listed,
        "rows": [
            {"referrer": "google.com", "visits": 3200},
            {"referrer": "twitter.com", "visits": 1100},
        ],
    }
    assert crowd.ask("sources", ("group_by", "utm")) == {
        **listed,
        "rows": [
            {
                "utmSource": "twitter",
                "utmMedium": "social",
                "utmCampaign": "launch",
                "visits": 850,
            }
        ],
    }
    assert crowd.ask("sources", ("group_by", "channel_detail"))["rows"] == [
        {"channelDetail": "Organic Social", "visits": 250}
    ]
    assert crowd.ask("countries", ("per_page", "2")) == {
        **listed,
        "per_page": 2,
        "rows": [{"country": None, "visits": 5450}, {"country": "DE", "visits": 3200}],
    }


def test_devices():
    """The sample's numbers of device types; each list is complete and in its own order."""
    crowd = Crowd()
    windows = {"operating_system": "Windows", "device_type": "desktop"}
    macos = {"operating_system": "macOS", "device_type": "desktop"}
    crowd.visits(5_200, MONDAY, "/", **windows, browser="Chrome", screen_bucket="1025-1440")
    crowd.visits(3_300, MONDAY, "/", **macos, browser="Safari")
    crowd.visits(
        3_200, MONDAY, "/", device_type="mobile", browser="Chrome", screen_bucket="376-768"
    )
    assert crowd.ask("devices") == {
        "period": WEEK,
        "device_types": [
            {"deviceType": "desktop", "visits": 8500},
            {"deviceType": "mobile", "visits": 3200},
        ],
        "browsers": [
            {"browserFamily": "Chrome", "visits": 8400},
            {"browserFamily": "Safari", "visits": 3300},
        ],
        "os_families": [
            {"osFamily": "Windows", "visits": 5200},
            {"osFamily": "macOS", "visits": 3300},
            {"osFamily": None, "visits": 3200},
        ],
        "screen_resolutions": [
            {"bucket": "1025-1440", "visits": 5200},
            {"bucket": None, "visits": 3300},
            {"bucket": "376-768", "visits": 3200},
        ],
    }


def test_flow():
    crowd = Crowd()
    crowd.visits(3_400, MONDAY, "/", "/pricing")
    crowd.visits(1_800, MONDAY, "/", "/contact")
    crowd.visits(2_100, MONDAY, "/blog", "/x")
    assert crowd.ask("flow", ("per_page", "2")) == {
        "period": WEEK,
        "landing_pages": [{"path": "/", "entries": 5200}, {"path": "/blog", "entries": 2100}],
        "exit_pages": [{"path": "/pricing", "exits": 3400}, {"path": "/x", "exits": 2100}],
    }


def test_funnel():
    crowd = Crowd()
    crowd.visits(3_800, MONDAY, "/pricing")
    crowd.visits(300, MONDAY, "/pricing", "/signup")
    crowd.visits(900, MONDAY, "/pricing", "/", "/signup", "/onboarding")
    crowd.visits(500, MONDAY, "/signup", "/onboarding")
    steps = [("steps[]", step) for step in ("/pricing", "/signup", "/onboarding")]
    assert crowd.ask("funnel", *steps) == {
        "period": WEEK,
        "funnel": [
            {"step": "/pricing", "sessions": 5000, "conversion_rate": 100},
            {"step": "/signup", "sessions": 1200, "conversion_rate": 24.0},
            {"step": "/onboarding", "sessions": 900, "conversion_rate": 75.0},
        ],
    }


@pytest.mark.parametrize(
    ("step", "reached"),
    [
        pytest.param("/blog/*", 3, id="a star at the end is any rest"),
        pytest.param("/blog/**/c", 1, id="two stars are anything"),
        pytest.param("/**c", 1, id="also no slash"),
        pytest.param("/*/b", 0, id="a star elsewhere is itself"),
        pytest.param("/blog/(b|c)", 0, id="nothing else is a pattern"),
        pytest.param("/blog.", 0, id="nor is a point"),
        pytest.param("/blog/b", 1, id="exact otherwise"),
        pytest.param("/blog/ü\n%_\\", 1, id="whatever signs there are"),
        pytest.param("/blog/ü*", 1, id="before a star too"),
        pytest.param("scroll_50", 1, id="an event type"),
        pytest.param("signup", 1, id="a custom event"),
        pytest.param("custom", 1, id="the type of custom events"),
        pytest.param("\x00", 0, id="a name that nothing has"),
    ],
)
def test_steps(step, reached):
    """The second step of a funnel, from the start page on."""
    crowd = Crowd()
    crowd.visits(1, MONDAY, "/", {"path": "/", "hit_type": "scroll_50"})
    crowd.visits(1, MONDAY, "/", {"path": "/", "hit_type": "custom", "hit_name": "signup"})
    crowd.visits(1, MONDAY, "/", "/blog/b")
    crowd.visits(1, MONDAY, "/", "/blog/b/c")
    crowd.visits(1, MONDAY, "/", "/blog/ü\n%_\\")
    (start, end) = crowd.ask("funnel", ("steps[]", "/"), ("steps[]", step))["funnel"]
    assert (start["sessions"], end["sessions"]) == (5, reached)


def test_realtime():
    """42 visitors, 87 page views and 34 scrolls in the half hour up to now."""
    crowd = Crowd()
    scroll = {"hit_type": "scroll_50", "path": "/"}
    at = "2026-03-01T22:50:00Z"
    crowd.visits(18, at, "/", "/", "/", scroll)
    crowd.visits(12, at, "/blog/new-post", "/blog/new-post", scroll)
    crowd.visits(9, at, "/x")
    crowd.visits(3, at, scroll)
    crowd.visits(1, at, scroll, visitor="visitor 1")
    crowd.visits(99, at, "/", is_bot=True)
    crowd.visits(99, at, "/", is_excluded=True)
    crowd.visits(99, "2026-03-01T22:20:00Z", "/")
    assert crowd.ask("realtime") == {
        "active_visitors": 42,
        "top_pages": [
            {"path": "/", "visitors": 18},
            {"path": "/blog/new-post", "visitors": 12},
            {"path": "/x", "visitors": 9},
        ],
        "events_by_type": [
            {"eventType": "page_view", "count": 87},
            {"eventType": "scroll_50", "count": 34},
        ],
    }


def test_custom_events():
    crowd = Crowd()
    crowd.visits(342, MONDAY, {"hit_type": "custom", "hit_name": "signup_complete"})
    crowd.visits(218, MONDAY, {"hit_type": "video_play", "hit_name": "video_play"})
    answer = {
        "period": WEEK,
        "page": 1,
        "per_page": 50,
        "rows": [{"name": "signup_complete", "count": 342}, {"name": "video_play", "count": 218}],
    }
    assert crowd.ask("custom-events") == answer
    del answer["rows"][0]
    assert crowd.ask("custom-events", ("event_name", "video_play")) == answer


def test_event_properties():
    """Values of each property of one custom event; what is no object has none."""
    crowd = Crowd()
    signup = {"hit_type": "custom", "hit_name": "signup"}
    crowd.visits(3, MONDAY, signup | {"properties": '{"plan":"pro","seats":2}'})
    crowd.visits(2, MONDAY, signup | {"properties": '{"plan":"free","tags":["a"],"ok":true}'})
    for strange in (None, "", "[1]", "{", '{"a":1e999}', "[" * 99_999, '{"a":"\\ud800"}'):
        crowd.visits(1, MONDAY, signup | {"properties": strange})
    crowd.visits(9, MONDAY, {"hit_type": "custom", "hit_name": "x", "properties": '{"plan":1}'})
    asked = ("event_name", "signup")
    assert crowd.ask("event-properties", asked) == {
        "period": WEEK,
        "page": 1,
        "per_page": 50,
        "rows": [
            {"property": "plan", "value": "pro", "count": 3},
            {"property": "seats", "value": "2", "count": 3},
            {"property": "ok", "value": "true", "count": 2},
            {"property": "plan", "value": "free", "count": 2},
            {"property": "tags", "value": '["a"]', "count": 2},
        ],
    }
    page = (("property", "plan"), ("per_page", "1"), ("page", "2"))
    assert crowd.ask("event-properties", asked, *page)["rows"] == [
        {"property": "plan", "value": "free", "count": 2}
    ]


def test_timeseries():
    """The sample's seven days; a day without hits has 0."""
    values = {13: 1200, 14: 1350, 15: 980, 16: 0, 17: 1100, 18: 1420, 19: 1290}
    crowd = Crowd()
    for day, count in values.items():
        crowd.visits(count, f"2026-03-{day}T00:00:00Z", "/")
    now_ms = milliseconds("2026-03-19T23:59:59.999Z")
    assert crowd.ask("timeseries", now_ms=now_ms) == {
        "period": {"start": "2026-03-13", "end": "2026-03-19"},
        "metric": "pageviews",
        "path": "*",
        "series": [{"date": f"2026-03-{day}", "value": count} for day, count in values.items()],
    }


def test_a_day_that_clocks_left_out_has_nothing():
    """Samoa had no 30 December 2011: what came after the 29th is of the 31st."""
    crowd = Crowd()
    crowd.visits(1, "2011-12-30T09:59:59Z", "/")
    crowd.visits(2, "2011-12-30T10:00:00Z", "/")
    dates = (("start_date", "2011-12-29"), ("end_date", "2011-12-31"))
    series = crowd.ask("timeseries", ("timezone", "Pacific/Apia"), *dates)["series"]
    assert [day["value"] for day in series] == [1, 0, 2]


def test_all_of_a_website_where_nothing_happened():
    """`all` begins when the website was made; every figure is 0."""
    answer = Crowd().ask("summary", ("period", "all"), ("compare", "yoy"))
    assert answer["period"] == {"start": "1970-01-01", "end": "2026-03-01"}
    assert answer["comparison"] is None
    assert answer["metrics"]["visits"] == {"value": 0, "previous": None, "change_pct": None}
    assert [metric["value"] for metric in answer["metrics"].values()] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("ms", [-62_167_219_200_000, 253_402_300_799_999], ids=["0000", "9999"])
def test_a_hit_at_a_strange_time_does_not_break_all(ms):
    """A tracker may say that it is any year."""
    crowd = Crowd()
    crowd.visit(ms, "/")
    crowd.visits(1, MONDAY, "/")
    answer = crowd.ask("timeseries", ("period", "all"), ("timezone", "America/Havana"))
    assert sum(day["value"] for day in answer["series"]) == 1


def test_what_is_not_traffic_is_in_no_report():
    """Failed events, events without a visitor or a type, and those of other websites."""
    crowd = Crowd()
    crowd.visits(1, MONDAY, "/")
    crowd.visits(1, MONDAY, "/failed", valid=False)
    crowd.visits(1, MONDAY, {"path": "/nobody", "visitor_id": None})
    crowd.visits(1, MONDAY, {"path": "/nothing", "hit_type": None})
    crowd.visits(1, MONDAY, "/elsewhere", website_id="550e8400-e29b-41d4-a716-446655440001")
    crowd.visits(1, MONDAY, "/nowhere", website_id=None)
    assert [row["path"] for row in crowd.ask("pages")["rows"]] == ["/"]
    assert crowd.ask("summary")["metrics"]["visits"] == {"value": 1}


EXPLAINED = {
    "event 1": ["counted"],
    "event 3": ["counted", "no_page_view"],
    "event 4": ["bot"],
    "event 5": ["excluded"],
    "event 6": ["not_valid", "excluded"],
    "event 7": ["no_traffic"],
    "event 8": ["no_website"],
    "event 9": ["not_found"],
    "event 10": ["counted", "in_future"],
    "\x00": ["not_found"],
}


@pytest.fixture(scope="module")
def explained():
    crowd = Crowd()
    crowd.visit(milliseconds(MONDAY), "/", {"path": "/a", "after_ms": 90 * SECOND})
    crowd.visits(1, MONDAY, {"hit_type": "custom", "hit_name": "signup"})
    crowd.visits(1, MONDAY, "/", is_bot=True, bot_reason="crawler")
    crowd.visits(1, MONDAY, "/", is_excluded=True)
    crowd.visits(1, MONDAY, "/", is_excluded=True, valid=False)
    crowd.visits(1, MONDAY, {"path": "/", "hit_type": None})
    crowd.visits(1, MONDAY, "/", website_id=None)
    crowd.visits(1, MONDAY, "/", website_id="550e8400-e29b-41d4-a716-446655440001")
    crowd.visit(NOW + DAY, "/")
    return crowd


@pytest.mark.parametrize("event_id", EXPLAINED, ids=repr)
def test_why_an_event_counts_or_not(explained, event_id):
    """Each reason that keeps it out, or what being counted means."""
    answer = explained.ask("explain", ("event_id", event_id))
    assert [reason["code"] for reason in answer["reasons"]] == EXPLAINED[event_id]
    assert answer["counted"] == ("counted" in EXPLAINED[event_id])


def test_an_event_explained_with_its_visit(explained):
    """All that is said of one."""
    assert explained.ask("explain", ("event_id", "event 2")) == {
        "event_id": "event 2",
        "counted": True,
        "reasons": [{"code": "counted", "message": "It is counted, on 2026-02-23."}],
        "event": {
            "time": "2026-02-23T08:01:30.000Z",
            "event_type": "page_view",
            "event_name": None,
            "path": "/a",
            "is_bot": False,
            "is_excluded": False,
        },
        "visit": {
            "start": "2026-02-23T08:00:00.000Z",
            "end": "2026-02-23T08:01:30.000Z",
            "duration_sec": 90,
            "day": "2026-02-23",
            "page_views": 2,
            "is_bounce": False,
            "landing_page": "/",
            "exit_page": "/a",
        },
    }


def test_a_bot_is_explained_as_reports_with_bots_see_it(explained):
    """With `include_bots` it counts; without, the reason is told."""
    asked = ("event_id", "event 4")
    (reason,) = explained.ask("explain", asked)["reasons"]
    assert reason["message"] == (
        "It came from a bot (crawler); reports count it with include_bots=true."
    )
    assert explained.ask("explain", asked, ("include_bots", "true"))["counted"]


def test_of_other_websites_nothing_is_told(explained):
    """Not even that there is such an event."""
    answer = explained.ask("explain", ("event_id", "event 9"))
    assert (answer["event"], answer["visit"]) == (None, None)


def test_a_visit_of_a_day_and_more_is_cut():
    """A hit later than 24 hours after a visit's first begins another, and so on from there."""
    crowd = Crowd()
    half_hours = 2 * 24 + 1
    crowd.visit(
        milliseconds(MONDAY),
        *({"path": "/", "after_ms": number * 30 * MINUTE} for number in range(2 * half_hours)),
    )
    assert crowd.ask("summary")["metrics"]["visits"] == {"value": 2}
