"""Reports over HTTP: the documented answers to the digit, each refusal, and who sees what."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from reports.crowds import Crowd
from reports.worlds import DAY, SECOND, milliseconds
from support.reported import Reported, reported
from support.tinytrail import UNKNOWN, error

from piste.reports.parameters import COMMON, EXTRA, Report
from piste.store.errors import StoreUnavailable
from piste.web.tinytrail.app import application
from piste.web.tinytrail.report_answers import EXAMPLES, EXPORTED

WEEK = {"start": "2026-02-23", "end": "2026-03-01"}
MONDAY = "2026-02-23T00:00:00Z"
PAGE = {"period": WEEK, "page": 1, "per_page": 50}
SITES = {report: str(UUID(int=number, version=4)) for number, report in enumerate(Report, 1)}
"""A website for each report."""
HOSTILE = str(UUID(int=100, version=4))
QUIET = str(UUID(int=101, version=4))
THEIRS = str(UUID(int=102, version=4))
FUNNEL = "steps[]=/pricing&steps[]=/signup&steps[]=/onboarding"
NEEDED = {
    Report.FUNNEL: "&steps[]=/&steps[]=/a",
    Report.EVENT_PROPERTIES: "&event_name=signup",
    Report.EXPLAIN: "&event_id=1",
}
"""What some reports want besides the website."""


def summary(crowd: Crowd, site: str) -> None:
    """Two weeks; some visitors come twice."""
    weeks = [
        (MONDAY, 12_450, 9_870, 34_200, 5_266, 185),
        ("2026-02-16T00:00:00Z", 11_200, 8_930, 30_100, 4_939, 172),
    ]
    for first, visits, visitors, views, bounces, seconds in weeks:
        longer = visits - bounces
        for number in range(visits):
            at_ms = milliseconds(first) + number % visitors * SECOND + number // visitors * DAY // 2
            hits: list[Any] = ["/"]
            if number >= bounces:
                of_longer = number - bounces
                more = (views - visits) // longer + (of_longer < (views - visits) % longer)
                total = visits * seconds
                lasting = total // longer + (of_longer < total % longer)
                hits += [{"path": "/a", "after_ms": lasting * SECOND}] * more
            visitor = f"{first} {number % visitors}"
            crowd.visit(at_ms, *hits, visitor=visitor, website_id=site)


def pages(crowd: Crowd, site: str) -> None:
    page = {"path": "/blog/getting-started", "content_group": "Blog"}
    crowd.visits(2_210, MONDAY, page, page, website_id=site)
    crowd.visits(1_000, MONDAY, page, website_id=site)


def sources(crowd: Crowd, site: str) -> None:
    search = {"website_id": site, "referrer_channel": "Organic Search"}
    social = {"website_id": site, "referrer_channel": "Social"}
    twitter = {**social, "referrer_domain": "twitter.com"}
    campaign = {"mkt_source": "twitter", "mkt_medium": "social", "mkt_campaign": "launch"}
    crowd.visits(3_200, MONDAY, "/", **search, referrer_domain="google.com")
    crowd.visits(1_300, MONDAY, "/", **search)
    crowd.visits(3_200, MONDAY, "/", website_id=site, referrer_channel="Direct")
    crowd.visits(850, MONDAY, "/", **twitter, **campaign)
    crowd.visits(250, MONDAY, "/", **twitter)
    crowd.visits(700, MONDAY, "/", **social)


def devices(crowd: Crowd, site: str) -> None:
    """The sample's lists do not add up to the same: the rest is of browsers and systems without a name."""
    columns: dict[str, list[tuple[str | None, int]]] = {
        "device_type": [("desktop", 8_500), ("mobile", 3_200)],
        "browser": [("Chrome", 6_400), ("Safari", 3_100), (None, 2_200)],
        "operating_system": [("Windows", 5_200), ("macOS", 3_800), (None, 2_700)],
        "screen_bucket": [
            *(("1025-1440", 4_200), ("376-768", 2_800)),
            *(("1441+", 2_400), ("unknown", 2_300)),
        ],
    }
    traits = [
        [(column, value) for value, count in values for _ in range(count)]
        for column, values in columns.items()
    ]
    for number, of_visit in enumerate(zip(*traits, strict=True)):
        at_ms = milliseconds(MONDAY) + number * SECOND
        crowd.visit(at_ms, "/", **dict(of_visit), website_id=site)


def flow(crowd: Crowd, site: str) -> None:
    crowd.visits(3_400, MONDAY, "/", "/pricing", website_id=site)
    crowd.visits(1_800, MONDAY, "/", "/contact", website_id=site)
    for path in ("/x", "/y"):
        crowd.visits(1_050, MONDAY, "/blog", path, website_id=site)


