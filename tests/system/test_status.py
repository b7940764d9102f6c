"""`/health` and `/metrics` of a running Piste."""

import json
import time

import pytest
from e2e.harness import WAIT_SECONDS
from prometheus_client.parser import text_string_to_metric_families

import piste

from .asking import ask, new_ids, track
from .program import Command, Running, running
from .wire import get, post


def numbers(server: Running) -> dict[str, float]:
    """Our own, by name and the value of the label, if there is one; a moment old."""
    page = ask(server, get("/metrics"))
    assert page.status == 200
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(page.body.decode())
        for sample in family.samples
        if sample.name.startswith("piste_")
    }


def numbers_when(server: Running, name: str, value: float) -> dict[str, float]:
    """Once one of them is that: what is stored is counted right after it can be seen."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := numbers(server)).get(name) != value:
        assert time.monotonic() < deadline, found
    return found


@pytest.mark.parametrize("workers", ["0", "1"])
def test_the_metrics_count_what_came(workers: str, serve: Command) -> None:
    """Whether a thread enriches or a process does."""
    with running(*serve, "--workers", workers) as server:
        track(server, *new_ids(3))
        track(server, *new_ids(2), tid="no number")
        ask(server, post("/nobody/v1", "x"))
        assert server.micro.all() == {"total": 6, "good": 3, "bad": 3}
        found = numbers_when(server, "piste_payloads_rejected_total adapter_failures", 1)
    assert found["piste_requests_accepted_total"] == 3
    assert found["piste_events_good_total"] == 3
    assert found["piste_events_failed_total schema_violations"] == 2
    assert 1 <= found["piste_batch_seconds_count"] <= 3
    assert 0 < found["piste_batch_seconds_sum"] < WAIT_SECONDS
    assert 0 < found["piste_enrich_seconds_total"] < WAIT_SECONDS
    assert found["piste_log_requests"] == found["piste_log_age_seconds"] == 0
    assert found["piste_worker_losses_total"] == 0
    assert found["piste_store_bytes"] > 0
    assert all(found[f"piste_part_up {part}"] == 1 for part in ("log", "workers", "store"))


def test_refused_requests_are_counted(micro: Command) -> None:
    """A log that is as full as it may be refuses, and is sound: a load balancer goes on sending."""
    with running(*micro, environ={"PISTE_STORAGE_SPOOL_MAX_BYTES": "100"}) as server:
        for _ in range(2):
            assert ask(server, get("/i?e=pv")).status == 503
        found = numbers(server)
        assert found["piste_requests_refused_total log_full"] == 2
        assert found["piste_requests_accepted_total"] == 0
        health = ask(server, get("/health"))
    assert health.status == 200
    assert json.loads(health.body)["version"] == piste.__version__


def test_events_that_are_printed_are_counted(micro: Command) -> None:
    """`piste_copies_total` follows the output."""
    with running(*micro, "--output-json") as server:
        track(server, *new_ids(2))
        assert len(server.micro.stdout.until(lambda lines: len(lines) == 2)) == 2
        numbers_when(server, "piste_copies_total printed", 2)
