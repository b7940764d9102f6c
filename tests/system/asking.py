"""What a developer asks a running Piste: track this, and what did you record?"""

import json
from typing import Any
from uuid import uuid4

from support.iglu import payload_data

from .program import Running
from .wire import TP2, Answer, exchange, post_json


def track(server: Running, *event_ids: str, **parameters: str) -> None:
    """Page views that are acknowledged when this returns."""
    plain = {"e": "pv", "p": "web", "tv": "test"} | parameters
    events = [plain | {"eid": event_id} for event_id in event_ids]
    assert ask(server, post_json(TP2, payload_data(*events))).status == 200


def ask(server: Running, sent: bytes) -> Answer:
    answer = exchange(server.port, sent)
    assert answer is not None
    return answer


def search(server: Running, **question: Any) -> Answer:
    return ask(
        server, post_json("/micro/events", {"page": 1, "pageSize": 100, "filters": []} | question)
    )


def ids(server: Running, **question: Any) -> list[str]:
    """The ids of the events that /micro/events finds, in its order: newest first."""
    answer = search(server, **question)
    assert answer.status == 200, answer
    return [event["event_id"] for event in json.loads(answer.body)["events"]]


def new_ids(count: int) -> list[str]:
    return [str(uuid4()) for _ in range(count)]
