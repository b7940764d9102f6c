"""Realistic requests, made from the shapes of real schemas: what the load generator sends.

Each event gets its own id; everything else is drawn from small sets, as on a real site.
"""

import json
import random
import uuid
from collections.abc import Callable

_SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
_PATHS = ["/", "/pricing", "/docs/start", "/blog/2026/11/snow", "/shop/hats/bucket", "/checkout"]
_REFERRERS = ["https://www.google.com/", "https://news.example.org/item?id=4", "", "https://t.co/x"]


def _entity(name: str, version: str, data: dict[str, object]) -> dict[str, object]:
    return {"schema": f"{_SNOWPLOW}/{name}/jsonschema/{version}", "data": data}


def _envelope(name: str, data: object) -> str:
    envelope = {"schema": f"{_SNOWPLOW}/{name}/jsonschema/1-0-0", "data": data}
    return json.dumps(envelope, separators=(",", ":"))


def _base(rng: random.Random) -> dict[str, str]:
    now = 1_763_600_000_000 + rng.randrange(86_400_000)
    referrer = rng.choice(_REFERRERS)
    event = {
        "eid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "tv": "js-4.8.0",
        "tna": "sp",
        "aid": rng.choice(["shop", "blog"]),
        "p": "web",
        "cookie": "1",
        "cs": "UTF-8",
        "lang": rng.choice(["en-GB", "de-DE", "fr-FR"]),
        "res": rng.choice(["1920x1080", "2560x1440", "390x844"]),
        "cd": "24",
        "tz": rng.choice(["Europe/London", "Europe/Berlin", "America/New_York"]),
        "dtm": str(now),
        "stm": str(now + 12),
        "vp": "1000x660",
        "ds": "988x4670",
        "vid": str(rng.randrange(1, 9)),
        "sid": str(uuid.UUID(int=rng.getrandbits(40), version=4)),
        "duid": str(uuid.UUID(int=rng.getrandbits(40), version=4)),
        "url": f"https://shop.example.com{rng.choice(_PATHS)}?utm_source=mail&q={rng.randrange(100)}",
        "page": "Hats for winter",
    }
    return event | {"refr": referrer} if referrer else event


def _web_page(rng: random.Random) -> dict[str, object]:
    return _entity("web_page", "1-0-0", {"id": str(uuid.UUID(int=rng.getrandbits(128), version=4))})


def _session(rng: random.Random) -> dict[str, object]:
    session = {
        "userId": str(uuid.UUID(int=rng.getrandbits(40), version=4)),
        "sessionId": str(uuid.UUID(int=rng.getrandbits(40), version=4)),
        "eventIndex": rng.randrange(1, 50),
        "sessionIndex": rng.randrange(1, 9),
        "previousSessionId": None,
        "storageMechanism": "COOKIE_1",
        "firstEventId": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "firstEventTimestamp": "2026-11-20T10:00:00.000Z",
    }
    return _entity("client_session", "1-0-2", session)


def _browser(rng: random.Random) -> dict[str, object]:
    browser = {
        "viewport": "1000x660",
        "documentSize": "988x4670",
        "resolution": "1920x1080",
        "colorDepth": 24,
        "devicePixelRatio": 2,
        "cookiesEnabled": True,
        "online": True,
        "browserLanguage": "en-GB",
        "documentLanguage": "en",
        "webdriver": False,
        "deviceMemory": 8,
        "hardwareConcurrency": 8,
        "tabId": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    }
    return _entity("browser_context", "2-0-0", browser)


def page_view(rng: random.Random) -> dict[str, str]:
    """A page view with three entities."""
    entities = [_web_page(rng), _session(rng), _browser(rng)]
    return _base(rng) | {"e": "pv", "co": _envelope("contexts", entities)}


def link_click(rng: random.Random) -> dict[str, str]:
    """A self-describing event with four entities."""
    click = _entity(
        "link_click",
        "1-0-1",
        {
            "targetUrl": f"https://shop.example.com{rng.choice(_PATHS)}",
            "elementId": "buy",
            "elementClasses": ["button", "large"],
            "elementTarget": "",
        },
    )
    gdpr = _entity("gdpr", "1-0-0", {"basisForProcessing": "consent", "documentId": "1234"})
    entities = [_web_page(rng), _session(rng), _browser(rng), gdpr]
    return _base(rng) | {
        "e": "ue",
        "ue_pr": _envelope("unstruct_event", click),
        "co": _envelope("contexts", entities),
    }


SHAPES: dict[str, Callable[[random.Random], dict[str, str]]] = {
    "page view, 3 entities": page_view,
    "self-describing, 4 entities": link_click,
}


def request(shape: str, events: int, rng: random.Random, port: int) -> bytes:
    """A whole HTTP request with so many events of that shape."""
    made = [SHAPES[shape](rng) for _ in range(events)]
    body = json.dumps(
        {"schema": f"{_SNOWPLOW}/payload_data/jsonschema/1-0-4", "data": made},
        separators=(",", ":"),
    ).encode()
    head = (
        "POST /com.snowplowanalytics.snowplow/tp2 HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        "Accept: */*\r\nAccept-Language: en-GB,en;q=0.5\r\nAccept-Encoding: gzip, deflate\r\n"
        "Origin: https://shop.example.com\r\nReferer: https://shop.example.com/\r\n"
        "Cookie: micro=3734601f-5c3d-47c5-b367-0883e1ed74e6\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
