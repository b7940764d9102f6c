"""Snowplow Micro's HOCON and Java properties, read as settings of ours."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from piste.settings import InvalidSettings, Loaded, load
from piste.settings.fields import settings_by_key
from piste.settings.load import values_by_key
from piste.settings.micro_config import TRANSLATION, duration


class OneFile:
    def __init__(self, content: str) -> None:
        self._content = content

    def read_text(self, path: Path) -> str:
        return self._content

    def exists(self, path: Path) -> bool:
        return path.name == "micro.conf"


def loaded(hocon: str = "", *properties: str) -> Loaded:
    config = Path("micro.conf")
    return load({}, {}, OneFile(hocon), config_file=config, properties=properties)


def changed(result: Loaded) -> dict[str, object]:
    values = values_by_key(result.settings)
    return {key: values[key] for key, origin in result.origins.items() if origin != "default"}


EXAMPLE_OF_MICRO = """
# 'collector' contains configuration options for the main Scala collector.
collector {
  # Pass in an empty map to avoid mapping.
  paths {
    # "/com.acme/track" = "/com.snowplowanalytics.snowplow/tp2"
  }
}
"""

EXAMPLE_OF_MICRO_1 = """
collector {
  interface = "0.0.0.0"
  port = 9090
  ssl { enable = false, redirect = false, port = 9543 }
  paths {
    "/com.acme/track" = "/com.snowplowanalytics.snowplow/tp2"
    "/com.acme/redirect" = "/r/tp2"
  }
  p3p { policyRef = "/w3c/p3p.xml", CP = "NOI DSP COR NID PSA OUR IND COM NAV STA" }
  crossDomain { enabled = true, domains = [ "*.acme.com", "*.acme.org" ], secure = false }
  cookie {
    enabled = true
    expiration = 365 days
    name = micro
    domains = [
        # "acme1.com"
        "acme.com"
    ]
    fallbackDomain = "acme.org"
    secure = false
    httpOnly = false
    sameSite = "Lax"
  }
  doNotTrackCookie { enabled = true, name = "dnt", value = "[Tt]rue" }
  cookieBounce {
    enabled = true
    name = "n3pc"
    fallbackNetworkUserId = "00000000-0000-4000-A000-000000000001"
    forwardedProtocolHeader = "X-Forwarded-Proto"
  }
  enableDefaultRedirect = true
  redirectMacro { enabled = false }
  rootResponse {
    enabled = true
    statusCode = 301
    headers = { Location = "https://acme.com/", X-Custom = "something" }
    body = "301, redirecting"
  }
  cors { accessControlMaxAge = 5 seconds }
  prometheusMetrics { enabled = false }
  streams {
    good = "good"
    sink { enabled = stdout }
    buffer { byteLimit = 3145728, recordLimit = 500, timeLimit = 5000 }
  }
}
akka { loglevel = WARNING }
"""


@pytest.mark.parametrize(
    ("hocon", "expected", "ignored"),
    [
        pytest.param(
            EXAMPLE_OF_MICRO,
            {"collector.paths": {}},
            (),
            id="the example that comes with Micro",
        ),
        pytest.param(
            EXAMPLE_OF_MICRO_1,
            {
                "server.host": "0.0.0.0",
                "server.port": 9090,
                "server.ssl_port": 9543,
                "collector.paths": {
                    "/com.acme/track": "/com.snowplowanalytics.snowplow/tp2",
                    "/com.acme/redirect": "/r/tp2",
                },
                "collector.cookie.name": "micro",
                "collector.cookie.expiration_seconds": 31_536_000,
                "collector.cookie.domains": ("acme.com",),
                "collector.cookie.fallback_domain": "acme.org",
                "collector.cookie.secure": False,
                "collector.cookie.http_only": False,
                "collector.cookie.same_site": "Lax",
                "collector.cookie.enabled": True,
                "collector.do_not_track.enabled": True,
                "collector.do_not_track.name": "dnt",
                "collector.do_not_track.value": "[Tt]rue",
                "collector.cookie_bounce.enabled": True,
                "collector.cookie_bounce.name": "n3pc",
                "collector.cookie_bounce.fallback_network_userid": (
                    "00000000-0000-4000-A000-000000000001"
                ),
                "collector.cookie_bounce.forwarded_protocol_header": "X-Forwarded-Proto",
                "collector.redirects.enable_default_redirect": True,
                "collector.root_response.enabled": True,
                "collector.root_response.status_code": 301,
                "collector.root_response.headers": {
                    "Location": "https://acme.com/",
                    "X-Custom": "something",
                },
                "collector.root_response.body": "301, redirecting",
                "collector.cross_domain.enabled": True,
                "collector.cross_domain.domains": ("*.acme.com", "*.acme.org"),
                "collector.cross_domain.secure": False,
                "collector.cors.access_control_max_age_seconds": 5,
            },
            (
                "micro.conf: not used by Piste: ssl.enable, ssl.redirect, p3p, redirectMacro,"
                " prometheusMetrics, streams, akka",
            ),
            id="a whole configuration of the collector, as its reference has it",
        ),
        pytest.param(
            "collector {\n  port = 9091\n  streams { sink = stdout }\n"
            "  cookie { name = sp, secure = false, httpOnly = false }\n}",
            {
                "server.port": 9091,
                "collector.cookie.name": "sp",
                "collector.cookie.secure": False,
                "collector.cookie.http_only": False,
            },
            ("micro.conf: not used by Piste: streams",),
            id="a short one",
        ),
        pytest.param(
            "port = 9091\ncookie.name = sp",
            {"server.port": 9091, "collector.cookie.name": "sp"},
            (),
            id="a file without the section is the section",
        ),
        pytest.param(
            "collector.port = 9091\nenrich { validation.atomicFieldsLimits.app_id = 5 }",
            {"server.port": 9091},
            ("micro.conf: not used by Piste: enrich",),
            id="Micro 4's section for enrich is named and left",
        ),
        pytest.param(
            '{"collector": {"port": 9091, "cookie": {"expiration": "30 days"}}}',
            {"server.port": 9091, "collector.cookie.expiration_seconds": 2_592_000},
            (),
            id="JSON is HOCON",
        ),
        pytest.param(
            'port = "9091"\ncookie.secure = "false"',
            {"server.port": 9091, "collector.cookie.secure": False},
            (),
            id="a number and a boolean may stand in quotes",
        ),
        pytest.param(
            "cookie.fallbackDomain = null",
            {"collector.cookie.fallback_domain": None},
            (),
            id="null is no value",
        ),
        pytest.param(
            "hsts.maxAge = 31536000000\ncors.accessControlMaxAge = -1 seconds",
            {
                "collector.hsts.max_age_seconds": 31_536_000,
                "collector.cors.access_control_max_age_seconds": -1,
            },
            (),
            id="a duration without a unit is in milliseconds, a negative one is one too",
        ),
        pytest.param(
            "port = 1\nport = 2\nport = ${?PISTE_TEST_NO_SUCH_VARIABLE}",
            {"server.port": 2},
            (),
            id="the last one that has a value wins",
        ),
        pytest.param("", {}, (), id="an empty file"),
    ],
)
def test_hocon(hocon: str, expected: dict[str, object], ignored: tuple[str, ...]) -> None:
    """The collector's names become ours; what has no use here is named in one warning."""
    result = loaded(hocon)
    assert changed(result) == expected
    assert result.warnings == ignored


