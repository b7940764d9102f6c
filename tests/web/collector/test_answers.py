"""Bodies and headers, byte by byte and in their order."""

import pytest
from web.collector.calling import FRESH_ID, IN_A_YEAR, TP2, call

from piste.web.collector.settings import CollectorSettings, CorsSettings, HstsSettings

PIXEL = bytes.fromhex(
    "47494638396101000100f00000ffffff00000021f90405000000002c00000000010001000002024401003b"
)
SET_COOKIE = (
    "set-cookie",
    f"micro={FRESH_ID}; Expires={IN_A_YEAR}; Path=/; SameSite=None; Secure; HttpOnly",
)
NO_CACHE = ("cache-control", "no-cache, no-store, must-revalidate")
ANYONE = ("access-control-allow-origin", "*")
CREDENTIALS = ("access-control-allow-credentials", "true")


@pytest.mark.parametrize("target", [TP2, "/i", "/ice.png"])
@pytest.mark.parametrize(("method", "body"), [("GET", PIXEL), ("HEAD", b"")])
def test_a_pixel(method, body, target):
    """43 bytes, never cached; a HEAD answer has the same headers and no body."""
    answered = call(method, target)
    assert (answered.status, answered.body) == (200, body)
    assert answered.headers == [
        SET_COOKIE,
        NO_CACHE,
        ANYONE,
        CREDENTIALS,
        ("content-type", "image/gif"),
        ("content-length", "43"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"schema":"iglu:a/b/jsonschema/1-0-0","data":[]}', id="JSON"),
        pytest.param(b"{", id="what is not JSON"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00", id="binary data"),
    ],
)
def test_a_post_is_answered_ok_whatever_its_body(body):
    """The collector never validates."""
    answered = call("POST", TP2, body=body)
    assert (answered.status, answered.body) == (200, b"ok")
    assert answered.headers == [
        SET_COOKIE,
        ANYONE,
        CREDENTIALS,
        ("content-type", "text/plain"),
        ("content-length", "2"),
    ]


@pytest.mark.parametrize("path", [TP2, "/i", "/robots.txt", "/r/tp2", "/", "/a/b/c", "*"])
def test_a_preflight_is_answered_on_every_path(path):
    answered = call("OPTIONS", path, {"Origin": "https://shop.acme.com"})
    assert (answered.status, answered.body, answered.kept.payloads) == (200, b"", [])
    assert answered.headers == [
        ("access-control-allow-origin", "https://shop.acme.com"),
        CREDENTIALS,
        ("access-control-allow-headers", "Content-Type, SP-Anonymous"),
        ("access-control-max-age", "3600"),
        ("content-length", "0"),
    ]


def test_the_age_of_a_preflight_can_be_turned_off():
    settings = CollectorSettings(cors=CorsSettings(access_control_max_age_seconds=-1))
    answered = call("OPTIONS", TP2, settings=settings)
    assert answered.header("access-control-max-age") == "-1"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        pytest.param(None, "*", id="no origin"),
        pytest.param("", "*", id="an empty origin"),
        pytest.param("null", "*", id="null counts as none"),
        pytest.param("https://acme.com", "https://acme.com", id="an origin is named"),
        pytest.param("http://localhost:8000", "http://localhost:8000", id="with its port"),
        pytest.param("http://[::1]:8000", "http://[::1]:8000", id="an IPv6 address"),
        pytest.param("http://192.0.2.1", "http://192.0.2.1", id="an IPv4 address"),
        pytest.param("https://xn--caf-dma.fr", "https://xn--caf-dma.fr", id="a punycode name"),
        pytest.param("app://my_app", "app://my_app", id="any scheme, and an underscore"),
        pytest.param("http://a.com http://b.com", "http://a.com", id="the first of several"),
        pytest.param("null http://b.com", "http://b.com", id="the first that is none of null"),
        pytest.param("http://a.com/ http://b.com", "http://b.com", id="the first that parses"),
        pytest.param("acme.com", "*", id="no scheme"),
        pytest.param("https://", "*", id="no host"),
        pytest.param("file://", "*", id="a file"),
        pytest.param("https://acme.com/", "*", id="a path"),
        pytest.param("https://a.com:port", "*", id="a port that is no number"),
        pytest.param("https://user@a.com", "*", id="a user"),
        pytest.param("https://a.com,https://b.com", "*", id="a list with commas"),
        pytest.param("https://café.fr", "*", id="a host outside ASCII"),
    ],
)
def test_the_first_origin_may_read_the_answer(origin, allowed):
    headers = {} if origin is None else {"Origin": origin}
    for method, target in (("GET", "/i"), ("POST", TP2), ("OPTIONS", TP2)):
        answered = call(method, target, headers)
        assert answered.header("access-control-allow-origin") == allowed
        assert answered.header("access-control-allow-credentials") == "true"


def test_of_repeated_origins_the_first_counts():
    headers = [("Origin", "http://a.com"), ("Origin", "http://b.com")]
    assert call("GET", "/i", headers).header("access-control-allow-origin") == "http://a.com"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/i"), ("POST", TP2), ("OPTIONS", TP2), ("GET", "/robots.txt")]
)
def test_strict_transport_security_is_on_every_answer_when_on(method, path):
    settings = CollectorSettings(hsts=HstsSettings(enable=True, max_age_seconds=60))
    name = "strict-transport-security"
    assert call(method, path, settings=settings).header(name) == "max-age=60"
    assert call(method, path).header(name) is None