def funnel(crowd: Crowd, site: str) -> None:
    crowd.visits(3_800, MONDAY, "/pricing", website_id=site)
    crowd.visits(300, MONDAY, "/pricing", "/signup", website_id=site)
    crowd.visits(900, MONDAY, "/pricing", "/", "/signup", "/onboarding", website_id=site)
    crowd.visits(500, MONDAY, "/signup", "/onboarding", website_id=site)


def realtime(crowd: Crowd, site: str) -> None:
    """Half an hour before NOW; bots, excluded visitors and those just before it are not in it."""
    at = "2026-03-01T22:50:00Z"
    scroll = {"hit_type": "scroll_50"}
    crowd.visits(3, at, *["/"] * 5, scroll, scroll, website_id=site)
    crowd.visits(14, at, *["/"] * 4, scroll, website_id=site)
    crowd.visits(1, at, *["/"] * 4, scroll, scroll, website_id=site)
    crowd.visits(12, at, "/blog/new-post", website_id=site)
    crowd.visits(12, at, scroll, website_id=site)
    crowd.visits(99, at, "/", website_id=site, is_bot=True)
    crowd.visits(99, at, "/", website_id=site, is_excluded=True)
    crowd.visits(99, "2026-03-01T22:20:00Z", "/", website_id=site)


def custom_events(crowd: Crowd, site: str) -> None:
    crowd.visits(
        342, MONDAY, {"hit_type": "custom", "hit_name": "signup_complete"}, website_id=site
    )
    crowd.visits(218, MONDAY, {"hit_type": "video_play", "hit_name": "video_play"}, website_id=site)


def event_properties(crowd: Crowd, site: str) -> None:
    for plan, count in (("free", 310), ("pro", 32)):
        event = {"hit_type": "custom", "hit_name": "signup", "properties": f'{{"plan":"{plan}"}}'}
        crowd.visits(count, MONDAY, event, website_id=site)


def timeseries(crowd: Crowd, site: str) -> None:
    for number, count in enumerate((1200, 1350, 980, 870, 1100, 1420, 1290)):
        crowd.visits(count, f"2026-03-{13 + number}T00:00:00Z", "/", website_id=site)


def countries(crowd: Crowd, site: str) -> None:
    crowd.visits(5_100, MONDAY, "/", website_id=site, geo_country="FI")
    crowd.visits(340, MONDAY, "/", website_id=site, geo_country="SE")


def explain(crowd: Crowd, site: str) -> None:
    at_ms = milliseconds("2026-02-23T08:00:00Z")
    page = {"path": "/pricing", "after_ms": 60 * SECOND}
    signup = {"hit_type": "custom", "hit_name": "signup", "path": "/pricing"}
    event_id = EXAMPLES[Report.EXPLAIN]["event_id"]
    event = {**signup, "event_id": event_id, "after_ms": 90 * SECOND}
    crowd.visit(at_ms, "/", page, event, website_id=site)


def hostile(crowd: Crowd, site: str) -> None:
    """What anybody on the internet may send: texts that spreadsheets take for formulas, and signs of CSV."""
    formula = '=HYPERLINK("http://x";"a,b")'
    event = {"hit_type": "custom", "hit_name": formula, "properties": '{"-a":"@b\\r\\nc"}'}
    traits = {
        "website_id": site,
        "content_group": "+group",
        "device_type": "@phone",
        "geo_country": "\tFI",
        "referrer_channel": "-Direct",
        "referrer_domain": "=1",
        "mkt_source": "+1",
        "mkt_medium": "-1",
        "mkt_campaign": 'say "hi"',
        "channel_detail": "\rdetail",
    }
    crowd.visit(milliseconds("2026-03-01T22:50:00Z"), "=1+1", event, **traits)


MAKERS = (
    *(summary, pages, sources, devices, flow, funnel, realtime, custom_events, event_properties),
    *(timeseries, countries, explain),
)


@pytest.fixture(scope="module")
def _opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reported]:
    crowd = Crowd()
    for report, make in zip(Report, MAKERS, strict=True):
        make(crowd, SITES[report])
    hostile(crowd, HOSTILE)
    with reported(tmp_path_factory.mktemp("data"), crowd) as opened:
        for site in (*SITES.values(), HOSTILE, QUIET):
            opened.add(site)
        opened.add(THEIRS, opened.trail.other_account_id)
        yield opened


@pytest.fixture
def asked(_opened: Reported) -> Iterator[Reported]:
    now_ms, trail = _opened.now_ms, _opened.trail
    served = trail.application
    yield _opened
    _opened.now_ms, _opened.pending, _opened.waits, _opened.asked = now_ms, 0, 0, 0
    trail.time, trail.limit, trail.application = 0.0, 1_000_000, served


def success(data: Any) -> Any:
    return {"status": "success", "data": data}


