"""Rows as CSV, and what each report exports."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.reports.answering import csv_name, csv_of
from piste.reports.csv_text import to_csv
from piste.reports.parameters import Parameters, Report, read

from .crowds import NOW, SITE, Crowd

WEEK = {"start": "2026-02-23", "end": "2026-03-01"}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (0, "0"),
        (-4.08, "-4.08"),
        (True, "True"),
        ("/a", "/a"),
        ("a,b", '"a,b"'),
        ('say "x"', '"say ""x"""'),
        ("a\nb", '"a\nb"'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", '"\'\rx"'),
        ('=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'),
        ("a=1", "a=1"),
        ("ü\x00", "ü\x00"),
    ],
)
def test_cells(value, cell):
    """RFC 4180; texts that would be formulas are made texts, numbers stay."""
    assert to_csv(("a", "b"), [{"a": value, "b": 1}]) == f"a,b\r\n{cell},1\r\n"


def test_no_rows():
    """The header stays."""
    assert to_csv(("a", "b"), []) == "a,b\r\n"


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
)
def test_any_text_comes_back(rows):
    """As another reader of CSV understands it, but for the apostrophe; and no cell is a formula."""
    text = to_csv(("a", "b"), [dict(zip("ab", row, strict=True)) for row in rows])
    read_back = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in read_back] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell.startswith(tuple("=+-@\t\r")) for row in read_back for cell in row)


EXPORTED = [
    ("summary", [], "metric,value,previous,change_pct\r\nvisits,1,,\r\n"),
    ("summary", [("compare", "yoy")], "metric,value,previous,change_pct\r\nvisits,1,0,100\r\n"),
    ("pages", [], "path,contentGroup,pageviews,uniquePageviews\r\n'=x,,1,1\r\n"),
    ("sources", [], "channel,visits\r\nDirect,1\r\n"),
    ("sources", [("group_by", "domain")], "referrer,visits\r\n"),
    ("sources", [("group_by", "utm")], "utmSource,utmMedium,utmCampaign,visits\r\nnews,,,1\r\n"),
    ("sources", [("group_by", "channel_detail")], "channelDetail,visits\r\n"),
    ("devices", [], "deviceType,visits\r\nmobile,1\r\n"),
    ("flow", [], "path,entries\r\n'=x,1\r\n"),
    (
        "funnel",
        [("steps", "page_view"), ("steps", "/b")],
        "step,sessions,conversion_rate\r\npage_view,1,100\r\n/b,0,0\r\n",
    ),
    ("realtime", [], "path,visitors\r\n'=x,1\r\n"),
    ("custom-events", [], "name,count\r\nsignup,1\r\n"),
    ("event-properties", [("event_name", "signup")], "property,value,count\r\nplan,'-pro,1\r\n"),
    ("timeseries", [("period", "today")], "date,value\r\n2026-03-01,1\r\n"),
    ("countries", [], "country,visits\r\n,1\r\n"),
    (
        "explain",
        [("event_id", "event 1")],
        'code,message\r\ncounted,"It is counted, on 2026-03-01."\r\n',
    ),
]


@pytest.mark.parametrize(("report", "query", "expected"), EXPORTED)
def test_what_is_exported(report, query, expected):
    """The documented columns; of several lists, the documented one."""
    crowd = Crowd()
    event = {
        "hit_type": "custom",
        "hit_name": "signup",
        "properties": '{"plan":"-pro"}',
    }
    traits = {"referrer_channel": "Direct", "mkt_source": "news", "device_type": "mobile"}
    crowd.visit(NOW, "=x", event | {"after_ms": 0}, **traits)
    data = crowd.ask(report, *query)
    asked = read(Report(report), [("website_id", SITE), *query], NOW)
    assert isinstance(asked, Parameters)
    assert csv_of(Report(report), asked, data).startswith(expected)


def test_names_of_files():
    """The report and its days."""
    assert csv_name(Report.CUSTOM_EVENTS, {"period": WEEK}) == (
        "custom-events_2026-02-23_2026-03-01.csv"
    )
    assert csv_name(Report.REALTIME, {}) == "realtime.csv"
