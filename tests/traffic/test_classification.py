"""A whole request, classified."""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.browsers import CHROME, IN_APPS

from piste.traffic.classification import Classification, Exclusion, Request, Rules, classified
from piste.traffic.content_groups import ContentGroups, content_groups
from piste.traffic.excluded_ips import ExcludedIps, excluded_ips
from piste.traffic.sources import extended
from piste.traffic.spam import Spam

DOCUMENTED = Request(
    user_agent=CHROME,
    address="203.0.113.7",
    url="https://example.com/blog/post-1?utm_source=twitter",
    path="/blog/post-1",
    referrer="https://t.co/abc123",
    screen_width=1920,
)
HEADERS = {"accept-language": "en", "sec-ch-ua": '"Chromium";v="131"'}
GROUPS = content_groups([{"name": "Blog", "pattern": "/blog/**"}])
EXCLUDED = excluded_ips(["203.0.113.0/24"])
assert isinstance(GROUPS, ContentGroups)
assert isinstance(EXCLUDED, ExcludedIps)
RULES = Rules("example.com", content_groups=GROUPS)


def answer(rules=RULES, **said):
    return classified(Request(**({"user_agent": CHROME} | said)), rules)


def test_the_documented_request():
    assert classified(DOCUMENTED, RULES) == Classification(
        path="/blog/post-1",
        content_group="Blog",
        browser_family="Chrome",
        os_family="Windows",
        device_type="desktop",
        screen_bucket="1441+",
        referrer_channel="Social",
        channel_detail="Social",
        referrer_domain="t.co",
        utm_source="twitter",
        utm_medium=None,
        utm_campaign=None,
        utm_term=None,
        utm_content=None,
        click_ids={},
        is_bot=False,
        bot_reason=None,
        is_excluded=False,
        exclusion=None,
    )


def test_the_body_overrides_the_url():
    url = "https://example.com/?utm_source=a&utm_medium=b&utm_term=c&gclid=d"
    found = answer(url=url, utm_source="x", utm_medium="", utm_content="y")
    assert (found.utm_source, found.utm_medium, found.utm_term) == ("x", "b", "c")
    assert (found.utm_content, found.click_ids) == ("y", {"gclid": "d"})


def test_neither_the_address_nor_the_user_agent_is_in_the_answer():
    kept = repr(classified(DOCUMENTED, RULES))
    assert "203.0.113.7" not in kept
    assert "Mozilla" not in kept
    assert "abc123" not in kept


def test_a_bot_is_flagged_with_its_reason():
    found = answer(user_agent="curl/8.11.0")
    assert (found.is_bot, found.bot_reason, found.is_excluded) == (True, "automation: curl", False)


def test_no_user_agent_is_a_bot():
    assert answer(user_agent=None).bot_reason == "form: no user agent"


@pytest.mark.parametrize("referrer", ["https://semalt.com/x", "http://www.semalt.com/"])
def test_referrer_spam_is_a_bot(referrer):
    host = "www.semalt.com" if "www" in referrer else "semalt.com"
    assert answer(referrer=referrer).bot_reason == f"referrer_spam: {host}"
    assert not answer(referrer="https://notsemalt.com/").is_bot


def test_odd_headers_are_a_bot_when_headers_are_known():
    page = {"url": "https://example.com/", "path": "/"}
    reason = "signals: no client hints, no Accept-Language"
    assert answer(**page, headers={}).bot_reason == reason
    assert not answer(**page, headers=HEADERS).is_bot
    assert not answer(**page, headers=None).is_bot


@pytest.mark.parametrize("user_agent", IN_APPS)
def test_in_apps_headers_are_not_looked_at(user_agent):
    odd = {"sec-fetch-site": "none", "referer": "https://example.com/"}
    assert not answer(user_agent=user_agent, url="https://example.com/", headers=odd).is_bot


@pytest.mark.parametrize("address", ["203.0.113.7", "::ffff:203.0.113.7", "203.0.113.7:50000"])
def test_an_excluded_address_is_flagged(address):
    found = answer(Rules("example.com", excluded_ips=EXCLUDED), address=address)
    assert (found.is_excluded, found.exclusion) == (True, Exclusion.ADDRESS)
    assert found.exclusion == "excluded_ip"


@pytest.mark.parametrize("address", ["203.0.114.7", None, "", "unknown"])
def test_another_address_is_not(address):
    assert not answer(Rules("example.com", excluded_ips=EXCLUDED), address=address).is_excluded


def test_a_prefetch_is_excluded_and_no_bot():
    found = answer(headers=HEADERS | {"sec-purpose": "prefetch"})
    assert (found.is_bot, found.exclusion) == (False, Exclusion.PREFETCH)
    assert found.exclusion == "prefetch"


def test_a_website_may_want_no_trailing_slash():
    assert answer(path="/blog/").path == "/blog/"
    rules = Rules("example.com", content_groups=GROUPS, drops_trailing_slash=True)
    assert answer(rules, path="/blog/").path == "/blog"


def test_a_deployments_lists_count():
    mine = extended({"search": {"hosts": {"Intranet": ["search.corp.example"]}}})
    rules = Rules("example.com", sources=mine, spam=Spam(["spam.example"]))
    found = answer(rules, referrer="https://search.corp.example/")
    assert found.referrer_channel == "Organic Search"
    assert answer(rules, referrer="https://spam.example/").is_bot


def test_nothing_said_is_a_visit_of_the_root():
    found = classified(Request(), RULES)
    assert (found.path, found.referrer_channel, found.screen_bucket) == ("/", "Direct", "unknown")


TEXT = (
    st.none()
    | st.text()
    | st.sampled_from(["https://", "http://[", "?utm_source=%", "\0", "\ud800"])
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_a_request_says_there_is_an_answer(data):
    said = {
        one.name: data.draw(TEXT)
        for one in fields(Request)
        if one.name not in ("screen_width", "headers")
    }
    width = data.draw(st.none() | st.integers() | st.floats() | st.text())
    headers = data.draw(
        st.none() | st.dictionaries(st.sampled_from(["sec-purpose", "referer"]), st.text())
    )
    found = classified(Request(**said, screen_width=width, headers=headers), RULES)
    for one in fields(found):
        str(getattr(found, one.name)).encode()


@pytest.mark.parametrize("part", ["a", "/", "%41", "&utm_source=", "http://", "\0", "\ud800", "😀"])
def test_megabytes_are_answered(part):
    long = part * (1_000_000 // len(part))
    texts = {
        one.name: long for one in fields(Request) if one.name not in ("screen_width", "headers")
    }
    found = classified(Request(**texts, headers={"sec-purpose": long, "referer": long}), RULES)
    assert len(repr(found)) < 20_000
