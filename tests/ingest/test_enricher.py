"""The enricher: a batch of records to streams, and no record that disturbs another one."""

import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from support.iglu import accept_all
from support.pipelines import reason_of, record_of, records_of
from support.requests import get, payload, rules, tp2
from support.streams import rows_of
from support.working import RaiseOn, SetField

from piste.enrich import STEPS, Step
from piste.events.outcome import Processed, RejectedPayload
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.events.tables import EVENT_BITS
from piste.ingest import enricher as enricher_module
from piste.ingest.arrow import to_streams
from piste.ingest.copies import lines_of
from piste.ingest.enricher import Copy, Enriched, Enricher, Record, Say
from piste.ingest.records import encode_record
from piste.ingest.rows import Row


def enricher(*steps: Step, copy: Copy | None = None, say: Say | None = None) -> Enricher:
    return Enricher(rules(accept_all, steps=steps or STEPS), copy=copy, say=say)


def stored(enriched: Enriched) -> dict[int, str]:
    """`app_id` by position."""
    rows = rows_of(enriched.streams).get("events", [])
    return {row["seq"] >> EVENT_BITS: row["app_id"] for row in rows}


def aside(enriched: Enriched) -> dict[int, str]:
    """The reason by position."""
    rows = rows_of(enriched.streams)
    rejected = {row["seq"] for row in rows.get("payloads", []) if row["rejected"]}
    return {
        row["seq"] >> EVENT_BITS: reason_of(row["origin"])
        for row in rows["origins"]
        if row["seq"] in rejected
    }


def both(one: Enricher, records: Sequence[Record], aside: dict[int, str] | None = None) -> Any:
    """The batch at once; each record alone, the result is the same."""
    begun: list[int | None] = []
    at_once = one.enrich(records, aside or {}, begun.append)
    alone = one.enrich(records, aside or {}, begun.append, alone=True)
    places = [*(position for position, _ in records if position not in (aside or {})), None]
    assert begun == places * 2
    for name in ("streams", "copies", "said", "counts"):
        assert getattr(alone, name) == getattr(at_once, name), name
    return at_once


def test_every_outcome_is_counted() -> None:
    """Events by outcome, and payloads from which none could be taken."""
    recorded: list[CollectorPayload | OversizedPayload] = [
        tp2({"e": "pv", "aid": "one"}, {"e": "pv", "aid": "two", "tr_tt": "not a number"}),
        payload("/nothing/there"),
        get({"e": "pv"}, "/com.unknown/v1"),
        OversizedPayload(payload(), 2, 1),
        get({"e": "pv", "aid": "three"}),
        get({"e": "pv"}, network_userid="nobody"),
    ]
    records = list(enumerate([*map(encode_record, recorded), b"\xff"], 5))
    enriched = both(enricher(), records)
    assert enriched.counts == {
        "good": 2,
        "failed/schema_violations": 1,
        "rejected/adapter_failures": 2,
        "rejected/size_violation": 1,
        "rejected/collector_payload_format_violation": 1,
        "rejected/generic_error": 1,
    }
    assert enriched.seconds > 0.0
    assert enriched.copies == []
    assert enriched.said == []


