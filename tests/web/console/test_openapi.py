"""The OpenAPI document is true: what it allows is answered as it says, and what it forbids is refused.

Limits: what the document allows may still be refused with 422, since schemas and data products have to
        exist and names have to be free; so schemathesis is not asked whether all of it is accepted.
"""

import json
import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from playwright.sync_api import sync_playwright
from queries.rows_of import Payloads, page_view, self_describing
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from support.console import BASE, call, served
from support.governed import ADMIN_KEY, Governed, governed
from support.plans import schema

from piste.accounts.principal import Role
from piste.events.matches import Match
from piste.events.schema_key import SchemaKey, SelfDescribing
from piste.registry.structure_records import structure_hash
from piste.store.duckdb import EventStore
from piste.web.console.reference import page

ACTIONS = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
GONE = "6b203ef8-939b-4fd1-914e-f12a3dd1a869"
ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Governed]:
    """With two of each, of which one may go: data products, their specifications and subscriptions, source
    applications. With events that match them, too."""
    payloads = Payloads().good(
        self_describing(SelfDescribing(ACTIONS, {}), event_id="one"), matches=(Match(ID, 1, True),)
    )
    payloads.good(page_view())
    with (
        EventStore.open(None) as store,
        governed(tmp_path, {ACTIONS.uri: {"type": "object"}}, store.rows) as console,
    ):
        store.append([payloads.streams()], 1)
        for id_ in (ID, GONE):
            application = {"id": id_, "name": f"Application {id_}"}
            console.done("POST", "source-apps/v1", application)
            console.done("POST", "data-products/v2", {"id": id_, "name": f"Product {id_}"})
            spec = {"id": id_, "name": f"Search {id_}", "dataProductId": id_}
            console.done("POST", "event-specs/v1", {"spec": spec})
        console.done("POST", "data-structures/v1/validation-requests", {"data": schema()})
        wanted = {**schema()["self"], "source": "VALIDATED", "target": "DEV"}
        console.done("POST", "data-structures/v1/deployment-requests", wanted)
        draft = schema(name="draft")
        console.done("POST", "data-structure-drafts/v1/schemas", {"data": draft})
        yield console


def run(console: Governed, *, examples: int, is_stateful: bool) -> tuple[int, list[str]]:
    """How many requests schemathesis has made of all operations, and what it has to say against them.

    `is_stateful`: with the ids that other operations have answered, instead of those that are there; as an
    admin whose key cannot be revoked.
    """
    organization = {"path.organizationId": console.organization_id}
    config: dict[str, Any] = {
        "headers": {"Authorization": f"Bearer {ADMIN_KEY}"},
        "parameters": organization if is_stateful else {**organization, **_ids(console, ID)},
        "checks": {"positive_data_acceptance": {"enabled": False}},
        "suppress-health-check": ["too_slow"],  # of a machine that has other things to do
        "phases": {"stateful": {"enabled": is_stateful}},
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
        },
        "continue-on-failure": True,
    }
    config["operations"] = [
        {
            "include-operation-id": ["shareInstructions", "resendConfirmation"],
            "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "4xx", 501]}},
        }
    ]
    if not is_stateful:
        config["operations"] += [
            # The other product may be gone already.
            {"include-operation-id": "deleteSubscription", "parameters": _ids(console, ID)},
            {"include-method": "DELETE", "parameters": _ids(console, GONE)},
        ]
    schema = schemathesis.openapi.from_asgi(
        f"{BASE}/openapi.json",
        console.application,
        config=schemathesis.Config.from_dict(config),
    )
    requests, said = 0, set()
    for event in from_schema(schema).execute():
        match event:
            case ScenarioFinished(recorder=recorder):
                requests += len(recorder.interactions)
                checks = (one for some in recorder.checks.values() for one in some)
                for check in checks:
                    if (found := check.failure_info) is not None:
                        failure = found.failure
                        said.add(f"{failure.title}: {failure.message}\n{found.code_sample}")
            case FatalError():
                said.add(repr(event.exception))
            case NonFatalError():
                said.add(repr(event.value))
    return requests, sorted(said)


