"""Each report where its definition has edges. The documented answers are in `test_oracle_documented`."""

import csv
import io

import pytest
from reports.oracle import csv_answer
from reports.oracle.csv_text import csv_text
from reports.oracle.funnel import is_step
from reports.stories import MINUTE, NOW, OTHER_SITE, SITE, Story

AT = "2026-03-01T12:00:00Z"
ALL = {"start_date": "2026-03-01", "end_date": "2026-03-01"}


def values(said):
    return [row["value"] for row in said["series"]]


def steps(said):
    return [(row["sessions"], row["conversion_rate"]) for row in said["funnel"]]


def test_a_summary_without_comparison_has_values_only():
    said = Story().ask("summary", **ALL)
    assert said["comparison"] is None
    assert all(metric == {"value": 0} for metric in said["metrics"].values())


@pytest.mark.parametrize("compare", ["previous_period", "yoy"])
def test_all_time_is_compared_with_nothing(compare):
    said = Story().hit(AT).ask("summary", period="all", compare=compare)
    assert said["comparison"] is None
    assert said["metrics"]["visits"] == {"value": 1, "previous": None, "change_pct": None}


def test_dates_override_all_in_comparisons_too():
    said = Story().hit(AT).ask("summary", **ALL, period="all", compare="yoy")
    assert said["comparison"] == "2025-03-01 to 2025-03-01"
    assert said["metrics"]["visits"] == {"value": 1, "previous": 0, "change_pct": 100}


def test_the_leap_day_is_compared_with_the_28th():
    story = Story().hit("2024-02-29T10:00Z").hit("2023-02-28T10:00Z").hit("2023-03-01T10:00Z")
    days = {"start_date": "2024-02-29", "end_date": "2024-02-29"}
    said = story.ask("summary", **days, compare="yoy")
    assert said["metrics"]["visits"] == {"value": 1, "previous": 1, "change_pct": 0}


def test_a_change_is_that_of_the_numbers_shown():
    story = Story()
    for number in range(3):
        story.visit(AT, *("/", "/a")[: 1 + (number > 0)], visitor=f"{number}")
        story.visit("2026-02-28T12:00Z", *("/", "/a")[: 1 + (number > 1)], visitor=f"{number}")
    said = story.ask("summary", **ALL, compare="previous_period")
    # 33.3 and 66.7; of the exact thirds it would be -50.
    assert said["metrics"]["bounce_rate"] == {"value": 33.3, "previous": 66.7, "change_pct": -50.07}


def test_pages_are_groups_of_path_and_content_group():
    story = Story().visit(AT, "/b", "/a", "/b").hit(AT, path="/b", content_group="New")
    story.hit(AT, path="/b", event_type="scroll_50")
    assert story.ask("pages")["rows"] == [
        {"path": "/b", "contentGroup": None, "pageviews": 2, "uniquePageviews": 1},
        {"path": "/a", "contentGroup": None, "pageviews": 1, "uniquePageviews": 1},
        {"path": "/b", "contentGroup": "New", "pageviews": 1, "uniquePageviews": 1},
    ]
    assert story.ask("timeseries", **ALL, metric="unique_pageviews")["series"][0]["value"] == 2


def test_ties_are_in_the_order_of_code_points_and_none_is_last():
    story = Story().visit(AT, "/ü", "/b", "/B", "/a", "/~", "/")
    story.hit(AT, path="/a", content_group="z")
    rows = story.ask("pages")["rows"]
    assert [(row["path"], row["contentGroup"]) for row in rows] == [
        ("/", None),
        ("/B", None),
        ("/a", "z"),
        ("/a", None),
        ("/b", None),
        ("/~", None),
        ("/ü", None),
    ]


def test_pages_of_rows_do_not_overlap_and_end():
    story = Story().visit(AT, "/c", "/b", "/a")
    paths = [
        [row["path"] for row in story.ask("pages", page=page, per_page="2")["rows"]]
        for page in ("1", "2", "3", "999999999")
    ]
    assert paths == [["/a", "/b"], ["/c"], [], []]


