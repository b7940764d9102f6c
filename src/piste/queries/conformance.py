"""What was seen of event specifications: how often, when last, and what was violated.

Room:   rules; from rows of the event table to figures.
Limits: violations are those of the newest MAX_VIOLATING events. Times are the collector's, in epoch
        milliseconds.
Source: Snowplow's event specification inference and validation; the figures are ours.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import msgspec

from piste.events.matches import Match
from piste.queries.statements import Rows, statement
from piste.queries.stored import entities

MAX_VIOLATING = 1_000
MAX_KINDS = 100
"""Most kinds of violations of a specification, and of events that match nothing, that are told."""

_VALIDATION = "/event_specification_validation/"
_EVERYTHING = "%"


@dataclass(frozen=True, slots=True)
class ViolationCount:
    """The same violation in several events, and one of them as an example."""

    message: str
    schema: str | None
    path: str | None
    events: int
    event_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one specification. `events` are all that match, whatever the version; `violating_events` declare it
    and violate it, `failed_events` break a schema or fail otherwise."""

    events: int = 0
    failed_events: int = 0
    violating_events: int = 0
    first_seen_ms: int | None = None
    last_seen_ms: int | None = None
    by_version: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Good events of one schema that match no specification; without a schema it is null."""

    schema: str | None
    events: int
    last_seen_ms: int


def seen(rows: Rows, since_ms: int) -> dict[str, Seen]:
    """By specification id; who was never seen is not in it."""
    found: dict[str, Seen] = {}
    for row in rows(statement("matches"), {"since": since_ms}):
        match = Match.parse(cast("str", row["word"]))
        known = found.get(match.specification_id, Seen())
        events = cast("int", row["events"])
        first, last = cast("int", row["first_seen"]), cast("int", row["last_seen"])
        of_version = known.by_version.get(match.version, 0) + events
        found[match.specification_id] = Seen(
            known.events + events,
            known.failed_events + cast("int", row["failed_events"]),
            known.violating_events + (events if match.is_violated else 0),
            min(first, known.first_seen_ms or first),
            max(last, known.last_seen_ms or last),
            {**known.by_version, match.version: of_version},
        )
    return found


def violations(
    rows: Rows, since_ms: int, specification_id: str | None = None
) -> dict[str, list[ViolationCount]]:
    """By specification id, the most frequent first; of one specification, or of all."""
    containing = _EVERYTHING if specification_id is None else f"%{specification_id}@%"
    params = {"since": since_ms, "containing": containing, "limit": MAX_VIOLATING}
    counts: dict[str, Counter[tuple[str, str | None, str | None]]] = {}
    examples: dict[tuple[str, str, str | None, str | None], str] = {}
    for row in rows(statement("violating"), params):
        for id_, found in _refuted(row):
            kinds = {(one.message, one.schema, one.path) for one in found.errors}
            counts.setdefault(id_, Counter()).update(kinds)
            for kind in kinds:
                examples.setdefault((id_, *kind), cast("str", row["event_id"]))
    return {
        id_: [
            ViolationCount(*kind, events, examples[id_, *kind])
            for kind, events in sorted(
                kinds.most_common(MAX_KINDS), key=lambda one: (-one[1], str(one[0]))
            )
        ]
        for id_, kinds in counts.items()
        if specification_id in (None, id_)
    }


def unmatched(rows: Rows, since_ms: int) -> list[Unmatched]:
    """The most frequent first."""
    found = []
    for row in rows(statement("unmatched"), {"since": since_ms}):
        parts = [row[f"event_{part}"] for part in ("vendor", "name", "format", "version")]
        schema = None if None in parts else "iglu:" + "/".join(map(str, parts))
        found.append(Unmatched(schema, cast("int", row["events"]), cast("int", row["last_seen"])))
    return found


class _Error(msgspec.Struct, frozen=True):
    message: str
    schema: str | None = None
    path: str | None = None


class _Refuted(msgspec.Struct):
    errors: list[_Error] = []


_refuted_data = msgspec.json.Decoder(_Refuted)


def _refuted(row: Mapping[str, object]) -> Iterator[tuple[str, _Refuted]]:
    """The entities of violated specifications stand in the order of the matches."""
    matches = [Match.parse(word) for word in cast("str", row["specifications"]).split(" ")]
    violated = [match.specification_id for match in matches if match.is_violated]
    said = [one for one in entities(row["derived_contexts"]) if _VALIDATION in one.schema]
    for id_, entity in zip(violated, said, strict=False):
        yield id_, _refuted_data.decode(entity.data)
