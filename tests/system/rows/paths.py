"""Paths and methods, of which few are a collector's.

Source: snowplow.md 1.1.
"""

import re

from ..table import (
    NOT_ADAPTED,
    Answered,
    Recorded,
    good,
    input_data,
    rejected,
    row,
)
from ..wire import JSON, get, post, post_json, request

UNSUPPORTED = "vendor/version combination is not supported"
NOT_FOUND = Answered(404, b"Not found", {"content-type": "text/plain; charset=UTF-8"})
OK = Answered(200, b"ok", {"content-type": "text/plain"})
GIF = Answered(200, re.compile("^GIF89a"), {"content-type": "image/gif"})
HEALTHY = Answered(
    200, re.compile('^{"status": "ok", "db": "connected", '), {"content-type": "application/json"}
)
METRICS = Answered(
    200,
    re.compile("^# TYPE piste_requests_accepted_total counter$", re.MULTILINE),
    {"content-type": re.compile("^text/plain; version=")},
)
ONLY_GET = Answered(405, b"Only GET.", {"allow": "GET, HEAD"})
LONG = "a" * 9_000


def unsupported(api: str) -> Recorded:
    return rejected(NOT_ADAPTED, input_data("vendor/version", api, UNSUPPORTED))


SUPPORTED_BY_NOBODY = {
    "an unknown vendor": ("/com.acme/v1", "com.acme/v1"),
    "an unknown version": (
        "/com.snowplowanalytics.snowplow/tp3",
        "com.snowplowanalytics.snowplow/tp3",
    ),
    "a vendor in capitals": (
        "/COM.snowplowanalytics.snowplow/tp2",
        "COM.snowplowanalytics.snowplow/tp2",
    ),
    "a version with a parameter": (
        "/com.snowplowanalytics.snowplow/tp2;x=1",
        "com.snowplowanalytics.snowplow/tp2;x=1",
    ),
    "a pixel in a folder": ("/i/i", "i/i"),
    "a path through the folder above": ("/../etc", "../etc"),
    "a path with escaped dots": ("/%2e%2e/%2e", "../."),
    "a path outside ASCII": ("/caf%C3%A9/%E2%9B%B7", "café/⛷"),
    "a path that is no UTF-8": ("/caf%e9/v1", "caf\ufffd/v1"),
    "a path with an escape that is none": ("/%zz/v1", "%zz/v1"),
    "a path with a NUL": ("/a%00b/v1", "a\0b/v1"),
    "a path with a line end": ("/a%0D%0Ab/v1", "a\r\nb/v1"),
    "a path of 18,000 letters": (f"/{LONG}/{LONG}", f"{LONG}/{LONG}"),
    "a path that begins like the inspector's": ("/micros/all", "micros/all"),
    "a word of a web application": ("/wp-admin/setup.php", "wp-admin/setup.php"),
}

FOUND_BY_NOBODY = {
    "the root": "/",
    "two slashes": "//",
    "one unknown segment": "/favicon.ico",
    "the tracker's script": "/sp.js",
    "three segments": "/com.snowplowanalytics.snowplow/tp2/x",
    "a slash after the version": "/com.snowplowanalytics.snowplow/tp2/",
    "two slashes before the vendor": "//com.snowplowanalytics.snowplow/tp2",
    "two slashes between vendor and version": "/com.snowplowanalytics.snowplow//tp2",
    "no vendor": "//tp2",
    "no version": "/com.snowplowanalytics.snowplow/",
    "a slash after the pixel": "/i/",
    "a pixel in capitals": "/I",
    "an escaped slash": "/com.snowplowanalytics.snowplow%2Ftp2",
    "an escaped slash in a vendor": "/com%2Facme/v1",
    "an escaped slash in a version": "/com.acme/v%2f1",
    "a path far above": "/../../../../etc/passwd",
    "the root with a query string": "/?e=pv",
}

