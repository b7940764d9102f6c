"""One page, one path."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.paths import MAX_BYTES, normalised_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/blog/post-1", "/blog/post-1"),
        ("/blog?a=b", "/blog"),
        ("/blog#part", "/blog"),
        ("/blog?a#b", "/blog"),
        ("", "/"),
        (None, "/"),
        ("  ", "/"),
        ("?a", "/"),
        ("#part", "/"),
        ("/", "/"),
        # only what is unreserved is decoded
        ("/%41%7A%30%2D%2E%5F%7E", "/Az0-._~"),
        ("/a%2Fb%20c%3Fd%23e", "/a%2Fb%20c%3Fd%23e"),
        ("/%C3%A9", "/%C3%A9"),
        ("/é", "/é"),
        ("/%2541", "/%2541"),
        ("/%", "/%"),
        ("/%4", "/%4"),
        ("/%zz", "/%zz"),
        # nothing is collapsed
        ("//a///b", "//a///b"),
        ("/a/./b/../c", "/a/./b/../c"),
        ("/A", "/A"),
        ("/blog/", "/blog/"),
        ("about", "about"),
        # routes behind a hash
        ("/#/about", "/#/about"),
        ("#/about", "/#/about"),
        ("/#/about?a=b", "/#/about"),
        ("/#/about#part", "/#/about"),
        ("/#/%41", "/#/A"),
        ("/#/", "/#/"),
        ("/app#/about", "/app"),
        ("/#about", "/"),
        # what no database takes
        ("/a\0b", "/ab"),
        ("/\ud800", "/\ufffd"),
    ],
)
def test_a_path_has_one_form(path, expected):
    assert normalised_path(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *[
            ("/blog/", "/blog"),
            ("/blog//", "/blog"),
            ("/", "/"),
            ("//", "/"),
            ("/blog/?a", "/blog"),
        ],
        *[("/#/about/", "/#/about"), ("/#/", "/#/")],
    ],
)
def test_a_website_may_want_no_trailing_slash(path, expected):
    assert normalised_path(path, drops_trailing_slash=True) == expected


@pytest.mark.parametrize("unit", ["a", "é", "€", "😀"])
def test_a_long_path_is_cut_between_characters(unit):
    path = normalised_path("/" + unit * MAX_BYTES)
    size = len(unit.encode())
    assert path == "/" + unit * ((MAX_BYTES - 1) // size)


def test_an_escape_is_not_cut_in_two():
    assert normalised_path("/aa" + "%20" * MAX_BYTES).endswith("%20")
    assert normalised_path("/" + "%20" * MAX_BYTES).endswith("%20")


def test_escapes_that_become_shorter_are_not_cut_away():
    assert normalised_path("/" + "%41" * 2_000) == "/" + "A" * 2_000


@settings(deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("/#?%41"), max_size=100), st.booleans())
def test_normalising_twice_changes_nothing_more(text, drops):
    once = normalised_path(text, drops_trailing_slash=drops)
    assert once
    assert len(once.encode()) <= MAX_BYTES
    assert "?" not in once
    if "%" not in once:  # `%2541` is decoded once
        assert normalised_path(once, drops_trailing_slash=drops) == once


@pytest.mark.parametrize("part", ["/", "%41", "%", "#/", "?", "\0", "\ud800", "😀"])
def test_a_megabyte_is_cut(part):
    assert len(normalised_path(part * (1_000_000 // len(part))).encode()) <= MAX_BYTES
