"""Arbitrary requests over real HTTP: never a 5xx, never a hang, and nothing is lost."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import nearly
from .program import Running
from .wire import Answer, exchange, get, post_json

EXAMPLES = 45
EXAMPLES_OF_SOAK = 1_000
REQUESTS = 8
"""At most, for each example."""

ALWAYS = {"start": "0001-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z"}

WELL_FORMED = [
    pytest.param(nearly.TRACKER_POSTS, id="what trackers post"),
    pytest.param(nearly.PIXELS, id="pixels"),
    pytest.param(nearly.POSTS, id="posts to any path"),
    pytest.param(nearly.GETS, id="other methods and paths"),
    pytest.param(nearly.TRACKER_POSTS | nearly.ASKED, id="questions between events"),
]
SPOILT = [
    pytest.param(nearly.spoilt(nearly.POSTS), id="posts with odd bytes"),
    pytest.param(nearly.spoilt(nearly.PIXELS | nearly.GETS), id="gets with odd bytes"),
    pytest.param(nearly.spoilt(nearly.ASKED), id="questions with odd bytes"),
    pytest.param(st.binary(max_size=200), id="bytes"),
]


@pytest.mark.parametrize("requests", WELL_FORMED)
def test_requests_that_are_http(requests: nearly.Strategy, shared: Running) -> None:
    """Each is answered, never with a 5xx; each that is accepted is a good or a bad event."""
    fuzz(shared, requests, EXAMPLES, ends=False)


@pytest.mark.parametrize("requests", SPOILT)
def test_requests_that_may_not_be_http(requests: nearly.Strategy, shared: Running) -> None:
    """Each is answered or its connection closed; the server goes on."""
    fuzz(shared, requests, EXAMPLES, ends=True)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("requests", "ends"),
    [
        *(pytest.param(*row.values, False, id=row.id) for row in WELL_FORMED),
        *(pytest.param(*row.values, True, id=row.id) for row in SPOILT),
    ],
)
def test_for_long(
    requests: nearly.Strategy, ends: bool, shared: Running, request: pytest.FixtureRequest
) -> None:
    """The same, with other requests each time, for about ten minutes."""
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("ten minutes of requests: runs with -m soak")
    fuzz(shared, requests, EXAMPLES_OF_SOAK, ends=ends, derandomize=False)


def fuzz(
    server: Running,
    requests: nearly.Strategy,
    examples: int,
    *,
    ends: bool,
    derandomize: bool = True,
) -> None:
    """Send so many lists of requests, each to an empty server. The same ones each time, unless told."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(requests, min_size=1, max_size=REQUESTS))
    def check(sent: list[bytes]) -> None:
        check_requests(server, sent, ends=ends)

    check()


def check_requests(server: Running, requests: list[bytes], *, ends: bool) -> None:
    """`exchange` raises when an answer does not come in time."""
    server.micro.reset()
    accepted = 0
    for sent in requests:
        answer = exchange(server.port, sent, ends=ends)
        assert answer is not None or ends
        if answer is not None:
            assert answer.status < 500, (sent, answer)
            accepted += is_accepted(answer)
    check_counts(server, accepted)


def is_accepted(answer: Answer) -> bool:
    """Whether this is what a collector says of a request that it has recorded."""
    kind = answer.headers.get("content-type")
    return (
        answer.status == 302
        or (answer.status, kind) == (200, "image/gif")
        or (answer.status, kind, answer.body) == (200, "text/plain", b"ok")
    )


def check_counts(server: Running, accepted: int) -> None:
    """Nothing accepted is lost, and all endpoints tell of the same events."""
    counts = ask(server, "all", {})
    assert counts["total"] == counts["good"] + counts["bad"] >= accepted
    good, bad = ask(server, "good", {}), ask(server, "bad", {})
    assert (len(good), len(bad)) == (counts["good"], counts["bad"])
    failed = sum(item["rawEvent"] is not None for item in bad)
    page = ask(server, "events", {"page": 1, "pageSize": 1_000, "filters": []})
    assert page["totalItems"] == len(page["events"]) == len(good) + failed
    (point,) = ask(server, "timeline", {"buckets": [ALWAYS]})["points"]
    assert (point["validEvents"], point["failedEvents"]) == (len(good), failed)
    health = exchange(server.port, get("/health"))
    assert health is not None
    assert health.status == 200


def ask(server: Running, endpoint: str, question: Any) -> Any:
    answer = exchange(server.port, post_json(f"/micro/{endpoint}", question))
    assert answer is not None
    assert answer.status == 200, answer
    return json.loads(answer.body)
