"""What a search comes to."""

from dataclasses import dataclass

from piste.subschema.values import Json


@dataclass(frozen=True, slots=True)
class Found:
    """A value that satisfies the goal."""

    value: Json


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was not found out whether there is one."""

    reason: str


Outcome = Found | Unknown | None
"""None: there is no such value."""
