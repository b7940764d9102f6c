"""Which address asked, when proxies stand in between.

Room:   pure.
Limits: an entry that is no address ends the search: what stands before it could be made up. Of a header only
        the last MAX_ENTRIES entries are looked at.
Source: the convention of `X-Forwarded-For`: each proxy appends whom it was asked by.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from piste.traffic.client_ip import Address, client_ip

MAX_ENTRIES = 32

NEAR = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
"""Loopback and private networks: a proxy of one's own is usually there."""


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Those whose word on whom they were asked by counts."""

    networks: tuple[IPv4Network | IPv6Network, ...]

    @staticmethod
    def of(networks: Iterable[str] = NEAR) -> "TrustedProxies":
        """Of addresses and CIDRs. ValueError: one of them is none."""
        return TrustedProxies(tuple(ip_network(one.strip(), strict=False) for one in networks))

    def client(self, peer: str | None, forwarded: str) -> str:
        """The canonical address of who asked; empty when there is none.

        `peer` is whom the connection is from, None when that has no address: a socket of this machine.
        `forwarded` are the entries of the header, separated by commas. Who asked is the last of them that
        is no trusted proxy.
        """
        client = client_ip(peer)
        if forwarded and (peer is None or self._has(client)):
            for entry in reversed(forwarded.rsplit(",", MAX_ENTRIES)[-MAX_ENTRIES:]):
                address = client_ip(entry.strip())
                if address is None:
                    break
                client = address
                if not self._has(address):
                    break
        return "" if client is None else client.compressed

    def _has(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)
