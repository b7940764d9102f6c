"""URLs as Snowplow stores them: kept as sent, taken apart, never normalised.

Limits: characters that no URI may hold are percent-encoded first, as the original's lenient parser
        does; what still has no meaning (a port that is no number, an open bracket, a scheme with odd
        characters) is refused. Scheme, host and path keep their case.
Source: RFC 3986 appendix B; canonical event, page and referrer URL parts.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

_PARTS = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL
)
_ILLEGAL = re.compile(
    r'[\x00-\x20"<>\\^`{|}\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]'
    r"|%(?![0-9A-Fa-f]{2})"
)
_IPV6 = r"\[[0-9A-Fa-f:.]+(?:%25[0-9A-Za-z._~-]+)?\]"
_AUTHORITY = re.compile(rf"(?:[^@]*@)?({_IPV6}|[^:\[\]@]*)(?::([0-9]{{0,9}}))?")


@dataclass(frozen=True, slots=True)
class Url:
    """`text` is the URL with illegal characters encoded; a part that is absent is None."""

    text: str
    scheme: str | None
    host: str | None
    port: int
    path: str | None
    query: str | None
    fragment: str | None


def _encode(match: re.Match[str]) -> str:
    return quote(match[0])


def parse_url(text: str) -> Url | str:
    """The parts, or in a few words why there are none. A missing port is 443 for https, else 80."""
    legal = _ILLEGAL.sub(_encode, text.strip())
    match = _PARTS.fullmatch(legal)
    assert match is not None  # each part may be absent, and the path may be any text
    scheme, authority, path, query, fragment = match.groups()
    if scheme is None and authority is None and ":" in path.split("/", 1)[0]:
        return "illegal scheme name"
    host, port = None, None
    if authority:
        of_host = _AUTHORITY.fullmatch(authority)
        if of_host is None:
            return "malformed host or port"
        host, port = of_host[1] or None, int(of_host[2]) if of_host[2] else None
    elif authority is not None and not path:
        return "expected a host"
    if scheme is not None and authority is None and not path.startswith("/"):
        # Opaque, such as `mailto:` or `about:blank`: it has neither path nor query.
        path, query = "", None
    if port is None:
        port = 443 if scheme and scheme.lower() == "https" else 80
    return Url(legal, scheme, host, port, path or None, query or None, fragment or None)
