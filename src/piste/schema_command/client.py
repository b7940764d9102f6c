"""A registry over HTTP, as the command line asks it: bounded, patient, and careful with the key.

Room:   the top; URLs and bytes. What an answer means is the asker's to say.
Limits: an answer is cut at one byte more than was asked for, and has ANSWER_SECONDS to come. What fails on
        its way, or with 429 or 5xx, is asked for again, ATTEMPTS times in all. A redirect is followed for
        a GET and to the same scheme, host and port only, because the key travels along.
Source: Iglu Server: the key is in the header `apikey`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from piste.events.schema_key import Json
from piste.iglu.registry import MAX_SCHEMA_BYTES
from piste.jsontext import JsonError, decode

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
ANSWER_SECONDS = 60.0
ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.5
"""Doubled after each attempt."""

MAX_REDIRECTS = 3
CONCURRENCY = 8
"""Requests at once, for who asks for many schemas."""

MAX_LIST_BYTES = 16 * 1024 * 1024
"""Of a list of schema URIs, which may be some hundred thousand."""

_CHUNK = 64 * 1024
_LONGEST_KEY = 1_000


class NoAnswer(Exception):
    """The registry cannot be reached, or does not answer as one; `str()` is for the user. What `may_pass`
    is worth asking again."""

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class UnfitKey(ValueError):
    """No header can hold it. The key itself is in no text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`moved_to` is where a redirect led that was not followed."""

    status: int
    body: bytes
    limit: int
    moved_to: str | None = None

    @property
    def json(self) -> Json | JsonError:
        """Decoded, or why it cannot be."""
        if len(self.body) > self.limit:
            return JsonError(f"larger than {self.limit} bytes")
        try:
            return decode(self.body.decode("utf-8"))
        except UnicodeDecodeError:
            return JsonError("not UTF-8")

    @property
    def message(self) -> str:
        """What the registry says of it, else the status."""
        if self.moved_to is not None:
            return f"HTTP {self.status}: moved to {self.moved_to}; give that as --registry"
        json = self.json
        said = json.get("message") if isinstance(json, dict) else None
        return said if isinstance(said, str) and said else f"HTTP {self.status}"


class RegistryClient:
    """Of one registry; safe to use from several threads. `url` has no slash at its end."""

    def __init__(
        self, url: str, api_key: str | None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Raises `UnfitKey`."""
        if api_key is not None and not _is_fit(api_key):
            raise UnfitKey("the API key has characters that no key has")
        self.url = url
        self._headers = {"apikey": api_key} if api_key else {}
        self._sleep = sleep
        self._timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._pool = urllib3.PoolManager(retries=False, maxsize=CONCURRENCY)

    def get(self, path: str, *, limit: int = MAX_SCHEMA_BYTES) -> Answer:
        """`path` begins with a slash. Raises `NoAnswer`."""
        url = self.url + path
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._patiently("GET", url, None, limit)
            if answer.moved_to is None or not _is_same_place(url, answer.moved_to):
                return answer
            url = answer.moved_to
        raise NoAnswer(f"{self.url}: more than {MAX_REDIRECTS} redirects")

    def post(self, path: str, body: bytes) -> Answer:
        """JSON. May reach the registry twice when its first answer was lost. Raises `NoAnswer`."""
        return self._patiently("POST", self.url + path, body, MAX_SCHEMA_BYTES)

    def _patiently(self, method: str, url: str, body: bytes | None, limit: int) -> Answer:
        pause = FIRST_PAUSE_SECONDS
        for _ in range(ATTEMPTS - 1):
            try:
                answer = self._once(method, url, body, limit)
                if not _is_passing(answer.status):
                    return answer
            except NoAnswer as error:
                if not error.may_pass:
                    raise
            self._sleep(pause)
            pause *= 2
        return self._once(method, url, body, limit)

    def _once(self, method: str, url: str, body: bytes | None, limit: int) -> Answer:
        try:
            return self._asked(method, url, body, limit)
        except (HTTPError, OSError, ValueError) as error:
            # A new connection fails because nobody is there, or because there is no such place.
            may_pass = not isinstance(error, NewConnectionError)
            message = f"{self.url}: {_what_happened(error)}"
            raise NoAnswer(message, may_pass=may_pass) from None

    def _asked(self, method: str, url: str, body: bytes | None, limit: int) -> Answer:
        deadline = time.monotonic() + ANSWER_SECONDS
        headers = dict(self._headers)
        if body is not None:
            headers["content-type"] = "application/json"
        response = self._pool.request(
            method,
            url,
            body=body,
            headers=headers,
            timeout=self._timeout,
            redirect=False,
            preload_content=False,
        )
        content, is_whole = bytearray(), False
        try:
            while len(content) <= limit:
                chunk = response.read1(_CHUNK)
                if not chunk:
                    is_whole = True
                    break
                content += chunk
                if time.monotonic() > deadline:  # a server that drips never times out by itself
                    raise TimeoutError("the answer takes too long")
        finally:
            if not is_whole:
                response.close()  # the rest may still come, so the connection cannot be kept
            response.release_conn()
        location = response.get_redirect_location()
        moved_to = urljoin(url, location) if location else None
        return Answer(response.status, bytes(content[: limit + 1]), limit, moved_to)


def _is_fit(api_key: str) -> bool:
    is_text = api_key.isascii() and api_key.isprintable() and " " not in api_key
    return 0 < len(api_key) <= _LONGEST_KEY and is_text


def _is_same_place(url: str, target: str) -> bool:
    try:
        return urlsplit(url)[:2] == urlsplit(target)[:2]
    except ValueError:
        return False


def _is_passing(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _what_happened(error: Exception) -> str:
    """One sentence without the objects of the HTTP library."""
    if isinstance(error, NameResolutionError):
        return "there is no such host"
    if isinstance(error, NewConnectionError):  # by its name a time-out as well
        error = error.__cause__ if isinstance(error.__cause__, OSError) else error
    elif isinstance(error, urllib3.exceptions.TimeoutError):
        return "timed out"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"