@pytest.mark.parametrize(
    ("hocon", "problems"),
    [
        pytest.param(
            "collector { port = [] }",
            [
                "micro.conf: collector.port: `server.port` must be an integer from 0 to 65535,"
                " not []"
            ],
            id="a list where a number is expected",
        ),
        pytest.param(
            "cookie { secure = sometimes, domains = 5 }",
            [
                "micro.conf: collector.cookie.secure: `collector.cookie.secure` must be true or"
                " false, not 'sometimes'",
                "micro.conf: collector.cookie.domains: `collector.cookie.domains` must be a list,"
                " each item a text, not 5",
            ],
            id="two wrong types",
        ),
        pytest.param(
            "cookie.expiration = soon",
            [
                "micro.conf: collector.cookie.expiration: expected a duration such as `365 days`,"
                " not 'soon'"
            ],
            id="no duration",
        ),
        pytest.param(
            "cookie = sp",
            ["micro.conf: `collector.cookie` is not a section"],
            id="a value where a section is expected",
        ),
        pytest.param(
            "collector = 5", ["micro.conf: `collector` is not a section"], id="no section at all"
        ),
        pytest.param("[1]", ["micro.conf: not a HOCON object"], id="a list"),
        pytest.param(
            "collector {",
            [
                "micro.conf: not valid HOCON: Expected '}', found end of text  (at char 11),"
                " (line:1, col:12)"
            ],
            id="an open brace",
        ),
        pytest.param(
            "port = ${PISTE_TEST_NO_SUCH_VARIABLE}",
            [
                "micro.conf: not valid HOCON: Cannot resolve variable"
                " ${PISTE_TEST_NO_SUCH_VARIABLE} (line: 1, col: 8)"
            ],
            id="a substitution without a value",
        ),
        pytest.param(
            'include required(file("missing.conf"))',
            ["micro.conf: not valid HOCON: [Errno 2] No such file or directory: './missing.conf'"],
            id="a required file that is missing",
        ),
        pytest.param(
            "cookie.sameSite = Sometimes",
            [
                "micro.conf: collector.cookie.sameSite: `collector.cookie.same_site`: expected"
                " None, Lax or Strict, got 'Sometimes'"
            ],
            id="the collector's own rule",
        ),
    ],
)
def test_wrong_hocon(hocon: str, problems: list[str]) -> None:
    """A wrong type is an error that names the collector's key and ours."""
    with pytest.raises(InvalidSettings) as caught:
        loaded(hocon)
    assert [str(problem) for problem in caught.value.problems] == problems


