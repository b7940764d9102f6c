"""Which address asked, behind proxies that are trusted and those that are not."""

import pytest

from piste.traffic.proxies import MAX_ENTRIES, NEAR, TrustedProxies

NEARBY = TrustedProxies.of()
NOBODY = TrustedProxies.of(())
OURS = TrustedProxies.of(["192.0.2.1", " 2001:db8::/32 "])


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        (NEARBY, "198.51.100.1", "", "198.51.100.1"),
        (NEARBY, "198.51.100.1", "203.0.113.9", "198.51.100.1"),
        (NEARBY, "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        (NEARBY, "::1", "203.0.113.9", "203.0.113.9"),
        (NEARBY, "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (NEARBY, "10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (NEARBY, "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        (NEARBY, "10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
        (NEARBY, "10.0.0.1", "203.0.113.9, ", "10.0.0.1"),
        (NEARBY, "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        (NEARBY, "10.0.0.1", '"[2001:DB8::1]:4711"', "10.0.0.1"),
        (NEARBY, "10.0.0.1", "[2001:DB8::1]:4711", "2001:db8::1"),
        (NEARBY, None, "203.0.113.9", "203.0.113.9"),
        (NEARBY, None, "", ""),
        (NEARBY, "nonsense", "203.0.113.9", ""),
        (NOBODY, "127.0.0.1", "203.0.113.9", "127.0.0.1"),
        (OURS, "192.0.2.1", "203.0.113.9", "203.0.113.9"),
        (OURS, "192.0.2.2", "203.0.113.9", "192.0.2.2"),
        (OURS, "2001:db8::7", "203.0.113.9", "203.0.113.9"),
        (OURS, "127.0.0.1", "203.0.113.9", "127.0.0.1"),
    ],
)
def test_the_last_address_that_is_no_trusted_proxy(proxies, peer, forwarded, client):
    assert proxies.client(peer, forwarded) == client


def test_only_the_end_of_a_long_header_is_looked_at():
    entries = ["203.0.113.9", *["10.0.0.2"] * MAX_ENTRIES]
    assert NEARBY.client("10.0.0.1", ",".join(entries)) == "10.0.0.2"
    assert NEARBY.client("10.0.0.1", ",".join(entries[:-1])) == "203.0.113.9"


def test_the_private_networks_are_networks():
    assert len(NEARBY.networks) == len(NEAR)


@pytest.mark.parametrize("network", ["", "10.0.0.0/33", "proxy.example", "10.0.0.*"])
def test_what_is_no_network(network):
    with pytest.raises(ValueError, match=r"does not appear|not permitted|IPv4 or IPv6"):
        TrustedProxies.of([network])
