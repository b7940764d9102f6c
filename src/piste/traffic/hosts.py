"""Hosts of URLs, and when one lies below another.

Room:   pure.
Limits: looks at the first MAX_URL characters. Hosts are lower case; IDNs stay as they were sent. What is not
        http, https or an app's address has no host here.
Source: RFC 3986 for the parts; the domains under which `name.*` holds are a rule of our own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from piste.traffic.texts import clean

MAX_URL = 2_048

_APPS = frozenset({"android-app", "ios-app"})
_WEB = frozenset({"http", "https"})
_LABEL = r"[^\x00-\x20\x7f\"#%/:<>?@\[\\\]^`{|}.]{1,63}"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_BARE = re.compile(rf"({_LABEL}(?:\.{_LABEL})+)\.?(?::\d{{1,5}})?(?:[/?#].*)?", re.DOTALL)
_END = re.compile(r"[/?#\\]")
_LOOPBACK = re.compile(r"127(?:\.\d{1,3}){3}")
_GENERIC = frozenset({"com", "net", "org", "cat", "info"})
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Of a URL. `host` is a name, an IPv4 or a bare IPv6 address, or the id of an app."""

    host: str
    is_app: bool = False


def origin_of(url: str | None) -> Origin | None:
    """None when there is no host; `example.org/page` without a scheme has one."""
    text = clean(url, MAX_URL)
    scheme, has_scheme, rest = text.partition("://")
    if not has_scheme:
        bare = _BARE.fullmatch(text.removeprefix("//"))
        return Origin(bare[1].lower()) if bare and len(bare[1]) <= 253 else None
    scheme = scheme.lower()
    if scheme not in _WEB and scheme not in _APPS:
        return None
    host = _host(_END.split(rest, maxsplit=1)[0])
    return None if host is None else Origin(host, scheme in _APPS)


def _host(authority: str) -> str | None:
    authority = authority.rpartition("@")[2].lower()
    if authority.startswith("["):
        text, closed, _ = authority[1:].partition("]")
        try:
            return IPv6Address(text).compressed if closed else None
        except AddressValueError:
            return None
    host = authority.partition(":")[0].removesuffix(".")
    return host if len(host) <= 253 and _NAME.fullmatch(host) else None


def without_www(host: str) -> str:
    return host.removeprefix("www.")


def is_local(host: str) -> bool:
    """The machine of whoever is developing the site."""
    is_name = host == "localhost" or host.endswith(".localhost")
    return is_name or host == "::1" or _LOOPBACK.fullmatch(host) is not None


def is_below(host: str, domain: str) -> bool:
    """Or the same; never `notexample.org` below `example.org`."""
    return host == domain or host.endswith(f".{domain}")


def suffixes(host: str) -> Iterator[str]:
    """The host and all above it, the longest first: `a.b.org`, `b.org`, `org`."""
    while host:
        yield host
        host = host.partition(".")[2]


def keys(host: str) -> Iterator[str]:
    """Under which a list may have it, the most telling first: `suffixes`, and `name.*` where that holds.

    `name.*` means the name under a country's domain, under such as `co` or `com` below that, and under
    com, net, org, cat and info.
    """
    tail = _public_part(host)
    for suffix in suffixes(host):
        yield suffix
        if tail and len(suffix) > len(tail):
            yield f"{suffix.removesuffix(tail)}.*"


def _public_part(host: str) -> str:
    """With the dot before it, as `.co.uk`; empty when nothing is known of the host's domain."""
    labels = host.rsplit(".", 2)
    top = labels[-1]
    if len(labels) == 1 or not (top in _GENERIC or (len(top) == 2 and top.isalpha())):
        return ""
    if len(labels) == 3 and len(top) == 2 and labels[1] in _SECOND_LEVEL:
        return f".{labels[1]}.{top}"
    return f".{top}"
