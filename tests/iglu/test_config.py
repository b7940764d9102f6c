"""Resolver configuration: what users write, and what they are told when it is wrong."""

import copy
from pathlib import Path

import orjson
import pytest
from support.iglu import IGLU_CENTRAL, needs_iglu_central

from piste.iglu import (
    DEFAULT,
    ConfigError,
    EmbeddedRegistry,
    FolderRegistry,
    HttpRegistry,
    ResolverConfig,
    compile_schema,
    custom_repository,
    registries,
)
from piste.iglu.config import Embedded, Http, Repository

URI = "iglu:com.snowplowanalytics.iglu/resolver-config/jsonschema/1-0-2"


def fetch(url, headers):
    raise AssertionError(f"building a registry asks for nothing: {url}")


def repository(name: str = "R", connection=None, **fields):
    connection = connection or {"http": {"uri": "http://r/api", "apikey": None}}
    repository = {"name": name, "priority": 1, "vendorPrefixes": [], "connection": connection}
    return {**repository, **fields}


def config(*repositories, uri: str = URI, **fields):
    data = {"cacheSize": 500, "cacheTtl": None, "repositories": list(repositories)}
    return {"schema": uri, "data": {**data, **fields}}


def without(json, *path):
    json = copy.deepcopy(json)
    parent = json
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]
    return json


@pytest.mark.parametrize("version", ["1-0-0", "1-0-1", "1-0-2", "1-0-3", "1-0-17"])
def test_any_addition_is_accepted(version):
    uri = f"iglu:com.snowplowanalytics.iglu/resolver-config/jsonschema/{version}"
    assert ResolverConfig.parse(config(uri=uri)) == ResolverConfig(500, None, ())


def test_parse():
    """Everything in it arrives."""
    json = config(
        repository("A", priority=7, vendorPrefixes=["com.acme", "org"]),
        repository("B", {"http": {"uri": "https://r", "apikey": "secret"}}),
        repository("C", {"embedded": {"path": "/my/schemas"}}),
        cacheSize=7,
        cacheTtl=60,
    )
    assert ResolverConfig.parse(json) == ResolverConfig(
        7,
        60,
        (
            Repository("A", 7, ("com.acme", "org"), Http("http://r/api", None)),
            Repository("B", 1, (), Http("https://r", "secret")),
            Repository("C", 1, (), Embedded("/my/schemas")),
        ),
    )


