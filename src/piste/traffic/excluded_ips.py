"""Addresses whose traffic a website does not count.

Room:   pure.
Limits: at most MAX_ENTRIES entries. IPv4 entries hold for IPv4 in IPv6 too.
Source: TinyTrail's API, `excluded_ips` of a website; which forms an entry may have is ours: an address, a
        CIDR (bits of the host are ignored), `203.0.113.*`, `203.0.113.10-203.0.113.20`, `203.0.113.10-20`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, ip_address, ip_network

from piste.events.schema_key import Json
from piste.traffic.client_ip import Address
from piste.traffic.flaws import Flaw, shortened

FIELD = "excluded_ips"
MAX_ENTRIES = 1_000
MAX_ENTRY = 100

_WILDCARD = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,2})((?:\.\*)+)", re.ASCII)
_LAST_OCTET = re.compile(r"(.*\.)(\d{1,3})", re.ASCII)
_MAPPED = IPv6Address("::ffff:0:0")

Range = tuple[int, int]
"""First and last, as numbers of IPv6: an IPv4 address is its mapped one."""


class ExcludedIps:
    """Compiled; asking takes time by the logarithm of the number of entries."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        merged: list[Range] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self._firsts = [first for first, _ in merged]
        self._lasts = [last for _, last in merged]

    def has(self, address: Address | None) -> bool:
        if address is None or not self._firsts:
            return False
        number = _number(address)
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]


NOTHING_EXCLUDED = ExcludedIps()


def excluded_ips(value: Json) -> ExcludedIps | tuple[Flaw, ...]:
    """From JSON, or everything that is wrong with it. None is an empty list."""
    if value is None:
        return NOTHING_EXCLUDED
    if not isinstance(value, list):
        return (Flaw(FIELD, f"`{FIELD}` must be an array of addresses"),)
    if len(value) > MAX_ENTRIES:
        return (Flaw(FIELD, f"`{FIELD}` has more than {MAX_ENTRIES} entries"),)
    ranges, flaws = [], []
    for position, entry in enumerate(value):
        found = _range(entry) if isinstance(entry, str) and len(entry) <= MAX_ENTRY else None
        if found is None:
            at = f"{FIELD}[{position}]"
            shown = f": {shortened(entry)}" if isinstance(entry, str) else ""
            message = f"`{at}` is no address, CIDR, wildcard or range{shown}"
            flaws.append(Flaw(at, message))
        else:
            ranges.append(found)
    return tuple(flaws) or ExcludedIps(ranges)


def _range(entry: str) -> Range | None:
    """None when it is none."""
    text = entry.strip()
    try:
        if "*" in text:
            return _of_wildcard(text)
        if "-" in text:
            first, _, last = text.partition("-")
            return _between(first.strip(), last.strip())
        return _of_network(text)
    except ValueError:
        return None


def _of_network(text: str) -> Range:
    network = ip_network(text, strict=False)
    return _number(network.network_address), _number(network.broadcast_address)


def _of_wildcard(text: str) -> Range | None:
    match = _WILDCARD.fullmatch(text)
    if match is None:
        return None
    octets = match[1].split(".")
    stars = match[2].count("*")
    if len(octets) + stars != 4:
        return None
    network = IPv4Network(f"{'.'.join(octets + ['0'] * stars)}/{8 * len(octets)}")
    return _number(network.network_address), _number(network.broadcast_address)


def _between(first: str, last: str) -> Range | None:
    if last.isascii() and last.isdigit():
        octet = _LAST_OCTET.fullmatch(first)
        if octet is None:
            return None
        last = f"{octet[1]}{last}"
    low, high = ip_address(first), ip_address(last)
    if low.version != high.version or _number(low) > _number(high):
        return None
    return _number(low), _number(high)


def _number(address: Address) -> int:
    return int(address) if isinstance(address, IPv6Address) else int(_MAPPED) + int(address)
