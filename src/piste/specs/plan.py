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
from piste.specs.candidates import Candidates
from piste.specs.conformance import EntityData, Held, Violation, by_schema
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
_COLUMNS_OF = {"page_view": _PAGE, "page_ping": _PING}


class Conformance(NamedTuple):
    """What an event gets: entities to derive, and its matches."""

    entities: tuple[SelfDescribing, ...] = ()
    matches: tuple[Match, ...] = ()


NOTHING = Conformance()


class Plan:
    """Published specifications, by id, by version and by the schema of their events."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[int, Held]] = {}
        self._live: dict[SchemaKey, dict[str, Held]] = {}
        self._candidates: dict[SchemaKey, Candidates[Held]] = {}
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
                self._live.setdefault(source, {})[newest.id] = versions[newest.version]
                self._candidates.pop(source, None)

    def remove(self, specification_id: str) -> None:
        """Whether it is known or not."""
        with self._changing:
            versions = self._versions.pop(specification_id, {})
            for held in versions.values():
                event = held.specification.event
                if event and self._live.get(event.source, {}).pop(specification_id, None):
                    self._candidates.pop(event.source, None)

    def held_against(self, event: EnrichedEvent, *, is_good: bool) -> Conformance:
        """What the event declares is checked, and nothing is inferred then; of a failed event nothing is
        inferred."""
        if not self._versions:
            return NOTHING
        contexts = event.contexts
        declared = [entity for entity in contexts if entity.key[:2] == SPECIFICATION[:2]]
        own = _own_data(event)
        if declared:
            return self._checked(declared, own, by_schema(contexts + event.derived_contexts))
        if not is_good or own is None or own.key not in self._live:
            return NOTHING
        return self._inferred(own, by_schema(contexts + event.derived_contexts))

    def _inferred(self, event: SelfDescribing, entities: EntityData) -> Conformance:
        candidates = self._candidates_of(event.key).of(event.data)
        found = [one.specification for one in candidates if one.is_instance(event.data, entities)]
        return Conformance(
            tuple(
                SelfDescribing(
                    SPECIFICATION, {"id": one.id, "name": one.name, "version": one.version}
                )
                for one in found
            ),
            tuple(Match(one.id, one.version) for one in found),
        )

    def _checked(
        self,
        declared: Sequence[SelfDescribing],
        event: SelfDescribing | None,
        entities: EntityData,
    ) -> Conformance:
        """A declaration without a version is of the newest one, and is not checked."""
        refuted, matches = [], []
        for id_, version in dict.fromkeys(_ids_and_versions(declared)):
            versions = self._versions.get(id_, {})
            known = versions.get(max(versions, default=0) if version is None else version)
            if known is None:
                continue
            violations = known.violations(event, entities) if version is not None else ()
            if violations:
                refuted.append(_refuted(violations))
            matches.append(Match(id_, known.specification.version, bool(violations)))
        return Conformance(tuple(refuted), tuple(matches))

    def _candidates_of(self, key: SchemaKey) -> Candidates[Held]:
        known = self._candidates.get(key)
        if known is None:
            with self._changing:
                held = list(self._live.get(key, {}).values())
                known = Candidates([(one, _event_schema(one)) for one in held])
                self._candidates[key] = known
        return known


def _event_schema(held: Held) -> Mapping[str, Json] | None:
    event = held.specification.event
    return None if event is None else event.schema


def _own_data(event: EnrichedEvent) -> SelfDescribing | None:
    """What a specification's event schema is about; None when there is none, or not a valid one."""
    if event.unstruct_event is not None:
        return event.unstruct_event
    columns = _COLUMNS_OF.get(str(event.fields.get("event")))
    if columns is None or event.schema is None:
        return None
    data: dict[str, Value | None] = {column: event.fields.get(column) for column in columns}
    return SelfDescribing(SchemaKey.of(event.schema), data)


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