def query_of(report: Report) -> str:
    """Of the documented sample."""
    more = {
        Report.SUMMARY: "&compare=previous_period",
        Report.FUNNEL: f"&{FUNNEL}",
        Report.FLOW: "&per_page=2",
        Report.TIMESERIES: "&start_date=2026-03-13&end_date=2026-03-19",
        Report.EVENT_PROPERTIES: "&event_name=signup",
        Report.EXPLAIN: f"&event_id={EXAMPLES[Report.EXPLAIN]['event_id']}",
    }
    return f"website_id={SITES[report]}{more.get(report, '')}"


SAMPLES: dict[Report, Any] = {
    Report.SUMMARY: {
        "period": WEEK,
        "comparison": "2026-02-16 to 2026-02-22",
        "metrics": {
            "visits": {"value": 12450, "previous": 11200, "change_pct": 11.16},
            "unique_visitors": {"value": 9870, "previous": 8930, "change_pct": 10.53},
            "pageviews": {"value": 34200, "previous": 30100, "change_pct": 13.62},
            "bounce_rate": {"value": 42.3, "previous": 44.1, "change_pct": -4.08},
            "avg_session_duration_sec": {"value": 185, "previous": 172, "change_pct": 7.56},
        },
    },
    Report.PAGES: {
        **PAGE,
        "rows": [
            {
                "path": "/blog/getting-started",
                "contentGroup": "Blog",
                "pageviews": 5420,
                "uniquePageviews": 3210,
            }
        ],
    },
    Report.SOURCES: {
        **PAGE,
        "rows": [
            {"channel": "Organic Search", "visits": 4500},
            {"channel": "Direct", "visits": 3200},
            {"channel": "Social", "visits": 1800},
        ],
    },
    Report.DEVICES: {
        "period": WEEK,
        "device_types": [
            {"deviceType": "desktop", "visits": 8500},
            {"deviceType": "mobile", "visits": 3200},
        ],
        "browsers": [
            {"browserFamily": "Chrome", "visits": 6400},
            {"browserFamily": "Safari", "visits": 3100},
        ],
        "os_families": [
            {"osFamily": "Windows", "visits": 5200},
            {"osFamily": "macOS", "visits": 3800},
        ],
        "screen_resolutions": [
            {"bucket": "1025-1440", "visits": 4200},
            {"bucket": "376-768", "visits": 2800},
        ],
    },
    Report.FLOW: {
        "period": WEEK,
        "landing_pages": [{"path": "/", "entries": 5200}, {"path": "/blog", "entries": 2100}],
        "exit_pages": [{"path": "/pricing", "exits": 3400}, {"path": "/contact", "exits": 1800}],
    },
    Report.FUNNEL: {
        "period": WEEK,
        "funnel": [
            {"step": "/pricing", "sessions": 5000, "conversion_rate": 100},
            {"step": "/signup", "sessions": 1200, "conversion_rate": 24.0},
            {"step": "/onboarding", "sessions": 900, "conversion_rate": 75.0},
        ],
    },
    Report.REALTIME: {
        "active_visitors": 42,
        "top_pages": [
            {"path": "/", "visitors": 18},
            {"path": "/blog/new-post", "visitors": 12},
        ],
        "events_by_type": [
            {"eventType": "page_view", "count": 87},
            {"eventType": "scroll_50", "count": 34},
        ],
    },
    Report.CUSTOM_EVENTS: {
        **PAGE,
        "rows": [{"name": "signup_complete", "count": 342}, {"name": "video_play", "count": 218}],
    },
    Report.TIMESERIES: {
        "period": {"start": "2026-03-13", "end": "2026-03-19"},
        "metric": "pageviews",
        "path": "*",
        "series": [
            {"date": "2026-03-13", "value": 1200},
            {"date": "2026-03-14", "value": 1350},
            {"date": "2026-03-15", "value": 980},
            {"date": "2026-03-16", "value": 870},
            {"date": "2026-03-17", "value": 1100},
            {"date": "2026-03-18", "value": 1420},
            {"date": "2026-03-19", "value": 1290},
        ],
    },
}
"""`data` as the requirement prints it, of the traffic above."""

MORE: dict[str, list[Any]] = {
    "browsers": [{"browserFamily": None, "visits": 2200}],
    "os_families": [{"osFamily": None, "visits": 2700}],
    "screen_resolutions": [
        {"bucket": "1441+", "visits": 2400},
        {"bucket": "unknown", "visits": 2300},
    ],
}
"""What the samples leave out of their lists."""


@pytest.mark.parametrize("report", Report)
def test_documented_samples(asked: Reported, report: Report) -> None:
    """The requirement's, and the examples of the document for the reports that are ours."""
    answer = asked.get(report, query_of(report))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    sample = SAMPLES.get(report, EXAMPLES[report])
    lists = {name: [*sample[name], *rows] for name, rows in MORE.items() if name in sample}
    assert answer.json == success({**sample, **lists})


