"""The requirement's sample answers, number by number, from visits that make them."""

from typing import Any

from reports.stories import MINUTE, NOW, SECOND, Story, ask

WEEK = {"start_date": "2026-02-23", "end_date": "2026-03-01"}
SHOWN = {"start": "2026-02-23", "end": "2026-03-01"}


def people(
    story: Story, count: int, at: str, *paths: str, name: str = "person", **rest: Any
) -> Story:
    for number in range(count):
        story.visit(at, *paths, visitor=f"{name} {number}", **rest)
    return story


def week(
    story: Story, at: str, visits: int, visitors: int, views: int, bounces: int, seconds: int
) -> None:
    """Visits of so many people: bounces, and others of four or five page views that last so long."""
    stay = visits - bounces
    more = views - bounces - 4 * stay
    hour = at + "T08:00:00Z", at + "T12:00:00Z"
    for number in range(visits):
        who, when = f"{at} {number % visitors}", hour[number // visitors]
        if number < bounces:
            story.visit(when, visitor=who)
        else:
            pages = ("/",) * (5 if number < bounces + more else 4)
            story.visit(when, *pages, visitor=who, lasting=seconds * SECOND)


def test_summary():
    story = Story()
    week(story, "2026-02-23", 12450, 9870, 34200, 5266, 320)
    week(story, "2026-02-22", 11200, 8930, 30100, 4939, 308)
    assert story.ask("summary", **WEEK, compare="previous_period") == {
        "period": SHOWN,
        "comparison": "2026-02-16 to 2026-02-22",
        "metrics": {
            "visits": {"value": 12450, "previous": 11200, "change_pct": 11.16},
            "unique_visitors": {"value": 9870, "previous": 8930, "change_pct": 10.53},
            "pageviews": {"value": 34200, "previous": 30100, "change_pct": 13.62},
            "bounce_rate": {"value": 42.3, "previous": 44.1, "change_pct": -4.08},
            "avg_session_duration_sec": {"value": 185, "previous": 172, "change_pct": 7.56},
        },
    }


def test_pages():
    story = Story()
    path = "/blog/getting-started"
    people(story, 2210, "2026-02-23T00:00Z", path, path, name="twice", content_group="Blog")
    people(story, 1000, "2026-03-01T23:59Z", path, name="once", content_group="Blog")
    assert story.ask("pages", **WEEK) == {
        "period": SHOWN,
        "page": 1,
        "per_page": 50,
        "rows": [
            {"path": path, "contentGroup": "Blog", "pageviews": 5420, "uniquePageviews": 3210}
        ],
    }


def test_sources():
    story = Story()
    google = {"referrer_domain": "google.com", "referrer_channel": "Organic Search"}
    twitter = {"referrer_domain": "twitter.com", "referrer_channel": "Social"}
    utm = {"utm_source": "twitter", "utm_medium": "social", "utm_campaign": "launch"}
    people(story, 3200, "2026-02-23T00:00Z", name="a", **google)
    people(story, 1300, "2026-02-23T00:00Z", name="b", referrer_channel="Organic Search")
    people(story, 3200, "2026-02-23T00:00Z", name="c")
    people(story, 850, "2026-02-23T00:00Z", name="d", **twitter, **utm)
    people(story, 250, "2026-02-23T00:00Z", name="e", **twitter)
    people(story, 700, "2026-02-23T00:00Z", name="f", referrer_channel="Social")
    assert story.ask("sources", **WEEK)["rows"] == [
        {"channel": "Organic Search", "visits": 4500},
        {"channel": "Direct", "visits": 3200},
        {"channel": "Social", "visits": 1800},
    ]
    assert story.ask("sources", **WEEK, group_by="domain")["rows"] == [
        {"referrer": "google.com", "visits": 3200},
        {"referrer": "twitter.com", "visits": 1100},
    ]
    assert story.ask("sources", **WEEK, group_by="utm") == {
        "period": SHOWN,
        "page": 1,
        "per_page": 50,
        "rows": [
            {
                "utmSource": "twitter",
                "utmMedium": "social",
                "utmCampaign": "launch",
                "visits": 850,
            }
        ],
    }


def test_devices():
    story = Story()
    windows = {"device_type": "desktop", "browser_family": "Chrome", "os_family": "Windows"}
    phone = {"device_type": "mobile", "browser_family": "Safari", "os_family": "iOS"}
    people(story, 3, "2026-02-23T00:00Z", name="a", **windows, screen_bucket="1025-1440")
    people(story, 1, "2026-02-23T00:00Z", name="b", **windows)
    people(story, 2, "2026-02-23T00:00Z", name="c", **phone, screen_bucket="376-768")
    assert story.ask("devices", **WEEK) == {
        "period": SHOWN,
        "device_types": [
            {"deviceType": "desktop", "visits": 4},
            {"deviceType": "mobile", "visits": 2},
        ],
        "browsers": [
            {"browserFamily": "Chrome", "visits": 4},
            {"browserFamily": "Safari", "visits": 2},
        ],
        "os_families": [{"osFamily": "Windows", "visits": 4}, {"osFamily": "iOS", "visits": 2}],
        "screen_resolutions": [
            {"bucket": "1025-1440", "visits": 3},
            {"bucket": "376-768", "visits": 2},
            {"bucket": "unknown", "visits": 1},
        ],
    }


def test_flow():
    story = Story()
    people(story, 3400, "2026-02-23T00:00Z", "/", "/pricing", name="a")
    people(story, 1800, "2026-02-23T00:00Z", "/", "/x", "/contact", name="b")
    people(story, 1100, "2026-02-23T00:00Z", "/blog", name="c")
    people(story, 1000, "2026-02-23T00:00Z", "/blog", "/", name="d")
    assert story.ask("flow", **WEEK, per_page="2") == {
        "period": SHOWN,
        "landing_pages": [{"path": "/", "entries": 5200}, {"path": "/blog", "entries": 2100}],
        "exit_pages": [{"path": "/pricing", "exits": 3400}, {"path": "/contact", "exits": 1800}],
    }


def test_funnel():
    story = Story()
    people(story, 900, "2026-02-23T00:00Z", "/", "/pricing", "/signup", "/onboarding", name="a")
    people(story, 300, "2026-02-23T00:00Z", "/pricing", "/", "/signup", name="b")
    people(story, 3800, "2026-02-23T00:00Z", "/pricing", "/onboarding", name="c")
    people(story, 100, "2026-02-23T00:00Z", "/signup", "/onboarding", name="d")
    steps = ["/pricing", "/signup", "/onboarding"]
    assert story.ask("funnel", **WEEK, steps=steps) == {
        "period": SHOWN,
        "funnel": [
            {"step": "/pricing", "sessions": 5000, "conversion_rate": 100},
            {"step": "/signup", "sessions": 1200, "conversion_rate": 24.0},
            {"step": "/onboarding", "sessions": 900, "conversion_rate": 75.0},
        ],
    }


def test_realtime():
    story = Story()
    for number in range(87):
        path = "/" if number < 18 else "/blog/new-post" if number < 30 else f"/{number}"
        story.hit(NOW - number * SECOND, f"person {number % 42}", path=path)
    for number in range(34):
        story.hit(NOW - 30 * MINUTE, f"person {number}", event_type="scroll_50", path="/")
    said = ask(story.hits, "realtime")
    assert said["active_visitors"] == 42
    assert said["top_pages"][:2] == [
        {"path": "/", "visitors": 18},
        {"path": "/blog/new-post", "visitors": 12},
    ]
    assert said["events_by_type"] == [
        {"eventType": "page_view", "count": 87},
        {"eventType": "scroll_50", "count": 34},
    ]
    assert list(said) == ["active_visitors", "top_pages", "events_by_type"]
    assert len(said["top_pages"]) == 10


def test_custom_events():
    story = Story()
    for number in range(342 + 218):
        name = "signup_complete" if number < 342 else "video_play"
        story.hit("2026-02-23T00:00Z", event_type="custom", event_name=name)
    assert story.ask("custom-events", **WEEK) == {
        "period": SHOWN,
        "page": 1,
        "per_page": 50,
        "rows": [{"name": "signup_complete", "count": 342}, {"name": "video_play", "count": 218}],
    }


def test_timeseries():
    story = Story()
    views = [1200, 1350, 980, 870, 1100, 1420, 1290]
    for day, count in enumerate(views, start=13):
        for _ in range(count):
            story.hit(f"2026-03-{day}T12:00:00Z")
    assert story.ask("timeseries", period="7d") == {
        "period": {"start": "2026-03-13", "end": "2026-03-19"},
        "metric": "pageviews",
        "path": "*",
        "series": [
            {"date": f"2026-03-{day}", "value": count} for day, count in enumerate(views, start=13)
        ],
    }
