"""A tracking plan from its first schema to the day when a newer one breaks it, with a real tracker.

The server is a process with a worker and a data folder, as an operator runs it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
import urllib3
from snowplow_tracker import (  # type: ignore[attr-defined]  # it re-exports implicitly
    Emitter,
    PageView,
    SelfDescribing,
    SelfDescribingJson,
    Tracker,
)
from system.program import Running, running

IGLU = Path(__file__).parent / "iglu.json"
KEY = "a-key-of-the-operator"
CLICK = "iglu:com.example/ui_actions/jsonschema/1-0-0"
USER = "iglu:com.example/user/jsonschema/1-0-0"
SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
SPECIFICATION = f"{SNOWPLOW}/event_specification/jsonschema/1-0-4"
VALIDATION = f"{SNOWPLOW}/event_specification_validation/jsonschema/1-0-0"


def self_describing(uri: str, **schema: Any) -> dict[str, Any]:
    vendor, name, format_, version = uri.removeprefix("iglu:").split("/")
    return {
        "$schema": "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#",
        "description": f"For a test: {name}",
        "self": {"vendor": vendor, "name": name, "format": format_, "version": version},
        "type": "object",
        "additionalProperties": False,
        **schema,
    }


LABEL = {"type": "string", "maxLength": 64}
CLICK_SCHEMA = self_describing(
    CLICK,
    properties={"label": LABEL, "action": {"type": "string", "enum": ["click", "hover"]}},
    required=["label", "action"],
)
USER_SCHEMA = self_describing(
    USER, properties={"id": {"type": "integer", "minimum": 0, "maximum": 1000}}, required=["id"]
)


@dataclass
class Console:
    """The Console APIs and the registry of a running server, as the operator."""

    server: Running
    base: str = ""

    def __post_init__(self) -> None:
        self._http = urllib3.PoolManager(retries=False)
        self._url = f"http://127.0.0.1:{self.server.port}"
        (organization,) = self.ask("GET", "/api/msc/v1/organizations")
        self.base = f"/api/msc/v1/organizations/{organization['id']}"

    def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        found = self.raw(method, path, body, status=status).data
        return json.loads(found) if found else None

    def raw(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        response = self._http.request(
            method,
            f"{self._url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {KEY}", "apikey": KEY},
            timeout=20.0,
        )
        assert response.status == status, (method, path, response.status, response.data)
        return response

    def deploy(self, schema: dict[str, Any], *, to_production: bool = True) -> Any:
        """A data structure, through all environments; the answer of the first deployment."""
        meta = {"hidden": False, "schemaType": "event", "customData": {}}
        structures = f"{self.base}/data-structures/v1"
        valid = self.ask(
            "POST", f"{structures}/validation-requests", {"meta": meta, "data": schema}, status=201
        )
        assert valid["success"], valid
        wanted = {**schema["self"], "message": "story", "source": "VALIDATED", "target": "DEV"}
        answer = self.ask("POST", f"{structures}/deployment-requests", wanted, status=201)
        assert answer["success"], answer
        if to_production:
            wanted |= {"source": "DEV", "target": "PROD"}
            self.ask("POST", f"{structures}/deployment-requests", wanted, status=201)
        return answer


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    flags = ("--data-dir", tmp_path / "data", "--iglu", IGLU, "--workers", "1")
    with running("serve", *flags, environ={"PISTE_ADMIN_KEY": KEY}) as server:
        yield Console(server)


def test_the_whole_story(console: Console) -> None:
    """Data structures, a specification that does not fit, one that does, events, coverage, and evolution."""
    specs = f"{console.base}/event-specs/v1"
    tracker = Tracker(
        "py", Emitter("127.0.0.1", protocol="http", port=console.server.port, batch_size=1), None
    )

    def track(label: Any, *entities: SelfDescribingJson, action: str = "click") -> dict[str, Any]:
        """The event as it was stored."""
        event = SelfDescribingJson(CLICK, {"label": label, "action": action})
        event_id = tracker.track(SelfDescribing(event, context=list(entities)))
        tracker.flush()
        filters = [{"column": "event_id", "value": event_id}]
        (stored,) = console.server.micro.events({"filters": filters})
        assert isinstance(stored, dict)
        return stored

    user = SelfDescribingJson(USER, {"id": 7})

    # Before its data structure is there, an event fails; a moment after it, it does not.
    assert "contexts_com_snowplowanalytics_snowplow_failure_1" in track("Search")
    console.deploy(CLICK_SCHEMA)
    console.deploy(USER_SCHEMA)
    good = track("Search", user)
    assert good["unstruct_event_com_example_ui_actions_1"]["label"] == "Search"

    # A plan, and a specification that allows what its data structure does not.
    product = console.ask(
        "POST", f"{console.base}/data-products/v2", {"name": "Shop", "domain": "web"}, status=201
    )["data"][0]
    unfit: dict[str, Any] = {
        "type": "object",
        "properties": {
            "label": {"type": "string", "enum": ["Search"]},
            "action": {"type": "number"},
        },
        "required": ["label", "action"],
        "additionalProperties": False,
    }
    spec: dict[str, Any] = {
        "name": "Search",
        "description": "Tracking the use of the search box",
        "dataProductId": product["id"],
        "event": {"source": CLICK, "schema": unfit},
        "entities": {"tracked": [{"source": USER, "minCardinality": 1, "maxCardinality": 1}]},
    }
    refused = console.ask("POST", specs, {"spec": spec, "message": "first"}, status=422)
    (error,) = refused["errors"]
    assert (error["type"], error["code"]) == ("Error", "SchemaIncompatible")
    assert error["source"] == "event.schema"
    assert error["title"].endswith(
        "event schema is INCOMPATIBLE with schema with name: ui_actions, vendor: com.example, version: 1-0-0"
    )
    assert error["path"] == "$.action"
    assert console.ask("GET", specs)["data"] == []

    # Mended, it is stored, and published; from now on events are found to be instances of it.
    fit: dict[str, Any] = {
        **unfit,
        "properties": {**unfit["properties"], "action": {"enum": ["click"]}},
    }
    spec["event"]["schema"] = fit
    created = console.ask("POST", specs, {"spec": spec, "message": "first"}, status=201)
    assert created["errors"] == []
    search_id = created["data"][0]["id"]
    assert "contexts_com_snowplowanalytics_snowplow_event_specification_1" not in track(
        "Search", user
    )
    console.ask("POST", f"{specs}/publish", {"eventSpecIds": [search_id]}, status=202)
    inferred = track("Search", user)
    declared = inferred["contexts_com_snowplowanalytics_snowplow_event_specification_1"]
    assert declared == [
        {
            "_schema_version": SPECIFICATION,
            "id": search_id,
            "name": "Search",
            "version": 1,
        }
    ]
    for other in (track("Menu", user), track("Search"), track("Search", user, action="hover")):
        assert "contexts_com_snowplowanalytics_snowplow_event_specification_1" not in other

    # Who declares it himself is told what is wrong with it.
    claim = SelfDescribingJson(SPECIFICATION, {"id": search_id, "name": "Search", "version": 1})
    (violated,) = track("Menu", claim)[
        "contexts_com_snowplowanalytics_snowplow_event_specification_validation_1"
    ]
    assert violated == {
        "_schema_version": VALIDATION,
        "isValid": False,
        "errors": [
            {
                "message": "$.label: does not have a value in the enumeration [Search]",
                "schema": CLICK,
                "path": "$.label",
            },
            {"message": "0 entities found, at least 1 expected", "schema": USER},
        ],
    }

    # A second specification that nobody tracks, and the report.
    never: dict[str, Any] = {
        "name": "Checkout",
        "event": {"source": CLICK},
        "dataProductId": product["id"],
    }
    never["event"]["schema"] = {
        **fit,
        "properties": {**fit["properties"], "label": {"enum": ["Pay"]}},
    }
    pay_id = console.ask("POST", specs, {"spec": never}, status=201)["data"][0]["id"]
    console.ask("POST", f"{specs}/publish", {"eventSpecIds": [pay_id]}, status=202)
    tracker.track(PageView("https://shop.example/", "Shop"))
    tracker.flush()
    coverage = f"{console.base}/data-products/v2/{product['id']}/coverage"
    report = console.ask("GET", coverage)
    counts = {"eventSpecs": 2, "seen": 0, "neverSeen": 1, "violated": 1, "deprecated": 0}
    assert report["summary"] == counts
    checkout, search = report["eventSpecs"]
    assert (checkout["name"], checkout["verdict"], checkout["events"]) == (
        "Checkout",
        "neverSeen",
        0,
    )
    assert (search["verdict"], search["events"], search["violatingEvents"]) == ("violated", 2, 1)
    assert [one["path"] for one in search["violations"]] == ["$.label", None]
    unmatched = {one["schema"]: one["events"] for one in report["unmatched"]["schemas"]}
    assert unmatched == {CLICK: 5, f"{SNOWPLOW}/page_view/jsonschema/1-0-0": 1}
    xml = console.raw("GET", f"{coverage}?format=junit").data
    cases = {
        case.get("name"): case.find("failure") for case in Xml.fromstring(xml).iter("testcase")
    }
    assert {name for name, failure in cases.items() if failure is not None} == {
        "Checkout",
        "Search",
    }
    seen = console.ask("GET", f"{specs}/{search_id}/conformance")["data"][0]
    assert (seen["events"], seen["violatingEvents"]) == (2, 1)
    assert console.ask("GET", f"{coverage}?since=2999-01-01")["summary"]["neverSeen"] == 2

    # The data structure evolves: the deployment tells what it breaks, and reading warns.
    evolved = self_describing(
        CLICK.replace("1-0-0", "2-0-0"),
        properties={
            "label": {"type": "string", "maxLength": 3},
            "action": {"type": "string", "maxLength": 9},
        },
        required=["label", "action"],
    )
    (broken,) = console.deploy(evolved)["affectedEventSpecs"]
    assert (broken["id"], broken["path"]) == (search_id, "$.label")
    assert broken["counterexample"] == {"label": "Search", "action": "click"}
    read = console.ask("GET", f"{specs}/{search_id}")
    (warning,) = read["errors"]
    assert (warning["type"], warning["code"]) == ("Warning", "SchemaIncompatible")
    assert warning["title"] == (
        f"Event specification with id: {search_id}, event schema is INCOMPATIBLE with schema "
        "with name: ui_actions, vendor: com.example, version: 2-0-0"
    )


def test_what_was_decided_outlives_the_process(tmp_path: Path) -> None:
    """Schemas and specifications are known to the workers of the next start, and so is the key."""
    flags = ("--data-dir", tmp_path / "data", "--iglu", IGLU, "--workers", "1")
    with running("serve", *flags, environ={"PISTE_ADMIN_KEY": KEY}) as server:
        console = Console(server)
        console.deploy(CLICK_SCHEMA)
        spec = {"name": "Any", "status": "published", "event": {"source": CLICK}}
        created = console.ask("POST", f"{console.base}/event-specs/v1", {"spec": spec}, status=201)
        server.process.kill()
        server.process.wait()
    with running("serve", *flags, environ={"PISTE_ADMIN_KEY": KEY}) as server:
        tracker = Tracker("py", Emitter("127.0.0.1", protocol="http", port=server.port), None)
        tracker.track(SelfDescribing(SelfDescribingJson(CLICK, {"label": "x", "action": "click"})))
        tracker.flush()
        (event,) = server.micro.events()
        (entity,) = event["contexts_com_snowplowanalytics_snowplow_event_specification_1"]
        assert entity["id"] == created["data"][0]["id"]
        console = Console(server)
        assert console.ask("GET", "/api/schemas") == [CLICK]
