"""The settings: their defaults, what they refuse, and that each says what it means."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import get_args, get_type_hints

import pytest

from piste.events.doc import Doc
from piste.web.collector.settings import (
    ClientCookieSettings,
    CollectorSettings,
    CookieBounceSettings,
    CookieSettings,
    CorsSettings,
    DoNotTrackSettings,
    HstsSettings,
    NetworkingSettings,
    RedirectSettings,
    RootResponseSettings,
)


def leaves(cls: type, prefix: str = "") -> Iterator[tuple[str, object, object]]:
    """(dotted key, annotation, default) of every setting."""
    hints = get_type_hints(cls, include_extras=True)
    plain = get_type_hints(cls)
    defaults = cls()
    for one in fields(cls):
        if is_dataclass(plain[one.name]):
            yield from leaves(plain[one.name], f"{prefix}{one.name}.")
        else:
            yield prefix + one.name, hints[one.name], getattr(defaults, one.name)


def test_every_setting_says_in_one_line_what_it_means():
    for key, annotation, _ in leaves(CollectorSettings):
        docs = [extra.text for extra in get_args(annotation)[1:] if isinstance(extra, Doc)]
        assert len(docs) == 1, key
        assert docs[0].endswith("."), key
        assert "\n" not in docs[0], key


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("paths", {}),
        ("record_hostname", False),
        ("cookie.enabled", True),
        ("cookie.name", "micro"),
        ("cookie.expiration_seconds", 365 * 24 * 3600),
        ("cookie.domains", ()),
        ("cookie.fallback_domain", None),
        ("cookie.secure", True),
        ("cookie.http_only", True),
        ("cookie.same_site", "None"),
        ("cookie.client_cookie.enabled", False),
        ("cookie.client_cookie.http_only", False),
        ("do_not_track.enabled", False),
        ("cookie_bounce.enabled", False),
        ("cookie_bounce.name", "n3pc"),
        ("cookie_bounce.fallback_network_userid", "00000000-0000-4000-A000-000000000000"),
        ("cookie_bounce.forwarded_protocol_header", None),
        ("redirects.enable_default_redirect", False),
        ("redirects.redirect_domains", ()),
        ("root_response.enabled", False),
        ("root_response.status_code", 302),
        ("cross_domain.enabled", False),
        ("cross_domain.domains", ("*",)),
        ("cross_domain.secure", True),
        ("cors.access_control_max_age_seconds", 3600),
        ("hsts.enable", False),
        ("hsts.max_age_seconds", 365 * 24 * 3600),
        ("networking.max_request_line_bytes", 20_480),
        ("networking.max_headers_bytes", 40_960),
        ("networking.max_payload_bytes", 1_048_576),
        ("networking.drop_payload_bytes", 2_097_152),
    ],
)
def test_defaults_are_the_collectors_own(key, default):
    """Source: stream-collector `reference.conf`; the cookie's name is Micro's."""
    assert {name: value for name, _, value in leaves(CollectorSettings)}[key] == default


@pytest.mark.parametrize(
    ("build", "message"),
    [
        pytest.param(
            lambda: CookieSettings(name="a b"),
            "cookie.name: expected a token",
            id="a space in the cookie's name",
        ),
        pytest.param(
            lambda: CookieSettings(name=""),
            "cookie.name: expected a token",
            id="an empty cookie name",
        ),
        pytest.param(
            lambda: CookieSettings(same_site="lax"),
            "cookie.same_site: expected None, Lax or Strict, got 'lax'",
            id="SameSite in another spelling",
        ),
        pytest.param(
            lambda: CookieSettings(expiration_seconds=0),
            "cookie.expiration_seconds: expected 1 to 315360000, got 0",
            id="a cookie that expires at once",
        ),
        pytest.param(
            lambda: CookieSettings(domains=("acme.com", ".acme.com")),
            "cookie.domains: expected a domain without a leading dot, such as acme.com",
            id="a domain with a leading dot",
        ),
        pytest.param(
            lambda: CookieSettings(fallback_domain="acme.com; Secure"),
            "cookie.fallback_domain: expected a domain",
            id="an attribute in a domain",
        ),
        pytest.param(
            lambda: ClientCookieSettings(name="é"),
            "cookie.client_cookie.name: expected a token",
            id="a client cookie's name outside ASCII",
        ),
        pytest.param(
            lambda: CookieSettings(name="x", client_cookie=ClientCookieSettings(name="x")),
            "cookie.client_cookie.name: expected another name than 'x'",
            id="both cookies of one name",
        ),
        pytest.param(
            lambda: DoNotTrackSettings(enabled=True),
            "do_not_track.name: expected a token",
            id="do-not-track without a name",
        ),
        pytest.param(
            lambda: DoNotTrackSettings(name="dnt", value="("),
            "do_not_track.value: expected a regular expression, got '('",
            id="a broken regular expression",
        ),
        pytest.param(
            lambda: CookieBounceSettings(fallback_network_userid="a;b"),
            "cookie_bounce.fallback_network_userid: expected characters that a cookie can hold",
            id="a fallback id that no cookie can hold",
        ),
        pytest.param(
            lambda: CookieBounceSettings(name="a&b"),
            "cookie_bounce.name: expected letters, digits and -._~, got 'a&b'",
            id="an ampersand in a parameter's name",
        ),
        pytest.param(
            lambda: CookieBounceSettings(forwarded_protocol_header="X Proto"),
            "cookie_bounce.forwarded_protocol_header: expected a token",
            id="a header name with a space",
        ),
        pytest.param(
            lambda: RedirectSettings(redirect_domains=("https://acme.com",)),
            "redirects.redirect_domains: expected host names, got 'https://acme.com'",
            id="a URL among the redirect domains",
        ),
        pytest.param(
            lambda: RootResponseSettings(status_code=99),
            "root_response.status_code: expected 200 to 599, got 99",
            id="no status that HTTP knows",
        ),
        pytest.param(
            lambda: RootResponseSettings(status_code=204, body="x"),
            "root_response.body: expected none with status 204",
            id="a body where HTTP has none",
        ),
        pytest.param(
            lambda: RootResponseSettings(headers={"Location": "/a\r\nSet-Cookie: x=1"}),
            "root_response.headers: expected printable ASCII in 'Location'",
            id="a line end in a header",
        ),
        pytest.param(
            lambda: RootResponseSettings(headers={"Content-Length": "1"}),
            "root_response.headers: the server itself sets 'Content-Length'",
            id="a header of the server's own",
        ),
        pytest.param(
            lambda: CorsSettings(access_control_max_age_seconds=-2),
            "cors.access_control_max_age_seconds: expected -1 to 315360000, got -2",
            id="an age below -1",
        ),
        pytest.param(
            lambda: HstsSettings(max_age_seconds=-1),
            "hsts.max_age_seconds: expected 0 to",
            id="a negative HSTS age",
        ),
        pytest.param(
            lambda: NetworkingSettings(body_timeout_seconds=0),
            "networking.body_timeout_seconds: expected 1 to",
            id="no time at all for a body",
        ),
        pytest.param(
            lambda: CollectorSettings(paths={"/com.acme": "/com.acme/v1"}),
            "paths: expected two segments such as /vendor/v1, got '/com.acme'",
            id="one segment on the left of a path mapping",
        ),
        pytest.param(
            lambda: CollectorSettings(paths={"/a/b/c": "/com.acme/v1"}),
            "got '/a/b/c'",
            id="three segments on the left",
        ),
        pytest.param(
            lambda: CollectorSettings(paths={"/com.acme/track": "com.acme/v1"}),
            "got 'com.acme/v1'",
            id="no leading slash on the right",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(build, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        build()
    assert message in str(caught.value)
