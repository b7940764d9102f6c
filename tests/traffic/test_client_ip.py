"""One address, one text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.client_ip import canonical_ip, client_ip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:8080", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:CB00:7107", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
        ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::1", "::1"),
    ],
)
def test_an_address_has_one_form(text, expected):
    assert canonical_ip(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            None,
            "",
            "unknown",
            "203.0.113",
            "203.0.113.256",
            "203.0.113.07",
            "1",
            "[::1",
            "::1]:80",
        ),
        *(
            "203.0.113.7, 10.0.0.1",
            "２０３.0.113.7",
            "\0",
            "\ud800",
            "1" * 1_000_000,
            "2001:db8::7::",
        ),
    ],
)
def test_all_else_is_none(text):
    assert client_ip(text) is None
    assert canonical_ip(text) == ""


@settings(deadline=None)
@given(st.ip_addresses())
def test_each_address_is_itself(address):
    mapped = getattr(address, "ipv4_mapped", None)
    assert client_ip(str(address)) == (mapped or address)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_an_address_or_none(text):
    canonical = canonical_ip(text)
    assert canonical_ip(canonical) == canonical
