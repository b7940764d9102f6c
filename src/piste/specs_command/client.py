"""The Console APIs of a running Piste, over HTTP.

Room:   asks and reads JSON; knows no resource.
Limits: an answer has at most MAX_BYTES and comes within READ_SECONDS between any two pieces of it. Redirects
        are not followed: the key would travel along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from piste.events.schema_key import Json
from piste.jsontext import JsonError, decode, encode

DEFAULT_URL = "http://127.0.0.1:9090"
CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
"""A check of a large schema takes seconds, and the coverage of many events as well."""

MAX_BYTES = 256_000_000
_MAX_DEPTH = 100
_BASE = "/api/msc/v1/organizations"
_REFUSALS = (400, 404, 409, 413, 422)
_LONGEST_SHOWN = 300


class Failed(Exception):
    """The server cannot be used: not there, not ours, not for this key. `str()` is for the user."""


class Refused(Exception):
    """The request was understood, and not done. `json` is the answer's body."""

    def __init__(self, status: int, json: Json) -> None:
        super().__init__(f"{status}")
        self.status, self.json = status, json


@dataclass(frozen=True, slots=True)
class Answer:
    json: Json
    headers: Mapping[str, str]


class Client:
    """For one organization."""

    def __init__(self, http: urllib3.PoolManager, url: str, base: str, authorization: str) -> None:
        self._http, self._url, self._base = http, url, base
        self._authorization = authorization

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Json:
        """Raises `Refused`, `Failed`."""
        return self.answer(path, query).json

    def answer(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """As `get`, with the headers."""
        return self._asked("GET", path, None, query)

    def send(
        self, method: str, path: str, body: Json = None, query: Mapping[str, Any] | None = None
    ) -> Json:
        """Raises `Refused`, `Failed`."""
        return self._asked(method, path, body, query).json

    def _asked(self, method: str, path: str, body: Json, query: Mapping[str, Any] | None) -> Answer:
        headers = {"Authorization": self._authorization}
        return _asked(self._http, method, f"{self._url}{self._base}{path}", headers, body, query)


def connected(url: str, key: str, key_id: str | None, organization: str | None) -> Client:
    """Exchange a key for an access token. Raises `Failed`."""
    address = _checked(url).rstrip("/")
    if not key.isascii() or not key.isprintable() or " " in key or not key:
        raise Failed("no API key can look like this one")
    http = urllib3.PoolManager(
        retries=False,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    )
    try:
        base = f"{_BASE}/{quote(organization or _organization(http, address, key), safe='')}"
        headers = {"X-API-Key": key}
        if key_id is not None:
            headers["X-API-Key-ID"] = quote(key_id)
        version = "v2" if key_id is None else "v3"
        found = _asked(http, "GET", f"{address}{base}/credentials/{version}/token", headers).json
    except Refused as refused:
        raise Failed(f"{address} gives no access token: {message_of(refused.json)}") from None
    token = found.get("accessToken") if isinstance(found, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise Failed(f"{address} gives no access token")
    return Client(http, address, base, f"Bearer {token}")


def message_of(json: Json) -> str:
    """The sentence of a plain error."""
    message = json.get("message") if isinstance(json, dict) else None
    return message if isinstance(message, str) else "it does not say why"


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_fit = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_fit = False
    if not is_fit or not url.isascii() or not url.isprintable() or " " in url:
        raise Failed("--url: wanted is an http or https URL")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Failed("--url: wanted is the address of a Piste alone, as http://localhost:9090")
    return url


def _organization(http: urllib3.PoolManager, address: str, key: str) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    found = _asked(http, "GET", f"{address}{_BASE}", headers).json
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Failed(f"{address} answers no list of organizations")
    if len(found) != 1:
        some = ", ".join(f"{one.get('id')} ({one.get('name')})" for one in found[:20])
        raise Failed(f"say for which --organization: {some or 'the key is good for none'}")
    return str(found[0].get("id"))


def _asked(
    http: urllib3.PoolManager,
    method: str,
    address: str,
    headers: Mapping[str, str],
    body: Json = None,
    query: Mapping[str, Any] | None = None,
) -> Answer:
    sent = dict(headers)
    if body is not None:
        sent["Content-Type"] = "application/json"
    try:
        response = http.request(
            method,
            address + (f"?{urlencode(query)}" if query else ""),
            body=None if body is None else encode(body),
            headers=sent,
            redirect=False,
            preload_content=False,
        )
        content = response.read(MAX_BYTES + 1, decode_content=True)
        response.drain_conn() if len(content) <= MAX_BYTES else response.close()
        response.release_conn()
    except (HTTPError, OSError, ValueError) as error:
        raise Failed(f"{method} {address}: {_cause(error)}") from error
    if len(content) > MAX_BYTES:
        raise Failed(f"{method} {address}: the answer has more than {MAX_BYTES} bytes")
    json = _read(content)
    if 200 <= response.status < 300 and (json is not _NO_JSON or not content):
        return Answer(None if json is _NO_JSON else json, response.headers)
    if response.status in _REFUSALS and isinstance(json, dict):
        raise Refused(response.status, json)
    said = "" if json is _NO_JSON else f": {_sentence(json)}"
    raise Failed(f"{method} {address}: {response.status}{said}")


_NO_JSON = object()


def _read(content: bytes) -> Any:
    try:
        json = decode(content.decode("utf-8"), _MAX_DEPTH)
    except UnicodeDecodeError:
        return _NO_JSON
    return _NO_JSON if isinstance(json, JsonError) else json


def _sentence(json: Json) -> str:
    """Of an answer that should not be; event specifications have their sentences in `errors`."""
    errors = json.get("errors") if isinstance(json, dict) else None
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return str(errors[0].get("title"))[:_LONGEST_SHOWN]
    return message_of(json)[:_LONGEST_SHOWN]


def _cause(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return text[:_LONGEST_SHOWN]