@pytest.mark.parametrize("report", SAMPLES)
def test_the_document_shows_the_samples(report: Report) -> None:
    assert EXAMPLES[report] == SAMPLES[report]


def test_without_compare_there_is_the_value_only(asked: Reported) -> None:
    data = asked.data("summary", {"website_id": SITES[Report.SUMMARY]})
    assert data["comparison"] is None
    assert data["metrics"] == {
        "visits": {"value": 12450},
        "unique_visitors": {"value": 9870},
        "pageviews": {"value": 34200},
        "bounce_rate": {"value": 42.3},
        "avg_session_duration_sec": {"value": 185},
    }


GROUPED = {
    "domain": [
        {"referrer": "google.com", "visits": 3200},
        {"referrer": "twitter.com", "visits": 1100},
    ],
    "utm": [
        {"utmSource": "twitter", "utmMedium": "social", "utmCampaign": "launch", "visits": 850}
    ],
}


@pytest.mark.parametrize("group_by", GROUPED)
def test_documented_groupings(asked: Reported, group_by: str) -> None:
    asked_of = {"website_id": SITES[Report.SOURCES], "group_by": group_by}
    assert asked.data("sources", asked_of) == {**PAGE, "rows": GROUPED[group_by]}


EXPORTS = {
    Report.SUMMARY: (
        "summary_2026-02-23_2026-03-01.csv",
        "metric,value,previous,change_pct\r\n"
        "visits,12450,11200,11.16\r\n"
        "unique_visitors,9870,8930,10.53\r\n"
        "pageviews,34200,30100,13.62\r\n"
        "bounce_rate,42.3,44.1,-4.08\r\n"
        "avg_session_duration_sec,185,172,7.56\r\n",
    ),
    Report.PAGES: (
        "pages_2026-02-23_2026-03-01.csv",
        "path,contentGroup,pageviews,uniquePageviews\r\n/blog/getting-started,Blog,5420,3210\r\n",
    ),
    Report.SOURCES: (
        "sources_2026-02-23_2026-03-01.csv",
        "channel,visits\r\nOrganic Search,4500\r\nDirect,3200\r\nSocial,1800\r\n",
    ),
    Report.DEVICES: (
        "devices_2026-02-23_2026-03-01.csv",
        "deviceType,visits\r\ndesktop,8500\r\nmobile,3200\r\n",
    ),
    Report.FLOW: (
        "flow_2026-02-23_2026-03-01.csv",
        "path,entries\r\n/,5200\r\n/blog,2100\r\n",
    ),
    Report.FUNNEL: (
        "funnel_2026-02-23_2026-03-01.csv",
        "step,sessions,conversion_rate\r\n"
        "/pricing,5000,100\r\n/signup,1200,24\r\n/onboarding,900,75\r\n",
    ),
    Report.REALTIME: ("realtime.csv", "path,visitors\r\n/,18\r\n/blog/new-post,12\r\n"),
    Report.CUSTOM_EVENTS: (
        "custom-events_2026-02-23_2026-03-01.csv",
        "name,count\r\nsignup_complete,342\r\nvideo_play,218\r\n",
    ),
    Report.EVENT_PROPERTIES: (
        "event-properties_2026-02-23_2026-03-01.csv",
        "property,value,count\r\nplan,free,310\r\nplan,pro,32\r\n",
    ),
    Report.TIMESERIES: (
        "timeseries_2026-03-13_2026-03-19.csv",
        "date,value\r\n2026-03-13,1200\r\n2026-03-14,1350\r\n2026-03-15,980\r\n2026-03-16,870\r\n"
        "2026-03-17,1100\r\n2026-03-18,1420\r\n2026-03-19,1290\r\n",
    ),
    Report.COUNTRIES: (
        "countries_2026-02-23_2026-03-01.csv",
        "country,visits\r\nFI,5100\r\nSE,340\r\n",
    ),
    Report.EXPLAIN: (
        "explain.csv",
        'code,message\r\ncounted,"It is counted, on 2026-02-23."\r\n',
    ),
}


@pytest.mark.parametrize("report", Report)
def test_as_csv(asked: Reported, report: Report) -> None:
    """Each report, with the documented columns, as a file to keep."""
    name, text = EXPORTS[report]
    answer = asked.get(report, f"{query_of(report)}&format=csv")
    assert (answer.status, answer.body.decode()) == (200, text)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("report", EXPORTS)
def test_the_document_shows_csv(report: Report) -> None:
    assert EXPORTED[report] == EXPORTS[report][1]


