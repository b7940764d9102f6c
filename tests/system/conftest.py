"""Servers for the system tests. None of them asks a registry beyond this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.harness import serving_files

from .program import Command, Running, running

SCHEMAS = Path(__file__).parent / "schemas"

REGISTRY_FILES = {
    "/schemas/com.remote/thing/jsonschema/1-0-0": (
        "application/json",
        b'{"self": {"vendor": "com.remote", "name": "thing", "format": "jsonschema",'
        b' "version": "1-0-0"}, "type": "object", "properties": {"n": {"type": "integer"}}}',
    ),
    "/schemas/com.remote/no_json/jsonschema/1-0-0": ("text/html", b"<html>Welcome!</html>"),
}
"""What the HTTP registry has; everything else it answers with 404."""

PATIENCE = {
    "PISTE_INSPECTOR_WAIT_MS": "20000",
    "PISTE_COLLECTOR_NETWORKING_BODY_TIMEOUT_SECONDS": "2",
}
"""A query waits for ten thousand events on a slow machine; a body that never comes is soon given up."""

UNLIKE_MICRO = {
    "PISTE_COLLECTOR_REDIRECTS_ENABLE_DEFAULT_REDIRECT": "true",
    "PISTE_INSPECTOR_OPEN_INSPECTOR": "false",
}
"""What the tables ask for and Snowplow Micro has not: redirects, and an inspector that is not for all."""


@pytest.fixture(scope="session")
def iglu_json(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A resolver configuration: the schemas of the package, and a registry on this machine."""
    with serving_files(REGISTRY_FILES) as url:
        local = {
            "name": "Local",
            "priority": 0,
            "vendorPrefixes": [],
            "connection": {"http": {"uri": url}},
        }
        config = {
            "schema": "iglu:com.snowplowanalytics.iglu/resolver-config/jsonschema/1-0-3",
            "data": {"cacheSize": 500, "cacheTtl": None, "repositories": [local]},
        }
        path = tmp_path_factory.mktemp("iglu") / "iglu.json"
        path.write_text(json.dumps(config))
        yield path


@pytest.fixture(scope="session")
def shared(iglu_json: Path) -> Iterator[Running]:
    """One server for all tests that need no other."""
    flags = ("--iglu", iglu_json, "--schemas", SCHEMAS)
    with running("micro", *flags, environ=PATIENCE | UNLIKE_MICRO) as server:
        yield server


@pytest.fixture
def server(shared: Running) -> Running:
    """The shared server without any events."""
    assert shared.micro.reset() == {"total": 0, "good": 0, "bad": 0}
    return shared


@pytest.fixture
def serve(tmp_path: Path, iglu_json: Path) -> Command:
    """`piste serve` on a data folder of the test's own."""
    return ("serve", "--data-dir", tmp_path / "data", "--iglu", iglu_json)


@pytest.fixture
def micro(iglu_json: Path) -> Command:
    """`piste micro`, as a test would type it."""
    return ("micro", "--iglu", iglu_json)
