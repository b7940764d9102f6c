"""Channels, in the order in which they are decided."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.campaigns import campaign_of
from piste.traffic.referrers import Channel, Detail, referral_of
from piste.traffic.sources import own_sources

SITE = "example.com"
PAGE = f"https://{SITE}/"
GOOGLE, BING, FACEBOOK = (
    "https://www.google.com/",
    "https://www.bing.com/",
    "https://l.facebook.com/",
)
GMAIL, OTHER = "https://mail.google.com/", "https://blog.other.example/post?secret=1"


def referral(referrer=None, query="", site=SITE, page=PAGE):
    url = f"{page}?{query}"
    return referral_of(referrer, url, site, campaign_of(url), own_sources())


CASES = [
    # 7, and what names no channel
    (None, "", "Direct", "Direct"),
    ("", "", "Direct", "Direct"),
    ("about:blank", "", "Direct", "Direct"),
    (None, "utm_source=partner", "Direct", "Direct"),
    (None, "utm_source=google", "Direct", "Organic Search"),
    (None, "utm_source=facebook&utm_medium=post", "Direct", "Social"),
    (None, "gclid=x", "Direct", "Direct"),
    # 2
    (None, "utm_medium=email", "Email", "Email"),
    (None, "utm_medium=E-Mail", "Email", "Email"),
    (None, "utm_medium=e_mail", "Email", "Email"),
    (None, "utm_medium=newsletter", "Email", "Email"),
    (GMAIL, "", "Email", "Email"),
    ("android-app://com.google.android.gm/", "", "Email", "Email"),
    (GOOGLE, "utm_medium=email", "Email", "Email"),
    (FACEBOOK, "utm_medium=email&utm_source=facebook", "Email", "Email"),
    (GMAIL, "utm_medium=cpc&utm_source=google", "Email", "Email"),
    # 3
    (GOOGLE, "utm_medium=cpc", "Paid Search", "Paid Search"),
    (GOOGLE, "utm_medium=CPC", "Paid Search", "Paid Search"),
    (GOOGLE, "utm_medium=search-ppc", "Paid Search", "Paid Search"),
    (GOOGLE, "utm_medium=paid", "Paid Search", "Paid Search"),
    (BING, "utm_medium=paid-search", "Paid Search", "Paid Search"),
    (None, "utm_source=google&utm_medium=cpc", "Paid Search", "Paid Search"),
    (None, "utm_source=Bing&utm_medium=ppc", "Paid Search", "Paid Search"),
    (OTHER, "utm_source=google&utm_medium=cpc", "Paid Search", "Paid Search"),
    (GOOGLE, "gclid=x", "Paid Search", "Paid Search"),
    (GOOGLE, "gbraid=x", "Paid Search", "Paid Search"),
    (GOOGLE, "wbraid=x", "Paid Search", "Paid Search"),
    (BING, "msclkid=x", "Paid Search", "Paid Search"),
    (None, "utm_source=google&gclid=x", "Paid Search", "Paid Search"),
    (BING, "gclid=x", "Organic Search", "Organic Search"),
    (GOOGLE, "msclkid=x", "Organic Search", "Organic Search"),
    (GOOGLE, "gclid=", "Organic Search", "Organic Search"),
    # 4
    (GOOGLE, "", "Organic Search", "Organic Search"),
    (GOOGLE, "utm_medium=organic", "Organic Search", "Organic Search"),
    (
        "android-app://com.google.android.googlequicksearchbox/",
        "",
        "Organic Search",
        "Organic Search",
    ),
    # 5
    (FACEBOOK, "", "Social", "Social"),
    ("https://t.co/abc123", "", "Social", "Social"),
    (FACEBOOK, "utm_source=google", "Social", "Organic Search"),
    (None, "utm_medium=social", "Social", "Social"),
    (None, "utm_medium=Social-Network", "Social", "Social"),
    (None, "utm_medium=social+network", "Social", "Social"),
    (None, "utm_medium=social_media", "Social", "Social"),
    (None, "utm_medium=sm", "Social", "Social"),
    (OTHER, "utm_medium=social", "Social", "Social"),
    ("https://www.youtube.com/", "", "Social", "Video"),
    (FACEBOOK, "utm_medium=cpc", "Social", "Paid Social"),
    # 6
    (OTHER, "", "Referral", "Referral"),
    ("https://docs.google.com/", "", "Referral", "Referral"),
    ("https://notgoogle.example/", "", "Referral", "Referral"),
    ("https://chatgpt.com/", "", "Referral", "AI Assistant"),
    ("https://gemini.google.com/", "", "Referral", "AI Assistant"),
    ("https://www.amazon.de/", "", "Referral", "Shopping"),
    # only in the detail
    (None, "utm_source=chatgpt.com", "Direct", "AI Assistant"),
    (None, "utm_source=facebook&utm_medium=paid_social", "Direct", "Paid Social"),
    (None, "utm_medium=paid_social", "Direct", "Paid Social"),
    (None, "utm_source=youtube&utm_medium=cpv", "Direct", "Paid Video"),
    (None, "utm_source=youtube&utm_medium=cpc", "Direct", "Paid Video"),
    (None, "utm_source=amazon&utm_medium=cpc", "Direct", "Paid Shopping"),
    (GOOGLE, "utm_medium=cpc&utm_campaign=Shopping+sale", "Paid Search", "Paid Shopping"),
    (GOOGLE, "utm_medium=cpc&utm_campaign=Cross-network", "Paid Search", "Cross-network"),
    (None, "utm_medium=banner", "Direct", "Display"),
    (None, "utm_medium=cpm", "Direct", "Display"),
    (OTHER, "utm_medium=cpc", "Referral", "Paid Other"),
    (None, "utm_medium=retargeting", "Direct", "Paid Other"),
    (None, "utm_medium=affiliate", "Direct", "Affiliate"),
    (OTHER, "utm_medium=affiliates", "Referral", "Affiliate"),
    (None, "utm_medium=audio", "Direct", "Audio"),
    (None, "utm_medium=sms", "Direct", "SMS"),
    (None, "utm_source=SMS", "Direct", "SMS"),
    (None, "utm_medium=webpush", "Direct", "Mobile Push"),
    (None, "utm_medium=app+notification", "Direct", "Mobile Push"),
    (None, "utm_source=firebase", "Direct", "Mobile Push"),
    (None, "utm_medium=video", "Direct", "Video"),
    (None, "utm_medium=organic", "Direct", "Organic Search"),
    (None, "utm_medium=referral", "Direct", "Referral"),
]


@pytest.mark.parametrize(("referrer", "query", "channel", "detail"), CASES)
def test_a_visit_has_a_channel_and_a_finer_one(referrer, query, channel, detail):
    found = referral(referrer, query)
    assert (found.channel, found.detail) == (channel, detail)


def test_each_channel_is_in_the_cases():
    assert {channel for _, _, channel, _ in CASES} == set(Channel)
    assert {detail for _, _, _, detail in CASES} == set(Detail)


def test_the_six_channels_are_the_documented_ones():
    names = ["Organic Search", "Paid Search", "Social", "Email", "Referral", "Direct"]
    assert [channel.value for channel in Channel] == names


@pytest.mark.parametrize(
    ("referrer", "domain"),
    [
        (GOOGLE, "google.com"),
        ("https://WWW.Twitter.com/x", "twitter.com"),
        ("https://xn--bcher-kva.example/a", "xn--bcher-kva.example"),
        (OTHER, "blog.other.example"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        (None, None),
        ("https://example.com/before", None),
    ],
)
def test_the_domain_is_the_host_without_www_and_path(referrer, domain):
    assert referral(referrer).domain == domain


@pytest.mark.parametrize(
    "referrer",
    [
        "https://example.com/a",
        "https://www.example.com/a",
        "https://shop.example.com/",
        "https://EXAMPLE.com:8443/",
        "http://localhost:3000/",
        "http://127.0.0.1/",
        "http://[::1]:5173/",
    ],
)
def test_the_site_itself_is_no_referrer(referrer):
    assert referral(referrer).channel is Channel.DIRECT
    assert referral(referrer).domain is None


def test_a_host_above_the_site_is_the_site_too():
    assert referral("https://example.com/", site="www.blog.example.com").channel is Channel.DIRECT


def test_the_pages_own_host_is_the_site_too():
    staging = "https://preview.hosting.example/"
    assert referral(staging, page=staging).channel is Channel.DIRECT
    assert referral(staging).channel is Channel.REFERRAL


def test_a_listed_host_above_the_site_is_still_a_referrer():
    found = referral("https://www.tumblr.com/", site="me.tumblr.com", page="https://me.tumblr.com/")
    assert found.channel is Channel.SOCIAL


@pytest.mark.parametrize(
    "referrer", ["https://notexample.com/", "https://example.com.evil.example/"]
)
def test_a_host_that_looks_like_the_site_is_a_referrer(referrer):
    assert referral(referrer).channel is Channel.REFERRAL


def test_a_referrer_of_the_site_leaves_the_campaign():
    found = referral("https://example.com/", "utm_medium=email")
    assert (found.channel, found.domain) == (Channel.EMAIL, None)


@settings(deadline=None)
@given(
    st.text(),
    st.text(),
    st.sampled_from(["", "https://", "https://google.com/", "android-app://"]),
    st.sampled_from(["", "utm_medium=", "utm_source=", "utm_campaign=", "gclid="]),
)
def test_any_text_has_a_channel(referrer, query, scheme, parameter):
    found = referral(scheme + referrer, parameter + query)
    assert found.channel in Channel
    assert found.detail in Detail
    assert (found.detail is Detail.EMAIL) >= (found.channel is Channel.EMAIL)
