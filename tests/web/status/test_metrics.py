"""`/metrics`: who may ask, and a page that Prometheus reads."""

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.requests import get, post, rules, tp2
from web.status.asking import LOCAL, WORKING, Answered, ask, histogram, pages, snapshot

from piste.events.payload import OversizedPayload
from piste.ingest.enricher import Enricher
from piste.ingest.records import encode_record
from piste.ingest.stats import BATCH_SECONDS
from piste.web.micro.access import Access
from piste.web.status.metrics import Snapshot, page

OK, DENIED = 200, 401
TYPE_0_0_4 = "text/plain; version=0.0.4; charset=utf-8"
FOREIGN = {"host": "piste.example"}

BUSY = snapshot(
    accepted=1_000_001,
    refused={"log_full": 3},
    outcomes={
        "good": 7,
        "failed/schema_violations": 2,
        "failed/enrichment_failures": 1,
        "rejected/size_violation": 4,
        "rejected/adapter_failures": 5,
    },
    batch_seconds=histogram(0.005, 0.01, 0.2, 0.2, 29.0, 31.0),
    enrich_seconds=12.75,
    lookups={"cached": 90, "found": 9, "failed": 1},
    worker_losses=2,
    log_requests=11,
    log_bytes=64 << 20,
    log_age_seconds=0.5,
    store_bytes=5_000_000_000_123,
    parts=WORKING | {"workers": False},
    copies={"delivered": 6, "dropped": 1},
)

SNAPSHOTS = [
    pytest.param(snapshot(), id="nothing has happened yet"),
    pytest.param(BUSY, id="a busy process"),
    pytest.param(snapshot(batch_seconds=histogram(31.0, 99.0)), id="batches above all bounds"),
    pytest.param(snapshot(outcomes={"good": 2**53}), id="a large number"),
]


def text_of(now: Snapshot) -> str:
    body, _ = page(now)
    return body.decode()


def samples(now: Snapshot) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Our own, by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text_of(now))
        for sample in family.samples
        if sample.name.startswith("piste_")
    }


# Who may ask


def asked_by(access: Access | None = None, **more: Any) -> Answered:
    return ask(pages(access=access), "/metrics", **more)


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        pytest.param("127.0.0.1", LOCAL, OK, id="this machine"),
        pytest.param("::1", {"host": "[::1]:9090"}, OK, id="over IPv6"),
        pytest.param("203.0.113.9", LOCAL, DENIED, id="another machine"),
        pytest.param("127.0.0.1", FOREIGN, DENIED, id="by another name"),
        pytest.param("127.0.0.1", {}, DENIED, id="without a name"),
        pytest.param("127.0.0.1", LOCAL | {"x-forwarded-for": "::1"}, DENIED, id="by a proxy"),
        pytest.param(None, LOCAL, DENIED, id="no address at all"),
    ],
)
def test_local_requests_are_open(peer, headers, status):
    """The rule of the Micro API; whoever is refused learns how to get in, and no number."""
    answer = asked_by(peer=peer, headers=headers)
    assert answer.status == status
    if status == DENIED:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
        assert answer.body == b'Not a local request: send "Authorization: Bearer <token>".'


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        pytest.param(["Bearer good"], OK, id="a good token"),
        pytest.param(["Bearer bad"], DENIED, id="a bad token"),
        pytest.param(["Basic good"], DENIED, id="another scheme"),
        pytest.param([], DENIED, id="no token"),
        pytest.param(["Bearer good", "Bearer good"], DENIED, id="two tokens"),
    ],
)
def test_a_token_opens(authorization, status):
    """From anywhere, as Prometheus sends it."""
    access = Access(verify=lambda token: token == "good")
    headers = [*FOREIGN.items(), *(("authorization", value) for value in authorization)]
    assert asked_by(access, headers=headers, peer="203.0.113.9").status == status


def test_an_open_inspector_opens_the_metrics_too():
    """`--open-inspector` asks nobody."""
    assert asked_by(Access(is_open=True), headers=FOREIGN, peer="203.0.113.9").status == OK


