"""What is decided while the pipeline runs: schemas that are published here, event specifications, websites,
and the salts of the days.

Room:   between who tells it (the top) and who enriches. A worker process is told with its next batch what it
        does not know yet, so an event that came after a decision is enriched by it.
Limits: only the last decision on a subject is kept: who starts anew is told what holds, not how it came so.
"""

import json
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum

import msgspec

from piste.events.schema_key import SchemaKey
from piste.iglu import OwnRegistry
from piste.ingest.measuring import Measuring
from piste.specs.plan import Plan
from piste.specs.published import Published


class Subject(StrEnum):
    SCHEMA = "schema"
    SPECIFICATION = "specification"
    WEBSITE = "website"
    SALT = "salt"


class Decision(msgspec.Struct, frozen=True):
    """`id` is an Iglu URI, a specification's or a website's id, or a day; `json` is the schema, the
    `specs.published.Published`, the website (`measuring.website_json`) or the salt in hexadecimal digits;
    None when it is gone."""

    subject: Subject
    id: str
    json: bytes | None


Learn = Callable[[Sequence[Decision]], None]
"""Tells an enricher."""


def learn_nothing(decisions: Sequence[Decision]) -> None:
    """For who has nobody to tell."""


class Decisions:
    """All decisions that hold, in the order in which they were made. Safe from several threads."""

    def __init__(self, learn: Learn = learn_nothing) -> None:
        """`learn` tells this process, at once."""
        self._learn = learn
        self._last = 0
        self._held: dict[tuple[Subject, str], tuple[int, Decision]] = {}
        self._telling = threading.Lock()

    def tell(self, decisions: Iterable[Decision]) -> None:
        """From now on these hold."""
        told = list(decisions)
        with self._telling:
            for decision in told:
                subject = decision.subject, decision.id
                self._held.pop(subject, None)  # so that the dictionary stays in order
                self._last += 1
                self._held[subject] = self._last, decision
            self._learn(told)

    def since(self, number: int) -> tuple[int, list[Decision]]:
        """What was decided after the decision of that number, and the number up to which that is all."""
        with self._telling:
            if number == self._last:
                return number, []
            return self._last, [one for at, one in self._held.values() if at > number]


def learning(
    own: OwnRegistry,
    forget: Callable[[Collection[SchemaKey]], None],
    plan: Plan,
    measuring: Measuring,
) -> Learn:
    """Into the registry, the plan and the measuring that an enricher uses; `forget` is its resolver's."""

    def learn(decisions: Sequence[Decision]) -> None:
        keys = []
        for decision in decisions:
            value = None if decision.json is None else json.loads(decision.json)
            match decision.subject:
                case Subject.SCHEMA:
                    key = SchemaKey.of(decision.id)
                    keys.append(key)
                    if value is None:
                        own.remove(key)
                    else:
                        own.put(key, value)
                case Subject.SPECIFICATION:
                    if value is None:
                        plan.remove(decision.id)
                    else:
                        plan.put(Published.from_json(value))
                case Subject.WEBSITE:
                    if value is None:
                        measuring.remove_website(decision.id)
                    else:
                        measuring.put_website(value)
                case Subject.SALT:
                    if value is None:
                        measuring.remove_salt(int(decision.id))
                    else:
                        measuring.put_salt(int(decision.id), bytes.fromhex(value))
        if keys:
            forget(keys)

    return learn
