"""What is recorded of a request: header texts, content type, address, host.

Room:   pure; `payload_of` in, a `CollectorPayload` out.
Limits: servers hand header names over in lower case; they are recorded in their usual spelling
        (`User-Agent`), as HTTP/1.1 clients write them. The address is that of the first
        `X-Forwarded-For` entry, from whomever it comes, as in Snowplow's collector. Unlike there,
        an anonymous request's `Forwarded` is left out too: enrichment would read the address.
Source: snowplow.md 1.4; RFC 9110 5.6.6 (content type).
"""

import re
import socket
from functools import lru_cache

from piste.events.payload import CollectorPayload
from piste.web.collector.grammar import AUTHORITY, COOKIE_OCTETS, TOKEN
from piste.web.collector.request import Request, text

_IDENTIFYING = frozenset({b"cookie", b"forwarded", b"x-forwarded-for", b"x-real-ip"})
_IRREGULAR = {
    b"dnt": "DNT",
    b"sp-anonymous": "SP-Anonymous",
    b"te": "TE",
    b"www-authenticate": "WWW-Authenticate",
    b"sec-ch-ua": "sec-ch-ua",
    b"sec-ch-ua-mobile": "sec-ch-ua-mobile",
    b"sec-ch-ua-platform": "sec-ch-ua-platform",
}
_TOKEN = TOKEN.pattern + "+"  # possessive, as the other repetitions: time stays linear
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_PARAMETER = rf"[ \t]*+({_TOKEN})=({_TOKEN}|{_QUOTED})"
_CONTENT_TYPE = re.compile(rf"({_TOKEN}/{_TOKEN})((?:[ \t]*+;(?:{_PARAMETER})?)*+)[ \t]*+")
_PARAMETERS = re.compile(_PARAMETER)
_SAME_CHARSET = {"utf8": "utf-8"}
_FORWARDED = re.compile(
    r'"?(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\](?::[0-9]+)?'
    r'|(?P<v4>[0-9.]+)(?::[0-9]+)?|(?P<v6>[0-9A-Fa-f:.]+))"?'
)
_UNKNOWN_ADDRESS = "unknown"


def payload_of(
    request: Request,
    *,
    path: str,
    body: str | None,
    network_userid: str,
    timestamp_ms: int,
    collector: str,
    record_hostname: bool,
) -> CollectorPayload:
    """The payload of one request. `path` is the mapped one; `body` is None unless it is a POST."""
    content_type = None
    if body is not None and (sent := request.field(b"content-type")):
        content_type = normal_content_type(sent)
    headers = recorded_headers(request)
    if content_type is not None:
        headers.append(content_type)
    return CollectorPayload(
        path=path,
        querystring=text(request.query),
        body=body,
        content_type=content_type,
        collector=collector,
        hostname=_hostname(request) if record_hostname else None,
        timestamp_ms=timestamp_ms,
        ip_address=client_address(request),
        user_agent=request.field(b"user-agent"),
        referer_uri=request.field(b"referer"),
        headers=tuple(headers),
        network_userid=network_userid,
    )


def recorded_headers(request: Request) -> list[str]:
    """`Name: value` in request order; cookies cleaned, and who sent them left out if anonymous."""
    anonymous = request.is_anonymous
    recorded = []
    for name, raw in request.headers:
        value = text(raw)
        if name in _IDENTIFYING:
            if anonymous:
                continue
            if name == b"cookie" and not (value := _clean_cookies(value)):
                continue
        recorded.append(f"{_spelling(name)}: {value}")
    return recorded


@lru_cache(maxsize=128)
def normal_content_type(header: str) -> str | None:
    """The content type in one spelling: lower-case, one space after `;`, the charset last.

    None when it does not parse. `utf8` is written `utf-8`; the value of any other parameter is
    quoted, as http4s prints it.
    """
    match = _CONTENT_TYPE.fullmatch(header)
    if match is None:
        return None
    parameters = dict(_PARAMETERS.findall(match[2].lower()))
    charset = parameters.pop("charset", "").strip('"')
    rendered = match[1].lower()
    for name, value in parameters.items():
        rendered += f"; {name}={value}" if value.startswith('"') else f'; {name}="{value}"'
    if charset:
        rendered += f"; charset={_SAME_CHARSET.get(charset, charset)}"
    return rendered


def client_address(request: Request) -> str:
    """The first forwarded address, else the peer's; `unknown` if anonymous or without a peer."""
    if request.is_anonymous:
        return _UNKNOWN_ADDRESS
    if forwarded := request.field(b"x-forwarded-for"):
        match = _FORWARDED.fullmatch(forwarded.split(",", 1)[0].strip())
        address = match and (match["bracketed"] or match["v4"] or match["v6"])
        if address and _is_address(address):
            return address
    return _unmapped(request.peer) if request.peer else _UNKNOWN_ADDRESS


def _unmapped(address: str) -> str:
    """An IPv4 client of a socket that serves IPv6 too shows up as `::ffff:192.0.2.1`."""
    mapped = address.removeprefix("::ffff:")
    return address if ":" in mapped else mapped


def _is_address(candidate: str) -> bool:
    family = socket.AF_INET6 if ":" in candidate else socket.AF_INET
    try:
        socket.inet_pton(family, candidate)
    except OSError:
        return False
    return True


def _hostname(request: Request) -> str | None:
    match = AUTHORITY.fullmatch(request.field(b"host") or "")
    return match["host"] if match else None


def _clean_cookies(line: str) -> str:
    """The pieces of a `Cookie` header that RFC 6265 allows, without spaces; empty ones go too."""
    pieces = line.replace(" ", "").split(";")
    return ";".join([piece for piece in pieces if COOKIE_OCTETS.fullmatch(piece)])


@lru_cache(maxsize=128)
def _spelling(name: bytes) -> str:
    return _IRREGULAR.get(name) or "-".join(part.capitalize() for part in text(name).split("-"))