def test_the_first_page_view_decides_about_source_and_device():
    story = Story().hit(AT, event_type="custom", referrer_channel="Email", device_type="tablet")
    story.hit(AT, referrer_channel="Social", device_type="mobile")
    story.hit(AT, referrer_channel="Paid Search", device_type="desktop")
    assert story.ask("sources")["rows"] == [{"channel": "Social", "visits": 1}]
    assert story.ask("devices")["device_types"] == [{"deviceType": "mobile", "visits": 1}]


def test_utm_rows_need_one_value_and_have_null_for_the_others():
    story = Story().visit(AT, visitor="a").visit(AT, visitor="b", utm_campaign="x")
    story.visit(AT, visitor="c", utm_source="s").visit(AT, visitor="d", utm_source="s")
    assert story.ask("sources", group_by="utm")["rows"] == [
        {"utmSource": "s", "utmMedium": None, "utmCampaign": None, "visits": 2},
        {"utmSource": None, "utmMedium": None, "utmCampaign": "x", "visits": 1},
    ]


def test_channels_in_detail():
    story = Story().visit(AT, referrer_channel="Referral", channel_detail="AI Assistant")
    rows = story.ask("sources", group_by="channel_detail")["rows"]
    assert rows == [{"channelDetail": "AI Assistant", "visits": 1}]


def test_both_lists_of_the_flow_are_paged_alike():
    story = Story().visit(AT, "/a", "/b").visit(AT, "/c", "/d", visitor="bob")
    said = story.ask("flow", page="2", per_page="1")
    assert said["landing_pages"] == [{"path": "/c", "entries": 1}]
    assert said["exit_pages"] == [{"path": "/d", "exits": 1}]


def test_events_move_neither_landing_nor_exit():
    story = Story().hit(AT, path="/x", event_type="custom").hit(AT, path="/a")
    story.hit(AT, path="/z", event_type="close_tab")
    said = story.ask("flow")
    assert said["landing_pages"] == [{"path": "/a", "entries": 1}]
    assert said["exit_pages"] == [{"path": "/a", "exits": 1}]


@pytest.mark.parametrize(
    ("step", "hit", "is_one"),
    [
        ("/a", {"path": "/a"}, True),
        ("/a", {"path": "/a/"}, False),
        ("/a", {"path": "/a", "event_type": "scroll_50"}, False),
        ("/a*", {"path": "/a"}, True),
        ("/a*", {"path": "/ab/c"}, True),
        ("/a/*", {"path": "/a"}, False),
        ("/**/c", {"path": "/a/b/c"}, True),
        ("/**/c", {"path": "/a/b/c/d"}, False),
        ("/a*c", {"path": "/abc"}, False),
        ("/a*c", {"path": "/a*c"}, True),
        ("/a.c", {"path": "/abc"}, False),
        ("/a**", {"path": "/a\nb"}, True),
        ("scroll_50", {"event_type": "scroll_50"}, True),
        ("scroll_50", {"event_type": "custom", "event_name": "scroll_50"}, False),
        ("page_view", {"path": "/a"}, True),
        ("custom", {"event_type": "custom", "event_name": "x"}, True),
        ("x", {"event_type": "custom", "event_name": "x"}, True),
        ("x", {"event_type": "custom", "properties": {"event_name": "x"}}, True),
        ("x", {"event_type": "custom", "properties": {"name": "x"}}, True),
        ("x", {"event_type": "custom", "properties": {"name": ["x"]}}, False),
        ("x", {"event_type": "x"}, True),
        ("x", {"event_type": "x", "event_name": "y"}, True),
        ("x", {"path": "x"}, False),
    ],
)
def test_a_step_is_a_path_a_type_or_a_name(step, hit, is_one):
    assert is_step(Story().hit(AT, **hit).hits[0], step) is is_one