def _ids(console: Governed, id_: str) -> dict[str, str]:
    """Parameters of addresses that name what is there."""
    subscriptions = f"data-products/v1/{ID}/subscriptions"
    reason = {"reason": "To know", "receiveNotifications": True}
    (subscription,) = console.done("POST", subscriptions, reason)["data"]
    (admin,) = (one for one in console.governance.identity.users() if one.role is Role.ADMIN)
    spare = console.governance.identity.create_key(admin.id, "spare")
    assert spare is not None
    names = ("dataProductId", "eventSpecId", "trackingScenarioId", "sourceAppId")
    described = schema(name="draft")["self"]
    return {
        **{f"path.{name}": id_ for name in names},
        **{f"path.{name}": described[name] for name in ("vendor", "name", "format", "version")},
        "path.subscriptionId": subscription["id"],
        "path.keyId": spare.api_key.id,
        "path.dataStructureHash": structure_hash(console.organization_id, ACTIONS),
    }


def test_requests_of_every_operation(console: Governed) -> None:
    """Right ones and wrong ones."""
    requests, said = run(console, examples=12, is_stateful=False)
    assert said == []
    assert requests > 2000


@pytest.mark.soak
def test_many_requests_of_every_operation(
    console: Governed, request: pytest.FixtureRequest
) -> None:
    """Also with what other operations have answered."""
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("takes many minutes: runs with -m soak")
    for is_stateful, examples in ((False, 300), (True, 50)):
        requests, said = run(console, examples=examples, is_stateful=is_stateful)
        assert said == []
        assert requests > 3000


def test_the_document_has_each_schema_once(console: Governed) -> None:
    """As a component; examples stay as they are; every operation has a name of its own."""
    document = call(console.application, "GET", f"{BASE}/openapi.json").json
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert "EventSpecification" in document["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(document)
    created = document["paths"][f"{BASE}/organizations/{{organizationId}}/event-specs/v1"]["post"]
    answer = created["responses"]["201"]["content"]["application/json"]
    assert answer["schema"] == {"$ref": "#/components/schemas/EventSpecificationAnswer"}
    assert answer["example"]["includes"][0]["message"] == "initial draft"
    assert {int(one) for one in created["responses"]} == {201, 400, 401, 404, 409, 413, 422}


def test_the_page_names_every_operation(console: Governed) -> None:
    """With its method and address, and nothing that a browser would fetch or run."""
    answer = call(console.application, "GET", f"{BASE}/docs")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    text = answer.body.decode()
    shown = text.replace("<wbr>", "")
    document = call(console.application, "GET", f"{BASE}/openapi.json").json
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f">{method.upper()}</span> <code>{path}</code>" in shown
            assert escape(operation["summary"]) in shown
    anchors = set(re.findall(r' id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors
    assert not re.search(
        r"<script|<link|<img|src=|@import|url\(|https?://(?!json-schema|iglucentral)", text
    )
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_page_escapes_what_it_shows() -> None:
    """Names, texts, examples and schemas."""
    odd = "<script>alert(1)</script>\"'&"
    schema = {"type": "object", "properties": {odd: {"enum": [odd], "description": odd}}}
    operation = {
        "tags": [odd],
        "summary": odd,
        "description": f"{odd} `{odd}`",
        "parameters": [{"name": odd, "in": odd, "description": odd, "schema": {"pattern": odd}}],
        "responses": {
            odd: {
                "description": odd,
                "content": {odd: {"schema": {"$ref": odd}, "example": {odd: odd}}},
            }
        },
    }
    document = {
        "openapi": odd,
        "info": {"title": odd, "version": odd},
        "paths": {f"/{odd}": {odd: operation}},
        "components": {"schemas": {odd: schema}},
    }
    text = page(document, odd)
    assert "<script" not in text
    assert "alert(1)" in text


def test_the_page_in_a_browser(console: Governed) -> None:
    """No violation of its policy, nothing asked of anybody, and no scrolling sideways on a phone."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with served(console.application) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        said: list[str] = []
        asked: list[str] = []
        for width, scheme in ((1440, "light"), (390, "dark")):
            tab = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            tab.on("console", lambda message: said.append(message.text))
            tab.on("request", lambda request: asked.append(request.url))
            tab.goto(f"{url}{BASE}/docs")
            tab.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
            assert tab.evaluate("document.documentElement.scrollWidth") == width
            colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
            assert colour == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 24, 31)")
        browser.close()
    assert said == []
    assert set(asked) == {f"{url}{BASE}/docs"}
