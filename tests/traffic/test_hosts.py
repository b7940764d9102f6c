"""Hosts of URLs, and labels as the only border between them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.hosts import Origin, is_below, is_local, keys, origin_of, suffixes


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://t.co/abc123", "t.co"),
        ("HTTPS://WWW.Example.COM:8443/a?b#c", "www.example.com"),
        ("http://user:secret@example.com/", "example.com"),
        ("http://example.com@evil.example/", "evil.example"),
        ("http://evil.example\\@example.com/", "evil.example"),
        ("http://example.com./", "example.com"),
        ("http://example.com?x=http://other.example", "example.com"),
        ("http://[2001:DB8::1]:80/", "2001:db8::1"),
        ("//example.com/a", "example.com"),
        ("example.com/a?b", "example.com"),
        ("example.com:8080", "example.com"),
        ("  https://example.com  ", "example.com"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://bücher.example/", "bücher.example"),
        ("http://localhost:3000/", "localhost"),
        ("https://under_score.example/", "under_score.example"),
    ],
)
def test_a_host_is_found(url, host):
    assert origin_of(url) == Origin(host)


@pytest.mark.parametrize(
    "url",
    [
        *(
            None,
            "",
            " ",
            "about:blank",
            "data:text/html,x",
            "javascript:alert(1)",
            "file:///etc/passwd",
        ),
        *(
            "mailto:a@example.com",
            "ftp://example.com/",
            "https://",
            "https:///path",
            "https://?x",
            "word",
        ),
        *("http://a b.example/", "http://exa%6dple.com/", "http://.example/", "http://a..example/"),
        *("http://[zz]/", "http://[::1", "http://" + "a" * 64 + ".example/", "http://<x>.example/"),
        *("http://" + "a." * 127 + "example/", "a." * 127 + "example", "http://a\0b\x01.example/"),
    ],
)
def test_there_is_no_host(url):
    assert origin_of(url) is None


def test_an_app_is_an_origin():
    assert origin_of("android-app://com.Google.android.gm/") == Origin(
        "com.google.android.gm", True
    )


@pytest.mark.parametrize(
    ("host", "domain", "expected"),
    [
        ("example.org", "example.org", True),
        ("a.example.org", "example.org", True),
        ("notexample.org", "example.org", False),
        ("example.org", "a.example.org", False),
        ("example.org.evil.example", "example.org", False),
    ],
)
def test_below_is_by_labels(host, domain, expected):
    assert is_below(host, domain) is expected


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1", "127.9.8.7", "::1"])
def test_the_developers_own_machine_is_local(host):
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["notlocalhost", "localhost.example", "127.0.0.1.example", "128.0.0.1"]
)
def test_nothing_else_is_local(host):
    assert not is_local(host)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("google.com", ["google.com", "google.*", "com"]),
        (
            "www.google.co.uk",
            ["www.google.co.uk", "www.google.*", "google.co.uk", "google.*", "co.uk", "uk"],
        ),
        ("google.de", ["google.de", "google.*", "de"]),
        ("google.example", ["google.example", "example"]),
        ("localhost", ["localhost"]),
        ("google.com.ninja", ["google.com.ninja", "com.ninja", "ninja"]),
        ("co.uk", ["co.uk", "co.*", "uk"]),
    ],
)
def test_a_list_may_have_a_host_under_these(host, expected):
    assert list(keys(host)) == expected


@settings(deadline=None)
@given(st.text(), st.sampled_from(["", "http://", "https://", "//", "android-app://", "http://["]))
def test_any_text_has_a_host_or_not(text, scheme):
    origin = origin_of(scheme + text)
    if origin is not None:
        assert origin.host
        assert len(list(suffixes(origin.host))) <= 127
        assert all(keys(origin.host))


@pytest.mark.parametrize("part", ["a", "a.", "http://", "@", "/", "\0", "\ud800"])
def test_a_megabyte_is_answered(part):
    for prefix in ("", "http://"):
        origin_of(prefix + part * (1_000_000 // len(part)))
