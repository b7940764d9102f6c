"""Where the collector sends a browser: a click's target, or once more to the same URL.

Room:   pure; texts in, a `Location` or None out.
Limits: a target is a URI by RFC 3986, so it cannot hold spaces, line ends or backslashes; nothing
        can be added to the answer through it. Any scheme may be named (apps have their own).
Source: snowplow.md 1.3.
"""

import re

from piste.web.collector.grammar import AUTHORITY, URI_REFERENCE
from piste.web.collector.request import Request

_NOT_IN_A_URL = re.compile(rb"[^\x21-\x7e]")


def redirect_target(url: str | None, domains: frozenset[str]) -> bytes | None:
    """The URL when one may be sent there. `domains` are lower-case hosts; empty means any host."""
    match = URI_REFERENCE.fullmatch(url) if url else None
    if match is None or (domains and (match["host"] or "").lower() not in domains):
        return None
    return match[0].encode()


def bounce_location(request: Request, parameter: str, scheme_header: bytes | None) -> bytes:
    """The request's own URL with `parameter=true` added.

    It is absolute when a proxy names the scheme in `scheme_header` and there is a valid `Host`,
    else relative, which browsers resolve against the URL they asked for.
    """
    separator = b"&" if request.query else b""
    query = request.query + separator + parameter.encode() + b"=true"
    target = _NOT_IN_A_URL.sub(_escape, request.raw_path + b"?" + query)
    scheme = (request.field(scheme_header) or "").lower() if scheme_header else ""
    host = request.field(b"host") or ""
    if scheme in ("http", "https") and AUTHORITY.fullmatch(host):
        return f"{scheme}://{host}".encode() + target
    return target


def _escape(match: re.Match[bytes]) -> bytes:
    return b"%%%02X" % ord(match[0])
