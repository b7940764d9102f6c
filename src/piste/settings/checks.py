"""Settings that are each right and wrong together, or right in type and wrong in meaning.

Room:   the rules between settings; those of one value's type are its `Kind`.
Source: the two sentences about outputs and `Invalid URI` are Snowplow Micro's, word for word.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

from piste.settings.model import Settings
from piste.settings.sources import Problem
from piste.traffic.proxies import TrustedProxies
from piste.web.collector.grammar import TOKEN

_PREFIX = re.compile(r"(/[A-Za-z0-9_.-]+)+")


def contradictions(settings: Settings) -> Iterator[Problem]:
    """What cannot be run as it is set."""
    yield from _output(settings)
    yield from _tls(settings)
    yield from _registry(settings)
    yield from _traffic(settings)
    url = settings.iglu.registry_url
    if url is not None and not is_http_url(url):
        yield Problem(f"`iglu.registry_url` must be an http or https URL, not {url!r}")


def is_http_url(text: str) -> bool:
    """Whether one can send a request there."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _registry(settings: Settings) -> Iterator[Problem]:
    registry = settings.registry
    if registry.super_key is not None and not _is_uuid(registry.super_key):
        yield Problem("`registry.super_key` must be a UUID in small letters")  # and is not repeated
    for prefix in registry.prefixes:
        if _PREFIX.fullmatch(prefix) is None:
            yield Problem(f"`registry.prefixes`: a path such as /api, not {prefix!r}")


def _traffic(settings: Settings) -> Iterator[Problem]:
    traffic = settings.traffic
    for network in traffic.trusted_proxies:
        try:
            TrustedProxies.of([network])
        except ValueError:
            yield Problem(
                f"`traffic.trusted_proxies`: an address or a network such as 10.0.0.0/8, not {network!r}"
            )
    if TOKEN.fullmatch(traffic.client_header) is None:
        yield Problem(
            f"`traffic.client_header` must be the name of a header, not {traffic.client_header!r}"
        )


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _output(settings: Settings) -> Iterator[Problem]:
    output = settings.output
    if output.tsv and output.json:
        yield Problem("Cannot specify both --output-tsv and --output-json")
    if output.destination is not None:
        if not output.tsv and not output.json:
            yield Problem("--destination requires either --output-tsv or --output-json")
        if not is_http_url(output.destination):
            yield Problem(f"Invalid URI: {output.destination}")


def _tls(settings: Settings) -> Iterator[Problem]:
    tls = settings.tls
    if tls.p12 and (tls.cert or tls.key):
        yield Problem("set either `tls.p12` or `tls.cert` with `tls.key`, not both")
    if tls.key and not tls.cert:
        yield Problem("`tls.key` needs `tls.cert`")
    if tls.password is not None and not (tls.p12 or tls.cert):
        yield Problem("`tls.password` needs `tls.p12` or `tls.cert`")
