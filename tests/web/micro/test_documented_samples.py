"""The samples of the Micro REST API's documentation, asked and answered.

A golden file is a sample as the documentation prints it; stored is what its pipeline would have stored.
"""

import json

import pytest
from queries.rows_of import NOON, Payloads, page_view
from support.golden import golden_text, request_of
from web.micro.asking import FoundSchema

from piste.events.columns import BY_NAME, ColumnType
from piste.events.enriched import EnrichedEvent
from piste.events.failures import (
    LookupHistory,
    RegistryError,
    RegistryErrorKind,
    ResolutionError,
)
from piste.events.schema_key import SelfDescribing
from piste.events.times import parse_iso


def golden(name):
    return json.loads(golden_text(f"micro/{name}.json"))


def in_order(value):
    """Compares with the order of keys."""
    return json.dumps(value, indent=1)


def self_describing(json_part):
    """Of the samples, all of which are."""
    parsed = SelfDescribing.parse(json_part)
    assert isinstance(parsed, SelfDescribing)
    return parsed


def event_of(json_event):
    """The enriched event whose SDK JSON has these keys; absent ones are null."""
    fields = {
        name: parse_iso(value) if BY_NAME[name].type is ColumnType.TIMESTAMP else value
        for name, value in json_event.items()
        if value is not None and name in BY_NAME and BY_NAME[name].type is not ColumnType.JSON
    }
    contexts = json_event.get("contexts") or {"data": []}
    return EnrichedEvent(fields, tuple(map(self_describing, contexts["data"])))


def test_all(micro):
    """/micro/all counts good events, and as bad both failed events and rejected payloads."""
    micro.add(Payloads().good(*[page_view()] * 5).failed(page_view()).rejected())
    assert in_order(micro.get("/micro/all").json) == in_order(golden("all.answer"))


def test_good(micro):
    """/micro/good prints raw event and event exactly as documented."""
    (item,) = golden("good.answer")
    raw = item["rawEvent"]
    payloads = Payloads().good(
        event_of(item["event"]), request=request_of(raw), parameters=raw["parameters"]
    )
    micro.add(payloads)
    assert in_order(micro.get("/micro/good").json) == in_order([item])


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        pytest.param(["application", "screen"], 1, id="both entities"),
        pytest.param(["screen", "other", "application"], 1, id="more entities, in another order"),
        pytest.param(["screen"], 0, id="one of them"),
        pytest.param([], 0, id="none"),
    ],
)
def test_good_filter(micro, entities, expected):
    """The sample filter names a schema with `iglu:` and entities without it."""
    schema = self_describing({"schema": "iglu:com.acme/example/jsonschema/1-0-0", "data": {}})
    names = {"event": "unstruct", "event_vendor": "com.acme", "event_name": "example"}
    names |= {"event_format": "jsonschema", "event_version": "1-0-0"}
    contexts = [
        {"schema": f"iglu:com.snowplowanalytics.mobile/{name}/jsonschema/1-0-0", "data": {}}
        for name in entities
    ]
    micro.add(Payloads().good(EnrichedEvent(names, tuple(map(self_describing, contexts)), schema)))
    assert len(micro.post("/micro/good", golden("good-filter.request")).json) == expected


def test_bad(micro):
    """/micro/bad prints payload, raw event and errors exactly as documented."""
    (item,) = golden("bad.answer")
    sent = item["collectorPayload"]
    assert sent["querystring"] == []
    payloads = Payloads().failed(
        page_view(),
        request=request_of(sent, body=sent["body"]),
        parameters=item["rawEvent"]["parameters"],
        bad_row=json.loads(item["errors"][1]),
    )
    micro.add(payloads)
    assert in_order(micro.get("/micro/bad").json) == in_order([item])