NEUTRAL = {
    "summary": "metric,value,previous,change_pct\r\nvisits,1,,\r\n",
    "pages": "path,contentGroup,pageviews,uniquePageviews\r\n'=1+1,'+group,1,1\r\n",
    "sources": "channel,visits\r\n'-Direct,1\r\n",
    "sources?group_by=domain": "referrer,visits\r\n'=1,1\r\n",
    "sources?group_by=utm": "utmSource,utmMedium,utmCampaign,visits\r\n"
    '\'+1,\'-1,"say ""hi""",1\r\n',
    "sources?group_by=channel_detail": 'channelDetail,visits\r\n"\'\rdetail",1\r\n',
    "devices": "deviceType,visits\r\n'@phone,1\r\n",
    "flow": "path,entries\r\n'=1+1,1\r\n",
    "realtime": "path,visitors\r\n'=1+1,1\r\n",
    "custom-events": 'name,count\r\n"\'=HYPERLINK(""http://x"";""a,b"")",1\r\n',
    "event-properties?event_name==HYPERLINK(%22http://x%22;%22a,b%22)": (
        "property,value,count\r\n'-a,\"'@b\r\nc\",1\r\n"
    ),
    "timeseries?period=today": "date,value\r\n2026-03-01,1\r\n",
    "countries": "country,visits\r\n'\tFI,1\r\n",
    "funnel?steps[]==1%2B1&steps[]=-b": (
        "step,sessions,conversion_rate\r\n'=1+1,0,100\r\n'-b,0,0\r\n"
    ),
}


@pytest.mark.parametrize("path", NEUTRAL)
def test_formulas_in_csv(asked: Reported, path: str) -> None:
    """Texts that begin like one get an apostrophe, numbers do not; JSON has them as they are."""
    report, _, more = path.partition("?")
    answer = asked.get(report, f"website_id={HOSTILE}&format=csv&{more}")
    assert answer.status == 200
    assert answer.body.decode().startswith(NEUTRAL[path])
    json_answer = asked.get(report, f"website_id={HOSTILE}&{more}")
    assert "'" not in json_answer.body.decode()


def test_numbers_in_csv_may_be_negative(asked: Reported) -> None:
    query = f"{query_of(Report.SUMMARY)}&format=csv"
    assert "bounce_rate,42.3,44.1,-4.08\r\n" in asked.get("summary", query).body.decode()


def test_pages_of_rows_in_csv(asked: Reported) -> None:
    """As in JSON."""
    site = SITES[Report.SOURCES]
    query = f"website_id={site}&format=csv&per_page=1&page="
    texts = [asked.get("sources", query + page).body.decode() for page in "234"]
    header = "channel,visits\r\n"
    assert texts == [f"{header}Direct,3200\r\n", f"{header}Social,1800\r\n", header]


@pytest.mark.parametrize("report", Report)
@pytest.mark.parametrize(("key", "status"), [(None, 401), ("unknown", 401), ("theirs", 404)])
def test_who_may_not_see_a_website(
    asked: Reported, report: Report, key: str | None, status: int
) -> None:
    """Neither with a right query nor with a wrong one, in JSON or CSV."""
    said = {
        401: error("UNAUTHORIZED", "Wanted: an `X-API-KEY` header with a valid API key"),
        404: error("NOT_FOUND", "There is no such website"),
    }
    for more in ("", "&format=csv", "&page=0", "&no=1"):
        answer = asked.get(report, query_of(report) + more, by=key)
        assert (answer.status, answer.json) == (status, said[status])
    assert (asked.waits, asked.asked) == (0, 0)


@pytest.mark.parametrize("report", Report)
def test_who_sees_which_website(asked: Reported, report: Report) -> None:
    """Those of their account; an administrator all. What is not theirs is told like what is not there."""
    allowed = {
        "ours": {SITES[report], QUIET},
        "theirs": {THEIRS},
        "admin": {SITES[report], QUIET, THEIRS},
    }
    for user, theirs in allowed.items():
        for site in (SITES[report], QUIET, THEIRS, UNKNOWN):
            answer = asked.get(report, f"website_id={site}{NEEDED.get(report, '')}", by=user)
            if site in theirs:
                assert answer.status == 200
            else:
                not_there = error("NOT_FOUND", "There is no such website")
                assert (answer.status, answer.json) == (404, not_there)