def test_a_funnel_is_open_and_in_order():
    story = Story().visit(AT, "/a", "/x", "/b", visitor="1").visit(AT, "/b", "/a", visitor="2")
    story.visit(AT, "/b", visitor="3")
    assert steps(story.ask("funnel", steps=["/a", "/b"])) == [(2, 100), (1, 50)]


def test_two_equal_steps_need_two_events():
    story = Story().visit(AT, "/a", visitor="1").visit(AT, "/a", "/a", visitor="2")
    assert steps(story.ask("funnel", steps=["/a", "/a"])) == [(2, 100), (1, 50)]


def test_steps_of_one_moment_follow_the_order_of_arrival():
    story = Story().hit(AT, path="/a", seq=1).hit(AT, path="/b", seq=2)
    assert steps(story.ask("funnel", steps=["/a", "/b"])) == [(1, 100), (1, 100)]
    assert steps(story.ask("funnel", steps=["/b", "/a"])) == [(1, 100), (0, 0)]


def test_steps_are_taken_within_one_visit():
    story = Story().visit("2026-03-01T12:00Z", "/a").visit("2026-03-01T12:30:01Z", "/b")
    assert steps(story.ask("funnel", steps=["/a", "/b"])) == [(1, 100), (0, 0)]


def test_a_funnel_of_nobody():
    said = Story().ask("funnel", steps=["/a", "/b", "/c"])
    assert steps(said) == [(0, 100), (0, 0), (0, 0)]


def test_a_visit_without_a_page_view_takes_no_steps():
    story = Story().hit(AT, event_type="x").hit(AT, event_type="y")
    assert steps(story.ask("funnel", steps=["x", "y"])) == [(0, 100), (0, 0)]
    story.hit(AT)
    assert steps(story.ask("funnel", steps=["x", "y"])) == [(1, 100), (1, 100)]


def test_rates_of_a_funnel_have_two_decimals():
    story = Story()
    for number in range(3):
        story.visit(AT, *("/a", "/b")[: 1 + (number > 0)], visitor=str(number))
    assert steps(story.ask("funnel", steps=["/a", "/b"])) == [(3, 100), (2, 66.67)]


@pytest.mark.parametrize(
    ("ago", "count"), [(-1, 0), (0, 1), (30 * MINUTE, 1), (30 * MINUTE + 1, 0)]
)
def test_realtime_is_the_last_thirty_minutes(ago, count):
    assert Story().hit(NOW - ago).ask("realtime")["active_visitors"] == count


def test_realtime_counts_visitors_of_any_event_and_pages_by_their_viewers():
    story = Story().hit(NOW, path="/a").hit(NOW, path="/a").hit(NOW, "bob", event_type="scroll_25")
    story.hit(NOW, "bot", is_bot=True).hit(NOW, "me", is_excluded=True)
    story.hit(NOW, "eve", website_id=OTHER_SITE)
    assert story.ask("realtime", include_bots="true", filter_path="/x") == {
        "active_visitors": 2,
        "top_pages": [{"path": "/a", "visitors": 1}],
        "events_by_type": [
            {"eventType": "page_view", "count": 2},
            {"eventType": "scroll_25", "count": 1},
        ],
    }


def test_custom_events_have_the_first_name_that_is_said():
    story = Story().hit(AT, event_type="custom", event_name="a", properties={"event_name": "b"})
    story.hit(AT, event_type="custom", properties={"event_name": "b", "name": "c"})
    story.hit(AT, event_type="custom", properties={"event_name": "", "name": "c"})
    story.hit(AT, event_type="custom", properties={"event_name": 1})
    story.hit(AT, event_type="e").hit(AT, event_type="outbound_link").hit(AT)
    names = [row["name"] for row in story.ask("custom-events")["rows"]]
    assert names == ["a", "b", "c", "custom", "e"]
    assert story.ask("custom-events", event_name="b")["rows"] == [{"name": "b", "count": 1}]
    assert story.ask("custom-events", event_name="B")["rows"] == []


