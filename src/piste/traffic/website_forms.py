"""Requests for a website, read into types; each field that is wrong is a flaw that names it.

Room:   pure.
Limits: a field that is not in the form is refused, since whoever misspells one would wait for its effect.
        A domain in letters outside ASCII is kept as browsers send it (`xn--…`).
Source: TinyTrail's API, "Websites"; RFC 3490 for domains, RFC 5892 for letters of which it is not certain.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from piste.events.schema_key import Json
from piste.traffic.content_groups import content_groups
from piste.traffic.excluded_ips import excluded_ips
from piste.traffic.flaws import Flaw, shortened

MAX_DOMAIN = 255

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
DOMAIN_PATTERN = rf"{_LABEL}(?:\.{_LABEL})*"
"""Of a domain as it is kept."""
_DOMAIN = re.compile(DOMAIN_PATTERN)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_UNCERTAIN = frozenset("ßẞς\u200c\u200d")
"""What the two versions of IDNA make different domains of."""

Flaws = tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class PathGroup:
    """A content group as it was written; `content_groups` compiles it."""

    name: str
    pattern: str


@dataclass(frozen=True, slots=True)
class WebsiteForm:
    """What a request says of a website; None is not given. `account_id` is a UUID as text."""

    domain: str | None = None
    content_groups: tuple[PathGroup, ...] | None = None
    excluded_ips: tuple[str, ...] | None = None
    account_id: str | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        """Those of the website's fields that are given."""
        found = {
            "domain": self.domain,
            "content_groups": self.content_groups,
            "excluded_ips": self.excluded_ips,
        }
        return {name: value for name, value in found.items() if value is not None}


_SETTINGS = ("domain", "content_groups", "excluded_ips")


def read_creation(body: Json) -> WebsiteForm | Flaws:
    """With a domain."""
    if isinstance(body, dict) and "domain" not in body:
        return (Flaw("domain", "`domain` is missing"),)
    return _read(body, (*_SETTINGS, "account_id"))


def read_change(body: Json) -> WebsiteForm | Flaws:
    """With one field at least."""
    if body == {}:
        fields = ", ".join(f"`{name}`" for name in _SETTINGS)
        return (Flaw("body", f"There is nothing to change: give one of {fields}"),)
    return _read(body, _SETTINGS)


def domain_of(text: str) -> str | None:
    """In lower case and ASCII; None when it is none. `localhost` and addresses of IPv4 are."""
    if len(text) > MAX_DOMAIN or not _UNCERTAIN.isdisjoint(text):
        return None
    if not text.isascii():
        try:
            text = text.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    text = text.lower()
    return text if len(text) <= MAX_DOMAIN and _DOMAIN.fullmatch(text) else None


def uuid_of(value: Json) -> str | None:
    """In lower case; None when it is none in its usual form."""
    is_one = isinstance(value, str) and _UUID.fullmatch(value)
    return str(value).lower() if is_one else None


def _read(body: Json, fields: Sequence[str]) -> WebsiteForm | Flaws:
    if not isinstance(body, dict):
        return (Flaw("body", "The body must be an object"),)
    reading = _Reading()
    reading.refuse_others(body, fields, "")
    readers: dict[str, Callable[[Json], Any]] = {
        "domain": reading.domain,
        "content_groups": reading.content_groups,
        "excluded_ips": reading.excluded_ips,
        "account_id": reading.account_id,
    }
    read = {name: readers[name](body[name]) for name in fields if name in body}
    return tuple(reading.flaws) or WebsiteForm(**read)


@dataclass(slots=True)
class _Reading:
    """Reads fields; where one is wrong it notes a flaw and gives nothing."""

    flaws: list[Flaw] = field(default_factory=list)

    def refuse_others(self, json: Mapping[str, Json], fields: Sequence[str], prefix: str) -> None:
        for name in json:
            if name not in fields:
                path = f"{prefix}{shortened(name)}"
                self._refuse(path, f"`{path}` is not a field here")

    def domain(self, value: Json) -> str | None:
        domain = domain_of(value) if isinstance(value, str) else None
        if domain is None:
            shown = f": {shortened(value)}" if isinstance(value, str) else ""
            self._refuse(
                "domain",
                f"`domain` must be a domain of 1 to {MAX_DOMAIN} letters, digits, hyphens and dots, without "
                f"scheme, port and path{shown}",
            )
        return domain

    def content_groups(self, value: Json) -> tuple[PathGroup, ...]:
        found = content_groups(value)
        if isinstance(found, tuple):
            self.flaws.extend(found)
            return ()
        groups: Sequence[Mapping[str, str]] = value or ()
        for position, group in enumerate(groups):
            self.refuse_others(group, ("name", "pattern"), f"content_groups[{position}].")
        return tuple(PathGroup(one["name"].strip(), one["pattern"].strip()) for one in groups)

    def excluded_ips(self, value: Json) -> tuple[str, ...]:
        found = excluded_ips(value)
        if isinstance(found, tuple):
            self.flaws.extend(found)
            return ()
        return tuple(one.strip() for one in value or ())

    def account_id(self, value: Json) -> str | None:
        account_id = uuid_of(value)
        if account_id is None:
            self._refuse("account_id", "`account_id` must be a UUID")
        return account_id

    def _refuse(self, name: str, message: str) -> None:
        self.flaws.append(Flaw(name, message))
