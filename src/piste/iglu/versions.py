"""Which versions of a schema there are, in all registries together.

Room:   beside `resolver`, for people who want to know of newer versions; not on the path of events.
Limits: an HTTP registry is asked for the versions of one model, and answers are kept for TTL_MS; one that
        does not answer, or has no lists, as a static registry has none, knows no version.
Source: Iglu, "Lookup", the list of a registry.
"""

import threading
from collections.abc import Callable, Sequence

from piste.events.schema_key import IgluParseError, SchemaKey
from piste.iglu.registry import HttpRegistry, Registry

TTL_MS = 60_000
MAX_REMEMBERED = 1_000
MAX_VERSIONS = 10_000


class Versions:
    """Safe to use from several threads."""

    def __init__(self, registries: Sequence[Registry], clock_ms: Callable[[], int]) -> None:
        self._registries, self._clock_ms = tuple(registries), clock_ms
        self._remembered: dict[tuple[str, SchemaKey], tuple[int, list[SchemaKey]]] = {}
        self._remembering = threading.Lock()

    def of(self, key: SchemaKey) -> list[SchemaKey]:
        """Of the same vendor, name and format, ordered."""
        found: set[SchemaKey] = set()
        for registry in self._registries:
            if isinstance(registry, HttpRegistry):
                found.update(self._listed(registry, key))
            else:
                found.update(one for one in registry.schemas() if one[:3] == key[:3])
        return sorted(found)

    def _listed(self, registry: HttpRegistry, key: SchemaKey) -> list[SchemaKey]:
        of_model = key._replace(version=key.version._replace(revision=0, addition=0))
        asked, now = (registry.name, of_model), self._clock_ms()
        until, versions = self._remembered.get(asked, (0, []))
        if now < until:
            return versions
        versions = _versions_in(registry.versions(key), of_model)
        with self._remembering:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[asked] = now + TTL_MS, versions
        return versions


def _versions_in(listed: object, of_model: SchemaKey) -> list[SchemaKey]:
    """Whatever a server answers."""
    if not isinstance(listed, list):
        return []
    found = []
    for uri in listed[:MAX_VERSIONS]:
        key = SchemaKey.parse(uri) if isinstance(uri, str) else IgluParseError.INVALID_IGLUURI
        if isinstance(key, SchemaKey) and key[:3] == of_model[:3]:
            found.append(key)
    return found
