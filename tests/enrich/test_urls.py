"""Real URLs, and what each must become."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.golden import golden_text

from piste.enrich.urls import Url, parse_url


def cases() -> Iterator[Any]:
    """The cases of golden/events/urls.txt."""
    _, *blocks = golden_text("events/urls.txt").split("\n## ")
    for block in blocks:
        title, text, *expected = block.strip().splitlines()
        told = dict(line.split(maxsplit=1) for line in expected)
        parts = [None if part == "-" else part for part in told["parts"].split(" ")]
        scheme, host, port, path, query, fragment = parts
        assert port is not None
        url = Url(told.get("kept", text), scheme, host, int(port), path, query, fragment)
        yield pytest.param(text, url, id=title)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        *cases(),
        pytest.param(
            " \thttp://x/ \n",
            Url("http://x/", "http", "x", 80, "/", None, None),
            id="white space around",
        ),
        pytest.param(
            "http://x/\x00",
            Url("http://x/%00", "http", "x", 80, "/%00", None, None),
            id="a control character",
        ),
        pytest.param(
            "http://x/a\xa0b\u2028c",
            Url("http://x/a%C2%A0b%E2%80%A8c", "http", "x", 80, "/a%C2%A0b%E2%80%A8c", None, None),
            id="white space of Unicode",
        ),
        pytest.param(
            "http://x/" + "a" * 200_000,
            Url("http://x/" + "a" * 200_000, "http", "x", 80, "/" + "a" * 200_000, None, None),
            id="huge",
        ),
    ],
)
def test_parse_url(text: str, url: Url) -> None:
    """A URL is kept as sent but for illegal characters, and taken apart without decoding."""
    assert parse_url(text) == url


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("http://", "expected a host", id="no host"),
        pytest.param("http://?a=b", "expected a host", id="a query instead of a host"),
        pytest.param("//", "expected a host", id="two slashes"),
        pytest.param("http://x:port/", "malformed host or port", id="a port that is a word"),
        pytest.param("http://x:-1/", "malformed host or port", id="a negative port"),
        pytest.param("http://x:1234567890/", "malformed host or port", id="a port of ten digits"),
        pytest.param("http://x:\u0664/", "malformed host or port", id="a port in another script"),
        pytest.param("http://a:b:c/", "malformed host or port", id="two colons"),
        pytest.param("http://a@b@c/", "malformed host or port", id="two at signs"),
        pytest.param("http://[::1/", "malformed host or port", id="an open bracket"),
        pytest.param("http://::1]/", "malformed host or port", id="a closing bracket"),
        pytest.param("http://[]/", "malformed host or port", id="nothing in brackets"),
        pytest.param("http://[zz]/", "malformed host or port", id="no address in brackets"),
        pytest.param("http://[::1]x/", "malformed host or port", id="more after brackets"),
        pytest.param(":foo", "illegal scheme name", id="an empty scheme"),
        pytest.param("1http://x", "illegal scheme name", id="a scheme that begins with a digit"),
        pytest.param("ht tp://x", "illegal scheme name", id="a space in the scheme"),
        pytest.param("é:x", "illegal scheme name", id="a scheme outside ASCII"),
    ],
)
def test_parse_url_refuses(text: str, why: str) -> None:
    """What has no meaning as a URL is refused in a few words."""
    assert parse_url(text) == why


@given(st.text() | st.text(st.sampled_from("aA1:/?#[]@% .é")))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Nothing raises; what is kept is legal, and parsing it again changes nothing."""
    url = parse_url(text)
    if isinstance(url, Url):
        assert parse_url(url.text) == url
        assert not re.search(r'[\x00-\x20"<>\\^`{|}\x7f]', url.text)
        assert 0 <= url.port < 2**31
        assert "" not in (url.scheme, url.host, url.path, url.query, url.fragment)


@given(
    st.from_regex(r"[a-z]{1,5}", fullmatch=True),
    st.from_regex(r"[a-z0-9.-]{1,9}", fullmatch=True),
    st.integers(0, 65_535),
    st.from_regex(r"(/[a-z%20:@]{0,5}){1,3}", fullmatch=True),
    st.from_regex(r"[a-z=&?/]{1,9}", fullmatch=True),
)
def test_parts_are_found_again(scheme: str, host: str, port: int, path: str, query: str) -> None:
    """A URL that is put together from parts gives those parts."""
    url = parse_url(f"{scheme}://{host}:{port}{path}?{query}#{query}")
    legal_path = re.sub("%(?!20)", "%25", path)
    assert isinstance(url, Url)
    assert (url.scheme, url.host, url.port, url.path) == (scheme, host, port, legal_path)
    assert (url.query, url.fragment) == (query, query)
