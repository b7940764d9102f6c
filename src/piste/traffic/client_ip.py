"""A client's address in the one form that is hashed, limited by and held against exclusions.

Room:   pure.
Limits: a text is at most MAX_TEXT characters; a zone (`%eth0`) goes.
Source: RFC 4291 section 2.5.5.2 (IPv4 in IPv6), RFC 5952 (the text of IPv6).
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

MAX_TEXT = 64

Address = IPv4Address | IPv6Address


def client_ip(text: str | None) -> Address | None:
    """Without port and brackets, IPv4 taken out of IPv6; None when it is no address."""
    if not text or len(text) > MAX_TEXT:
        return None
    text = text.strip()
    if text.startswith("["):
        text, closed, _ = text[1:].partition("]")
        if not closed:
            return None
    elif text.count(":") == 1:  # IPv4 with a port
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def canonical_ip(text: str | None) -> str:
    """As text, IPv6 compressed and lower case; empty when it is no address."""
    address = client_ip(text)
    return "" if address is None else address.compressed
