"""What a browser would have sent otherwise: headers that are missing, versions nobody has any more.

Room:   pure.
Limits: one kind of signal never decides, two do. Only for requests that a page sent by itself. Client hints
        are sent from https pages only, and by Chromium alone.
Source: the behaviour of Chromium, Firefox and Safari; W3C Fetch Metadata; Gecko's user agent, whose `rv`
        stays 109.0 from version 110 to 119.
"""

import re
from collections.abc import Iterator, Mapping

from piste.traffic.bots import Bot, Layer

ENOUGH = 2
"""Kinds of signals."""

_CHROMIUM = re.compile(r"\bChrome/(\d{1,4})\.", re.ASCII)
_FIREFOX = re.compile(r"\bFirefox/(\d{1,4})\.", re.ASCII)
_GECKO = re.compile(r"\brv:(\d{1,4})\.", re.ASCII)
_SAFARI = re.compile(r"\bVersion/(\d{1,4})[. ].*\bSafari/", re.ASCII)
_WEB_VIEW = re.compile(r"; wv\)|Version/4\.0 Chrome/")

_FIRST_WITH_HINTS = 90
_OLDEST = ((_CHROMIUM, 70), (_FIREFOX, 68), (_SAFARI, 12))
_FROZEN_GECKO = 109


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """A browser fetches the page in case somebody will want it: no visit yet. Names are lower case."""
    asked = (headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz", "x-purpose"))
    return any(word in said[:200].lower() for said in asked for word in ("prefetch", "prerender"))


def bot_by_signals(
    user_agent: str, headers: Mapping[str, str], *, url: str, referrer: str
) -> Bot | None:
    """`headers` have lower-case names; `url` and `referrer` are the page's."""
    found = list(_signals(user_agent, headers, url, referrer))
    return Bot(Layer.SIGNALS, ", ".join(found)) if len(found) >= ENOUGH else None


def _signals(user_agent: str, headers: Mapping[str, str], url: str, referrer: str) -> Iterator[str]:
    """A kind each."""
    chromium = _version(_CHROMIUM, user_agent)
    if (
        chromium >= _FIRST_WITH_HINTS
        and url[:6].lower() == "https:"
        and not _WEB_VIEW.search(user_agent)
        and not headers.get("sec-ch-ua")
    ):
        yield "no client hints"
    if not headers.get("accept-language"):
        yield "no Accept-Language"
    if headers.get("sec-fetch-site") == "none" and (headers.get("referer") or referrer):
        yield "Sec-Fetch-Site none with a referrer"
    if _is_outdated(user_agent) or _is_forged_gecko(user_agent):
        yield "odd version"


def _is_outdated(user_agent: str) -> bool:
    for pattern, oldest in _OLDEST:
        version = _version(pattern, user_agent)
        if version:
            return version < oldest
    return False


def _is_forged_gecko(user_agent: str) -> bool:
    firefox, gecko = _version(_FIREFOX, user_agent), _version(_GECKO, user_agent)
    if not firefox or not gecko or gecko == firefox:
        return False
    return not (gecko == _FROZEN_GECKO and 110 <= firefox <= 119)


def _version(pattern: re.Pattern[str], user_agent: str) -> int:
    """0 when it is none of that kind."""
    match = pattern.search(user_agent)
    return int(match[1]) if match else 0