def test_whoever_is_refused_makes_no_work():
    """The parts are not asked for their numbers."""

    def never() -> Snapshot:
        raise AssertionError("it was asked")

    answer = ask(pages(snapshot=never), "/metrics", peer="203.0.113.9")
    assert answer.status == DENIED


# The answer


def test_the_answer_is_a_page_of_prometheus():
    """Never kept by a cache."""
    answer = asked_by()
    assert answer.status == OK
    assert answer.headers == {
        "content-type": TYPE_0_0_4,
        "content-length": str(len(answer.body)),
        "cache-control": "no-store",
    }
    assert answer.body.endswith(b"\n")


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.1", OK), ("203.0.113.9", DENIED)])
def test_head_has_no_body(peer, status):
    """But the length of one."""
    answer = asked_by(method="HEAD", peer=peer)
    assert (answer.status, answer.body) == (status, b"")
    assert int(answer.headers["content-length"]) > 0


def test_each_question_gets_the_numbers_of_now():
    """Nothing is remembered between two."""
    counts = iter([1, 5])
    asked = pages(snapshot=lambda: snapshot(accepted=next(counts)))
    for expected in (1, 5):
        body = ask(asked, "/metrics").body.decode()
        assert f"piste_requests_accepted_total {expected}.0\n" in body


# The page

NAME = r"[a-z][a-z0-9_]*"
COMMENT = re.compile(rf"# (?:HELP ({NAME}) \S.*\.|TYPE ({NAME}) (?:counter|gauge|histogram))")
SAMPLE = re.compile(rf'({NAME})(?:\{{{NAME}="[^"\\]*"\}})? (?:[0-9.]+(?:e[+-][0-9]+)?)')


@pytest.mark.parametrize("now", SNAPSHOTS)
def test_every_line_is_a_comment_or_a_sample(now):
    """A sample has one label at most, and a number that is not negative."""
    for line in text_of(now).splitlines():
        assert COMMENT.fullmatch(line) or SAMPLE.fullmatch(line), line


@pytest.mark.parametrize("now", SNAPSHOTS)
def test_every_family_has_its_help_and_type_before_its_samples(now):
    """Once, in this order, and no other family's samples between its own."""
    lines = text_of(now).splitlines()
    helps = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    types = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert helps == types
    assert len(set(types)) == len(types)
    current, kind = "", ""
    for before, line in pairwise(["", *lines]):
        if line.startswith("# TYPE "):
            _, _, current, kind = line.split()
            assert before.startswith(f"# HELP {current} ")
        elif not line.startswith("#"):
            endings = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
            name = re.split("[{ ]", line)[0]
            assert name in {current + ending for ending in endings}


@pytest.mark.parametrize("now", SNAPSHOTS)
def test_names_say_what_they_count(now):
    """Counters end in `_total`, and nothing else does; names of ours begin with `piste_`."""
    families = list(text_string_to_metric_families(text_of(now)))
    for family in families:
        assert family.documentation.endswith(".")
        assert family.name.startswith(("piste_", "process_"))
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter")


@pytest.mark.parametrize("now", SNAPSHOTS)
def test_no_series_is_there_twice(now):
    """Prometheus would refuse the whole page."""
    found = Counter(
        (sample.name, tuple(sorted(sample.labels.items())))
        for family in text_string_to_metric_families(text_of(now))
        for sample in family.samples
    )
    assert set(found.values()) == {1}


@pytest.mark.parametrize("now", SNAPSHOTS)
def test_buckets_are_cumulative(now):
    """Each counts what is below its bound; the last one, `+Inf`, counts everything."""
    found = samples(now)
    bounds = [*map(str, BATCH_SECONDS), "+Inf"]
    buckets = [found[("piste_batch_seconds_bucket", (("le", bound),))] for bound in bounds]
    assert buckets == sorted(buckets)
    assert buckets[-1] == found[("piste_batch_seconds_count", ())]
    assert sum(name == "piste_batch_seconds_bucket" for name, _ in found) == len(bounds)


