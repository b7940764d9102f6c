"""A request's path and query string as the pipeline reads them.

Limits: a query string must be a legal URI query, as Java judges it: white space and control
        characters (of all Unicode), `"<>\\^`{|}` and a percent sign without two hex digits are refused.
Source: tracker protocol, "From request to parameter maps".
"""

import re
from urllib.parse import unquote_plus

from piste.adapters.base import SNOWPLOW
from piste.events.failures import PayloadFormatFailure
from piste.events.outcome import QueryPairs

_PATH = re.compile(r"/?([^/]+)/([^/]+)/?")
_ICE = re.compile(r"/i(?:\?.*)?|/ice\.png.*", re.DOTALL)
_ILLEGAL = re.compile(
    r'[\x00-\x20"<>\\^`{|}\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]'
    r"|%(?![0-9A-Fa-f]{2})"
)
_PATH_EXPECTED = "path does not match (/)vendor/version(/) nor is a legacy /i(ce.png) request"


def parse_path(path: str) -> tuple[str, str] | PayloadFormatFailure:
    """(vendor, version)."""
    match = _PATH.fullmatch(path)
    if match:
        return match[1], match[2]
    if _ICE.fullmatch(path):
        return SNOWPLOW, "tp1"
    return PayloadFormatFailure("path", path, _PATH_EXPECTED)


def parse_form(text: str) -> QueryPairs:
    """The name-value pairs of `application/x-www-form-urlencoded` text; a nameless one is skipped."""
    pairs = []
    for piece in text.split("&"):
        name, equals, value = piece.partition("=")
        if name:
            pairs.append((unquote_plus(name), unquote_plus(value) if equals else None))
    return tuple(pairs)


def parse_querystring(querystring: str) -> QueryPairs | PayloadFormatFailure:
    illegal = _ILLEGAL.search(querystring)
    if illegal is None:
        return parse_form(querystring)
    what = "Malformed escape pair" if illegal[0] == "%" else "Illegal character in query"
    expectation = (
        "could not extract name-value pairs from querystring with encoding UTF-8: "
        f"{what} at index {illegal.start()}"
    )
    return PayloadFormatFailure("querystring", querystring, expectation)
