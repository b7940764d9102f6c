"""The client's address as recorded headers tell it.

Source: Snowplow Enrich, IpAddressExtractor: the first `X-Forwarded-For` whose first token looks like
        an address; else a `Forwarded: for=` value, but only of the last header; else the collector's.
"""

import re
from collections.abc import Sequence

_ADDRESS = r"""["\[]*((?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+)"""
_FORWARDED_FOR = re.compile(rf"x-forwarded-for:\s*{_ADDRESS}", re.IGNORECASE)
_FORWARDED = re.compile(rf"forwarded:.*?\bfor\s*=\s*{_ADDRESS}", re.IGNORECASE)


def client_address(headers: Sequence[str], default: str | None) -> str | None:
    """`headers` are `Name: value` texts in request order; `default` is what the collector saw."""
    for header in headers:
        # Headers arrive by the dozen: the first letter settles most of them.
        if header[:1] in "xX" and (match := _FORWARDED_FOR.match(header)):
            return match[1]
    if headers and (match := _FORWARDED.match(headers[-1])):
        return match[1]
    return default
