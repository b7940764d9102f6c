"""Realistic requests, made from the shapes of real schemas: what the load generator sends.

One request comes from one browser, whose visitor walks through a shop of a few thousand pages, the first
of them far more often than the last. A request's bytes are made once, as a `Template`, and sent many times:
each time with another number in its event ids, page view ids and the click ids of some URLs, so that no
event id is ever sent twice and no cache sees only what it knows.

Limits: visitors, sessions and most URLs of a template come again, as they do on a real site.
"""

import random
import uuid
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

import msgspec

SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
SLOT = "5107c0de5107"
"""Stands where a request's number will: twelve hexadecimal digits, which end a UUID."""

PAGES = 5_000
_SECTIONS = ("hats", "gloves", "scarves", "boots", "coats", "blog", "docs", "help")
_POPULARITY = list(accumulate(1 / (rank + 10) for rank in range(PAGES)))
_REFERRERS = (
    "https://www.google.com/",
    "https://news.example.org/item?id=4",
    "https://www.bing.com/",
    "https://t.co/x",
)
_PLACES = (
    ("en-GB", "Europe/London"),
    ("de-DE", "Europe/Berlin"),
    ("fr-FR", "Europe/Paris"),
    ("en-US", "America/New_York"),
    ("pt-BR", "America/Sao_Paulo"),
)
_ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome"
_DEVICES = (
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "1920x1080",
        "1903x955",
    ),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_ENGINE}/142.0.0.0", "2560x1440", "2543x1289"),
    (
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_ENGINE}/142.0.0.0",
        "1512x982",
        "1512x823",
    ),
    (f"Mozilla/5.0 (Linux; Android 10; K) {_ENGINE}/142.0.0.0 Mobile", "412x915", "412x785"),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
        "390x844",
        "390x663",
    ),
)


def new_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


@dataclass(slots=True)
class Visitor:
    """One browser in one session; `event_index` and `page` go on with each event."""

    user: str
    network_user: str
    session: str
    session_index: int
    previous_session: str | None
    first_event: str
    first_event_ms: int
    tab: str
    ip_address: str
    user_agent: str
    resolution: str
    viewport: str
    language: str
    zone: str
    referrer: str | None
    event_index: int = 0

    @classmethod
    def drawn(cls, rng: random.Random, now_ms: int) -> "Visitor":
        index = min(1 + int(rng.expovariate(0.5)), 40)
        user_agent, resolution, viewport = rng.choice(_DEVICES)
        language, zone = rng.choice(_PLACES)
        return cls(
            user=new_id(rng),
            network_user=new_id(rng),
            session=new_id(rng),
            session_index=index,
            previous_session=new_id(rng) if index > 1 else None,
            first_event=new_id(rng),
            first_event_ms=now_ms - rng.randrange(1_000),
            tab=new_id(rng),
            ip_address=".".join(str(rng.randrange(1, 255)) for _ in range(4)),
            user_agent=user_agent,
            resolution=resolution,
            viewport=viewport,
            language=language,
            zone=zone,
            referrer=rng.choice(_REFERRERS) if rng.random() < 0.6 else None,
        )


def _page(rng: random.Random) -> tuple[str, str]:
    """Path and title."""
    rank = bisect(_POPULARITY, rng.random() * _POPULARITY[-1])
    section = _SECTIONS[rank % len(_SECTIONS)]
    return f"/{section}/{rank}", f"{section.capitalize()} no. {rank} for winter"


def _base(
    rng: random.Random, visitor: Visitor, now_ms: int, fresh: Callable[[], str]
) -> dict[str, str]:
    path, title = _page(rng)
    url = f"https://shop.example.com{path}"
    if rng.random() < 0.3:
        url += f"?utm_source=mail&utm_campaign=w{rng.randrange(52)}&gclid=Cj0K{fresh()[-12:]}"
    event = {
        "eid": fresh(),
        "tv": "js-4.8.0",
        "tna": "sp",
        "aid": "shop",
        "p": "web",
        "cookie": "1",
        "cs": "UTF-8",
        "lang": visitor.language,
        "res": visitor.resolution,
        "cd": "24",
        "tz": visitor.zone,
        "dtm": str(now_ms),
        "stm": str(now_ms + rng.randrange(5, 200)),
        "vp": visitor.viewport,
        "ds": f"{visitor.viewport.split('x')[0]}x{rng.randrange(900, 9_000)}",
        "vid": str(visitor.session_index),
        "sid": visitor.session,
        "duid": visitor.user,
        "url": url,
        "page": title,
    }
    if visitor.referrer is not None:
        event["refr"] = visitor.referrer
    visitor.referrer = url
    visitor.event_index += 1
    return event


def _entity(name: str, version: str, data: dict[str, object]) -> dict[str, object]:
    return {"schema": f"{SNOWPLOW}/{name}/jsonschema/{version}", "data": data}


def _envelope(name: str, data: object) -> str:
    envelope = {"schema": f"{SNOWPLOW}/{name}/jsonschema/1-0-0", "data": data}
    return msgspec.json.encode(envelope).decode()


