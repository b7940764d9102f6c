"""Whoever tracks and then asks sees the event: no sleep, no second question.

Snowplow Micro stopped to promise this with version 2.4, and its users' tests became unsteady.
"""

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from support.iglu import payload_data

from .program import Running, running
from .wire import SECONDS, TP2

THREADS = 8
ROUNDS = 250
"""For each thread."""


@pytest.fixture(scope="module")
def piste(iglu_json: Path) -> Iterator[Running]:
    """With the defaults of `piste micro`, and no line for each event."""
    with running("micro", "--iglu", iglu_json, environ={"PISTE_LOG_EVENTS": "false"}) as server:
        yield server


@dataclass
class Client:
    """One thread's connections: the tracker's and the test suite's."""

    port: int
    tracker: http.client.HTTPConnection = field(init=False)
    inspector: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.tracker, self.inspector = (
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS) for _ in range(2)
        )

    def track(self, event_id: str) -> None:
        event = {"e": "pv", "p": "web", "tv": "test", "eid": event_id}
        status, _, _ = self._post(self.tracker, TP2, payload_data(event))
        assert status == 200

    def found(self, event_id: str) -> int:
        """How many events have that id, now. Page 2 of one event is empty: only the count is read."""
        wanted = {"column": "event_id", "value": event_id}
        question = {"page": 2, "pageSize": 1, "filters": [wanted]}
        status, pending, body = self._post(self.inspector, "/micro/events", question)
        assert (status, pending) == (200, None)
        return int(json.loads(body)["totalItems"])

    def total(self) -> int:
        status, pending, body = self._post(self.inspector, "/micro/all", {})
        assert (status, pending) == (200, None)
        counts = json.loads(body)
        assert counts["total"] == counts["good"] + counts["bad"]
        return int(counts["total"])

    def _post(
        self, connection: http.client.HTTPConnection, path: str, body: object
    ) -> tuple[int, str | None, bytes]:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.getheader("X-Piste-Pending"), response.read()


def test_the_next_request_sees_the_event(
    piste: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """2,000 rounds of POST and GET in 8 threads: never a miss, and the count never falls."""
    together = threading.Barrier(THREADS)

    def rounds(number: int) -> tuple[list[str], int]:
        """The events that were seen, and the last count."""
        client, seen, total = Client(piste.port), [], 0
        together.wait(SECONDS)
        for _ in range(ROUNDS):
            event_id = str(uuid4())
            client.track(event_id)
            seen += [event_id] * client.found(event_id)
            before, total = total, client.total()
            assert total > before
        return seen, total

    with ThreadPoolExecutor(THREADS) as threads:
        results = list(threads.map(rounds, range(THREADS)))

    seen = [event_id for found, _ in results for event_id in found]
    with capsys.disabled():
        print(f" [{len(seen)} of {THREADS * ROUNDS} events seen by the very next request]")
    assert len(seen) == THREADS * ROUNDS
    assert max(total for _, total in results) == THREADS * ROUNDS
    assert {item["event"]["event_id"] for item in piste.micro.good()} == set(seen)
