"""Who sent a request: the address of the connection, or the one that a trusted proxy tells of.

Room:   from an ASGI scope to `traffic.proxies`.
Limits: several lines of the header are one list. What is no address is not looked at.
"""

from collections.abc import Mapping
from typing import Any

from piste.traffic.proxies import TrustedProxies

FORWARDED_FOR = "X-Forwarded-For"


class ClientAddress:
    """The canonical address of who sent the request of a scope; empty when there is none."""

    def __init__(self, proxies: TrustedProxies, header: str = FORWARDED_FOR) -> None:
        """`header` is the one that the proxies write, such as `CF-Connecting-IP`."""
        self._proxies = proxies
        self._header = header.lower().encode("latin-1")

    def __call__(self, scope: Mapping[str, Any]) -> str:
        client = scope.get("client")
        said = [value for name, value in scope["headers"] if name == self._header]
        return self._proxies.client(
            client[0] if client else None, b",".join(said).decode("latin-1")
        )
