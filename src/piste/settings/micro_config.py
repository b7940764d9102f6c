"""Snowplow Micro's own configuration: the HOCON of its collector, and Java properties.

Room:   one more source of settings: names and values are translated into ours, `load` goes on.
Limits: what Piste has no use for (sinks, telemetry, P3P..) is named in a warning and left. pyhocon
        reads what a file includes, and the environment of the process for `${?NAME}`.
Source: stream-collector, `reference.conf`; Snowplow Micro, `micro.conf`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyhocon import ConfigFactory, ConfigTree
from pyhocon.exceptions import ConfigException
from pyparsing.exceptions import ParseBaseException

from piste.settings.sources import Findings, Found, Given, Ignored, Problem, findings

SECTION = "collector"

TRANSLATION = {
    "interface": "server.host",
    "port": "server.port",
    "ssl.port": "server.ssl_port",
    "paths": "collector.paths",
    "cookie.enabled": "collector.cookie.enabled",
    "cookie.name": "collector.cookie.name",
    "cookie.expiration": "collector.cookie.expiration_seconds",
    "cookie.domains": "collector.cookie.domains",
    "cookie.fallbackDomain": "collector.cookie.fallback_domain",
    "cookie.secure": "collector.cookie.secure",
    "cookie.httpOnly": "collector.cookie.http_only",
    "cookie.sameSite": "collector.cookie.same_site",
    "cookie.clientCookie.enabled": "collector.cookie.client_cookie.enabled",
    "cookie.clientCookie.name": "collector.cookie.client_cookie.name",
    "cookie.clientCookie.expiration": "collector.cookie.client_cookie.expiration_seconds",
    "cookie.clientCookie.domains": "collector.cookie.client_cookie.domains",
    "cookie.clientCookie.fallbackDomain": "collector.cookie.client_cookie.fallback_domain",
    "cookie.clientCookie.secure": "collector.cookie.client_cookie.secure",
    "cookie.clientCookie.httpOnly": "collector.cookie.client_cookie.http_only",
    "cookie.clientCookie.sameSite": "collector.cookie.client_cookie.same_site",
    "doNotTrackCookie.enabled": "collector.do_not_track.enabled",
    "doNotTrackCookie.name": "collector.do_not_track.name",
    "doNotTrackCookie.value": "collector.do_not_track.value",
    "cookieBounce.enabled": "collector.cookie_bounce.enabled",
    "cookieBounce.name": "collector.cookie_bounce.name",
    "cookieBounce.fallbackNetworkUserId": "collector.cookie_bounce.fallback_network_userid",
    "cookieBounce.forwardedProtocolHeader": "collector.cookie_bounce.forwarded_protocol_header",
    "enableDefaultRedirect": "collector.redirects.enable_default_redirect",
    "redirectDomains": "collector.redirects.redirect_domains",
    "rootResponse.enabled": "collector.root_response.enabled",
    "rootResponse.statusCode": "collector.root_response.status_code",
    "rootResponse.headers": "collector.root_response.headers",
    "rootResponse.body": "collector.root_response.body",
    "crossDomain.enabled": "collector.cross_domain.enabled",
    "crossDomain.domains": "collector.cross_domain.domains",
    "crossDomain.secure": "collector.cross_domain.secure",
    "cors.accessControlMaxAge": "collector.cors.access_control_max_age_seconds",
    "hsts.enable": "collector.hsts.enable",
    "hsts.maxAge": "collector.hsts.max_age_seconds",
    "networking.maxRequestLineLength": "collector.networking.max_request_line_bytes",
    "networking.maxHeadersLength": "collector.networking.max_headers_bytes",
    "networking.maxPayloadSize": "collector.networking.max_payload_bytes",
    "networking.dropPayloadSize": "collector.networking.drop_payload_bytes",
}
EVENT_LOG = "org.slf4j.simpleLogger.log.EventLog"

_DURATION = re.compile(r"\s*([+-]?[0-9]+)[\s.]*([a-z]*)\s*")
_UNIT = {
    spelling: timedelta(**{spellings[-1]: 1})
    for spellings in (
        ("", "ms", "milli", "millis", "millisecond", "milliseconds"),
        ("s", "second", "seconds"),
        ("m", "minute", "minutes"),
        ("h", "hour", "hours"),
        ("d", "day", "days"),
    )
    for spelling in spellings
}


def hocon(text: str, path: Path) -> Findings:
    """The settings of a HOCON file: its `collector` section, or all of it when it has none."""
    origin = str(path)
    try:
        tree: Any = ConfigFactory.parse_string(text, basedir=str(path.parent))
    except (ConfigException, ParseBaseException, OSError) as error:
        return Findings(problems=(Problem(f"not valid HOCON: {error}", origin),))
    if not isinstance(tree, ConfigTree):
        return Findings(problems=(Problem("not a HOCON object", origin),))
    return findings(_file(tree.as_plain_ordered_dict(), origin), origin)


def properties(given: Sequence[str]) -> Findings:
    """The settings given as `name=value`, as after `-D` on Java's command line."""
    return findings(_properties(given), "-D")


def duration(value: object) -> timedelta:
    """`365 days`, `10.seconds`, a number of milliseconds. Raises `ValueError` for anything else.

    pyhocon has already turned an unquoted `365 days` into a timedelta or, where dateutil happens to be
    installed, into its relativedelta.
    """
    if isinstance(value, timedelta):
        return value
    if hasattr(value, "normalized"):
        return _fixed(value)
    match = _DURATION.fullmatch(str(value))
    if match is None or match[2] not in _UNIT:
        raise ValueError(value)
    return int(match[1]) * _UNIT[match[2]]


def _fixed(relative: Any) -> timedelta:
    if relative.years or relative.months:
        raise ValueError(relative)
    units = ("days", "hours", "minutes", "seconds", "microseconds")
    return timedelta(**{unit: getattr(relative, unit) for unit in units})


def _file(tree: Mapping[str, Any], origin: str) -> Iterator[Found]:
    section = tree.get(SECTION)
    if section is None:
        yield from _section(tree, "", origin)
    elif isinstance(section, Mapping):
        yield from _section(section, "", origin)
        yield from (Ignored(name) for name in tree if name != SECTION)
    else:
        yield Problem(f"`{SECTION}` is not a section", origin)


def _section(section: Mapping[str, Any], prefix: str, origin: str) -> Iterator[Found]:
    for key, value in section.items():
        name = prefix + key
        if name in TRANSLATION:
            yield _translated(name, value, f"{origin}: {SECTION}.{name}")
        elif not any(known.startswith(name + ".") for known in TRANSLATION):
            yield Ignored(name)
        elif isinstance(value, Mapping):
            yield from _section(value, name + ".", origin)
        else:
            yield Problem(f"`{SECTION}.{name}` is not a section", origin)


def _properties(given: Sequence[str]) -> Iterator[Found]:
    for one in given:
        name, _, value = one.partition("=")
        ours = name.removeprefix(SECTION + ".")
        if name == EVENT_LOG:
            yield Given("log.events", value not in ("off", "error"), f"-D{name}")
        elif ours != name and ours in TRANSLATION:
            yield _translated(ours, value, f"-D{name}")
        else:
            yield Ignored(name)


def _translated(name: str, value: Any, origin: str) -> Given | Problem:
    key = TRANSLATION[name]
    if key.endswith("_seconds"):
        try:
            return Given(key, duration(value) // timedelta(seconds=1), origin)
        except (ValueError, OverflowError):
            return Problem(f"expected a duration such as `365 days`, not {value!r}", origin, key)
    return Given(key, value, origin, is_text=isinstance(value, str))
