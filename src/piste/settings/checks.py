"""Settings that are each right and wrong together, or right in type and wrong in meaning.

Room:   the rules between settings; those of one value's type are its `Kind`.
Source: the two sentences about outputs and `Invalid URI` are Snowplow Micro's, word for word.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from piste.settings.model import Settings
from piste.settings.sources import Problem


def contradictions(settings: Settings) -> Iterator[Problem]:
    """What cannot be run as it is set."""
    yield from _output(settings)
    yield from _tls(settings)
    registry = settings.iglu.registry_url
    if registry is not None and not is_http_url(registry):
        yield Problem(f"`iglu.registry_url` must be an http or https URL, not {registry!r}")


def is_http_url(text: str) -> bool:
    """Whether one can send a request there."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
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
