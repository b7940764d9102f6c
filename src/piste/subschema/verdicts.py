"""The answers of a check, and what its caller did wrong."""

from dataclasses import dataclass

from piste.subschema.values import Json


@dataclass(frozen=True, slots=True)
class Compatible:
    """Every instance of the left schema is one of the right."""


@dataclass(frozen=True, slots=True)
class Incompatible:
    """`witness` satisfies the left schema and not the right: at `path`, for `reason`."""

    witness: Json
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Undecidable:
    """Nothing is claimed. `reason` is for a person; `path` is where in a schema, `$` for all of it."""

    reason: str
    path: str = "$"


Verdict = Compatible | Incompatible | Undecidable


class InvalidSchema(ValueError):
    """Not a draft-04 schema: `side` is `left` or `right`, `path` where in it."""

    def __init__(self, side: str, path: str, problem: str) -> None:
        super().__init__(f"{side} schema, {path}: {problem}")
        self.side, self.path, self.problem = side, path, problem