def test_a_batch_of_nothing() -> None:
    """Has no streams and no counts."""
    enriched = both(enricher(), [])
    assert (enriched.streams, enriched.copies, enriched.said, enriched.counts) == ({}, [], [], {})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        pytest.param("mkt_source", "a\ud800", "UnicodeEncodeError", id="a lone surrogate"),
        pytest.param("doc_width", 2**63, "OverflowError", id="an integer beyond 64 bits"),
        pytest.param("doc_width", -(2**63) - 1, "OverflowError", id="one below them"),
        pytest.param("doc_width", "wide", "TypeError", id="a text for an integer"),
        pytest.param("mkt_source", 5, "TypeError", id="an integer for a text"),
        pytest.param("no_such_column", 5, "ValueError", id="an unknown column"),
    ],
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_request_that_no_columns_hold_is_set_aside(
    name: str, value: Any, reason: str, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    """In its place, with the reason; the others are stored, and only they are copied."""
    one = enricher(SetField("strange", name, value), copy=lines_of("tsv"))
    app_ids = ["one", "two", "three"]
    app_ids[place - 1] = "strange"
    enriched = both(one, records_of(*app_ids))
    expected = dict(enumerate(app_ids, 1))
    del expected[place]
    assert stored(enriched) == expected
    assert list(aside(enriched)) == [place]
    assert aside(enriched)[place].startswith(f"{reason}: ")
    assert enriched.counts == {"good": 2, "rejected/generic_error": 1}
    assert len(enriched.copies) == 2
    assert "a request could not be written as columns and is set aside as bad" in caplog.messages


def test_a_request_that_a_step_breaks_on_is_set_aside() -> None:
    """All of its events, for they are one payload."""
    records = [
        (1, record_of("one")),
        (2, encode_record(tp2({"e": "pv", "aid": "good"}, {"e": "pv", "aid": "broken"}))),
        (3, record_of("three")),
    ]
    enriched = both(enricher(RaiseOn("broken")), records)
    assert stored(enriched) == {1: "one", 3: "three"}
    assert aside(enriched) == {2: "ZeroDivisionError: "}


@pytest.mark.parametrize("record", [b"", b"\x00", b"\x01", b"\x01\x80", b"\x02\xff", b"\xff" * 9])
def test_a_record_that_cannot_be_read_is_set_aside(record: bytes) -> None:
    """Also one that is not to be touched."""
    records = [(1, record_of("one")), (2, record), (3, record_of("three"))]
    enriched = both(enricher(), records)
    assert stored(enriched) == {1: "one", 3: "three"}
    assert list(aside(enriched)) == [2]
    untouched = both(enricher(), records, {2: "because"})
    assert aside(untouched) == {2: "RuntimeError: because"}


def test_what_is_not_to_be_touched() -> None:
    """It is set aside with the reason that was given, and no step sees it."""
    one = enricher(RaiseOn("poison", SystemExit))
    enriched = both(one, records_of("one", "poison", "three"), {2: "it kills"})
    assert stored(enriched) == {1: "one", 3: "three"}
    assert aside(enriched) == {2: "RuntimeError: it kills"}


def test_a_value_that_columns_hold_though_it_is_at_their_limit() -> None:
    """The largest integer, and a decimal, which becomes a double."""
    one = enricher(
        SetField("one", "doc_width", 2**63 - 1), SetField("one", "tr_total", Decimal("1E+3"))
    )
    enriched = both(one, records_of("one"))
    (row,) = rows_of(enriched.streams)["events"]
    assert (row["doc_width"], row["tr_total"]) == (2**63 - 1, 1000.0)


def test_a_request_that_ends_the_process_while_it_is_written_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Alone, each is written by itself; what happens after the last one is nobody's fault."""

    worst = 1

    def write(rows: Mapping[str, Sequence[Row]]) -> dict[str, bytes]:
        if len(rows["origins"]) == worst and any(r["app_id"] == "two" for r in rows["events"]):
            raise SystemExit
        return to_streams(rows)

    monkeypatch.setattr(enricher_module, "to_streams", write)
    for count, last_begun in ((1, 2), (3, None)):
        worst = count
        begun: list[int | None] = []
        with pytest.raises(SystemExit):
            enricher().enrich(records_of("one", "two", "three"), {}, begun.append, alone=True)
        assert begun[-1] == last_begun


# copies and log lines


def test_copies_and_log_lines_are_in_order() -> None:
    """Lines by payload for those that have any; log lines all in a row."""

    def copy(processed: Processed) -> list[bytes]:
        good = [o for o in processed.outcomes if not isinstance(o, RejectedPayload)]
        return [str(one.event.fields["app_id"]).encode() for one in good]

    def say(processed: Processed) -> list[tuple[int, str]]:
        return [(logging.INFO, type(outcome).__name__) for outcome in processed.outcomes]

    records = [
        (1, encode_record(tp2({"e": "pv", "aid": "a"}, {"e": "pv", "aid": "b"}))),
        (2, b"\xff"),
        (3, record_of("c")),
    ]
    enriched = both(enricher(copy=copy, say=say), records)
    assert enriched.copies == [[b"a", b"b"], [b"c"]]
    assert [line for _, line in enriched.said] == [
        "GoodEvent",
        "GoodEvent",
        "RejectedPayload",
        "GoodEvent",
    ]


@pytest.mark.parametrize("broken", ["copy", "say"])
def test_a_request_that_cannot_be_copied_is_stored(
    broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is left out of the outputs, which is logged; the others are in them."""

    def fail_on_two(processed: Processed) -> None:
        if "aid=two" in (processed.payload.querystring or ""):
            raise ValueError

    def copy(processed: Processed) -> list[bytes]:
        if broken == "copy":
            fail_on_two(processed)
        return [b"line"]

    def say(processed: Processed) -> list[tuple[int, str]]:
        if broken == "say":
            fail_on_two(processed)
        return [(logging.INFO, "line")]

    enriched = both(enricher(copy=copy, say=say), records_of("one", "two", "three"))
    assert stored(enriched) == {1: "one", 2: "two", 3: "three"}
    assert enriched.counts == {"good": 3}
    lines = (len(enriched.copies), len(enriched.said))
    assert lines == ((2, 3) if broken == "copy" else (3, 2))
    assert any("left out" in message for message in caplog.messages)


# look-ups


def test_lookups_are_told_once() -> None:
    """What was counted since the last batch, though they are counted since the beginning."""
    counted: dict[str, int] = {"cached": 5}
    one = Enricher(rules(accept_all), lookups=lambda: counted)
    assert one.enrich(records_of("one"), {}).lookups == {"cached": 5}
    assert one.enrich(records_of("one"), {}).lookups == {}
    counted |= {"cached": 7, "remote": 1}
    assert one.enrich([], {}).lookups == {"cached": 2, "remote": 1}