@pytest.mark.parametrize("report", Report)
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "website_id is missing"),
        ("website_id", "website_id is missing"),
        ("website_id=", "website_id is missing"),
        ("WEBSITE_ID={site}", "website_id is missing"),
        ("page=0", "website_id is missing"),
        ("website_id=no-uuid&page=0", "website_id must be a UUID"),
        ("website_id={site}0", "website_id must be a UUID"),
        ("website_id=%7B{site}%7D", "website_id must be a UUID"),
        ("website_id={site}%00", "website_id must be a UUID"),
        ("website_id=%ff", "website_id is not valid text"),
        ("website_id={site}&website_id={site}", "website_id is given more than once"),
        (f"website_id={UNKNOWN}&website_id=1", "website_id is given more than once"),
        ("website_id={site}&page=0", "page must be a whole number from 1 to 999999999"),
        ("website_id={site}&per_page=501", "per_page must be a whole number from 1 to 500"),
        ("website_id={site}&page=%D9%A1", "page must be a whole number from 1 to 999999999"),
        ("website_id={site}&page=1&page=2", "page is given more than once"),
        (
            "website_id={site}&period=1d",
            "period must be one of yesterday, today, 7d, 30d, 90d, 12m, ytd, all",
        ),
        ("website_id={site}&compare=last", "compare must be one of previous_period, yoy"),
        ("website_id={site}&include_bots=1", "include_bots must be one of true, false"),
        ("website_id={site}&format=xml", "format must be one of json, csv"),
        (
            "website_id={site}&timezone=Nowhere",
            "timezone must be a time zone's name, such as Europe/Helsinki",
        ),
        (
            "website_id={site}&start_date=2026-02-30",
            "start_date must be a date such as 2026-03-01, from 1970-01-01 to 2999-12-31",
        ),
        (
            "website_id={site}&end_date=2026-03-01",
            "start_date is missing; end_date cannot stand alone",
        ),
        (
            "website_id={site}&start_date=2026-03-02&end_date=2026-03-01",
            "end_date must not be before start_date (2026-03-01 is before 2026-03-02)",
        ),
        ("website_id={site}&filter[path]=/&filter[path]=/", "filter[path] is given more than once"),
        ("website_id={site}&no=1", "no is no parameter of this report"),
        ("website_id={site}&=1", " is no parameter of this report"),
        ("website_id={site}&content_group=%c3", "content_group is not valid text"),
    ],
)
def test_common_refusals(asked: Reported, report: Report, query: str, message: str) -> None:
    """In JSON, also when CSV is asked for; nobody waits for them."""
    if query.startswith("website_id={site}&"):
        query += NEEDED.get(report, "")
    if "format" not in query:
        query += "&format=csv"
    answer = asked.get(report, query.format(site=QUIET))
    assert (answer.status, answer.json) == (400, error("INVALID_PAYLOAD", message))
    assert (asked.waits, asked.asked) == (0, 0)


STEPS = "steps[] must have 2 to 20 steps"


@pytest.mark.parametrize(
    ("report", "query", "message"),
    [
        (
            "sources",
            "group_by=page",
            "group_by must be one of channel, domain, utm, channel_detail",
        ),
        (
            "timeseries",
            "metric=visitors",
            "metric must be one of visits, pageviews, unique_pageviews, bounce_rate, "
            "avg_session_duration, landing_page_entries, exit_page_exits",
        ),
        (
            "timeseries",
            "start_date=1970-01-01&end_date=2999-12-31",
            "start_date must be at most 36600 days before end_date",
        ),
        ("funnel", "", STEPS),
        ("funnel", "steps[]=/", STEPS),
        ("funnel", "steps[]=/&steps[]=", STEPS),
        ("funnel", "steps[]=%2Fa%2C%2Fb", STEPS),
        ("funnel", "&".join(["steps[]=/"] * 21), STEPS),
        ("funnel", "&".join(["steps[]=/"] * 20_000), STEPS),
        ("pages", "steps[]=/&steps[]=/", "steps[] is a parameter of the funnel only"),
        ("pages", "group_by=utm", "group_by is no parameter of this report"),
        ("pages", "filter[no]=1", "filter[no] must name one of path, content_group, "),
        ("pages", "filter=1", "filter is no parameter of this report"),
        ("pages", "filter%255Bpath%255D=/", "filter%5Bpath%5D is no parameter of this report"),
        ("event-properties", "", "event_name is missing"),
        ("event-properties", "event_name=", "event_name is missing"),
        ("explain", "", "event_id is missing"),
        ("custom-events", f"event_name={'x' * 2049}", "event_name must have at most 2048 char"),
    ],
)
def test_refusals_of_one_report(asked: Reported, report: str, query: str, message: str) -> None:
    answer = asked.get(report, f"website_id={QUIET}&{query}")
    assert answer.status == 400
    assert answer.json["error"]["code"] == "INVALID_PAYLOAD"
    assert answer.json["error"]["message"].startswith(message)
    assert len(answer.json["error"]["message"]) < 400


def test_the_website_comes_first(asked: Reported) -> None:
    """Of what is wrong with a request: the key, that there is a website, and only then the rest."""
    rest = "&page=0&no=1&filter[no]=1"
    assert asked.get("pages", "website_id=1" + rest, by=None).status == 401
    assert asked.get("pages", "website_id=1" + rest).status == 400
    assert asked.get("pages", f"website_id={UNKNOWN}{rest}").status == 404
    assert asked.get("pages", f"website_id={QUIET}{rest}").status == 400


