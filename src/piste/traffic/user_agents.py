"""Browser, operating system and kind of device, from a User-Agent.

Room:   pure, but for what it remembers; the rules of ua-parser are loaded when the first one is asked for.
Limits: families, not versions: browsers have frozen what they tell. The first MAX_USER_AGENT characters are
        read; MAX_REMEMBERED user agents are remembered, in memory only. An iPad that says it is a Macintosh
        is a desktop.
Source: ua-parser's rules; the names are those of TinyTrail's report "Devices".
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

import re2

from piste.traffic.texts import clean

if TYPE_CHECKING:
    from ua_parser import Resolver

MAX_USER_AGENT = 500
MAX_REMEMBERED = 4_096

OTHER = "Other"
"""A family that no rule knows."""

DESKTOP, MOBILE, TABLET, UNKNOWN = "desktop", "mobile", "tablet", "unknown"
DEVICE_TYPES = (DESKTOP, MOBILE, TABLET, UNKNOWN)

_BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Edge Mobile": "Edge",
    "Edge Mobile Webview": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "IE Mobile": "IE",
    "Opera Mobile": "Opera",
}
_SYSTEMS = {
    "Mac OS X": "macOS",
    "Mac OS": "macOS",
    "Chromium OS": "ChromeOS",
    "Chrome OS": "ChromeOS",
    **dict.fromkeys(
        ("Arch Linux", "CentOS", "Debian", "Fedora", "Gentoo", "Kubuntu", "Linux Mint", "Mageia"),
        "Linux",
    ),
    **dict.fromkeys(("Mandriva", "openSUSE", "Red Hat", "Slackware", "SUSE", "Ubuntu"), "Linux"),
}
"""Those that Piste names differently from ua-parser."""

_WINDOWS = "windows nt"
"""Old ones say `tablet pc` on any desk."""
_NEITHER = re2.compile(
    r"smart-?tv|google ?tv|apple ?tv|android ?tv|hbbtv|\btv\b|web0s|netcast|\bcrkey\b|bravia"
    r"|\baft[a-z]{1,4}\b|roku|viera|aquos|playstation|xbox|nintendo"
)
_TABLET = re2.compile(r"ipad|tablet|kindle|playbook|\bkf[a-z]{2,5}\b")
_MOBILE = re2.compile(
    r"iphone|ipod|\bmobile\b|windows phone|blackberry|\bbb10\b|opera mini|opera mobi|iemobile|kaios"
    r"|symbian|series ?60|\bmidp\b|webos/|palm"
)
_TABLET_UNLESS_MOBILE = re2.compile(r"android|\bsilk/")
_DESKTOP = re2.compile(r"windows|macintosh|mac os x|x11|linux|\bcros\b")
_BY_TOKENS = (
    (UNKNOWN, _NEITHER),
    (TABLET, _TABLET),
    (MOBILE, _MOBILE),
    (TABLET, _TABLET_UNLESS_MOBILE),
    (DESKTOP, _DESKTOP),
)
"""The first that a lower-case user agent has tells the device."""


@dataclass(frozen=True, slots=True)
class Client:
    """`is_spider`: ua-parser knows it as one."""

    browser_family: str
    os_family: str
    device_type: str
    is_spider: bool = False


def client_of(user_agent: str | None) -> Client:
    """None and an empty text are a client of which nothing is known."""
    return _client(clean(user_agent, MAX_USER_AGENT))


@lru_cache(maxsize=MAX_REMEMBERED)
def _client(text: str) -> Client:
    if not text:
        return Client(OTHER, OTHER, UNKNOWN)
    from ua_parser import Domain

    found = _resolver()(text, Domain.ALL)
    browser = found.user_agent.family if found.user_agent else OTHER
    system = found.os.family if found.os else OTHER
    return Client(
        _BROWSERS.get(browser, browser),
        _SYSTEMS.get(system, system),
        _device_type(text),
        found.device is not None,
    )


@lru_cache(maxsize=1)
def _resolver() -> "Resolver":
    from ua_parser import load_builtins
    from ua_parser.re2 import Resolver

    browsers, systems, devices = load_builtins()
    # These come before all devices. The spider that comes after them takes words such as `yahoo` for one,
    # which is only true of what no device matched.
    spiders = list(takewhile(lambda one: getattr(one, "family", None) == "Spider", devices))
    return Resolver((browsers, systems, spiders))


def _device_type(text: str) -> str:
    text = text.lower()
    if _WINDOWS in text:
        return UNKNOWN if _NEITHER.search(text) else DESKTOP
    return next((device for device, pattern in _BY_TOKENS if pattern.search(text)), UNKNOWN)
