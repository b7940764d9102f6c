"""What a setting's annotation may carry beside its type and its `Doc`.

Room:   the vocabulary in which `model` declares settings; `fields` reads it.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, init=False)
class Flag:
    """The setting has a command-line flag: `Flag("--iglu", "-i")`.

    `value` is the word in the help for what the flag takes; a boolean takes nothing.
    """

    names: tuple[str, ...]
    value: str

    def __init__(self, *names: str, value: str = "VALUE") -> None:
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "value", value)


@dataclass(frozen=True, slots=True)
class Secret:
    """The value is never printed. The field is declared with `repr=False` too (a test holds it)."""


@dataclass(frozen=True, slots=True)
class Between:
    """The number lies from `low` to `high`, both included; no `high` means no upper limit."""

    low: int
    high: int | None = None


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The time span is not shorter."""

    low: timedelta


@dataclass(frozen=True, slots=True)
class NotYet:
    """The setting is known, and any value but its default is refused: what it asks for is still to come."""

    reason: str


@dataclass(frozen=True, slots=True)
class Existing:
    """The path must exist when the program starts."""