def test_the_numbers_are_the_snapshots():
    """All of them, by name and label."""
    assert samples(BUSY) == {
        ("piste_requests_accepted_total", ()): 1_000_001,
        ("piste_requests_refused_total", (("reason", "log_full"),)): 3,
        ("piste_events_good_total", ()): 7,
        ("piste_events_failed_total", (("kind", "schema_violations"),)): 2,
        ("piste_events_failed_total", (("kind", "enrichment_failures"),)): 1,
        ("piste_payloads_rejected_total", (("kind", "size_violation"),)): 4,
        ("piste_payloads_rejected_total", (("kind", "adapter_failures"),)): 5,
        ("piste_copies_total", (("result", "delivered"),)): 6,
        ("piste_copies_total", (("result", "dropped"),)): 1,
        ("piste_log_requests", ()): 11,
        ("piste_log_bytes", ()): 64 << 20,
        ("piste_log_age_seconds", ()): 0.5,
        **{
            ("piste_batch_seconds_bucket", (("le", bound),)): count
            for bound, count in {
                "0.01": 2,
                "0.025": 2,
                "0.05": 2,
                "0.1": 2,
                "0.25": 4,
                "0.5": 4,
                "1.0": 4,
                "2.5": 4,
                "5.0": 4,
                "10.0": 4,
                "30.0": 5,
                "+Inf": 6,
            }.items()
        },
        ("piste_batch_seconds_count", ()): 6,
        ("piste_batch_seconds_sum", ()): pytest.approx(60.415),
        ("piste_enrich_seconds_total", ()): 12.75,
        ("piste_schema_lookups_total", (("result", "cached"),)): 90,
        ("piste_schema_lookups_total", (("result", "found"),)): 9,
        ("piste_schema_lookups_total", (("result", "failed"),)): 1,
        ("piste_worker_losses_total", ()): 2,
        ("piste_store_bytes", ()): 5_000_000_000_123,
        ("piste_part_up", (("part", "log"),)): 1,
        ("piste_part_up", (("part", "workers"),)): 0,
        ("piste_part_up", (("part", "store"),)): 1,
    }


def test_the_families_are_always_the_same():
    """One that has counted nothing yet is declared all the same, so that a dashboard knows it."""
    names = [
        [family.name for family in text_string_to_metric_families(text_of(now))]
        for now in (snapshot(), BUSY)
    ]
    assert names[0] == names[1]


def test_a_count_without_labels_begins_at_zero():
    """The first event of a process is an increase that Prometheus can see."""
    found = samples(snapshot())
    assert found[("piste_requests_accepted_total", ())] == 0
    assert found[("piste_events_good_total", ())] == 0
    assert found[("piste_worker_losses_total", ())] == 0


BAD_ROWS = {
    "adapter_failures",
    "collector_payload_format_violation",
    "enrichment_failures",
    "schema_violations",
    "size_violation",
    "tracker_protocol_violations",
}


def test_labels_are_never_a_clients():
    """Whatever requests say, the kinds of bad rows are all that they can make labels of."""
    odd = 'x"}\n# TYPE'
    requests = [
        get({"e": "pv", "aid": odd}),
        get({"e": "pv", "aid": odd, "tid": odd}),
        get({"e": "ue", "ue_pr": f'{{"schema": "iglu:{odd}", "data": 1}}'}),
        get({"e": odd, "p": odd}),
        get({}, path=f"/{odd}/{odd}"),
        get({}, network_userid=odd),
        post({"schema": "iglu:com.odd/odd/jsonschema/1-0-0", "data": odd}),
        tp2({"e": "pv", "eid": odd}, {"e": odd}),
        OversizedPayload(get({"e": odd}), 2, 1),
    ]
    records = [(place, encode_record(request)) for place, request in enumerate(requests, 1)]
    outcomes = Enricher(rules()).enrich(records, {}).counts
    labels = {label for _, labels in samples(snapshot(outcomes=outcomes)) for label in labels}
    kinds = {value for name, value in labels if name == "kind"}
    assert {name for name, _ in labels} == {"kind", "le", "part"}
    assert len(kinds) > 3
    assert kinds <= BAD_ROWS
