"""URLs as they may be kept: what says where somebody was, without what says who.

Room:   pure.
Limits: at most `hosts.MAX_URL` characters.
Source: RFC 3986 section 3.
"""

import re

from piste.traffic.hosts import MAX_URL, origin_of
from piste.traffic.texts import clean

_QUERY = re.compile(r"[?#]")
_USER = re.compile(r"(?<=://)[^/\\]*@")


def bare_url(url: str | None) -> str | None:
    """Without user, password, query and fragment; None when it names no host."""
    if origin_of(url) is None:
        return None
    return _USER.sub("", _QUERY.split(clean(url, MAX_URL), maxsplit=1)[0], count=1)