PATHS = (
    *(
        row(f"{sentence}, by POST", post_json(path, {}), unsupported(api), OK)
        for sentence, (path, api) in SUPPORTED_BY_NOBODY.items()
    ),
    row("an unknown vendor, by GET", get("/com.acme/v1?e=pv"), unsupported("com.acme/v1"), GIF),
    *(row(sentence, get(path), answered=NOT_FOUND) for sentence, path in FOUND_BY_NOBODY.items()),
    row("a path of 25,000 letters", get("/" + "a" * 25_000), answered=400),
    row("an escaped pixel", get("/%69?e=pv"), good(), GIF),
    row("the old pixel", get("/ice.png?e=pv"), good(), GIF),
    row("a whole URL instead of a path", get("http://a.example/i?e=pv"), good(), GIF),
    row("a fragment after the path", get("/i?e=pv#x"), good(), GIF),
    row(
        "robots are turned away",
        get("/robots.txt"),
        answered=Answered(200, re.compile("^User-agent: \\*\nDisallow: /")),
    ),
    row("the sink's health", get("/sink-health"), answered=Answered(200, b"ok")),
    row("the health", get("/health?x=1"), answered=HEALTHY),
    row("the health, needlessly escaped", get("/%68ealth"), answered=HEALTHY),
    row("the health with a slash behind it", get("/health/"), answered=NOT_FOUND),
    row("a path that begins like the health", get("/health/v1?e=pv"), unsupported("health/v1")),
    row("the metrics", get("/metrics"), answered=METRICS),
    row("the metrics with a slash behind them", get("/metrics/"), answered=NOT_FOUND),
    row(
        "the metrics through a proxy",
        get("/metrics", "X-Forwarded-For: 203.0.113.9"),
        answered=Answered(401, re.compile("^Not a local request"), {"www-authenticate": "Bearer"}),
    ),
)

METHODS = (
    *(
        row(f"{method} of an event", request(method, "/a/v1"), answered=NOT_FOUND)
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "LOCK")
    ),
    *(
        row(
            f"{method} of an event to tp2",
            request(
                method,
                "/com.snowplowanalytics.snowplow/tp2",
                "Content-Length: 5",
                JSON,
                body=b"hello",
            ),
            answered=NOT_FOUND,
        )
        for method in ("PUT", "PATCH")
    ),
    row("POST of the pixel", post("/i?e=pv", "x"), answered=NOT_FOUND),
    *(
        row(f"{method} of {path}", request(method, path), answered=ONLY_GET)
        for method in ("POST", "PUT", "DELETE", "OPTIONS")
        for path in ("/health", "/metrics")
    ),
    row("POST of the health with a body", post("/health", "x" * 100_000), answered=ONLY_GET),
    row("HEAD of the health", request("HEAD", "/health"), answered=Answered(200, b"")),
    row("HEAD of the metrics", request("HEAD", "/metrics"), answered=Answered(200, b"")),
    row("HEAD of the pixel", request("HEAD", "/i?e=pv"), good(), Answered(200, b"")),
    row("HEAD of what is not there", request("HEAD", "/x"), answered=Answered(404, b"")),
    row("GET with a body", request("GET", "/i?e=pv", "Content-Length: 5", body=b"hello"), good()),
    row(
        "a preflight of any path",
        request("OPTIONS", "/a/b/c", "Origin: https://a.example"),
        answered=Answered(200, b"", {"access-control-allow-origin": "https://a.example"}),
    ),
    row("a preflight of everything", request("OPTIONS", "*"), answered=Answered(200, b"")),
    row("GET of everything", get("*"), answered=404),
    row("a method that nobody knows", request("BREW", "/pot/1"), answered=400),
    row("a method in small letters", request("get", "/i?e=pv"), answered=400),
    row("CONNECT", request("CONNECT", "a.example:443"), answered=400),
)

ROWS = (*PATHS, *METHODS)