def test_custom_events_need_no_page_view():
    story = Story().hit(AT, event_type="custom", event_name="a")
    assert story.ask("custom-events")["rows"] == [{"name": "a", "count": 1}]
    assert story.ask("summary")["metrics"]["visits"]["value"] == 0


def test_a_series_has_every_day_and_zeros():
    story = Story().hit("2024-02-29T12:00Z")
    days = {"start_date": "2024-02-28", "end_date": "2024-03-01"}
    assert story.ask("timeseries", **days)["series"] == [
        {"date": "2024-02-28", "value": 0},
        {"date": "2024-02-29", "value": 1},
        {"date": "2024-03-01", "value": 0},
    ]


@pytest.mark.parametrize("path", ["", "*"])
def test_a_series_of_no_path_is_the_sites(path):
    story = Story().visit(AT, "/a", "/b")
    assert story.ask("timeseries", **ALL, path=path) == story.ask("timeseries", **ALL)
    assert story.ask("timeseries", **ALL)["path"] == "*"


def test_a_series_keeps_the_days_to_come():
    said = Story().ask("timeseries", start_date="2026-03-18", end_date="2026-03-22")
    assert values(said) == [0] * 5


@pytest.mark.parametrize(
    ("metric", "site", "path"),
    [
        ("visits", 4, 3),
        ("pageviews", 8, 4),
        ("unique_pageviews", 6, 3),
        ("bounce_rate", 50, 100),
        ("avg_session_duration", 30, 40),
        ("landing_page_entries", 4, 1),
        ("exit_page_exits", 4, 2),
    ],
)
def test_each_metric_of_a_series_for_the_site_and_for_a_path(metric, site, path):
    story = Story().visit(AT, "/b", "/a", "/a", "/b", visitor="1", lasting=60_000)
    story.visit(AT, "/a", visitor="2").visit(AT, "/c", "/a", visitor="3")
    story.visit(AT, "/d", visitor="4")
    story.hit("2026-03-01T12:01:00Z", "3", event_type="outbound_link", path="/a")
    assert values(story.ask("timeseries", **ALL, metric=metric)) == [site]
    said = story.ask("timeseries", **ALL, metric=metric, path="/a")
    assert (values(said), said["path"]) == ([path], "/a")


def test_a_content_group_is_a_question_about_pages():
    story = Story().hit(AT, path="/").hit(AT, path="/b", content_group="Blog")
    story.hit(AT, path="/b", content_group="Blog").visit(AT, "/", visitor="bob")
    story.hit(AT, event_type="x", content_group="Blog").hit(AT, event_type="y")
    story.hit(AT, "eve", event_type="x", content_group="Blog")
    metrics = story.ask("summary", content_group="Blog")["metrics"]
    assert [metric["value"] for metric in metrics.values()] == [1, 1, 2, 0, 0]
    assert story.ask("flow", content_group="Blog")["landing_pages"] == [{"path": "/", "entries": 1}]
    assert [row["path"] for row in story.ask("pages", content_group="Blog")["rows"]] == ["/b"]
    assert story.ask("custom-events", content_group="Blog")["rows"] == [{"name": "x", "count": 2}]
    assert story.ask("pages", content_group="blog")["rows"] == []


@pytest.mark.parametrize(
    ("dimension", "value", "visits", "views"),
    [
        ("path", "/", 2, 2),
        ("path", "/b", 1, 1),
        ("content_group", "Blog", 1, 1),
        ("referrer_channel", "Social", 1, 2),
        ("referrer_channel", "Direct", 1, 1),
        ("referrer_domain", "t.co", 1, 2),
        ("referrer_domain", "", 1, 1),
        ("country", "DE", 1, 2),
        ("landing_page", "/b", 0, 0),
        ("landing_page", "/", 2, 3),
        ("exit_page", "/b", 1, 2),
        ("event_name", "x", 1, 1),
        ("event_name", "", 1, 2),
    ],
)
def test_a_filter_keeps_visits_that_have_a_value(dimension, value, visits, views):
    social = {"referrer_channel": "Social", "referrer_domain": "t.co", "country": "DE"}
    story = Story().hit(AT, path="/", **social).hit(AT, path="/b", content_group="Blog")
    story.hit(AT, "bob").hit(AT, "bob", event_type="x", path="/b")
    metrics = story.ask("summary", **{f"filter_{dimension}": value})["metrics"]
    assert (metrics["visits"]["value"], metrics["pageviews"]["value"]) == (visits, views)


