"""GET over HTTP for the HTTP registries: short, bounded, and no further than the host asked for.

Room:   top layer, the real thing behind `iglu.Fetch`; everything below gets it handed in.
Limits: `CONNECT_TIMEOUT_SEC` to connect, `READ_TIMEOUT_SEC` for the whole answer; a body is cut at
        one byte more than a schema may have. Redirects are followed on the same host only and never
        from https to http, because the API key travels along.
Source: Iglu, "Lookup" (the time-outs are Snowplow's).
"""

import time
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from piste.iglu.registry import MAX_SCHEMA_BYTES, FetchedResponse, FetchError

CONNECT_TIMEOUT_SEC = 1.0
READ_TIMEOUT_SEC = 4.0
MAX_REDIRECTS = 3

_CHUNK = 64 * 1024


class HttpFetcher:
    """Calling it is one GET. Connections are kept; safe to use from many threads."""

    def __init__(
        self,
        *,
        connect_timeout_sec: float = CONNECT_TIMEOUT_SEC,
        read_timeout_sec: float = READ_TIMEOUT_SEC,
    ) -> None:
        self._timeout = urllib3.Timeout(connect=connect_timeout_sec, read=read_timeout_sec)
        self._read_timeout_sec = read_timeout_sec
        self._pool = urllib3.PoolManager(retries=False)

    def __call__(self, url: str, headers: Mapping[str, str]) -> FetchedResponse:
        """Raises `FetchError`."""
        try:
            for _ in range(MAX_REDIRECTS + 1):
                response, target = self._get(url, headers)
                if target is None:
                    return response
                url = target
        except NameResolutionError as error:
            raise FetchError(urlsplit(url).hostname or url, unknown_host=True) from error
        except (HTTPError, OSError, ValueError) as error:
            raise FetchError(_what_happened(error)) from error
        raise FetchError(f"more than {MAX_REDIRECTS} redirects")

    def _get(self, url: str, headers: Mapping[str, str]) -> tuple[FetchedResponse, str | None]:
        """The answer, and where it redirects to if we may follow."""
        deadline = time.monotonic() + self._read_timeout_sec + CONNECT_TIMEOUT_SEC
        response = self._pool.request(
            "GET",
            url,
            headers=dict(headers),
            timeout=self._timeout,
            redirect=False,
            preload_content=False,
        )
        body, is_whole = b"", False
        try:
            while len(body) <= MAX_SCHEMA_BYTES:
                chunk = response.read1(_CHUNK)
                if not chunk:
                    is_whole = True
                    break
                body += chunk
                if time.monotonic() > deadline:  # a server that drips never times out by itself
                    raise FetchError("the answer takes too long")
        finally:
            if not is_whole:
                response.close()  # the rest may still come, so the connection cannot be kept
            response.release_conn()
        answer = FetchedResponse(response.status, body[: MAX_SCHEMA_BYTES + 1])
        location = response.get_redirect_location()
        target = urljoin(url, location) if location else None
        return answer, target if target and _may_follow(url, target) else None


def _may_follow(url: str, target: str) -> bool:
    here, there = urlsplit(url), urlsplit(target)
    if here.hostname != there.hostname:
        return False
    if (here.scheme, there.scheme) == ("http", "https"):
        return here.port is None and there.port is None
    return here.scheme == there.scheme and here.port == there.port


def _what_happened(error: Exception) -> str:
    """One sentence, the same for the same cause: histories keep each different text once."""
    if isinstance(error, NewConnectionError):
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    elif isinstance(error, ConnectTimeoutError):
        return "connect timed out"
    elif isinstance(error, ReadTimeoutError):
        return "read timed out"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"
