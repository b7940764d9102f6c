"""The network user id: where it comes from, and the cookie that carries it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from web.collector.calling import A_YEAR_AGO, FRESH_ID, IN_A_YEAR, NOW_MS, TP2, call

from piste.web.collector.settings import (
    ClientCookieSettings,
    CollectorSettings,
    CookieSettings,
)

OLD_ID = "3734601f-5c3d-47c5-b367-0883e1ed74e6"
NUID = "e1b4bd71-2b4f-4a5c-9b0a-1d5a2a4fbc10"
ANONYMOUS_ID = "00000000-0000-0000-0000-000000000000"


def with_cookie(**changes: Any) -> CollectorSettings:
    return CollectorSettings(cookie=CookieSettings(**changes))


@pytest.mark.parametrize(
    ("target", "headers", "recorded"),
    [
        pytest.param("/i", {}, FRESH_ID, id="a fresh one"),
        pytest.param("/i", {"Cookie": f"micro={OLD_ID}"}, OLD_ID, id="the cookie's"),
        pytest.param(f"/i?nuid={NUID}", {}, NUID, id="the parameter's"),
        pytest.param(f"/i?nuid={NUID}", {"Cookie": f"micro={OLD_ID}"}, NUID, id="that before it"),
        pytest.param(
            f"/i?nuid={NUID}",
            {"Cookie": f"micro={OLD_ID}", "SP-Anonymous": "*"},
            ANONYMOUS_ID,
            id="zeros if anonymous, before both",
        ),
        pytest.param("/i", {"SP-Anonymous": ""}, ANONYMOUS_ID, id="anonymous with any value"),
        pytest.param("/i", {"Cookie": "micro=bob"}, "bob", id="what is no UUID goes on"),
        pytest.param("/i?nuid=a%20b%3Bc", {}, "a b;c", id="an odd parameter too, decoded"),
        pytest.param("/i?nuid=a+b", {}, "a b", id="a plus sign is a space"),
        pytest.param("/i?nuid=%FF", {}, "\ufffd", id="bytes that are not UTF-8"),
        pytest.param("/i?nuid=1&nuid=2", {}, "1", id="the first of repeated parameters"),
        pytest.param("/i?xnuid=1&nuidx=2", {}, FRESH_ID, id="a longer parameter name is another"),
        pytest.param("/i?nuid", {"Cookie": "micro=bob"}, "bob", id="a parameter without value"),
        pytest.param("/i?nuid=", {"Cookie": "micro=bob"}, "bob", id="an empty parameter"),
        pytest.param("/i", {"Cookie": "micro="}, FRESH_ID, id="an empty cookie"),
        pytest.param("/i", {"Cookie": "micro=; micro=bob"}, "bob", id="an empty cookie first"),
        pytest.param("/i", {"Cookie": "micro=a; micro=b"}, "a", id="the first of equal cookies"),
        pytest.param("/i", {"Cookie": "a=1;micro=bob;z=2"}, "bob", id="no spaces between"),
        pytest.param("/i", {"Cookie": "a ; micro = bob ; z"}, "bob", id="many spaces, no values"),
        pytest.param("/i", {"Cookie": 'micro="bob"'}, "bob", id="quotes are not part of it"),
        pytest.param("/i", {"Cookie": "micro=a=b"}, "a=b", id="an equals sign is"),
        pytest.param("/i", {"Cookie": "MICRO=bob; xmicro=eve"}, FRESH_ID, id="names are exact"),
        pytest.param("/i", {"Cookie": ";;=;= =;"}, FRESH_ID, id="nothing but separators"),
        pytest.param("/i", {"Cookie": "micro"}, FRESH_ID, id="a name without a value"),
    ],
)
def test_the_source_of_the_network_user_id(target, headers, recorded):
    """SP-Anonymous, then `nuid`, then the cookie, then a fresh UUID; empty counts as absent."""
    assert call("GET", target, headers).payload.network_userid == recorded


def test_several_cookie_headers_are_one_list():
    headers = [("Cookie", "a=1"), ("Cookie", f"micro={OLD_ID}")]
    assert call("GET", "/i", headers).payload.network_userid == OLD_ID


@pytest.mark.parametrize(
    ("method", "target", "headers", "value"),
    [
        pytest.param("GET", "/i", {}, FRESH_ID, id="a fresh id"),
        pytest.param("POST", TP2, {}, FRESH_ID, id="on POST too"),
        pytest.param("HEAD", "/i", {}, FRESH_ID, id="on HEAD too"),
        pytest.param("GET", "/i", {"Cookie": f"micro={OLD_ID}"}, OLD_ID, id="a known id, again"),
        pytest.param("GET", f"/i?nuid={NUID}", {}, NUID, id="the parameter's id"),
        pytest.param("GET", "/i?nuid=bob", {}, "bob", id="an id that is no UUID"),
    ],
)
def test_the_cookie_is_set_on_each_request(method, target, headers, value):
    """So that its expiry moves on."""
    assert call(method, target, headers).header("set-cookie") == (
        f"micro={value}; Expires={IN_A_YEAR}; Path=/; SameSite=None; Secure; HttpOnly"
    )


def test_the_expiry_is_a_year_from_the_clock():
    expires = datetime.strptime(IN_A_YEAR, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert expires.timestamp() == NOW_MS // 1000 + 365 * 24 * 3600


@pytest.mark.parametrize(
    "value",
    ["a%3B%20Domain%3Devil.com", "a%0D%0ASet-Cookie%3A%20x%3D1", "a%2Cb", "a%22b", "%C3%A9"],
)
def test_an_id_that_no_cookie_can_hold_is_recorded_but_not_set(value):
    """It would add attributes or headers."""
    answered = call("GET", f"/i?nuid={value}")
    assert answered.status == 200
    assert answered.payload.network_userid
    assert answered.header("set-cookie") is None


@pytest.mark.parametrize(
    ("settings", "rendered"),
    [
        pytest.param(
            with_cookie(name="sp", expiration_seconds=60, secure=False, http_only=False),
            f"sp={FRESH_ID}; Expires=Tue, 14 Nov 2023 22:14:20 GMT; Path=/; SameSite=None",
            id="another name, a minute, neither Secure nor HttpOnly",
        ),
        pytest.param(
            with_cookie(same_site="Strict"),
            f"micro={FRESH_ID}; Expires={IN_A_YEAR}; Path=/; SameSite=Strict; Secure; HttpOnly",
            id="SameSite Strict",
        ),
        pytest.param(
            with_cookie(same_site=None),
            f"micro={FRESH_ID}; Expires={IN_A_YEAR}; Path=/; Secure; HttpOnly",
            id="no SameSite",
        ),
        pytest.param(
            with_cookie(fallback_domain="acme.com"),
            f"micro={FRESH_ID}; Expires={IN_A_YEAR}; Domain=acme.com; Path=/; SameSite=None;"
            " Secure; HttpOnly",
            id="a fallback domain",
        ),
        pytest.param(with_cookie(enabled=False), None, id="cookies off"),
    ],
)
def test_the_cookies_attributes(settings, rendered):
    answered = call("GET", "/i", settings=settings)
    assert answered.header("set-cookie") == rendered
    assert answered.payload.network_userid == FRESH_ID


@pytest.mark.parametrize(
    ("origin", "domain"),
    [
        pytest.param("https://acme.com", "acme.com", id="the domain itself"),
        pytest.param("https://www.shop.acme.com:8443", "acme.com", id="a subdomain"),
        pytest.param("https://WWW.ACME.COM", "acme.com", id="in capitals"),
        pytest.param("https://notacme.com", "fallback.org", id="a name that only ends alike"),
        pytest.param("https://acme.com.evil.org", "fallback.org", id="a name that begins alike"),
        pytest.param("https://x.other.net", "other.net", id="the second configured domain"),
        pytest.param(
            "https://x.other.net https://acme.com",
            "acme.com",
            id="the order of the configuration wins, not that of the origins",
        ),
        pytest.param("null", "fallback.org", id="null"),
        pytest.param(None, "fallback.org", id="no origin"),
    ],
)
def test_the_cookies_domain_is_the_first_configured_one_that_holds_an_origin(origin, domain):
    settings = with_cookie(domains=("acme.com", "other.net"), fallback_domain="fallback.org")
    answered = call("GET", "/i", {"Origin": origin} if origin else {}, settings=settings)
    assert f"; Domain={domain}; Path=/" in answered.header("set-cookie")


def test_without_a_fallback_the_domain_is_left_out():
    settings = with_cookie(domains=("acme.com",))
    answered = call("GET", "/i", {"Origin": "https://other.net"}, settings=settings)
    assert "Domain" not in answered.header("set-cookie")


@pytest.mark.parametrize(
    ("cookie", "deleted"),
    [
        pytest.param(f"micro={OLD_ID}", True, id="taken back when the request has it"),
        pytest.param("other=1", False, id="else not mentioned"),
        pytest.param(None, False, id="nor without any cookie"),
    ],
)
def test_an_anonymous_request_takes_the_cookie_back(cookie, deleted):
    headers = {"SP-Anonymous": "*"} | ({"Cookie": cookie} if cookie else {})
    expected = f"micro=; Expires={A_YEAR_AGO}; Path=/; SameSite=None; Secure; HttpOnly"
    assert call("GET", "/i", headers).header("set-cookie") == (expected if deleted else None)


BOTH = with_cookie(client_cookie=ClientCookieSettings(enabled=True, name="sp_client"))


def test_the_client_cookie_is_a_second_one_that_scripts_may_read():
    assert call("GET", "/i", settings=BOTH).all("set-cookie") == [
        f"micro={FRESH_ID}; Expires={IN_A_YEAR}; Path=/; SameSite=None; Secure; HttpOnly",
        f"sp_client={FRESH_ID}; Expires={IN_A_YEAR}; Path=/; SameSite=None; Secure",
    ]


def test_an_anonymous_request_takes_back_those_cookies_that_it_has():
    headers = {"SP-Anonymous": "*", "Cookie": "sp_client=x"}
    assert call("GET", "/i", headers, settings=BOTH).all("set-cookie") == [
        f"sp_client=; Expires={A_YEAR_AGO}; Path=/; SameSite=None; Secure"
    ]
