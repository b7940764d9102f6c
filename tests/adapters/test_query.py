"""Paths and query strings, as the pipeline reads them."""

import unicodedata
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.adapters import parse_path, parse_querystring
from piste.adapters.query import parse_form
from piste.events.failures import PayloadFormatFailure
from piste.events.outcome import QueryPairs

TP1 = ("com.snowplowanalytics.snowplow", "tp1")
NOT_EXTRACTED = "could not extract name-value pairs from querystring with encoding UTF-8: "


@pytest.mark.parametrize(
    ("path", "api"),
    [
        pytest.param("/com.acme/v1", ("com.acme", "v1"), id="vendor and version"),
        pytest.param("com.acme/v1", ("com.acme", "v1"), id="without the first slash"),
        pytest.param("/com.acme/v1/", ("com.acme", "v1"), id="with a slash at the end"),
        pytest.param("/r/tp2", ("r", "tp2"), id="the redirect"),
        pytest.param("/é/ ", ("é", " "), id="any characters"),
        pytest.param("/i", TP1, id="the pixel"),
        pytest.param("/i?e=pv", TP1, id="the pixel with its query string"),
        pytest.param("/ice.png", TP1, id="the old pixel"),
        pytest.param("/ice.png?e=pv", TP1, id="the old pixel with its query string"),
        pytest.param("/ice.pngx", TP1, id="what begins like the old pixel"),
        pytest.param("/i/v1", ("i", "v1"), id="two segments win over the pixel"),
    ],
)
def test_parse_path(path: str, api: tuple[str, str]) -> None:
    """Two segments are vendor and version; `/i` and `/ice.png` are the first tracker protocol."""
    assert parse_path(path) == api


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="nothing"),
        pytest.param("/", id="a slash"),
        pytest.param("/com.acme", id="one segment"),
        pytest.param("/a/b/c", id="three segments"),
        pytest.param("//a/b", id="two slashes first"),
        pytest.param("/a//b", id="two slashes between"),
        pytest.param("/a/b//", id="two slashes at the end"),
        pytest.param("i", id="the pixel without its slash"),
        pytest.param("/ix", id="what begins like the pixel"),
    ],
)
def test_parse_path_refuses(path: str) -> None:
    """Any other path is a format violation that repeats it."""
    expectation = "path does not match (/)vendor/version(/) nor is a legacy /i(ce.png) request"
    assert parse_path(path) == PayloadFormatFailure("path", path, expectation)


@pytest.mark.parametrize(
    ("querystring", "pairs"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("e=pv&p=web", (("e", "pv"), ("p", "web")), id="two pairs in order"),
        pytest.param("a", (("a", None),), id="no equals sign: the value is missing"),
        pytest.param("a=", (("a", ""),), id="an equals sign: the value is empty"),
        pytest.param("a=b=c", (("a", "b=c"),), id="the first equals sign divides"),
        pytest.param("=x&a=1", (("a", "1"),), id="a nameless pair is skipped"),
        pytest.param("&&a=1&", (("a", "1"),), id="empty pieces are skipped"),
        pytest.param("a=1&a=2", (("a", "1"), ("a", "2")), id="repeated names are all there"),
        pytest.param("a+b=c+d", (("a b", "c d"),), id="a plus sign is a space"),
        pytest.param("a%20b=c%2Bd", (("a b", "c+d"),), id="percent-encoded names and values"),
        pytest.param("a=%C3%A9", (("a", "é"),), id="UTF-8"),
        pytest.param("a=é", (("a", "é"),), id="a character outside ASCII, not encoded"),
        pytest.param("a=%ff%C3", (("a", "\ufffd\ufffd"),), id="bytes that are no UTF-8"),
        pytest.param("a=%00%0A", (("a", "\x00\n"),), id="encoded control characters"),
        pytest.param("a=%2525", (("a", "%25"),), id="decoded once"),
        pytest.param("u=http://x/?y[]:@!$'()*,/", (("u", "http://x/?y[]:@!$'()*,/"),), id="reserved"),
    ],
)  # fmt: skip
def test_parse_querystring(querystring: str, pairs: QueryPairs) -> None:
    """Form-decoded name-value pairs in order."""
    assert parse_querystring(querystring) == pairs


@pytest.mark.parametrize(
    ("querystring", "detail"),
    [
        pytest.param("a=b c", "Illegal character in query at index 3", id="a space"),
        pytest.param("a=\tb", "Illegal character in query at index 2", id="a tab"),
        pytest.param("a=\x7f", "Illegal character in query at index 2", id="DEL"),
        pytest.param(
            "a=\x85", "Illegal character in query at index 2", id="a C1 control character"
        ),
        pytest.param("a=\xa0", "Illegal character in query at index 2", id="a no-break space"),
        pytest.param("a=\u2028", "Illegal character in query at index 2", id="a line separator"),
        pytest.param(
            "a=%zz", "Malformed escape pair at index 2", id="a percent sign and no digits"
        ),
        pytest.param("a=%2", "Malformed escape pair at index 2", id="a percent sign and one digit"),
        pytest.param("%", "Malformed escape pair at index 0", id="a percent sign alone"),
        *(
            pytest.param(f"a={c}", "Illegal character in query at index 2", id=f"the character {c}")
            for c in '"<>\\^`{|}'
        ),
    ],
)
def test_parse_querystring_refuses(querystring: str, detail: str) -> None:
    """What is no legal URI query is a format violation that says where."""
    failure = PayloadFormatFailure("querystring", querystring, NOT_EXTRACTED + detail)
    assert parse_querystring(querystring) == failure


@given(st.characters(blacklist_categories=["Cs"]))
def test_characters_outside_ascii_are_judged_as_in_java(character: str) -> None:
    """Java takes any character outside ASCII but ISO control characters and separators."""
    if ord(character) > 127:
        refused = unicodedata.category(character) in ("Cc", "Zs", "Zl", "Zp")
        assert isinstance(parse_querystring(f"a={character}"), PayloadFormatFailure) is refused


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_parse_undoes_urlencode(pairs: list[tuple[str, str]]) -> None:
    """Whatever a client encodes comes out again."""
    assert parse_querystring(urlencode(pairs)) == tuple(pairs)


@given(st.text())
def test_any_query_string_is_read_or_refused(querystring: str) -> None:
    """Nothing raises; a refusal points at a character of the query string."""
    read = parse_querystring(querystring)
    if isinstance(read, PayloadFormatFailure):
        assert int(read.expectation.rsplit(" ", 1)[1]) < len(querystring)
    else:
        assert read == parse_form(querystring)
        assert all(name for name, _ in read)
