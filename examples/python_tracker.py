"""Track from Python with Snowplow's own tracker, then ask Piste what it thought of it.

pip install snowplow-tracker
piste micro --schemas examples/schemas            # in another terminal
python examples/python_tracker.py                 # or: .. python_tracker.py http://host:port
"""

import json
import logging
import sys
from urllib.request import Request, urlopen

from snowplow_tracker import (
    Emitter,
    PageView,
    SelfDescribing,
    SelfDescribingJson,
    StructuredEvent,
    Subject,
    Tracker,
)

# The tracker reports each request on stderr, which is not what we are here to see.
logging.getLogger("snowplow_tracker.emitters").setLevel(logging.WARNING)

COLLECTOR = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:9090"


def main() -> None:
    ask("/micro/reset")

    tracker = Tracker(
        "example",
        # The emitter gathers ten events into one request; flush() below sends a smaller rest.
        Emitter(COLLECTOR),
        subject=Subject().set_user_id("ada").set_platform("web"),
        app_id="shop",
    )
    tracker.track(PageView("https://shop.example/hats", "Hats"))
    tracker.track(StructuredEvent("search", "suggestion", label="hat", value=3))
    tracker.track(add_to_basket(product("hat-1", price=24.49, quantity=2)))
    # The same event with a mistake that is easily made: the number comes as text from a form.
    tracker.track(add_to_basket(product("hat-1", price=24.49, quantity="2")))
    tracker.flush()

    # `wait` makes Piste answer once so many events are there: no sleeping in your tests.
    for item in ask("/micro/good", {"wait": {"count": 3, "timeoutMs": 5000}}):
        print("good:", item["eventType"], item["schema"], *item["contexts"])
    for item in ask("/micro/bad", {"wait": {"count": 1, "timeoutMs": 5000}}):
        for message in reasons(item):
            print("bad: ", message)
    print(ask("/micro/all"))


def add_to_basket(*products: SelfDescribingJson) -> SelfDescribing:
    """An event of our own; its schema is in examples/schemas."""
    data = {"basket_id": "b-17", "currency": "EUR"}
    event = SelfDescribingJson("iglu:com.example/add_to_basket/jsonschema/1-0-0", data)
    return SelfDescribing(event, context=list(products))


def product(sku: str, price: float, quantity: object) -> SelfDescribingJson:
    """An entity: the thing an event is about. The same one may go with many kinds of events."""
    data = {"sku": sku, "name": "One-size bucket hat", "price": price, "quantity": quantity}
    return SelfDescribingJson("iglu:com.example/product/jsonschema/1-0-0", data)


def ask(path: str, body: object = None) -> list | dict:
    """The answer of Piste's Micro API."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(COLLECTOR + path, data, {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


def reasons(item: dict) -> list[str]:
    """What is wrong with a bad event: it comes as a bad row, the JSON of Snowplow's pipeline."""
    failure = json.loads(item["errors"][1])["data"]["failure"]
    return [
        f"{message['schemaKey']} {report['message']}"
        for message in failure["messages"]
        for report in message["error"]["dataReports"]
    ]


if __name__ == "__main__":
    main()
