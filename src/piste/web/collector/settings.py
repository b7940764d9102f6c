"""What an operator can change about the collector.

Room:   plain values, read by the modules beside it; the settings layer derives flags, environment
        variables, TOML keys and the documentation from the annotations.
Limits: connection limits and idle timeouts belong to the HTTP server, not to the collector.
        `P3P` is not offered: no browser reads it, and the http4s collector never sent it.
Source: stream-collector, `reference.conf`; the cookie's name is Micro's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from piste.events.doc import Doc
from piste.web.collector.grammar import (
    COOKIE_OCTETS,
    DOMAIN,
    PRINTABLE_ASCII,
    TOKEN,
    UNRESERVED,
)

_YEAR = 365 * 24 * 3600
_TEN_YEARS = 10 * _YEAR
_TWO_SEGMENTS = re.compile(r"/[^/?#]+/[^/?#]+")
_SERVER_HEADERS = frozenset({"content-length", "transfer-encoding", "connection"})
_BODILESS_STATUSES = frozenset({204, 205, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieAttributes:
    """What both cookies have."""

    name: Annotated[str, Doc("Name of the cookie.")]
    expiration_seconds: Annotated[int, Doc("How long a browser keeps it, in seconds.")] = _YEAR
    domains: Annotated[
        tuple[str, ...], Doc("Domains to choose from: the first that holds the page's host.")
    ] = ()
    fallback_domain: Annotated[
        str | None, Doc("Domain when none of `domains` fits; absent: the collector's own host.")
    ] = None
    secure: Annotated[bool, Doc("Send it over HTTPS only.")] = True
    http_only: Annotated[bool, Doc("Hide it from scripts.")] = True
    same_site: Annotated[
        str | None, Doc("`None`, `Lax` or `Strict`; absent: the browser decides.")
    ] = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCookieSettings(CookieAttributes):
    """A second cookie with the same id, one that scripts may read."""

    enabled: Annotated[bool, Doc("Set the second cookie, where the first is set.")] = False
    name: Annotated[str, Doc("Name of the second cookie.")] = "micro_client"
    http_only: Annotated[bool, Doc("Hide it from scripts.")] = False

    def __post_init__(self) -> None:
        _check_cookie("cookie.client_cookie", self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieSettings(CookieAttributes):
    """The cookie that carries the network user id. It is set again on each request."""

    enabled: Annotated[bool, Doc("Set cookies at all.")] = True
    name: Annotated[str, Doc("Name of the cookie.")] = "micro"
    client_cookie: Annotated[ClientCookieSettings, Doc("The second cookie.")] = field(
        default_factory=ClientCookieSettings
    )

    def __post_init__(self) -> None:
        _check_cookie("cookie", self)
        if self.client_cookie.name == self.name:
            raise ValueError(f"cookie.client_cookie.name: expected another name than {self.name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotTrackSettings:
    """A cookie by which a visitor refuses: nothing is recorded, no cookie is set."""

    enabled: Annotated[bool, Doc("Honour the do-not-track cookie.")] = False
    name: Annotated[str, Doc("Name of the do-not-track cookie.")] = ""
    value: Annotated[str, Doc("Regular expression that its whole value must match.")] = ""

    def __post_init__(self) -> None:
        if self.enabled or self.name:
            _check_token("do_not_track.name", self.name)
        try:
            re.compile(self.value)
        except re.error as error:
            raise ValueError(
                f"do_not_track.value: expected a regular expression, got {self.value!r} ({error})"
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieBounceSettings:
    """A redirect to the same URL that finds out whether the browser accepts the cookie."""

    enabled: Annotated[bool, Doc("Bounce pixel requests that carry no id.")] = False
    name: Annotated[str, Doc("Query parameter that marks the second request.")] = "n3pc"
    fallback_network_userid: Annotated[
        str, Doc("Network user id of those who refuse the cookie.")
    ] = "00000000-0000-4000-A000-000000000000"
    forwarded_protocol_header: Annotated[
        str | None, Doc("Header in which a proxy names the scheme, e.g. `X-Forwarded-Proto`.")
    ] = None

    def __post_init__(self) -> None:
        if not UNRESERVED.fullmatch(self.name):
            raise ValueError(
                f"cookie_bounce.name: expected letters, digits and -._~, got {self.name!r}"
            )
        if not COOKIE_OCTETS.fullmatch(self.fallback_network_userid):
            raise ValueError(
                "cookie_bounce.fallback_network_userid: expected characters that a cookie can"
                f" hold, got {self.fallback_network_userid!r}"
            )
        if self.forwarded_protocol_header is not None:
            _check_token("cookie_bounce.forwarded_protocol_header", self.forwarded_protocol_header)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectSettings:
    """Click redirects: record the click, then send the browser to the URL in `u`."""

    enable_default_redirect: Annotated[bool, Doc("Serve `/r/…`; a mapped path always may.")] = False
    redirect_domains: Annotated[
        tuple[str, ...], Doc("Hosts that a redirect may lead to; empty: any.")
    ] = ()

    def __post_init__(self) -> None:
        for host in self.redirect_domains:
            if not DOMAIN.fullmatch(host):
                raise ValueError(f"redirects.redirect_domains: expected host names, got {host!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RootResponseSettings:
    """What `GET /` answers."""

    enabled: Annotated[bool, Doc("Answer `GET /` instead of 404.")] = False
    status_code: Annotated[int, Doc("HTTP status of that answer.")] = 302
    headers: Annotated[Mapping[str, str], Doc("Its headers.")] = field(default_factory=dict)
    body: Annotated[str, Doc("Its body.")] = ""

    def __post_init__(self) -> None:
        _check_range("root_response.status_code", self.status_code, 200, 599)
        if self.body and self.status_code in _BODILESS_STATUSES:
            raise ValueError(f"root_response.body: expected none with status {self.status_code}")
        for name, value in self.headers.items():
            _check_token("root_response.headers", name)
            if name.lower() in _SERVER_HEADERS:
                raise ValueError(f"root_response.headers: the server itself sets {name!r}")
            if not PRINTABLE_ASCII.fullmatch(value):
                raise ValueError(
                    f"root_response.headers: expected printable ASCII in {name!r}, got {value!r}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDomainSettings:
    """The policy file that Flash asked for at `/crossdomain.xml`."""

    enabled: Annotated[bool, Doc("Serve `/crossdomain.xml` instead of 404.")] = False
    domains: Annotated[tuple[str, ...], Doc("Domains that may connect.")] = ("*",)
    secure: Annotated[bool, Doc("Let only HTTPS pages connect.")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CorsSettings:
    """How browsers treat requests from other origins."""

    access_control_max_age_seconds: Annotated[
        int, Doc("How long a browser may remember a preflight, in seconds; -1: not at all.")
    ] = 3600

    def __post_init__(self) -> None:
        age = self.access_control_max_age_seconds
        _check_range("cors.access_control_max_age_seconds", age, -1, _TEN_YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class HstsSettings:
    """`Strict-Transport-Security` on every answer."""

    enable: Annotated[bool, Doc("Tell browsers to use HTTPS only.")] = False
    max_age_seconds: Annotated[int, Doc("How long they shall remember it, in seconds.")] = _YEAR

    def __post_init__(self) -> None:
        _check_range("hsts.max_age_seconds", self.max_age_seconds, 0, _TEN_YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkingSettings:
    """The largest and the slowest request that is still read."""

    max_request_line_bytes: Annotated[
        int, Doc("Longest request line, in bytes; a longer one is answered 400.")
    ] = 20_480
    max_headers_bytes: Annotated[
        int, Doc("Longest sum of all header lines, in bytes; a longer one is answered 400.")
    ] = 40_960
    max_payload_bytes: Annotated[
        int, Doc("Largest request that is recorded, in bytes; more becomes a size violation.")
    ] = 1_048_576
    drop_payload_bytes: Annotated[
        int, Doc("Largest body that is read, in bytes; a larger one is answered 413.")
    ] = 2_097_152
    body_timeout_seconds: Annotated[
        int, Doc("Time to send the whole body, in seconds; a slower one is answered 408.")
    ] = 30

    def __post_init__(self) -> None:
        for name, low in (
            ("max_request_line_bytes", 64),
            ("max_headers_bytes", 64),
            ("max_payload_bytes", 64),
            ("drop_payload_bytes", 0),
            ("body_timeout_seconds", 1),
        ):
            _check_range(f"networking.{name}", getattr(self, name), low, 2**31 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorSettings:
    """All of the collector. Raises `ValueError` naming the field and what was expected."""

    paths: Annotated[
        Mapping[str, str],
        Doc("Own paths, e.g. `/com.acme/track` to `/com.snowplowanalytics.snowplow/tp2`."),
    ] = field(default_factory=dict)
    record_hostname: Annotated[
        bool, Doc("Record the `Host` header's host as the payload's hostname.")
    ] = False
    cookie: Annotated[CookieSettings, Doc("The network user id's cookie.")] = field(
        default_factory=CookieSettings
    )
    do_not_track: Annotated[DoNotTrackSettings, Doc("The do-not-track cookie.")] = field(
        default_factory=DoNotTrackSettings
    )
    cookie_bounce: Annotated[CookieBounceSettings, Doc("Finding out who refuses cookies.")] = field(
        default_factory=CookieBounceSettings
    )
    redirects: Annotated[RedirectSettings, Doc("Click redirects.")] = field(
        default_factory=RedirectSettings
    )
    root_response: Annotated[RootResponseSettings, Doc("The answer to `GET /`.")] = field(
        default_factory=RootResponseSettings
    )
    cross_domain: Annotated[CrossDomainSettings, Doc("`/crossdomain.xml`.")] = field(
        default_factory=CrossDomainSettings
    )
    cors: Annotated[CorsSettings, Doc("Requests from other origins.")] = field(
        default_factory=CorsSettings
    )
    hsts: Annotated[HstsSettings, Doc("Strict transport security.")] = field(
        default_factory=HstsSettings
    )
    networking: Annotated[NetworkingSettings, Doc("Limits of a request.")] = field(
        default_factory=NetworkingSettings
    )

    def __post_init__(self) -> None:
        for path in (*self.paths, *self.paths.values()):
            if not _TWO_SEGMENTS.fullmatch(path):
                raise ValueError(f"paths: expected two segments such as /vendor/v1, got {path!r}")


def _check_cookie(label: str, cookie: CookieAttributes) -> None:
    _check_token(f"{label}.name", cookie.name)
    _check_range(f"{label}.expiration_seconds", cookie.expiration_seconds, 1, _TEN_YEARS)
    _check_domains(f"{label}.domains", cookie.domains)
    if cookie.fallback_domain is not None:
        _check_domains(f"{label}.fallback_domain", (cookie.fallback_domain,))
    if cookie.same_site not in (None, "None", "Lax", "Strict"):
        raise ValueError(
            f"{label}.same_site: expected None, Lax or Strict, got {cookie.same_site!r}"
        )


def _check_domains(label: str, domains: Iterable[str]) -> None:
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            raise ValueError(
                f"{label}: expected a domain without a leading dot, such as acme.com,"
                f" got {domain!r}"
            )


def _check_token(label: str, name: str) -> None:
    if not TOKEN.fullmatch(name):
        raise ValueError(
            f"{label}: expected a token (letters, digits, -_. and the like), got {name!r}"
        )


def _check_range(label: str, number: int, low: int, high: int) -> None:
    if not low <= number <= high:
        raise ValueError(f"{label}: expected {low} to {high}, got {number}")