@pytest.mark.parametrize(
    ("properties", "expected", "ignored"),
    [
        pytest.param(
            ["collector.cookie.name=sp", "collector.port=9091"],
            {"collector.cookie.name": "sp", "server.port": 9091},
            (),
            id="settings of the collector",
        ),
        pytest.param(
            ["collector.cookie.expiration=30 days", "collector.cookie.domains=a.com,b.com"],
            {
                "collector.cookie.expiration_seconds": 2_592_000,
                "collector.cookie.domains": ("a.com", "b.com"),
            },
            (),
            id="a duration and a list",
        ),
        pytest.param(
            ["org.slf4j.simpleLogger.log.EventLog=off"],
            {"log.events": False},
            (),
            id="the event log is silent",
        ),
        pytest.param(
            ["org.slf4j.simpleLogger.log.EventLog=info"],
            {"log.events": True},
            (),
            id="the event log is not silent",
        ),
        pytest.param(
            ["cookie.name=sp", "collector.p3p.CP=x", "file.encoding=UTF-8", "flag"],
            {},
            ("-D: not used by Piste: cookie.name, collector.p3p.CP, file.encoding, flag",),
            id="all others are named and left",
        ),
        pytest.param(
            ["collector.rootResponse.body=a", "collector.rootResponse.body=b=c"],
            {"collector.root_response.body": "b=c"},
            (),
            id="the last one wins, and a value may hold an equals sign",
        ),
    ],
)
def test_properties(
    properties: list[str], expected: dict[str, object], ignored: tuple[str, ...]
) -> None:
    """`-Dcollector.x.y=value` overrides single settings, as the JVM's properties do for Micro."""
    result = loaded("", *properties)
    assert changed(result) == expected
    assert result.warnings == ignored


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("365 days", timedelta(days=365), id="with a blank"),
        pytest.param("10.seconds", timedelta(seconds=10), id="as Scala writes it"),
        pytest.param("5m", timedelta(minutes=5), id="a short unit"),
        pytest.param("-1 seconds", timedelta(seconds=-1), id="negative"),
        pytest.param(1500, timedelta(milliseconds=1500), id="a number is in milliseconds"),
        pytest.param("1500", timedelta(milliseconds=1500), id="so is a number as text"),
        pytest.param(timedelta(days=1), timedelta(days=1), id="already read by pyhocon"),
        pytest.param("1 fortnight", None, id="an unknown unit"),
        pytest.param("1.5 days", None, id="a fraction"),
        pytest.param("", None, id="nothing"),
        pytest.param(True, None, id="a boolean"),
        pytest.param([1], None, id="a list"),
        pytest.param("999999999999 days", None, id="longer than Python can count"),
    ],
)
def test_duration(written: Any, expected: timedelta | None) -> None:
    """HOCON's durations; anything else is refused."""
    if expected is None:
        with pytest.raises((ValueError, OverflowError)):
            duration(written)
    else:
        assert duration(written) == expected


def test_a_duration_that_dateutil_has_read() -> None:
    """pyhocon gives relativedelta where dateutil is installed; a month has no fixed length."""
    relativedelta = pytest.importorskip("dateutil.relativedelta").relativedelta
    assert duration(relativedelta(days=365, hours=1)) == timedelta(days=365, hours=1)
    with pytest.raises(ValueError, match="months"):
        duration(relativedelta(months=1))


def test_every_translation_leads_to_a_setting() -> None:
    """The table names no setting that does not exist."""
    assert set(TRANSLATION.values()) <= set(settings_by_key())
