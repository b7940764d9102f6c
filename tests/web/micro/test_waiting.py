"""Whoever tracks and then asks sees the event: catching up, and waiting for more."""

import threading

import pytest
from queries.rows_of import NOON, Payloads, page_view
from web.micro.asking import Micro

from piste.web.micro.endpoints import Bounds

PAGE = {"page": 1, "pageSize": 10, "filters": []}


def arriving(*app_ids):
    """A payload for each: they arrive one by one, while somebody waits."""
    return [
        Payloads(first=number + 1, at_ms=NOON + number).good(page_view(app_id=app_id))
        for number, app_id in enumerate(app_ids)
    ]


@pytest.mark.parametrize("path", ["/micro/all", "/micro/good", "/micro/bad", "/micro/events"])
def test_what_is_not_loaded_yet_is_told(micro, path):
    """After the bounded wait the answer is what there is, and how much is missing."""
    assert micro.get(path).header("x-piste-pending") is None
    micro.loader.pending = 7
    assert micro.get(path).header("x-piste-pending") == "7"
    assert micro.get("/micro/reset").header("x-piste-pending") is None


@pytest.mark.parametrize(
    ("path", "body", "count", "waits"),
    [
        pytest.param("good", {}, 0, 0, id="nothing to wait for"),
        pytest.param("good", {}, 2, 2, id="good events"),
        pytest.param("good", {"event_type": "pv"}, 3, 3, id="matching good events"),
        pytest.param("events", PAGE, 2, 2, id="events"),
        pytest.param(
            "events",
            PAGE | {"filters": [{"column": "app_id", "value": "b"}]},
            1,
            2,
            id="matching events",
        ),
        pytest.param("events", PAGE | {"pageSize": 1}, 3, 3, id="events of all pages count"),
    ],
)
def test_a_query_can_wait(micro, path, body, count, waits):
    """It answers as soon as that many events match, and not before."""
    micro.loader.coming = arriving("a", "b", "c", "d")
    answer = micro.post(f"/micro/{path}", body | {"wait": {"count": count, "timeoutMs": 5000}})
    assert answer.status == 200
    assert len(micro.loader.waits) == waits
    assert micro.get("/micro/all").json["total"] == waits


def test_bad_events_can_be_waited_for(micro):
    micro.loader.coming = [*arriving("a"), Payloads(first=9).failed(page_view())]
    answer = micro.post("/micro/bad", {"wait": {"count": 1}})
    assert len(answer.json) == 1


def test_at_the_timeout_the_answer_is_what_there_is(micro):
    """Less than was waited for is no error: the client counts."""
    micro.loader.coming = arriving("a")
    answer = micro.post("/micro/good", {"wait": {"count": 5, "timeoutMs": 3000}})
    assert (answer.status, len(answer.json)) == (200, 1)
    assert len(micro.loader.waits) == 2
    assert all(2 < timeout <= 3 for timeout in micro.loader.waits)


@pytest.mark.parametrize(
    ("wait", "longest"),
    [
        pytest.param({"count": 1}, 10.0, id="by default"),
        pytest.param({"count": 1, "timeoutMs": 0}, 0.0, id="not at all"),
        pytest.param(
            {"count": 1, "timeoutMs": 600_000}, 20.0, id="at most as long as the server allows"
        ),
    ],
)
def test_timeouts(new_micro, wait, longest):
    """In milliseconds; the server has the last word."""
    micro = new_micro(bounds=Bounds(max_wait_ms=20_000))
    micro.post("/micro/good", {"wait": wait})
    (waited,) = micro.loader.waits
    assert longest - 1 < waited <= longest


def test_counts_never_fall_while_events_arrive():
    """Many threads ask while another one stores: each sees whole batches, in order."""
    micro = Micro()
    done = threading.Event()
    seen: list[list[dict[str, int]]] = [[], []]

    def ask(counts):
        asking = Micro()
        asking.api = micro.api
        while not done.is_set():
            counts.append(asking.get("/micro/all").json)
        asking.close()

    threads = [threading.Thread(target=ask, args=(counts,)) for counts in seen]
    for thread in threads:
        thread.start()
    for number in range(25):
        micro.add(
            Payloads(first=10 * number + 1).good(page_view(), page_view()).failed(page_view())
        )
    done.set()
    for thread in threads:
        thread.join()
    assert micro.get("/micro/all").json == {"total": 75, "good": 50, "bad": 25}
    for counts in seen:
        totals = [count["total"] for count in counts]
        assert totals == sorted(totals)
        assert all(count["good"] == 2 * count["bad"] for count in counts)
    micro.close()