def test_filters_hold_together():
    story = Story().hit(AT, path="/", content_group="Blog").hit(AT, path="/b")
    for path, count in (("/", 1), ("/b", 0)):
        said = story.ask("summary", content_group="Blog", filter_path=path)
        assert said["metrics"]["visits"]["value"] == count
        assert said["metrics"]["pageviews"]["value"] == count


def test_csv_of_a_summary():
    story = Story().hit(AT)
    assert csv_text("summary", story.ask("summary", **ALL)) == (
        "metric,value,previous,change_pct\r\n"
        "visits,1,,\r\n"
        "unique_visitors,1,,\r\n"
        "pageviews,1,,\r\n"
        "bounce_rate,100,,\r\n"
        "avg_session_duration_sec,0,,\r\n"
    )
    said = story.ask(
        "summary", start_date="2026-03-02", end_date="2026-03-02", compare="previous_period"
    )
    assert csv_text("summary", said).splitlines()[1] == "visits,0,1,-100"


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("/a", "/a"),
        ("/a,b", '"/a,b"'),
        ('/"a"', '"/""a"""'),
        ("/a\nb", '"/a\nb"'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", '"\'\rx"'),
        ('=a,"b"', '"\'=a,""b"""'),
        (" =1", " =1"),
    ],
)
def test_csv_quotes_when_needed_and_has_no_formulas(path, cell):
    story = Story().hit(AT, path=path)
    assert csv_text("pages", story.ask("pages")) == (
        f"path,contentGroup,pageviews,uniquePageviews\r\n{cell},,1,1\r\n"
    )


@pytest.mark.parametrize(
    ("report", "query", "text"),
    [
        ("sources", {}, "channel,visits\r\nDirect,1\r\n"),
        ("sources", {"group_by": "domain"}, "referrer,visits\r\n"),
        ("sources", {"group_by": "utm"}, "utmSource,utmMedium,utmCampaign,visits\r\n,email,,1\r\n"),
        ("sources", {"group_by": "channel_detail"}, "channelDetail,visits\r\nDirect,1\r\n"),
        ("devices", {}, "deviceType,visits\r\ndesktop,1\r\n"),
        ("flow", {}, "path,entries\r\n/,1\r\n"),
        (
            "funnel",
            {"steps[]": ["/", "/b"]},
            "step,sessions,conversion_rate\r\n/,1,100\r\n/b,0,0\r\n",
        ),
        ("custom-events", {}, "name,count\r\n'=x,1\r\n"),
        ("timeseries", {}, "date,value\r\n2026-03-01,1\r\n"),
    ],
)
def test_csv_of_each_report(report, query, text):
    story = Story().hit(AT, utm_medium="email").hit(AT, event_type="custom", event_name="=x")
    query = {"website_id": SITE, **ALL, **query}
    assert csv_answer(report, story.hits, query, NOW) == (
        f"{report}_2026-03-01_2026-03-01.csv",
        text,
    )


def test_csv_of_realtime_has_no_period_in_its_name():
    story = Story().hit(NOW)
    name, text = csv_answer("realtime", story.hits, {"website_id": SITE}, NOW)
    assert (name, text) == ("realtime.csv", "path,visitors\r\n/,1\r\n")


def test_csv_is_paged_like_json():
    story = Story().visit(AT, "/a", "/b,c")
    _, text = csv_answer(
        "pages", story.hits, {"website_id": SITE, **ALL, "page": "2", "per_page": "1"}, NOW
    )
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1:] == [["/b,c", "", "1", "1"]]