def test_ids_in_capitals(asked: Reported) -> None:
    """Are the same website."""
    site = SITES[Report.PAGES].upper()
    assert asked.data("pages", {"website_id": site}) == SAMPLES[Report.PAGES]


@pytest.mark.parametrize(
    "steps",
    [
        FUNNEL,
        FUNNEL.replace("[]", "%5B%5D").replace("/", "%2F"),
        FUNNEL.replace("[]", "%5b%5d"),
        FUNNEL.replace("[]", ""),
        "steps[0]=/pricing&steps[1]=/signup&steps[2]=/onboarding",
        "steps[2]=/onboarding&steps[0]=/pricing&steps[1]=/signup",
        "steps%5B0%5D=/pricing&&steps[]=/signup&steps=/onboarding",
    ],
)
def test_ways_to_write_steps(asked: Reported, steps: str) -> None:
    """In the order of the address, or of their numbers."""
    data = asked.data("funnel", f"{steps}&website_id={SITES[Report.FUNNEL]}")
    assert data == SAMPLES[Report.FUNNEL]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/a%20b", "/a b"),
        ("/a+b", "/a b"),
        ("/a%2Bb", "/a+b"),
        ("/a%2520b", "/a%20b"),
        ("/%C3%A9", "/é"),
        ("/é", "/é"),
        ("/a%26b=c", "/a&b=c"),
        ("/a=b", "/a=b"),
        ("/a;b", "/a;b"),
        ("/100%", "/100%"),
        ("/%zz", "/%zz"),
        ("%F0%9F%8E%BF", "🎿"),
        ("%00", "\x00"),
    ],
)
def test_values_are_decoded_once(asked: Reported, written: str, meant: str) -> None:
    data = asked.data("funnel", f"website_id={QUIET}&steps[]={written}&steps[]=/")
    assert [step["step"] for step in data["funnel"]] == [meant, "/"]


@pytest.mark.parametrize("name", ["filter[path]", "filter%5Bpath%5D", "filter%5bpath]"])
def test_ways_to_write_filters(asked: Reported, name: str) -> None:
    site = SITES[Report.FLOW]
    data = asked.data("summary", f"website_id={site}&{name}=/contact&filter[landing_page]=/")
    assert data["metrics"]["visits"] == {"value": 1800}


def test_filters_that_ask_for_nothing(asked: Reported) -> None:
    """An empty one: visits without a value."""
    data = asked.data("sources", f"website_id={SITES[Report.SOURCES]}&filter[referrer_domain]=")
    assert data["rows"][0] == {"channel": "Direct", "visits": 3200}
    assert data["rows"][1] == {"channel": "Organic Search", "visits": 1300}


def test_paths_compare_as_they_are(asked: Reported) -> None:
    for path, visits in (("/contact", 1800), ("/contact/", 0), ("/CONTACT", 0)):
        query = {"website_id": SITES[Report.FLOW], "metric": "visits", "path": path}
        data = asked.data("timeseries", query)
        assert (data["path"], sum(day["value"] for day in data["series"])) == (path, visits)


def test_all_begins_when_the_website_was_made(asked: Reported) -> None:
    """Unless something happened; in the time zone that is asked for."""
    query = {"website_id": QUIET, "period": "all"}
    assert asked.data("pages", query)["period"] == {"start": "2026-01-15", "end": "2026-03-01"}
    there = asked.data("pages", {**query, "timezone": "Pacific/Kiritimati"})
    assert there["period"] == {"start": "2026-01-16", "end": "2026-03-02"}
    named = asked.get("pages", {**query, "format": "csv"}).headers["content-disposition"]
    assert named == 'attachment; filename="pages_2026-01-15_2026-03-01.csv"'


def test_the_clock_is_asked_once_a_request(asked: Reported) -> None:
    """Days end with the moment of the request."""
    asked.now_ms += 2 * 60 * 60 * 1000
    assert asked.data("pages", {"website_id": QUIET})["period"] == {
        "start": "2026-02-24",
        "end": "2026-03-02",
    }


def test_a_report_waits_for_what_was_acknowledged(asked: Reported) -> None:
    """And says how much is missing, in JSON and CSV; when nothing is, there is no such header."""
    for form in ("json", "csv"):
        query = {"website_id": QUIET, "format": form}
        asked.pending = 0
        assert "x-piste-pending" not in asked.get("pages", query).headers
        asked.pending = 3
        answer = asked.get("pages", query)
        assert (answer.status, answer.headers["x-piste-pending"]) == (200, "3")
    assert asked.waits == 4


