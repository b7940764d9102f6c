"""All published specifications, and which of them an event is an instance of.

Room:   pure, but for what it is told while events are held against it; safe from several threads.
Source: Snowplow's event specification inference and validation; the entities `event_specification` 1-0-4 and
        `event_specification_validation` 1-0-0.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from piste.events.enriched import EnrichedEvent, Value
from piste.events.matches import Match
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.specs.conformance import EntityData, Held, Violation, by_schema
from piste.specs.fitting import Fitting
from piste.specs.published import Published

SPECIFICATION = SchemaKey.of(
    "iglu:com.snowplowanalytics.snowplow/event_specification/jsonschema/1-0-4"
)
VALIDATION = SchemaKey.of(
    "iglu:com.snowplowanalytics.snowplow/event_specification_validation/jsonschema/1-0-0"
)

_PAGE = (
    "page_url",
    "page_title",
    "page_referrer",
    *(f"page_url{part}" for part in ("scheme", "host", "port", "path", "query", "fragment")),
)
_PING = (*_PAGE, "pp_xoffset_min", "pp_xoffset_max", "pp_yoffset_min", "pp_yoffset_max")
_BUILT_IN = {
    "page_view": (
        SchemaKey.of("iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0"),
        _PAGE,
    ),
    "page_ping": (
        SchemaKey.of("iglu:com.snowplowanalytics.snowplow/page_ping/jsonschema/1-0-0"),
        _PING,
    ),
}
"""The events without JSON of their own: their schemas, and the columns that stand for their data."""


class Conformance(NamedTuple):
    """What an event gets: entities to derive, and its matches."""

    entities: tuple[SelfDescribing, ...] = ()
    matches: tuple[Match, ...] = ()


NOTHING = Conformance()


class Plan:
    """Published specifications, by id, by version and by the schema of their events."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[int, Held]] = {}
        self._live: dict[SchemaKey, dict[str, _Live]] = {}
        self._fitting: dict[SchemaKey, Fitting[_Live]] = {}
        self._changing = threading.RLock()

    def put(self, published: Published) -> None:
        """Instead of what was known of that id."""
        with self._changing:
            self.remove(published.id)
            versions = {one.version: Held(one) for one in published.versions}
            self._versions[published.id] = versions
            newest = published.newest
            if published.is_live and newest.event is not None:
                source = newest.event.source
                live = _Live(versions[newest.version])
                self._live.setdefault(source, {})[newest.id] = live
                self._fitting.pop(source, None)

    def remove(self, specification_id: str) -> None:
        """Whether it is known or not."""
        with self._changing:
            versions = self._versions.pop(specification_id, {})
            for held in versions.values():
                event = held.specification.event
                if event and self._live.get(event.source, {}).pop(specification_id, None):
                    self._fitting.pop(event.source, None)

    def held_against(self, event: EnrichedEvent, *, is_good: bool) -> Conformance:
        """What the event declares is checked, and nothing is inferred then; of a failed event nothing is
        inferred."""
        if not self._versions:
            return NOTHING
        declared = [entity for entity in event.contexts if _is_declaration(entity.key)]
        if declared:
            return self._checked(declared, event)
        return self._inferred(event) if is_good else NOTHING

    def _inferred(self, event: EnrichedEvent) -> Conformance:
        own = _own_data(event)
        if own is None or own.key not in self._live:
            return NOTHING
        fitting = self._fitting_of(own.key).of(own.data)
        if not fitting:
            return NOTHING
        entities: EntityData = {}
        if any(live.held.wants_entities for live in fitting):
            entities = by_schema(event.contexts + event.derived_contexts)
        found = [live.inferred for live in fitting if live.held.has_right(entities)]
        if len(found) == 1:
            return found[0]
        return Conformance(
            tuple(entity for one in found for entity in one.entities),
            tuple(match for one in found for match in one.matches),
        )

    def _checked(self, declared: Sequence[SelfDescribing], event: EnrichedEvent) -> Conformance:
        """A declaration without a version is of the newest one, and is not checked."""
        own, entities = _own_data(event), by_schema(event.contexts + event.derived_contexts)
        refuted, matches = [], []
        for id_, version in dict.fromkeys(_ids_and_versions(declared)):
            versions = self._versions.get(id_, {})
            known = versions.get(max(versions, default=0) if version is None else version)
            if known is None:
                continue
            violations = known.violations(own, entities) if version is not None else ()
            if violations:
                refuted.append(_refuted(violations))
            matches.append(Match(id_, known.specification.version, bool(violations)))
        return Conformance(tuple(refuted), tuple(matches))

    def _fitting_of(self, key: SchemaKey) -> Fitting["_Live"]:
        known = self._fitting.get(key)
        if known is None:
            with self._changing:
                live = self._live.get(key, {}).values()
                known = Fitting([(one, one.event_schema) for one in live], _Live.fits)
                self._fitting[key] = known
        return known


class _Live:
    """A specification that events may be found to be instances of, and what such an event gets."""

    def __init__(self, held: Held) -> None:
        self.held = held
        one = held.specification
        about = {"id": one.id, "name": one.name, "version": one.version}
        entity = SelfDescribing(SPECIFICATION, about)
        self.inferred = Conformance((entity,), (Match(one.id, one.version),))

    @property
    def event_schema(self) -> Mapping[str, Json] | None:
        event = self.held.specification.event
        return None if event is None else event.schema

    def fits(self, data: Json) -> bool:
        return self.held.fits(data)


def _is_declaration(key: SchemaKey) -> bool:
    return key.name == SPECIFICATION.name and key.vendor == SPECIFICATION.vendor


def _own_data(event: EnrichedEvent) -> SelfDescribing | None:
    """What a specification's event schema is about; None when there is none, or not a valid one."""
    if event.unstruct_event is not None:
        return event.unstruct_event
    fields = event.fields
    built_in = _BUILT_IN.get(str(fields.get("event")))
    if built_in is None:
        return None
    key, columns = built_in
    data: dict[str, Value | None] = {column: fields.get(column) for column in columns}
    return SelfDescribing(key, data)


def _ids_and_versions(declared: Iterable[SelfDescribing]) -> Iterator[tuple[str, int | None]]:
    """Of those that say it, in whichever version of the entity's schema."""
    for entity in declared:
        data = entity.data
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            version = data.get("version")
            yield data["id"], version if isinstance(version, int) else None


def _refuted(violations: Sequence[Violation]) -> SelfDescribing:
    errors = [violation.to_json() for violation in violations]
    return SelfDescribing(VALIDATION, {"isValid": False, "errors": errors})
