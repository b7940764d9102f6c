"""One publication: a candidate held against the versions that there are, and what is then stored.

Room:   rules over what the store holds in one transaction; `service` owns that.
Limits: comparing two schemas may take a second, so it is done before the transaction as well, and what was
        compared is remembered: inside, only what has changed meanwhile is compared again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from piste.events.schema_key import Json, SchemaVer
from piste.registry.answers import Answer, message
from piste.registry.inclusion import compared, plain_json
from piste.registry.linter import Finding, Level
from piste.registry.permissions import Known
from piste.registry.publishing import (
    Step,
    availability_flaw,
    steps_around,
    superseding_flaw,
    version_flaw,
)
from piste.registry.records import Environment, StoredSchema
from piste.registry.self_describing import Candidate
from piste.subschema import Compatible, Incompatible, InvalidSchema, Undecidable, Verdict

ENVIRONMENTS = (Environment.DEVELOPMENT, Environment.PRODUCTION)
"""Where a schema goes that is published over Iglu's API, which knows one environment only."""

_NEWER = "the newer version"


class Refusal(Exception):
    """Nothing is stored."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Stored:
    """`rows` are of the whole family; `report` what the steps between its versions are worth saying."""

    rows: Sequence[StoredSchema]
    report: tuple[Finding, ...]
    is_update: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """By one caller, at one time."""

    candidate: Candidate
    caller: Known
    is_public: bool
    patches_allowed: bool
    now: datetime
    _verdicts: dict[tuple[SchemaVer, SchemaVer, datetime], Verdict | None] = field(
        default_factory=dict
    )

    def prepare(self, rows: Sequence[StoredSchema]) -> None:
        """Compare what `stored` will want compared. `rows` are of the family, in any environment."""
        family = self._family(rows)
        for step in self._steps(family):
            self._verdict(step, family)

    def stored(self, rows: Sequence[StoredSchema]) -> Stored:
        """What is to be stored beside `rows`. Raises `Refusal`."""
        family = self._family(rows)
        key = self.candidate.key
        before = family.get(key.version)
        is_update = before is not None and self.patches_allowed
        if not is_update:
            self._refuse(version_flaw(key.version, family))
        self._refuse(superseding_flaw(key.version, self.candidate.supersedes, family))
        others = (row.is_public for version, row in family.items() if version != key.version)
        self._refuse(availability_flaw(is_public=self.is_public, others=others))
        report = tuple(
            finding
            for step in self._steps(family)
            if (finding := self._finding(step, self._verdict(step, family)))
        )
        new = [
            StoredSchema(
                key,
                environment,
                self._owner(rows),
                self.candidate.json,
                self.is_public,
                self.caller.author,
                before.created_at if before is not None else self.now,
                self.now,
            )
            for environment in ENVIRONMENTS
        ]
        return Stored(new, report, is_update)

    def _refuse(self, flaw: str | None) -> None:
        if flaw is not None:
            raise Refusal(message(HTTPStatus.CONFLICT, flaw))

    def _family(self, rows: Sequence[StoredSchema]) -> dict[SchemaVer, StoredSchema]:
        """What is deployed, in production if it is there."""
        deployed = [row for row in rows if row.environment in ENVIRONMENTS]
        deployed.sort(key=lambda row: row.environment is Environment.PRODUCTION)
        return {row.key.version: row for row in deployed}

    def _owner(self, rows: Sequence[StoredSchema]) -> str:
        """Vendor and name stay with whom they belong to, whoever publishes."""
        return rows[0].organization_id if rows else self.caller.organization_id

    def _steps(self, family: Mapping[SchemaVer, StoredSchema]) -> list[Step]:
        version = self.candidate.key.version
        if version in family and not self.patches_allowed:
            return []
        return steps_around(version, family)

    def _verdict(self, step: Step, family: Mapping[SchemaVer, StoredSchema]) -> Verdict | None:
        """None when the older one is no schema by today's rules: then nothing was an instance of it."""
        own = self.candidate.key.version
        other = family[step.older if step.older != own else step.newer]
        remembered = (step.older, step.newer, other.updated_at)
        if remembered not in self._verdicts:
            pair = [
                self.candidate.json if version == own else other.json
                for version in (step.older, step.newer)
            ]
            try:
                verdict: Verdict | None = compared(*pair, right_name=_NEWER)
            except InvalidSchema:
                verdict = None
            self._verdicts[remembered] = verdict
        return self._verdicts[remembered]

    def _finding(self, step: Step, verdict: Verdict | None) -> Finding | None:
        """What is worth saying of a step. Raises `Refusal` when it breaks what must not break."""
        match verdict:
            case Incompatible(witness, path, reason) if step.must_fit:
                details: dict[str, Json] = {
                    "counterexample": plain_json(witness),
                    "path": path,
                    "reason": reason,
                }
                raise Refusal(message(HTTPStatus.CONFLICT, broken(step), **details))
            case Incompatible(path=path, reason=reason):
                text = (
                    f"Some instances of {step.older} are not valid any more under {step.newer}: "
                    f"{path}: {reason}"
                )
                return Finding(text, Level.WARNING, "")
            case Undecidable(reason, path):
                text = (
                    f"It could not be decided whether all instances of {step.older} stay valid "
                    f"under {step.newer}: {path}: {reason}"
                )
                return Finding(text, Level.WARNING, "")
            case Compatible() | None:
                return None


def broken(step: Step) -> str:
    return (
        f"Breaking change: instances of {step.older} are not valid any more under {step.newer}, "
        "which an ADDITION must not do; publish it as a REVISION or a MODEL"
    )