@pytest.mark.parametrize(
    ("json", "problems"),
    [
        (
            {"cacheSize": 5},
            ["a resolver configuration is self-describing JSON (INVALID_DATA_PAYLOAD)"],
        ),
        ([], ["a resolver configuration is self-describing JSON (INVALID_DATA_PAYLOAD)"]),
        (
            {"schema": "resolver-config", "data": {}},
            ["a resolver configuration is self-describing JSON (INVALID_IGLUURI)"],
        ),
        (
            config(uri="iglu:com.snowplowanalytics.iglu/resolver-config/jsonschema/1-1-0"),
            ["schema: iglu:com.snowplowanalytics.iglu/resolver-config/jsonschema/1-1-0 does not "
             "match criterion iglu:com.snowplowanalytics.iglu/resolver-config/jsonschema/1-0-*"],
        ),
        ({"schema": URI, "data": []}, ["data: must be an object"]),
        (
            {"schema": URI, "data": {}},
            ["data.cacheSize: is missing; must be a whole number, 0 or more",
             "data.repositories: is missing; must be a list"],
        ),
        (config(cacheSize=-1), ["data.cacheSize: must be a whole number, 0 or more"]),
        (config(cacheSize=True), ["data.cacheSize: must be a whole number, 0 or more"]),
        (config(cacheSize=1.5), ["data.cacheSize: must be a whole number, 0 or more"]),
        (config(cacheTtl="1h"), ["data.cacheTtl: must be a number of seconds, or null"]),
        (config(repositories={}), ["data.repositories: must be a list"]),
        (config(cachettl=5), ["data.cachettl: is not a known field"]),
        (config("R"), ["data.repositories[0]: must be an object"]),
        (
            config(without(repository(), "connection"), repository("S", uri="http://r")),
            ['data.repositories[0].connection: is missing; must be an object with either '
             '"embedded" or "http"',
             "data.repositories[1].uri: is not a known field"],
        ),
        (
            config(repository(name="", priority="high", vendorPrefixes=["a", 1])),
            ["data.repositories[0].name: must be a text",
             "data.repositories[0].priority: must be a whole number",
             "data.repositories[0].vendorPrefixes: must be a list of texts"],
        ),
        (
            config(repository(connection={"embedded": {"path": "/a"}, "http": {"uri": "b"}})),
            ['data.repositories[0].connection: must be an object with either "embedded" or '
             '"http"'],
        ),
        (
            config(repository(connection={"http": {"uri": "r", "key": "k"}})),
            ["data.repositories[0].connection.http.uri: must be an http:// or https:// URL",
             "data.repositories[0].connection.http.key: is not a known field"],
        ),
        (
            config(repository(connection={"http": {"uri": "http://", "apikey": 5}})),
            ["data.repositories[0].connection.http.uri: must be an http:// or https:// URL",
             "data.repositories[0].connection.http.apikey: must be a text, or null"],
        ),
        (
            config(repository(connection={"http": {"uri": "http://r:port/"}})),
            ["data.repositories[0].connection.http.uri: must be an http:// or https:// URL"],
        ),
        (
            config(repository(connection={"embedded": "/a"})),
            ["data.repositories[0].connection.embedded: must be an object"],
        ),
        (
            config(repository("A"), repository("B"), repository("A"), repository("A")),
            ["Repository names must be unique, A encountered 3 times"],
        ),
        (
            config(repository("Iglu Client Embedded")),
            ["Repository names must be unique, Iglu Client Embedded encountered 2 times"],
        ),
    ],
)  # fmt: skip
def test_every_problem_is_reported(json, problems):
    """At once, each with its field and what it should be."""
    with pytest.raises(ConfigError) as raised:
        ResolverConfig.parse(json)
    assert list(raised.value.problems) == problems
    assert str(raised.value) == "; ".join(problems)


def test_registries():
    """The package's own come first; its name in a configuration adds nothing; paths are folders."""
    parsed = ResolverConfig.parse(
        config(
            repository("A"),
            repository("Iglu Client Embedded", {"embedded": {"path": "/iglu-client-embedded"}}),
            repository("C", {"embedded": {"path": "schemas"}}, priority=3, vendorPrefixes=["org"]),
        )
    )
    embedded, first, folder = registries(parsed.repositories, fetch)
    assert isinstance(embedded, EmbeddedRegistry)
    assert first == HttpRegistry("A", "http://r/api", None, (), 1, fetch)
    assert folder == FolderRegistry(Path("schemas"), "C", 3, ("org",))


def test_the_default_is_iglu_central_and_its_mirror():
    assert DEFAULT.cache_size == 500
    assert [(r.name, r.uri, r.priority) for r in registries(DEFAULT.repositories, fetch)[1:]] == [
        ("Iglu Central", "http://iglucentral.com", 1),
        ("Iglu Central - Mirror 01", "http://mirror01.iglucentral.com", 1),
    ]


def test_custom_repository():
    """MICRO_IGLU_REGISTRY_URL: named after its URL, before the others of its class."""
    [_, custom] = registries([custom_repository("http://iglu/api", "key")], fetch)
    assert custom == HttpRegistry(
        "Custom (http://iglu/api)", "http://iglu/api", "key", (), 0, fetch
    )


@needs_iglu_central
@pytest.mark.parametrize("version", ["1-0-0", "1-0-1", "1-0-2", "1-0-3"])
def test_what_the_published_schemas_accept_is_accepted(version):
    """A configuration that all versions agree on."""
    path = IGLU_CENTRAL / "schemas/com.snowplowanalytics.iglu/resolver-config/jsonschema" / version
    if not path.exists():
        pytest.skip(f"Iglu Central has no {version}")
    http = repository("A", {"http": {"uri": "http://r"}})
    json = without(config(http, repository("B", {"embedded": {"path": "/b"}})), "data", "cacheTtl")
    assert compile_schema(orjson.loads(path.read_bytes())).is_valid(json["data"])
    assert len(ResolverConfig.parse(json).repositories) == 2
