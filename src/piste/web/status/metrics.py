"""The numbers of `/metrics`, in Prometheus' text format.

Room:   pure: a `Snapshot` in, the page out. The client library is imported with the first question, because
        it takes longer to load than a developer's tool should.
Limits: labels are values of ours, never a client's, so the number of series is bounded.
Source: Prometheus, "Exposition formats" and "Metric and label naming".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piste.ingest.stats import Histogram

if TYPE_CHECKING:
    from prometheus_client import Metric


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What the parts have counted since the process began, and what they hold now.

    `outcomes` has the keys of `ingest.enricher.Enriched.counts`; `lookups` counts schema look-ups by how
    they were answered; `copies` counts events for the outputs by what became of them.
    """

    accepted: int
    refused: Mapping[str, int]
    outcomes: Mapping[str, int]
    batch_seconds: Histogram
    enrich_seconds: float
    lookups: Mapping[str, int]
    worker_losses: int
    log_requests: int
    log_bytes: int
    log_age_seconds: float
    store_bytes: int
    parts: Mapping[str, bool]
    copies: Mapping[str, int] = field(default_factory=dict)


def page(snapshot: Snapshot) -> tuple[bytes, str]:
    """The page and its content type."""
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Collector(snapshot))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Collector:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> "Iterator[Metric]":
        now = self._snapshot
        yield _counter(
            "piste_requests_accepted", "Requests acknowledged: safe in the log.", now.accepted
        )
        yield _counters(
            "piste_requests_refused",
            "Requests answered 503, to be sent again.",
            "reason",
            now.refused,
        )
        good, failed, rejected = _by_kind(now.outcomes)
        yield _counter("piste_events_good", "Valid events stored.", good)
        yield _counters("piste_events_failed", "Failed events stored, by bad row.", "kind", failed)
        yield _counters(
            "piste_payloads_rejected",
            "Requests stored from which no event could be taken, by bad row.",
            "kind",
            rejected,
        )
        yield _counters(
            "piste_copies", "Events for the outputs, by what became of them.", "result", now.copies
        )
        yield _gauge(
            "piste_log_requests", "Acknowledged requests not yet stored.", now.log_requests
        )
        yield _gauge("piste_log_bytes", "Bytes that the log holds.", now.log_bytes)
        yield _gauge(
            "piste_log_age_seconds",
            "How long the oldest request not yet stored has waited, in this process.",
            now.log_age_seconds,
        )
        yield _histogram(
            "piste_batch_seconds", "From the log to the store, by batch.", now.batch_seconds
        )
        yield _counter(
            "piste_enrich_seconds", "Time that enriching took, of all workers.", now.enrich_seconds
        )
        yield _counters(
            "piste_schema_lookups",
            "Schemas looked up, by how it was answered.",
            "result",
            now.lookups,
        )
        yield _counter(
            "piste_worker_losses",
            "Worker processes that ended in the middle of a batch.",
            now.worker_losses,
        )
        yield _gauge("piste_store_bytes", "Size of the event store's file.", now.store_bytes)
        yield _gauges("piste_part_up", "Whether a part works.", "part", now.parts)


def _by_kind(outcomes: Mapping[str, int]) -> tuple[int, dict[str, int], dict[str, int]]:
    kinds: dict[str, dict[str, int]] = {"failed": {}, "rejected": {}}
    for name, count in outcomes.items():
        group, _, kind = name.partition("/")
        if kind:
            kinds[group][kind] = count
    return outcomes.get("good", 0), kinds["failed"], kinds["rejected"]


def _counter(name: str, meaning: str, value: float) -> "Metric":
    from prometheus_client.metrics_core import CounterMetricFamily

    return CounterMetricFamily(name, meaning, value=value)


def _gauge(name: str, meaning: str, value: float) -> "Metric":
    from prometheus_client.metrics_core import GaugeMetricFamily

    return GaugeMetricFamily(name, meaning, value=value)


def _counters(name: str, meaning: str, label: str, values: Mapping[str, int]) -> "Metric":
    from prometheus_client.metrics_core import CounterMetricFamily

    family = CounterMetricFamily(name, meaning, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family


def _gauges(name: str, meaning: str, label: str, values: Mapping[str, bool]) -> "Metric":
    from prometheus_client.metrics_core import GaugeMetricFamily

    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, is_up in sorted(values.items()):
        family.add_metric([value], int(is_up))
    return family


def _histogram(name: str, meaning: str, histogram: Histogram) -> "Metric":
    from prometheus_client.metrics_core import HistogramMetricFamily

    counts, total = [], 0
    for bound, count in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        total += count
        counts.append(("+Inf" if bound == float("inf") else str(bound), float(total)))
    return HistogramMetricFamily(name, meaning, buckets=counts, sum_value=histogram.sum)
