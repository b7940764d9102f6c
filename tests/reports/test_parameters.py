"""What a request asks, read from its query; and what is said of one that asks wrongly."""

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from piste.reports.filters import DIMENSIONS, Filter
from piste.reports.parameters import COMMON, EXTRA, Format, Parameters, Report, read
from piste.reports.wrong import Wrong

from .crowds import NOW, SITE
from .oracle import Refused
from .oracle.parameters import read as expected_read
from .questions import query
from .worlds import world

WEBSITE = ("website_id", SITE)


def asked(report: str, *given: tuple[str, str]) -> Parameters | Wrong:
    return read(Report(report), [WEBSITE, *given], NOW)


def test_what_holds_when_only_the_website_is_given():
    """The documented defaults."""
    found = asked("pages")
    assert isinstance(found, Parameters)
    assert str(found.period) == "2026-02-23 to 2026-03-01"
    assert (found.page, found.per_page, found.offset, found.format) == (1, 50, 0, Format.JSON)
    assert (found.compare, found.include_bots, found.filters) == (None, False, ())
    assert (found.group_by, found.metric, found.path, found.event_name) == (
        "channel",
        "pageviews",
        None,
        None,
    )


def test_everything_that_can_be_asked():
    """Each parameter is where reports look for it."""
    found = asked(
        "timeseries",
        ("start_date", "2026-01-01"),
        ("end_date", "2026-01-31"),
        ("compare", "yoy"),
        ("include_bots", "true"),
        ("content_group", "Blog"),
        ("page", "3"),
        ("per_page", "500"),
        ("format", "csv"),
        ("timezone", "Europe/Helsinki"),
        ("filter[country]", "FI"),
        ("filter[utm_source]", ""),
        ("metric", "visits"),
        ("path", "/a"),
    )
    assert isinstance(found, Parameters)
    assert str(found.period) == "2026-01-01 to 2026-01-31"
    assert str(found.calendar.zone) == "Europe/Helsinki"
    assert (found.compare, found.include_bots, found.format) == ("yoy", True, Format.CSV)
    assert (found.page, found.per_page, found.offset) == (3, 500, 1000)
    assert (found.metric, found.path) == ("visits", "/a")
    assert found.filters == (
        Filter("content_group", "Blog"),
        Filter("country", "FI"),
        Filter("utm_source", ""),
    )


def test_a_website_in_capitals_is_the_same():
    found = read(Report.PAGES, [("website_id", SITE.upper())], NOW)
    assert isinstance(found, Parameters)
    assert found.website_id == SITE


def test_the_days_of_all_are_not_known_yet():
    """They begin with the first hit."""
    found = asked("pages", ("period", "all"))
    assert isinstance(found, Parameters)
    assert found.period is None


@pytest.mark.parametrize(
    "names",
    [
        ("steps[]", "steps[]", "steps[]"),
        ("steps", "steps", "steps"),
        ("steps[0]", "steps[1]", "steps[2]"),
        ("steps[1]", "steps[0]", "steps[2]"),
        ("steps[]", "steps[0]", "steps[1]"),
    ],
)
def test_spellings_of_steps(names):
    """With or without brackets and numbers; numbers decide."""
    texts = ["/b", "/a", "/c"] if names[0] == "steps[1]" else ["/a", "/b", "/c"]
    found = asked("funnel", *zip(names, texts, strict=True), ("steps[]", ""))
    assert isinstance(found, Parameters)
    assert found.steps == ("/a", "/b", "/c")


