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
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from support.console import BASE, ORGANIZATION, World, call, opened, served

from piste.events.schema_key import SchemaKey
from piste.web.console.reference import page

ACTIONS = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
GONE = "6b203ef8-939b-4fd1-914e-f12a3dd1a869"
ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened(tmp_path, {ACTIONS: {"type": "object"}}) as world:
        for id_ in (ID, GONE):
            world.ask("POST", "event-specs/v1", {"spec": {"id": id_, "name": "Search"}})
        yield world


def run(world: World, *, examples: int, is_stateful: bool) -> tuple[int, list[str]]:
    """How many requests schemathesis has made of all operations, and what it has to say against them.

    `is_stateful`: with the ids that other operations have answered, instead of two that are there; as a user
    whose key cannot be revoked.
    """
    key, spare = world.key(), world.key()
    ids = {
        "path.eventSpecId": ID,
        "path.trackingScenarioId": ID,
        "path.keyId": spare.api_key.id,
    }
    config: dict[str, Any] = {
        "headers": {"Authorization": "Bearer ours" if is_stateful else f"Bearer {key.key}"},
        "parameters": {"path.organizationId": ORGANIZATION, **({} if is_stateful else ids)},
        "checks": {"positive_data_acceptance": {"enabled": False}},
        "phases": {"stateful": {"enabled": is_stateful}},
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
        },
        "continue-on-failure": True,
    }
    if not is_stateful:
        gone = {"path.eventSpecId": GONE, "path.trackingScenarioId": GONE}
        config["operations"] = [{"include-method": "DELETE", "parameters": gone}]
    schema = schemathesis.openapi.from_asgi(
        f"{BASE}/openapi.json",
        world.application,
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


def test_requests_of_every_operation(world: World) -> None:
    """Right ones and wrong ones."""
    requests, said = run(world, examples=25, is_stateful=False)
    assert said == []
    assert requests > 500


@pytest.mark.soak
def test_many_requests_of_every_operation(world: World, request: pytest.FixtureRequest) -> None:
    """Also with what other operations have answered."""
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("takes many minutes: runs with -m soak")
    for is_stateful in (False, True):
        requests, said = run(world, examples=300, is_stateful=is_stateful)
        assert said == []
        assert requests > 3000


def test_the_document_has_each_schema_once(world: World) -> None:
    """As a component; examples stay as they are; every operation has a name of its own."""
    document = call(world.application, "GET", f"{BASE}/openapi.json").json
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


def test_the_page_names_every_operation(world: World) -> None:
    """With its method and address, and nothing that a browser would fetch or run."""
    answer = call(world.application, "GET", f"{BASE}/docs")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    text = answer.body.decode()
    shown = text.replace("<wbr>", "")
    document = call(world.application, "GET", f"{BASE}/openapi.json").json
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f">{method.upper()}</span> <code>{path}</code>" in shown
            assert escape(operation["summary"]) in shown
    anchors = set(re.findall(r' id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors
    assert not re.search(r"<script|<link|<img|src=|@import|url\(|https?://(?!json-schema)", text)
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


def test_the_page_in_a_browser(world: World) -> None:
    """No violation of its policy, nothing asked of anybody, and no scrolling sideways on a phone."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with served(world.application) as url, sync_playwright() as playwright:
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
