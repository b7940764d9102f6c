"""Headers that no browser would send so: one kind is never enough."""

import pytest
from support.browsers import ANDROID, BROWSERS, CHROME, FIREFOX, IN_APPS, IOS, KIT, MAC, SAFARI

from piste.traffic.bots import Bot, Layer
from piste.traffic.signals import bot_by_signals, is_prefetch

PAGE = "https://example.com/"
USUAL = {
    "accept-language": "en",
    "sec-ch-ua": '"Chromium";v="131"',
    "sec-fetch-site": "cross-site",
    "referer": PAGE,
}
OLD_CHROME = CHROME.replace("131", "69")


def without(*names):
    return {name: value for name, value in USUAL.items() if name not in names}


def reason(user_agent, headers, url=PAGE, referrer=""):
    bot = bot_by_signals(user_agent, headers, url=url, referrer=referrer)
    assert bot is None or bot.layer is Layer.SIGNALS
    return None if bot is None else bot.reason


@pytest.mark.parametrize("user_agent", [row[0] for row in BROWSERS] + IN_APPS)
def test_one_kind_of_signal_is_not_enough(user_agent):
    assert reason(user_agent, without("accept-language")) is None
    assert reason(user_agent, without("sec-ch-ua")) is None
    assert reason(user_agent, USUAL | {"sec-fetch-site": "none"}) is None


def test_two_kinds_are():
    assert bot_by_signals(
        CHROME, without("sec-ch-ua", "accept-language"), url=PAGE, referrer=""
    ) == Bot(Layer.SIGNALS, "no client hints, no Accept-Language")


@pytest.mark.parametrize("user_agent", [SAFARI, FIREFOX, f"{ANDROID} CriOS/131.0 Safari/604.1"])
def test_only_chromium_has_client_hints(user_agent):
    assert reason(user_agent, without("sec-ch-ua", "accept-language")) is None


def test_client_hints_are_not_sent_from_http_nor_by_old_chromium_nor_by_web_views():
    bare = without("sec-ch-ua", "accept-language")
    assert reason(CHROME, bare, url="http://example.com/") is None
    assert reason(CHROME.replace("131", "89"), bare) is None
    assert (
        reason(f"Mozilla/5.0 (Linux; Android 12; A; wv) {KIT} Version/4.0 Chrome/131.0.0.0", bare)
        is None
    )


@pytest.mark.parametrize("where", ["header", "page"])
def test_a_page_that_somebody_typed_has_no_referrer(where):
    headers = without("accept-language", "referer") | {"sec-fetch-site": "none"}
    assert reason(FIREFOX, headers) is None
    if where == "header":
        found = reason(FIREFOX, headers | {"referer": PAGE})
    else:
        found = reason(FIREFOX, headers, referrer="https://other.example/")
    assert found == "no Accept-Language, Sec-Fetch-Site none with a referrer"


@pytest.mark.parametrize(
    ("user_agent", "is_odd"),
    [
        (OLD_CHROME, True),
        (CHROME.replace("131", "70"), False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:67.0) Gecko/20100101 Firefox/67.0", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:68.0) Gecko/20100101 Firefox/68.0", False),
        (f"{MAC} {IOS} Version/11.1 Safari/605.1.15", True),
        (f"{MAC} {IOS} Version/12.0 Safari/605.1.15", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/122.0", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/110.0", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/120.0", True),
    ],
)
def test_old_and_forged_versions_are_a_signal(user_agent, is_odd):
    found = reason(user_agent, without("accept-language"))
    assert found == ("no Accept-Language, odd version" if is_odd else None)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"purpose": "Prefetch"},
    ],
)
def test_a_prefetch_says_so(headers):
    assert is_prefetch(headers)


@pytest.mark.parametrize("headers", [{}, {"purpose": "preview"}, {"accept": "prefetch"}])
def test_all_else_is_no_prefetch(headers):
    assert not is_prefetch(headers)
