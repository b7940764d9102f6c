"""Each form of an entry, and what is said of those that are none."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.client_ip import client_ip
from piste.traffic.excluded_ips import MAX_ENTRIES, ExcludedIps, excluded_ips
from piste.traffic.flaws import Flaw


def excludes(entry, address):
    compiled = excluded_ips([entry])
    assert isinstance(compiled, ExcludedIps)
    return compiled.has(client_ip(address))


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("203.0.113.7", ["203.0.113.7", "::ffff:203.0.113.7"], ["203.0.113.6", "203.0.113.8"]),
        ("2001:DB8:0::7", ["2001:db8::7"], ["2001:db8::8", "203.0.113.7"]),
        (" 203.0.113.7 ", ["203.0.113.7"], ["203.0.113.8"]),
        ("::ffff:203.0.113.7", ["203.0.113.7"], ["203.0.113.8"]),
        ("203.0.113.0/24", ["203.0.113.0", "203.0.113.255"], ["203.0.112.255", "203.0.114.0"]),
        ("203.0.113.77/24", ["203.0.113.0", "203.0.113.255"], ["203.0.114.0"]),
        ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db9::"]),
        ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["2001:db8::7"]),
        ("203.0.113.*", ["203.0.113.0", "203.0.113.255"], ["203.0.114.0"]),
        ("203.0.*.*", ["203.0.0.0", "203.0.255.255"], ["203.1.0.0", "202.255.255.255"]),
        ("203.*.*.*", ["203.0.0.0", "203.255.255.255"], ["204.0.0.0"]),
        (
            "203.0.113.10-203.0.113.20",
            ["203.0.113.10", "203.0.113.20"],
            ["203.0.113.9", "203.0.113.21"],
        ),
        ("203.0.113.10 - 203.0.113.20", ["203.0.113.15"], ["203.0.113.21"]),
        ("203.0.113.10-20", ["203.0.113.10", "203.0.113.20"], ["203.0.113.9", "203.0.113.21"]),
        ("203.0.113.10-10", ["203.0.113.10"], ["203.0.113.11"]),
        ("2001:db8::1-2001:db8::f", ["2001:db8::1", "2001:db8::f"], ["2001:db8::10"]),
    ],
)
def test_an_entry_excludes_what_it_names(entry, inside, outside):
    assert [excludes(entry, address) for address in inside] == [True] * len(inside)
    assert [excludes(entry, address) for address in outside] == [False] * len(outside)


@pytest.mark.parametrize(
    "entry",
    [
        *(
            "",
            " ",
            "example.com",
            "203.0.113",
            "203.0.113.256",
            "203.0.113.0/33",
            "203.0.113.0/-1",
            "/24",
        ),
        *(
            "*",
            "*.*.*.*",
            "203.*.113.*",
            "*.0.113.7",
            "203.0.*",
            "203.0.113.*.*",
            "999.0.113.*",
            "2001:db8::*",
        ),
        *(
            "203.0.113.20-10",
            "203.0.113.20-203.0.113.10",
            "203.0.113.1-256",
            "203.0.113.1-2001:db8::1",
        ),
        *(
            "-",
            "203.0.113.1-",
            "-5",
            "1-2-3",
            "2001:db8::1-5",
            "203.0.113.1-２",
            "\0",
            "\ud800",
            "203.0.113.7;",
        ),
    ],
)
def test_a_wrong_entry_is_named(entry):
    found = excluded_ips(["203.0.113.7", entry])
    shown = entry.replace("\ud800", "?")
    at = "excluded_ips[1]"
    assert found == (Flaw(at, f"`{at}` is no address, CIDR, wildcard or range: {shown}"),)


@pytest.mark.parametrize("entry", [None, 7, True, [], {}])
def test_an_entry_is_a_text(entry):
    at = "excluded_ips[0]"
    assert excluded_ips([entry]) == (Flaw(at, f"`{at}` is no address, CIDR, wildcard or range"),)


def test_every_wrong_entry_is_said():
    found = excluded_ips(["a", "203.0.113.7", "b"])
    assert isinstance(found, tuple)
    assert [flaw.field for flaw in found] == ["excluded_ips[0]", "excluded_ips[2]"]


def test_a_long_entry_is_shown_in_part():
    (flaw,) = excluded_ips(["9" * 1_000_000])
    assert flaw.message.endswith("range: " + "9" * 60 + "…")


@pytest.mark.parametrize("value", ["203.0.113.7", {}, 7, True])
def test_the_list_is_an_array(value):
    message = "`excluded_ips` must be an array of addresses"
    assert excluded_ips(value) == (Flaw("excluded_ips", message),)


def test_there_is_an_end_to_the_list():
    assert isinstance(excluded_ips(["203.0.113.7"] * MAX_ENTRIES), ExcludedIps)
    message = "`excluded_ips` has more than 1000 entries"
    assert excluded_ips(["203.0.113.7"] * (MAX_ENTRIES + 1)) == (Flaw("excluded_ips", message),)


@pytest.mark.parametrize("value", [None, []])
def test_nothing_excludes_nobody(value):
    compiled = excluded_ips(value)
    assert isinstance(compiled, ExcludedIps)
    assert not compiled.has(ip_address("203.0.113.7"))
    assert not compiled.has(None)


V4 = st.integers(0, 40).map(lambda offset: IPv4Address(int(IPv4Address("203.0.113.0")) + offset))
V6 = st.integers(0, 40).map(lambda offset: IPv6Address(int(IPv6Address("2001:db8::")) + offset))
ENTRY = st.one_of(
    V4.map(str),
    V6.map(str),
    st.tuples(V4, st.integers(20, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.tuples(V6, st.integers(110, 128)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.tuples(V4, V4).map(lambda pair: f"{min(pair)}-{max(pair)}"),
    st.tuples(V6, V6).map(lambda pair: f"{min(pair)}-{max(pair)}"),
)


def naively(entry, address):
    if "-" in entry:
        first, last = (ip_address(one) for one in entry.split("-"))
        return first.version == address.version and first <= address <= last
    return address in ip_network(entry, strict=False)


@settings(deadline=None)
@given(st.lists(ENTRY, max_size=8), V4 | V6)
def test_ranges_say_what_each_entry_says(entries, address):
    compiled = excluded_ips(entries)
    assert isinstance(compiled, ExcludedIps)
    assert compiled.has(address) == any(naively(entry, address) for entry in entries)


@settings(deadline=None)
@given(st.text(alphabet="0123456789./-*:af") | st.text())
def test_any_text_is_an_entry_or_a_flaw(text):
    excluded_ips([text])