def test_bad_filter(micro):
    """The sample filter names the tracker protocol's vendor and version."""
    micro.add(Payloads().failed(page_view()).rejected(("com.acme", "v1")).rejected())
    items = micro.post("/micro/bad", golden("bad-filter.request")).json
    assert [item["collectorPayload"]["body"] for item in items] == ["body 3", "body 1"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_reset(micro, method):
    """/micro/reset forgets everything."""
    micro.add(Payloads().good(page_view()).failed(page_view()).rejected())
    assert in_order(micro.ask(method, "/micro/reset").json) == in_order(golden("reset.answer"))
    assert micro.get("/micro/all").json == golden("reset.answer")
    assert micro.get("/micro/good").json == micro.get("/micro/bad").json == []


def test_events(micro):
    """The sample request: 234 events match, on 5 pages. The sample event is shortened: a subset."""
    sample = golden("events-valid.answer")
    (event,) = sample["events"]
    on_the_day = event_of(event | {"platform": "web"})
    others = Payloads(first=300).good(page_view(app_id="other")).failed(page_view(app_id="myapp"))
    micro.add(Payloads().good(*[on_the_day] * 234)).add(others)
    answer = micro.post("/micro/events", golden("events.request")).json
    assert {key: answer[key] for key in ("totalPages", "totalItems")} == {
        "totalPages": sample["totalPages"],
        "totalItems": sample["totalItems"],
    }
    assert len(answer["events"]) == 50
    assert answer["events"][0].items() >= event.items()


def test_failed_events(micro):
    """A failed event looks like a valid one, with a failure entity for each error."""
    sample = golden("events-failed.answer")
    (event,) = sample["events"]
    key = "contexts_com_snowplowanalytics_snowplow_failure_1"
    failures = [dict(failure) for failure in event[key]]
    entities = [
        self_describing({"schema": failure.pop("_schema_version"), "data": failure})
        for failure in failures
    ]
    fields = event_of(event).fields
    micro.add(Payloads().failed(EnrichedEvent(fields, derived_contexts=tuple(entities))))
    request = {"filters": [], "validEvents": False, "page": 1, "pageSize": 10}
    answer = micro.post("/micro/events", request).json
    assert answer["events"][0].items() >= event.items()
    assert (answer["totalPages"], answer["totalItems"]) == (1, 1)


def test_timeline(micro):
    """Two buckets of an hour, with the sample's numbers of valid and failed events."""
    sample = golden("timeline.answer")
    for point in sample["points"]:
        ms = parse_iso(point["bucket"]["start"])
        valid = Payloads(first=ms // 1000, at_ms=ms)
        valid.good(*[page_view()] * point["validEvents"])
        valid.failed(*[page_view()] * point["failedEvents"])
        micro.add(valid)
    micro.add(Payloads(at_ms=NOON).good(page_view()))
    answer = micro.post("/micro/timeline", golden("timeline.request")).json
    assert in_order(answer) == in_order(sample)


def test_iglu_found(new_micro):
    """A schema that can be resolved is printed as it is."""
    schema = golden("iglu-found.answer")
    micro = new_micro(lookup=lambda key: FoundSchema(schema))
    answer = micro.get("/micro/iglu/com.myvendor/myschema/jsonschema/1-0-0")
    assert answer.status == 200
    assert in_order(answer.json) == in_order(schema)


def test_iglu_not_found(new_micro):
    """A schema that cannot be resolved: who was asked, and what they said."""
    sample = golden("iglu-not-found.answer")
    error = ResolutionError(
        tuple(
            LookupHistory(
                name,
                tuple(RegistryError(RegistryErrorKind(one["error"])) for one in asked["errors"]),
                asked["attempts"],
                parse_iso(asked["lastAttempt"]),
            )
            for name, asked in sample["value"].items()
        )
    )
    micro = new_micro(lookup=lambda key: error)
    answer = micro.get("/micro/iglu/com.myvendor/missing/jsonschema/1-0-0")
    assert answer.status == 404
    assert in_order(answer.json) == in_order(sample)
