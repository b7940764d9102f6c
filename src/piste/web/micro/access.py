"""Who may ask: everybody on this machine, and whoever has a token.

Room:   pure decisions on the peer's address and the header fields.
Limits: local means that address and `Host` are both loopback and that nothing says that the request was
        forwarded: a reverse proxy on this machine has a loopback address, and a page that re-binds its
        domain name to 127.0.0.1 has another `Host`.
Source: Micro REST API, "Authentication"; RFC 6750 for the token.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

Header = tuple[bytes, bytes]

_FORWARDED = {
    b"forwarded",
    b"via",
    b"x-real-ip",
    b"x-client-ip",
    b"x-cluster-client-ip",
    b"x-original-forwarded-for",
    b"true-client-ip",
    b"cf-connecting-ip",
    b"fastly-client-ip",
}


def values_of(headers: Iterable[Header], name: bytes) -> list[str]:
    """All values of a lower-case header name."""
    return [value.decode("latin-1").strip() for key, value in headers if key == name]


@dataclass(frozen=True, slots=True)
class Access:
    """`is_open` lets everybody in; `verify` tells whether a bearer token is good (None: none is)."""

    is_open: bool = False
    verify: Callable[[str], bool] | None = None

    def allows(self, peer: str | None, headers: Sequence[Header]) -> bool:
        """`peer` is the connection's address, None when there is none (a Unix socket)."""
        return self.is_open or is_local(peer, headers) or self.has_token(headers)

    def has_token(self, headers: Sequence[Header]) -> bool:
        """Whether the request brings exactly one token, and a good one."""
        match [value.split() for value in values_of(headers, b"authorization")]:
            case [[scheme, token]] if scheme.lower() == "bearer" and self.verify is not None:
                return self.verify(token)
        return False


def is_local(peer: str | None, headers: Sequence[Header]) -> bool:
    """Whether a request comes from this machine, made for this machine."""
    if any(name in _FORWARDED or name.startswith(b"x-forwarded") for name, _ in headers):
        return False
    match values_of(headers, b"host"):
        case [host]:
            return peer is not None and _is_loopback(peer) and is_loopback_host(host)
    return False


def is_loopback_host(host: str) -> bool:
    """Whether `host`, with or without port, is `localhost` or a loopback address."""
    name, colon, port = host.rpartition(":")
    if colon and not host.endswith("]"):
        if not (port.isascii() and port.isdigit()):
            return False
    else:
        name = host
    if name.startswith("[") and name.endswith("]"):
        return ":" in name and _is_loopback(name[1:-1])
    return name.lower() == "localhost" or (":" not in name and _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped.is_loopback
    return ip.is_loopback
