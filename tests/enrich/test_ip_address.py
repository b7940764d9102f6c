"""The client's address in recorded headers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.enrich.ip_address import client_address

PEER = "10.0.0.9"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        pytest.param([], PEER, id="no headers: the collector's own"),
        pytest.param(["Host: x", "Accept: */*"], PEER, id="no forwarding header"),
        pytest.param(["X-Forwarded-For: 192.0.2.1"], "192.0.2.1", id="one address"),
        pytest.param(
            ["Host: x", "x-forwarded-for: 192.0.2.1", "A: b"], "192.0.2.1", id="any case, anywhere"
        ),
        pytest.param(
            ["X-Forwarded-For: 192.0.2.1, 192.0.2.2"], "192.0.2.1", id="the first of a list"
        ),
        pytest.param(["X-Forwarded-For: 192.0.2.1:8080"], "192.0.2.1", id="a port is left out"),
        pytest.param(['X-Forwarded-For: "192.0.2.1"'], "192.0.2.1", id="quoted"),
        pytest.param(["X-Forwarded-For: [192.0.2.1]"], "192.0.2.1", id="in brackets"),
        pytest.param(["X-Forwarded-For: 2001:db8::1"], "2001:db8::1", id="version 6"),
        pytest.param(
            ["X-Forwarded-For: [2001:db8::1]:443"], "2001:db8::1", id="version 6 and a port"
        ),
        pytest.param(['X-Forwarded-For: "[2001:db8::1]"'], "2001:db8::1", id="version 6, quoted"),
        pytest.param(
            ["X-Forwarded-For: ::ffff:192.0.2.1"], "::ffff:192.0.2.1", id="version 4 in 6"
        ),
        pytest.param(
            ["X-Forwarded-For: unknown, 192.0.2.1"], PEER, id="only the first token counts"
        ),
        pytest.param(
            ["X-Forwarded-For: unknown", "X-Forwarded-For: 192.0.2.2"],
            "192.0.2.2",
            id="the first header with an address",
        ),
        pytest.param(
            ["X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2"],
            "192.0.2.1",
            id="the first of two headers",
        ),
        pytest.param(["X-Forwarded-For: "], PEER, id="an empty header"),
        pytest.param(["X-Forwarded-For-Not: 192.0.2.1"], PEER, id="a longer name"),
        pytest.param(["Not-X-Forwarded-For: 192.0.2.1"], PEER, id="another name"),
        pytest.param(["Forwarded: for=192.0.2.1"], "192.0.2.1", id="Forwarded, as the last header"),
        pytest.param(
            ["Forwarded: for=192.0.2.1", "Host: x"], PEER, id="Forwarded, not as the last"
        ),
        pytest.param(["Forwarded: for=192.0.2.1", "application/json"], PEER, id="as in any POST"),
        pytest.param(
            ['forwarded: For="[2001:db8::1]:4711"'], "2001:db8::1", id="Forwarded, version 6"
        ),
        pytest.param(
            ["Forwarded: proto=http; for=192.0.2.1;by=192.0.2.2"],
            "192.0.2.1",
            id="among other pairs",
        ),
        pytest.param(["Forwarded: for=_hidden"], PEER, id="Forwarded, without an address"),
        pytest.param(
            ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.2"],
            "192.0.2.1",
            id="X-Forwarded-For beats Forwarded",
        ),
        pytest.param(["", ":", "no colon"], PEER, id="what is no header"),
    ],
)
def test_client_address(headers: list[str], address: str) -> None:
    """The first X-Forwarded-For with an address; else Forwarded, only of the last header; else what
    the collector saw."""
    assert client_address(headers, PEER) == address


def test_without_any_address() -> None:
    """There may be none at all."""
    assert client_address(["Host: x"], None) is None


@given(st.lists(st.text() | st.text().map("X-Forwarded-For: {}".format)))
def test_any_headers_have_an_answer(headers: list[str]) -> None:
    """Nothing raises, and an answer is never empty."""
    assert client_address(headers, PEER)


def test_a_hostile_header_is_read_fast() -> None:
    """The time is linear in a header's length."""
    started = time.process_time()
    for header in (
        "Forwarded: " + "for " * 10_000,
        "X-Forwarded-For: " + "1" * 40_000 + '"[' * 9999,
    ):
        assert client_address([header], PEER) == PEER
    assert time.process_time() - started < 1.0
