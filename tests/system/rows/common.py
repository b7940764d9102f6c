"""What the tables share: plain events, and texts that nest."""

from urllib.parse import urlencode

from support.iglu import payload_data

from ..wire import TP2, get, post_json

SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
PAYLOAD_DATA = f"{SNOWPLOW}/payload_data/jsonschema/1-0-4"
CONTEXTS = f"{SNOWPLOW}/contexts/jsonschema/1-0-0"
UNSTRUCT_EVENT = f"{SNOWPLOW}/unstruct_event/jsonschema/1-0-0"
WEB_PAGE = f"{SNOWPLOW}/web_page/jsonschema/1-0-0"

PRODUCT = "iglu:com.example/product/jsonschema/1-0-0"
ANYTHING = "iglu:com.example/anything/jsonschema/1-0-0"
NO_SCHEMA = "iglu:com.example/no_schema/jsonschema/1-0-0"
BASKET = "iglu:com.example/basket/jsonschema/1-0-0"

PLAIN = {"e": "pv", "p": "web", "tv": "js-4.0.0"}
"""A page view that nothing is wrong with."""

TOO_DEEP = "invalid json: maximum allowed JSON depth exceeded"


def tp2(*events: dict[str, str], headers: tuple[str, ...] = ()) -> bytes:
    """A tracker's POST; each event is `PLAIN` with these parameters."""
    return post_json(TP2, payload_data(*(PLAIN | event for event in events)), *headers)


def pixel(**parameters: str) -> bytes:
    """A tracker's GET of `PLAIN` with these parameters."""
    return get("/i?" + urlencode(PLAIN | parameters))


def nested(levels: int, inside: str = "0") -> str:
    """JSON text of so many arrays in each other."""
    return "[" * levels + inside + "]" * levels
