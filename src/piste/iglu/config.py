"""The resolver configuration: which registries there are, and how long answers are kept.

Room:   JSON that a user wrote -> `ResolverConfig` -> registries. Reading files is the caller's.
Limits: any `resolver-config/jsonschema/1-0-*` is accepted, as Snowplow does. All problems are
        reported at once, each with the field and what it should be.
Source: Iglu, "Resolver configuration"; Snowplow Micro, MICRO_IGLU_REGISTRY_URL.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from piste.events.schema_key import IgluParseError, Json, SchemaCriterion, SelfDescribing
from piste.iglu.registry import (
    EMBEDDED_NAME,
    EmbeddedRegistry,
    Fetch,
    FolderRegistry,
    HttpRegistry,
    Registry,
)
from piste.iglu.resolver import DEFAULT_CACHE_SIZE

CRITERION = SchemaCriterion("com.snowplowanalytics.iglu", "resolver-config", "jsonschema", 1, 0)

EMBEDDED_PATH = "/iglu-client-embedded"
"""The `embedded.path` that means the schemas inside Snowplow's (and our) package."""


class ConfigError(ValueError):
    """The configuration cannot be used; `problems` are sentences for its author."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Embedded:
    path: str


@dataclass(frozen=True, slots=True)
class Http:
    uri: str
    apikey: str | None = field(default=None, repr=False)  # a secret has no place in logs


@dataclass(frozen=True, slots=True)
class Repository:
    name: str
    priority: int
    vendor_prefixes: tuple[str, ...]
    connection: Embedded | Http


@dataclass(frozen=True, slots=True)
class ResolverConfig:
    """`cache_ttl_seconds` None keeps answers for ever; a size or TTL of 0 turns the cache off."""

    cache_size: int
    cache_ttl_seconds: int | None
    repositories: tuple[Repository, ...]

    @staticmethod
    def parse(json: Json) -> "ResolverConfig":
        """Raises `ConfigError`."""
        config = SelfDescribing.parse(json)
        if isinstance(config, IgluParseError):
            raise ConfigError([f"a resolver configuration is self-describing JSON ({config})"])
        if not CRITERION.matches(config.key):
            raise ConfigError([f"schema: {config.key} does not match criterion {CRITERION}"])
        problems: list[str] = []
        parsed = _resolver_config(_Fields(config.data, "data", problems))
        if problems:
            raise ConfigError(problems)
        return parsed


DEFAULT = ResolverConfig(
    DEFAULT_CACHE_SIZE,
    None,
    (
        Repository("Iglu Central", 1, (), Http("http://iglucentral.com")),
        Repository("Iglu Central - Mirror 01", 1, (), Http("http://mirror01.iglucentral.com")),
    ),
)


def custom_repository(url: str, apikey: str | None = None) -> Repository:
    """The registry that a user names by URL alone; for an Iglu Server the URL ends in `/api`."""
    return Repository(f"Custom ({url})", 0, (), Http(url, apikey))


def registries(repositories: Sequence[Repository], fetch: Fetch) -> list[Registry]:
    """The package's own schemas first, then what `repositories` describe, in their order.

    A repository whose path is the package's own adds nothing; any other path is a folder.
    """
    built: list[Registry] = [EmbeddedRegistry()]
    for repository in repositories:
        name, priority = repository.name, repository.priority
        prefixes = repository.vendor_prefixes
        match repository.connection:
            case Embedded(path):
                if path != EMBEDDED_PATH:
                    built.append(FolderRegistry(Path(path), name, priority, prefixes))
            case Http(uri, apikey):
                built.append(HttpRegistry(name, uri, apikey, prefixes, priority, fetch))
    return built


class _Fields:
    """Takes the fields of a JSON object, and notes what is wrong with them."""

    def __init__(self, json: Json, path: str, problems: list[str]) -> None:
        self.path, self.problems = path, problems
        self._is_object = isinstance(json, dict)
        self._left: dict[str, Json] = dict(json) if isinstance(json, dict) else {}
        if not self._is_object:
            problems.append(f"{path}: must be an object")

    def take(
        self, name: str, is_right: Callable[[Json], bool], expected: str, *, optional: bool = False
    ) -> Json:
        """The value, or None when there is no right one."""
        if name not in self._left:
            if self._is_object and not optional:
                self.problems.append(f"{self.path}.{name}: is missing; must be {expected}")
            return None
        value = self._left.pop(name)
        if is_right(value) or (optional and value is None):
            return value
        self.problems.append(f"{self.path}.{name}: must be {expected}")
        return None

    def within(self, name: str, json: Json) -> "_Fields":
        return _Fields(json, f"{self.path}.{name}", self.problems)

    def no_more(self) -> None:
        self.problems.extend(f"{self.path}.{name}: is not a known field" for name in self._left)


def _resolver_config(fields: _Fields) -> ResolverConfig:
    size = fields.take("cacheSize", _is_count, "a whole number, 0 or more")
    ttl = fields.take("cacheTtl", _is_count, "a number of seconds, or null", optional=True)
    items = fields.take("repositories", _is_list, "a list") or []
    fields.no_more()
    repositories = tuple(
        _repository(fields.within(f"repositories[{index}]", item))
        for index, item in enumerate(items)
    )
    names = Counter(r.name for r in repositories if r.name and not _is_package(r))
    names[EMBEDDED_NAME] += 1
    repeated = [f"{name} encountered {n} times" for name, n in names.items() if n > 1]
    if repeated:
        fields.problems.append(f"Repository names must be unique, {', '.join(repeated)}")
    return ResolverConfig(size, ttl, repositories)


def _repository(fields: _Fields) -> Repository:
    name = fields.take("name", _is_text, "a text")
    priority = fields.take("priority", _is_integer, "a whole number")
    prefixes = fields.take("vendorPrefixes", _is_texts, "a list of texts") or []
    json = fields.take("connection", _is_connection, 'an object with either "embedded" or "http"')
    fields.no_more()
    return Repository(name, priority, tuple(prefixes), _connection(fields, json))


def _connection(fields: _Fields, json: Json) -> Embedded | Http:
    connection: Embedded | Http = Embedded("")
    if json and "embedded" in json:
        embedded = fields.within("connection.embedded", json["embedded"])
        connection = Embedded(embedded.take("path", _is_text, "a path"))
        embedded.no_more()
    elif json:
        http = fields.within("connection.http", json["http"])
        uri = http.take("uri", _is_http_url, "an http:// or https:// URL")
        connection = Http(uri, http.take("apikey", _is_text, "a text, or null", optional=True))
        http.no_more()
    return connection


def _is_package(repository: Repository) -> bool:
    return repository.connection == Embedded(EMBEDDED_PATH)


def _is_integer(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return _is_integer(value) and value >= 0


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and value != ""


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_connection(value: Json) -> bool:
    return isinstance(value, dict) and list(value) in (["embedded"], ["http"])


def _is_http_url(value: Json) -> bool:
    if not isinstance(value, str):
        return False
    try:
        url = urlsplit(value)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # a port that is no number
        return False