def _entities(event: dict[str, str], visitor: Visitor, fresh: Callable[[], str]) -> list[object]:
    """The three that a web tracker adds to everything."""
    first = datetime.fromtimestamp(visitor.first_event_ms / 1000, UTC)
    session: dict[str, object] = {
        "userId": visitor.user,
        "sessionId": visitor.session,
        "eventIndex": visitor.event_index,
        "sessionIndex": visitor.session_index,
        "previousSessionId": visitor.previous_session,
        "storageMechanism": "COOKIE_1",
        "firstEventId": visitor.first_event,
        "firstEventTimestamp": first.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    browser: dict[str, object] = {
        "viewport": visitor.viewport,
        "documentSize": event["ds"],
        "resolution": visitor.resolution,
        "colorDepth": 24,
        "devicePixelRatio": 2,
        "cookiesEnabled": True,
        "online": True,
        "browserLanguage": visitor.language,
        "documentLanguage": "en",
        "webdriver": False,
        "deviceMemory": 8,
        "hardwareConcurrency": 8,
        "tabId": visitor.tab,
    }
    return [
        _entity("web_page", "1-0-0", {"id": fresh()}),
        _entity("client_session", "1-0-2", session),
        _entity("browser_context", "2-0-0", browser),
    ]


def page_view(
    rng: random.Random, visitor: Visitor, now_ms: int, fresh: Callable[[], str]
) -> dict[str, str]:
    """A page view with three entities; `fresh` makes UUIDs."""
    event = _base(rng, visitor, now_ms, fresh)
    return event | {"e": "pv", "co": _envelope("contexts", _entities(event, visitor, fresh))}


def link_click(
    rng: random.Random, visitor: Visitor, now_ms: int, fresh: Callable[[], str]
) -> dict[str, str]:
    """A self-describing event with four entities."""
    click: dict[str, object] = {
        "targetUrl": f"https://shop.example.com{_page(rng)[0]}",
        "elementId": "buy",
        "elementClasses": ["button", "large"],
        "elementTarget": "",
    }
    event = _base(rng, visitor, now_ms, fresh)
    gdpr = _entity("gdpr", "1-0-0", {"basisForProcessing": "consent", "documentId": "1234"})
    return event | {
        "e": "ue",
        "ue_pr": _envelope("unstruct_event", _entity("link_click", "1-0-1", click)),
        "co": _envelope("contexts", [*_entities(event, visitor, fresh), gdpr]),
    }


def small(
    rng: random.Random, visitor: Visitor, now_ms: int, fresh: Callable[[], str]
) -> dict[str, str]:
    """A page view with few parameters, as a very small script sends it."""
    event = _base(rng, visitor, now_ms, fresh)
    kept = ("eid", "aid", "p", "dtm", "res", "url", "page", "refr")
    return {"e": "pv", "tv": "tiny-1"} | {name: event[name] for name in kept if name in event}


SHAPES: dict[str, Callable[[random.Random, Visitor, int, Callable[[], str]], dict[str, str]]] = {
    "page view, 3 entities": page_view,
    "self-describing, 4 entities": link_click,
    "small collect post": small,
}


@dataclass(frozen=True, slots=True)
class Template:
    """A whole HTTP request but for its number, which goes between the pieces."""

    pieces: list[bytes]

    def numbered(self, number: int) -> bytes:
        return (b"%012x" % number).join(self.pieces)


def body_of(events: list[dict[str, str]]) -> str:
    """A tp2 body."""
    payload: Any = {"schema": f"{SNOWPLOW}/payload_data/jsonschema/1-0-4", "data": events}
    return msgspec.json.encode(payload).decode()


def headers_of(visitor: Visitor) -> dict[str, str]:
    """What a browser sends with a POST to another host."""
    return {
        "User-Agent": visitor.user_agent,
        "Accept": "*/*",
        "Accept-Language": f"{visitor.language};q=0.5",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Origin": "https://shop.example.com",
        "Referer": "https://shop.example.com/",
        "Cookie": f"micro={visitor.network_user}",
        "Content-Type": "application/json",
    }


def template(shape: str, events: int, rng: random.Random, port: int, now_ms: int) -> Template:
    """A request with so many events of that shape."""
    visitor = Visitor.drawn(rng, now_ms - 60_000)
    made = [
        SHAPES[shape](rng, visitor, now_ms + 10 * number, lambda: new_id(rng)[:24] + SLOT)
        for number in range(events)
    ]
    body = body_of(made)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers_of(visitor).items())
    head = (
        f"POST /com.snowplowanalytics.snowplow/tp2 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"{lines}Content-Length: {len(body)}\r\n\r\n"
    )
    return Template((head + body).encode().split(SLOT.encode()))


def templates(
    shape: str, events: int, rng: random.Random, port: int, now_ms: int
) -> list[Template]:
    """About two thousand events in at least 64 requests."""
    return [template(shape, events, rng, port, now_ms) for _ in range(max(64, 2_000 // events))]