@pytest.mark.parametrize("report", Report)
def test_without_a_store_of_events(asked: Reported, report: Report) -> None:
    """There are no reports; who may not ask hears of that first."""
    without = Reported(asked.trail, None)
    query = f"website_id={QUIET}{NEEDED.get(report, '')}"
    for form in ("", "&format=csv"):
        answer = without.get(report, query + form)
        said = error("UNAVAILABLE", "This Piste keeps no events, so it has no reports")
        assert (answer.status, answer.json) == (503, said)
    assert without.get(report, query, by=None).status == 401
    assert without.get(report, query + "&page=0").status == 400
    assert without.get(report, query, by="theirs").status == 404
    assert without.waits == 0


def test_a_store_that_does_not_answer(asked: Reported, tmp_path: Any) -> None:
    def rows(sql: str, params: Any) -> Any:
        raise StoreUnavailable(tmp_path, "disk full")

    answer = Reported(asked.trail, rows).get("pages", f"website_id={QUIET}&format=csv")
    message = "What is decided cannot be read or stored at the moment; the server's log says why"
    assert (answer.status, answer.json) == (503, error("UNAVAILABLE", message))
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_other_methods(asked: Reported, method: str) -> None:
    answer = asked.trail.ask(method, f"/reports/pages?website_id={QUIET}", by="ours")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("report", ["", "x", "Summary", "custom_events", "summary/", "%00"])
def test_reports_that_are_none(asked: Reported, report: str) -> None:
    answer = asked.get(report, f"website_id={QUIET}")
    assert (answer.status, answer.json) == (404, error("NOT_FOUND", "Not Found"))


VALUES = (
    *(
        "",
        "0",
        "-1",
        "1e9",
        "9" * 400,
        "NaN",
        "null",
        "[]",
        "{}",
        "true",
        "%00",
        "%ff",
        "%ed%a0%80",
    ),
    *("%F0%9F%8E%BF", "%E2%80%AE", "'", '"', "%27;drop+table+events", "%25", "%5C", "x" * 5000),
    *("0000-00-00", "9999-12-31", "../../etc/passwd", "{site}", ":path", "*", "**" * 50, "(" * 999),
)


@pytest.mark.parametrize(
    ("report", "name"),
    [
        *((Report.SUMMARY, name) for name in COMMON),
        *((report, name) for report, names in EXTRA.items() for name in names),
        *((Report.EXPLAIN, "timezone"), (Report.TIMESERIES, "start_date")),
        *((Report.FLOW, f"filter[{name}]") for name in ("path", "event_name", "country", "x")),
    ],
)
def test_hostile_values(asked: Reported, report: Report, name: str) -> None:
    """An answer or a refusal in the envelope, and never an error of ours."""
    for value in VALUES:
        site = "" if name == "website_id" else f"&website_id={HOSTILE}"
        answer = asked.get(report, f"{name}={value}{site}{NEEDED.get(report, '')}")
        assert answer.status in (200, 400), value
        if answer.status == 400:
            assert answer.json["error"]["code"] == "INVALID_PAYLOAD"
            assert len(answer.body) < 1000


def test_hostile_names(asked: Reported) -> None:
    """Are refused, and not repeated at length."""
    for name in ("%00", "%ff", "x" * 60_000, "filter[" * 9_000, "steps[99999]", "steps[-1]", "%0d"):
        answer = asked.get("pages", f"website_id={QUIET}&{name}=1")
        assert (answer.status, answer.json["error"]["code"]) == (400, "INVALID_PAYLOAD")
        assert len(answer.body) < 1000


def test_the_rate_limit_of_a_key(asked: Reported) -> None:
    """All reports count together with the other routes, whatever the answers are."""
    asked.trail.limit = 60
    asked.trail.application = asked.app()
    for number in range(60):
        asked.trail.time = float(number)
        report, site = ("pages", QUIET) if number % 2 else ("realtime", THEIRS)
        assert asked.get(report, f"website_id={site}").status == (200 if number % 2 else 404)
    for path in ("/reports/summary", f"/reports/pages?website_id={QUIET}", "/websites"):
        answer = asked.trail.ask("GET", path, by="ours")
        assert answer.json == error("RATE_LIMITED", "Too many requests; try again in 1 s")
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert asked.get("pages", f"website_id={THEIRS}", by="theirs").status == 200
    asked.trail.time = 60.0
    assert asked.get("pages", f"website_id={QUIET}").status == 200


def test_reports_of_nobody_are_absent(asked: Reported) -> None:
    """An application without their router has no such addresses."""
    asked.trail.application = application([])
    answer = asked.get("summary", f"website_id={QUIET}", by=None)
    assert (answer.status, answer.json) == (404, error("NOT_FOUND", "Not Found"))
