"""A request that cannot be answered. Room: the value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrong:
    """`parameter` is the one at fault, as it was spelt; `message` is a sentence that names it."""

    parameter: str
    message: str


def wrong(parameter: str, reason: str) -> Wrong:
    """`reason` goes on after the parameter's name: "must be …"."""
    return Wrong(parameter, f"{parameter} {reason}")
