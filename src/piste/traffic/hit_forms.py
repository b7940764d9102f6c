"""Requests of the cookie-less tracker, read into types; each field that is wrong is a flaw that names it.

Room:   pure.
Limits: texts that are too long are cut, properties that are too large or too deep are refused. A field that
        is not in the form is left alone: old scripts stay on pages for years. null is not given.
Source: TinyTrail's API, `POST /api/v1/collect`; `event_name`, `utm_term` and `utm_content` are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from piste.events.schema_key import Json
from piste.jsontext import encode
from piste.traffic.campaigns import UTM
from piste.traffic.flaws import Flaw
from piste.traffic.hosts import MAX_URL
from piste.traffic.paths import MAX_BYTES
from piste.traffic.texts import clean

MAX_NAME = 255
"""Characters of an event's type and name."""
MAX_PROPERTIES_BYTES = 8_192
MAX_PROPERTIES_DEPTH = 3

_ANY_PATH = 3 * MAX_BYTES
"""As much as is looked at."""


@dataclass(frozen=True, slots=True)
class HitForm:
    """As it was sent, but for its length. `website_id` may be anything. `utm` has the fields of
    `campaigns.UTM` that are given; numbers are not negative."""

    website_id: str
    event_type: str
    url: str
    path: str
    referrer: str | None
    event_name: str | None
    utm: Mapping[str, str | None]
    screen_width: float | None
    screen_height: float | None
    properties: Mapping[str, Json] | None


def read_hit(body: Json) -> HitForm | tuple[Flaw, ...]:
    """Everything that is wrong, or the form."""
    if not isinstance(body, dict):
        return (Flaw("body", "The body must be an object"),)
    reading = _Reading(body)
    form = HitForm(
        website_id=reading.required("website_id", MAX_NAME),
        event_type=reading.required("event_type", MAX_NAME),
        url=reading.required("url", MAX_URL),
        path=reading.required("path", _ANY_PATH, may_be_empty=True),
        referrer=reading.text("referrer", MAX_URL),
        event_name=reading.text("event_name", MAX_NAME),
        utm={name: reading.text(name, MAX_URL) for name in UTM},
        screen_width=reading.number("screen_width"),
        screen_height=reading.number("screen_height"),
        properties=reading.properties("properties"),
    )
    return tuple(reading.flaws) or form


class _Reading:
    """Reads fields; where one is wrong it notes a flaw."""

    def __init__(self, body: Mapping[str, Json]) -> None:
        self._body = body
        self.flaws: list[Flaw] = []

    def required(self, name: str, limit: int, *, may_be_empty: bool = False) -> str:
        value = self._body.get(name)
        if value is None:
            self._refuse(name, "is missing")
        elif not isinstance(value, str):
            self._refuse(name, "must be a text")
        else:
            text = clean(value, limit)
            if not text and not may_be_empty:
                self._refuse(name, "must not be empty")
            return text
        return ""

    def text(self, name: str, limit: int) -> str | None:
        value = self._body.get(name)
        if value is not None and not isinstance(value, str):
            self._refuse(name, "must be a text")
            return None
        return clean(value, limit) or None

    def number(self, name: str) -> float | None:
        value = self._body.get(name)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return value
        self._refuse(name, "must be a number of 0 or more")
        return None

    def properties(self, name: str) -> Mapping[str, Json] | None:
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._refuse(name, "must be an object")
        elif _is_deeper(value, MAX_PROPERTIES_DEPTH):
            self._refuse(name, f"is nested more than {MAX_PROPERTIES_DEPTH} levels deep")
        elif len(encode(value)) > MAX_PROPERTIES_BYTES:
            self._refuse(name, f"is larger than {MAX_PROPERTIES_BYTES} bytes of JSON")
        else:
            return value
        return None

    def _refuse(self, name: str, reason: str) -> None:
        self.flaws.append(Flaw(name, f"`{name}` {reason}"))


def _is_deeper(value: Json, levels: int) -> bool:
    """Whether containers are in one another more often than that."""
    if not isinstance(value, dict | list):
        return False
    if not levels:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_is_deeper(one, levels - 1) for one in inner)