A_DATE = "must be a date such as 2026-03-01, from 1970-01-01 to 2999-12-31"
STEPS = [("steps[]", "/a")]
WRONG = [
    (
        "pages",
        [("period", "8d")],
        "period",
        "must be one of yesterday, today, 7d, 30d, 90d, 12m, ytd, all",
    ),
    ("pages", [("start_date", "x")], "start_date", A_DATE),
    ("pages", [("start_date", "2026-01-01"), ("end_date", "y")], "end_date", A_DATE),
    (
        "pages",
        [("end_date", "2026-01-01")],
        "start_date",
        "is missing; end_date cannot stand alone",
    ),
    ("pages", [("compare", "YOY")], "compare", "must be one of previous_period, yoy"),
    ("pages", [("include_bots", "1")], "include_bots", "must be one of true, false"),
    ("pages", [("page", "0")], "page", "must be a whole number from 1 to 999999999"),
    ("pages", [("page", "-1")], "page", "must be a whole number from 1 to 999999999"),
    ("pages", [("page", "9" * 30)], "page", "must be a whole number from 1 to 999999999"),
    ("pages", [("page", "１")], "page", "must be a whole number from 1 to 999999999"),
    ("pages", [("per_page", "501")], "per_page", "must be a whole number from 1 to 500"),
    ("pages", [("per_page", "1.0")], "per_page", "must be a whole number from 1 to 500"),
    ("pages", [("format", "xml")], "format", "must be one of json, csv"),
    (
        "pages",
        [("timezone", "Mars")],
        "timezone",
        "must be a time zone's name, such as Europe/Helsinki",
    ),
    (
        "pages",
        [("filter[color]", "x")],
        "filter[color]",
        f"must name one of {', '.join(DIMENSIONS)}",
    ),
    ("pages", [("filter[]", "x")], "filter[]", f"must name one of {', '.join(DIMENSIONS)}"),
    ("pages", [("filter[path]", "a")] * 2, "filter[path]", "is given more than once"),
    ("pages", [("page", "1")] * 2, "page", "is given more than once"),
    ("pages", [("filter[path]", "a" * 2049)], "filter[path]", "must have at most 2048 characters"),
    ("pages", [("filter[path]", "\ud800")], "filter[path]", "is not valid text"),
    ("pages", [("\ud800", "x")], "\\ud800", "is no parameter of this report"),
    ("pages", [("group_by", "channel")], "group_by", "is no parameter of this report"),
    ("pages", [("colour", "x")], "colour", "is no parameter of this report"),
    ("pages", STEPS, "steps[]", "is a parameter of the funnel only"),
    (
        "sources",
        [("group_by", "x")],
        "group_by",
        "must be one of channel, domain, utm, channel_detail",
    ),
    (
        "timeseries",
        [("metric", "x")],
        "metric",
        "must be one of visits, pageviews, unique_pageviews, "
        "bounce_rate, avg_session_duration, landing_page_entries, exit_page_exits",
    ),
    (
        "timeseries",
        [("start_date", "1970-01-01"), ("end_date", "2999-12-31")],
        "start_date",
        "must be at most 36600 days before end_date",
    ),
    ("funnel", [], "steps[]", "must have 2 to 20 steps"),
    ("funnel", STEPS, "steps[]", "must have 2 to 20 steps"),
    ("funnel", STEPS * 21, "steps[]", "must have 2 to 20 steps"),
    ("funnel", [*STEPS, ("steps[]", "")], "steps[]", "must have 2 to 20 steps"),
    ("funnel", [*STEPS, ("steps[]", "\udfff")], "steps[]", "is not valid text"),
    ("event-properties", [], "event_name", "is missing"),
    ("explain", [], "event_id", "is missing"),
]


@pytest.mark.parametrize(("report", "given", "parameter", "reason"), WRONG)
def test_what_is_wrong(report, given, parameter, reason):
    """The parameter, and a sentence that begins with it."""
    assert asked(report, *given) == Wrong(parameter, f"{parameter} {reason}")


@pytest.mark.parametrize(
    ("website", "reason"),
    [
        (None, "is missing"),
        ("", "is missing"),
        ("x", "must be a UUID"),
        (SITE[:-1], "must be a UUID"),
        ("{" + SITE + "}", "must be a UUID"),
        ("urn:uuid:" + SITE, "must be a UUID"),
        (SITE.replace("-", ""), "must be a UUID"),
        (SITE + "\n", "must be a UUID"),
    ],
)
@pytest.mark.parametrize("report", Report)
def test_the_website_is_needed(report, website, reason):
    """By every report."""
    given = [] if website is None else [("website_id", website)]
    assert read(report, given, NOW) == Wrong("website_id", f"website_id {reason}")


@pytest.mark.parametrize("seed", range(60))
def test_queries_are_read_like_the_oracle_reads_them(seed):
    """One value of a good query is spoilt: both name the same parameter, or understand the same."""
    random = Random(seed)
    one = world(seed, most=20)
    for report in ("summary", "pages", "sources", "funnel", "timeseries", "custom-events"):
        good = query(report, one, random)
        name = random.choice([key for key in good if key != "website_id"] or ["page"])
        spoilt = random.choice(["", "x", "0", "-1", "2026-02-29", "501", "1e3", "true", "csv"])
        bad = good | {name: [spoilt] if name == "steps[]" else spoilt}
        items = [
            (key, value)
            for key, values in bad.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        found = read(Report(report), items, one.now_ms)
        expected = expected_read(report, bad, one.hits, one.now_ms, 0)
        if isinstance(expected, Refused):
            assert isinstance(found, Wrong), bad
            assert found.parameter == expected.parameter, bad
        else:
            assert isinstance(found, Parameters), bad
            assert found.period is None or str(found.period) == str(expected.period)
            assert (found.page, found.per_page) == (expected.page, expected.per_page)
            assert {(one.dimension, one.value or None) for one in found.filters} == set(
                expected.filters
            )


NAMES = [*COMMON, *(name for names in EXTRA.values() for name in names), "filter[path]", "steps[1]"]
TEXTS = st.text(st.characters(codec=None), max_size=20) | st.sampled_from(
    [
        "2026-01-01",
        "9999-12-31",
        "0001-01-01",
        "-1",
        "9" * 400,
        "true",
        "7d",
        "all",
        "UTC",
        SITE,
        "",
    ]
)


@settings(max_examples=300)
@given(
    st.sampled_from(Report), st.lists(st.tuples(st.sampled_from(NAMES) | TEXTS, TEXTS), max_size=6)
)
@example(Report.FUNNEL, [("steps[" + "9" * 5000 + "]", "x")])
def test_anything_is_understood_or_refused(report, given):
    """No query raises, and what is refused is named in text that can be printed."""
    for items in (given, [WEBSITE, *given]):
        found = read(report, items, NOW)
        if isinstance(found, Wrong):
            assert found.message.startswith(found.parameter)
            assert len(found.message.encode()) < 1_000
        else:
            assert found.offset >= 0
