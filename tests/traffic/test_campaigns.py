"""Campaign parameters and click ids, as a URL and a body say them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.campaigns import CLICK_IDS, MAX_VALUE, NO_CAMPAIGN, UTM, Campaign, campaign_of

PAGE = "https://example.com/blog/post-1"


def source(query, **said):
    return campaign_of(f"{PAGE}?{query}", said).utm_source


def test_the_documented_example():
    assert campaign_of(f"{PAGE}?utm_source=twitter") == Campaign(utm_source="twitter")


def test_all_five_are_read():
    query = "&".join(f"{name}={name[4:].upper()}" for name in UTM)
    assert campaign_of(f"{PAGE}?{query}") == Campaign(
        "SOURCE", "MEDIUM", "CAMPAIGN", "TERM", "CONTENT"
    )


@pytest.mark.parametrize(
    "url", [None, "", PAGE, f"{PAGE}?", f"{PAGE}?a=b", f"{PAGE}#?utm_source=a"]
)
def test_there_is_no_campaign(url):
    assert campaign_of(url) == NO_CAMPAIGN


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("utm_source=a&utm_source=b", "a"),
        ("utm_source=&utm_source=b", None),
        ("utm_source", None),
        ("utm_source=a+b%20c", "a b c"),
        ("utm_source=++a%20", "a"),
        ("utm_source=Mixed", "Mixed"),
        ("utm_source=a;utm_source=b", "a;utm_source=b"),
        ("utm_source=a=b", "a=b"),
        ("utm_source=a#utm_source=b", "a"),
        ("utm_source=%C3%A9", "é"),
        ("utm_source=%ff", "\ufffd"),
        ("utm_source=%zz", "%zz"),
        ("utm_source=a%00b", "ab"),
        ("UTM_SOURCE=a", None),
        ("xutm_source=a", None),
        ("utm_source=" + "a" * 300, "a" * MAX_VALUE),
        ("utm_source=" + "%C3%A9" * 300, "é" * MAX_VALUE),
        ("utm_source=" + "%F0%9F%98%80" * 300, "😀" * MAX_VALUE),
        ("utm_source=\ud800", "\ufffd"),
    ],
)
def test_a_value_is_read_as_a_form_writes_it(query, expected):
    assert source(query) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("body", "body"),
        ("  body ", "body"),
        ("", "url"),
        ("  ", "url"),
        (None, "url"),
        ("\0", "url"),
    ],
)
def test_what_the_body_says_counts_unless_it_is_empty(said, expected):
    assert source("utm_source=url", utm_source=said) == expected


def test_a_body_that_says_nothing_is_a_url_alone():
    assert campaign_of(f"{PAGE}?utm_source=url").utm_source == "url"


def test_the_bodys_values_are_cut():
    assert source("", utm_source="b" * 300) == "b" * MAX_VALUE


def test_click_ids_are_those_that_are_set():
    query = "&".join(f"{name}=1" for name in CLICK_IDS)
    assert campaign_of(f"{PAGE}?{query}").click_ids == dict.fromkeys(CLICK_IDS, "1")
    assert campaign_of(f"{PAGE}?gclid=&fbclid=2&other=3").click_ids == {"fbclid": "2"}


@settings(deadline=None)
@given(st.text())
def test_any_url_is_read(text):
    found = campaign_of(f"{text}?utm_source={text}&gclid={text}", {"utm_term": text})
    assert found.utm_source is None or 0 < len(found.utm_source) <= MAX_VALUE
    (found.utm_term or "").encode()


@pytest.mark.parametrize("part", ["a", "&", "utm_source=a&", "%", "%41", "#", "\0", "\ud800"])
def test_a_megabyte_is_read_in_part(part):
    campaign_of("?utm_source=x&" + part * (1_000_000 // len(part)))
