"""Rows of the tables of odd requests: what is sent, what is answered, what is recorded.

Room:   plain values, and how a fact is compared with what Piste says. Sends nothing.
Limits: a fact is a part of the truth: an object has at least the keys named, a list at least one item
        for each item named; a pattern is searched; anything else is equal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Fact = Any
"""JSON with regular expressions in it."""

OVERSIZED = "size_violation"
UNREADABLE = "collector_payload_format_violation"
NOT_ADAPTED = "adapter_failures"
PROTOCOL = "tracker_protocol_violations"
SCHEMA = "schema_violations"
ENRICHMENT = "enrichment_failures"

ATOMIC = "iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0"


@dataclass(frozen=True, slots=True)
class Bad:
    """A bad item. `messages` are facts of its bad rows' messages; `failures` the types of the failed
    event's failure entities, none when no event could be taken out of the request; `event` is a fact
    of the failed event, as /micro/events shows it."""

    kind: str
    messages: tuple[Fact, ...]
    failures: tuple[str, ...] = ()
    event: Fact = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a request leaves behind. Events as facts, in the order of the request; `bad` likewise.

    `good_count` and `bad_count` say how many there are when that is more than are described.
    """

    good: tuple[Fact, ...] = ()
    bad: tuple[Bad, ...] = ()
    good_count: int = 0
    bad_count: int = 0

    @property
    def counts(self) -> dict[str, int]:
        good, bad = self.good_count or len(self.good), self.bad_count or len(self.bad)
        return {"total": good + bad, "good": good, "bad": bad}

    def __add__(self, other: "Recorded") -> "Recorded":
        return Recorded(self.good + other.good, self.bad + other.bad)


@dataclass(frozen=True, slots=True)
class Answered:
    """`status` None: the connection is closed without an answer. A header that is None is absent."""

    status: int | None
    body: Fact = field(default_factory=lambda: re.compile(""))
    headers: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """`sent` in several parts is sent in them; `ends` closes the sender's direction after that."""

    id: str
    sent: bytes | tuple[bytes, ...]
    recorded: Recorded
    answered: Answered
    ends: bool = False


TAKEN = Answered(200)
NOTHING = Recorded()


def row(
    sentence: str,
    sent: bytes | tuple[bytes, ...],
    recorded: Recorded = NOTHING,
    answered: Answered | int = TAKEN,
    *,
    ends: bool = False,
) -> Row:
    if isinstance(answered, int):
        answered = Answered(answered)
    return Row(sentence, sent, recorded, answered, ends)


def good(**columns: Fact) -> Recorded:
    """One good event with these columns."""
    return Recorded(good=(columns,))


def rejected(kind: str, *messages: Fact) -> Recorded:
    """One bad item, from which no event could be taken."""
    return Recorded(bad=(Bad(kind, messages),))


def failed(kind: str, *messages: Fact, because: tuple[str, ...] | str, **columns: Fact) -> Recorded:
    """One bad item with a failed event, which has failure entities of these types, and these columns."""
    types = (because,) if isinstance(because, str) else because
    return Recorded(bad=(Bad(kind, messages, types, columns),))


def input_data(name: str, value: Fact, expectation: Fact) -> Fact:
    """The message about a field that does not hold what it should."""
    return {"field": name, "value": value, "expectation": expectation}


def not_json(name: str, error: Fact) -> Fact:
    return {"field": name, "error": error}


def invalid(schema: str, *reports: Fact) -> Fact:
    """The message about data that does not satisfy a schema."""
    return {
        "schemaKey": schema,
        "error": {"error": "ValidationError", "dataReports": list(reports)},
    }


def unresolved(schema: str, repository: Fact = "Local", error: str = "NotFound") -> Fact:
    """The message about a schema that no registry has."""
    history = {"repository": repository, "errors": [{"error": error}]}
    return {
        "schemaKey": schema,
        "error": {"error": "ResolutionError", "lookupHistory": [history]},
    }


def atomic(column: str, error: Fact, keyword: str = "atomic_field_parse_error") -> Recorded:
    """A failed event, because one column could not be filled, or not with so much."""
    report = {"message": error, "path": column, "keyword": keyword, "targets": []}
    return failed(SCHEMA, invalid(ATOMIC, report), because="ValidationError")


def matches(fact: Fact, value: Any) -> bool:
    """Whether `value` is as `fact` says."""
    match fact:
        case re.Pattern():
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            return isinstance(text, str) and fact.search(text) is not None
        case Mapping():
            return isinstance(value, Mapping) and all(
                name in value and matches(part, value[name]) for name, part in fact.items()
            )
        case list() | tuple():
            return isinstance(value, list) and all(
                any(matches(part, item) for item in value) for part in fact
            )
        case _:
            return type(fact) is type(value) and bool(fact == value)
