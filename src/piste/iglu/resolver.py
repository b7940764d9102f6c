"""The resolver: the schema of a key, and whether data satisfies it.

Room:   what the pipeline and the API hold of this room. `check` is on the path of every event.
Limits: no HTTP, clock or environment of its own: registries and the clock are handed in. Safe to
        use from many threads.
Source: Iglu, "Lookup" and "Superseding"; `with_budget` is our own.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from piste.events.failures import (
    IgluError,
    InvalidData,
    InvalidSchema,
    RegistryError,
    RegistryErrorKind,
    ResolutionError,
)
from piste.events.schema_key import Json, SchemaKey, SchemaVer, SelfDescribing
from piste.iglu.lookups import Ask, Entry, Lookups, Watch
from piste.iglu.registry import Registry, RegistryClass
from piste.iglu.retries import Breaker, LookupBudget
from piste.iglu.validator import Schema, compile_schema, is_unreadable

DEFAULT_CACHE_SIZE = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A schema as the registry `registry` holds it; not necessarily a valid one."""

    json: Json
    registry: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What data of a key is checked against."""

    key: SchemaKey
    schema: Schema | InvalidSchema
    superseded_by: str | None

    def verdict(self, data: Json) -> SchemaKey | InvalidSchema | InvalidData:
        schema = self.schema
        if isinstance(schema, InvalidSchema):
            return schema
        try:
            if schema.is_valid(data):
                return self.key
        except BaseException as error:
            if not is_unreadable(error):
                raise  # else `reports` says why
        return InvalidData(schema.reports(data), self.superseded_by)


class Resolver:
    """Schemas from several registries, cached. Registry names must be unique (`ValueError`)."""

    def __init__(
        self,
        registries: Sequence[Registry],
        *,
        cache_size: int = DEFAULT_CACHE_SIZE,
        cache_ttl_seconds: int | None = None,
        clock_ms: Callable[[], int],
    ) -> None:
        names = [registry.name for registry in registries]
        if len(set(names)) < len(names):
            raise ValueError(f"registry names must be unique: {names}")
        self.registries = tuple(registries)
        breakers = {r.name: Breaker(r.name) for r in registries if r.kind is RegistryClass.HTTP}

        def lookups(ask: Ask[T]) -> Lookups[T]:
            ttl_ms = None if cache_ttl_seconds is None else cache_ttl_seconds * 1_000
            return Lookups(
                registries,
                ask,
                size=cache_size,
                ttl_ms=ttl_ms,
                clock_ms=clock_ms,
                breakers=breakers,
            )

        self._schemas = lookups(_find)
        self._rulings = lookups(_rule)

    def lookup(self, key: SchemaKey, budget: LookupBudget | None = None) -> Found | ResolutionError:
        """The schema of exactly this key, whatever supersedes it."""
        entry = self._schemas.get(key, budget)
        return entry.value if entry.value is not None else _resolution_error(entry)

    def check(self, data: SelfDescribing) -> SchemaKey | IgluError:
        """Validate; the answer is the key that `data` was found valid for.

        That is the superseding key where the schema says `$supersededBy`, else the data's own.
        """
        ruling = self.ruling(data.key)
        return ruling if isinstance(ruling, ResolutionError) else ruling.verdict(data.data)

    def ruling(
        self, key: SchemaKey, budget: LookupBudget | None = None
    ) -> Ruling | ResolutionError:
        """What data of this key is checked against."""
        entry = self._rulings.get(key, budget)
        return entry.value if entry.value is not None else _resolution_error(entry)

    def forget(self, keys: Collection[SchemaKey]) -> None:
        """Ask again for these keys, whose schemas have changed."""
        self._schemas.forget(keys)
        self._rulings.forget(keys)

    def lookup_counts(self) -> dict[str, int]:
        """Look-ups since the beginning, `cached` and `asked` of registries."""
        both = (self._schemas, self._rulings)
        return {
            "cached": sum(lookups.hits for lookups in both),
            "asked": sum(lookups.misses for lookups in both),
        }

    def with_budget(self, keys: int) -> "BudgetedResolver":
        """A view for one request, which may look up at most `keys` unknown keys remotely."""
        return BudgetedResolver(self, LookupBudget(keys))

    def schemas(self) -> list[SchemaKey]:
        """Every key of the registries that can list theirs, ordered."""
        return sorted({key for registry in self.registries for key in registry.schemas()})


@dataclass(frozen=True, slots=True)
class BudgetedResolver:
    """A resolver for one request: past its budget, remote registries count as failing.

    Without it a request with thousands of made-up keys would cost thousands of remote look-ups.
    A refusal is not cached. What a key's data is checked against is looked up once a request; of
    keys without a schema nothing is remembered, because there may be any number of them.
    """

    resolver: Resolver
    budget: LookupBudget
    _rulings: dict[SchemaKey, Ruling] = field(default_factory=dict)

    def lookup(self, key: SchemaKey) -> Found | ResolutionError:
        return self.resolver.lookup(key, self.budget)

    def check(self, data: SelfDescribing) -> SchemaKey | IgluError:
        key = data.key
        ruling = self._rulings.get(key)
        if ruling is None:
            found = self.resolver.ruling(key, self.budget)
            if isinstance(found, ResolutionError):
                return found
            ruling = self._rulings[key] = found
        return ruling.verdict(data.data)


def _find(registry: Registry, key: SchemaKey, watch: Watch) -> Found | RegistryError:
    json = registry.lookup(key)
    return json if isinstance(json, RegistryError) else Found(json, registry.name)


def _rule(registry: Registry, key: SchemaKey, watch: Watch) -> Ruling | RegistryError:
    """Look up, follow `$supersededBy` within the registry, compile."""
    json = registry.lookup(key)
    if isinstance(json, RegistryError):
        return json
    if not (isinstance(json, dict) and "$supersededBy" in json):
        return Ruling(key, compile_schema(json), None)
    version = SchemaVer.parse(str(json["$supersededBy"]))
    if not isinstance(version, SchemaVer):
        text = str(json["$supersededBy"])[:100]
        return _client_failure(f"Error while trying to decode superseding version: {text}")
    if version <= key.version:
        return _client_failure(
            f"Superseding version {version} isn't greater than the version of schema {key.path}"
        )
    superseding = key._replace(version=version)
    watch(superseding)
    json = registry.lookup(superseding)
    if isinstance(json, RegistryError):
        return json
    return Ruling(superseding, compile_schema(json), str(version))


def _client_failure(message: str) -> RegistryError:
    return RegistryError(RegistryErrorKind.CLIENT_FAILURE, message)


def _resolution_error(entry: Entry[Found] | Entry[Ruling]) -> ResolutionError:
    return ResolutionError(tuple(entry.failures[name] for name in sorted(entry.failures)))
