"""How a schema gets from one environment to the next.

Room:   rules, and the order in which they and the store take turns.
Limits: VALIDATED -> DEV -> PROD, and no other way. A version in production cannot be changed; one in
        development can, when that is asked for. The vendor and name of a schema belong to the organization
        that validated or published it first.
Source: Snowplow's console, data structures; the rules of versions are Iglu Server's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from piste.events.schema_key import Json, SchemaKey, SchemaVer
from piste.jsontext import encode_text
from piste.registry.inclusion import compared, plain_json
from piste.registry.permissions import reserved_flaw
from piste.registry.publishing import (
    ALREADY_EXISTS,
    Step,
    steps_around,
    superseding_flaw,
    version_flaw,
)
from piste.registry.records import Environment, Schemas, StoredSchema
from piste.registry.self_describing import Candidate, superseded_versions
from piste.registry.structure_forms import DeploymentForm
from piste.registry.structure_records import (
    Deployment,
    StructureRecords,
    content_hash,
    structure_hash,
)
from piste.subschema import Compatible, Incompatible, InvalidSchema

NOT_OURS = "The schemas of {vendor}/{name} belong to another organization"
IN_PRODUCTION = "{key} is in production and cannot be changed: choose a new version"
IN_DEVELOPMENT = (
    f"{ALREADY_EXISTS} in DEV with another content: ask for `patch=true`, or choose a new version"
)

_LONGEST_SHOWN = 1_000
"""Characters of a counterexample in a sentence."""


@dataclass(frozen=True, slots=True)
class Affected:
    """A published event specification that allows an event which a schema does not: `counterexample`, at
    `path` in it."""

    id: str
    name: str
    version: int
    counterexample: Json
    path: str

    def to_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "counterexample": plain_json(self.counterexample),
            "path": self.path,
        }

    def __str__(self) -> str:
        return (
            f"The event specification {self.name!r}, id {self.id}, version {self.version}, allows an event "
            f"that this schema does not, at {self.path}: {_shown(self.counterexample)}"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to a validation or a deployment. `status` is that of HTTP."""

    status: int
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    message: str = ""
    affected: tuple[Affected, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """As the API prints it; the affected specifications are warnings, and once more with their parts."""
        return {
            "success": not self.errors,
            "errors": list(self.errors),
            "warnings": [*(str(one) for one in self.affected), *self.warnings],
            "info": list(self.info),
            "message": self.message or "; ".join(self.errors),
            "affectedEventSpecs": [one.to_json() for one in self.affected],
        }


class _Comparisons:
    """What was compared before the store is locked is not compared again while it is."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str | None] = {}

    def broken(
        self, step: Step, older: Mapping[str, Json], newer: Mapping[str, Json]
    ) -> str | None:
        """What an older schema allows and the newer one does not."""
        at = content_hash(older), content_hash(newer)
        if at not in self._known:
            self._known[at] = _broken(step, older, newer)
        return self._known[at]


class _Refused(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(*errors)
        self.status, self.errors = status, errors


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is to be in the target, whether it is not there yet, and what is to be said of it."""

    stored: StoredSchema
    is_new: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deploying:
    """As `piste.registry.structures.DataStructures`."""

    organization_id: str
    author: str
    schemas: Schemas
    records: StructureRecords
    now: Callable[[], datetime]
    affected: Callable[[SchemaKey, Mapping[str, Json]], Sequence[Affected]]
    on_change: Callable[[Sequence[SchemaKey]], None]
    is_admin: bool
    reserved_vendors: frozenset[str]

    def store_validated(self, candidate: Candidate) -> tuple[str | None, tuple[str, ...]]:
        """Why it is not kept, if it is not; and what will be in the way of its deployment."""
        foreseen: list[str] = []

        def decide(view: Schemas) -> Sequence[StoredSchema]:
            key = candidate.key
            self._of_ours(view, key)
            now = self.now()
            before = view.in_environment(key, Environment.VALIDATED)
            foreseen.extend(_foreseen(view, candidate))
            return [
                StoredSchema(
                    key=key,
                    environment=Environment.VALIDATED,
                    organization_id=self.organization_id,
                    json=candidate.json,
                    is_public=False,
                    author=self.author,
                    created_at=now if before is None else before.created_at,
                    updated_at=now,
                )
            ]

        try:
            self.schemas.change(decide)
        except _Refused as refused:
            return refused.errors[0], ()
        return None, tuple(foreseen)

    def deploy(self, form: DeploymentForm, *, is_patch: bool) -> Report:
        """404 when the schema is not where it should come from, 409 when it may not go there."""
        comparisons = _Comparisons()
        decisions: list[_Decision] = []

        def decide(view: Schemas) -> Sequence[StoredSchema]:
            decisions.append(self._decided(view, form, is_patch, comparisons))
            return [decisions[-1].stored] if decisions[-1].is_new else []

        try:
            decide(self.schemas)
            self.schemas.change(decide)
        except _Refused as refused:
            return Report(refused.status, refused.errors)
        decision = decisions[-1]
        stored = decision.stored
        if decision.is_new:
            self._remember(stored)
            self.on_change((stored.key,))
        there = "" if decision.is_new else "already, with this content, "
        return Report(
            201,
            warnings=tuple(decision.warnings),
            message=f"{form.key} is {there}in {form.target.value}",
            affected=tuple(self.affected(form.key, stored.json)),
        )

    def _decided(
        self, view: Schemas, form: DeploymentForm, is_patch: bool, comparisons: _Comparisons
    ) -> _Decision:
        key, target = form.key, form.target
        source = view.in_environment(key, form.source)
        if source is None or source.organization_id != self.organization_id:
            raise _Refused(404, f"{key} is not in {form.source.value}")
        of_ours = self._of_ours(view, key)
        there = {one.key.version: one for one in of_ours if one.environment is target}
        before = there.get(key.version)
        is_new = before is None or content_hash(before.json) != content_hash(source.json)
        now = self.now()
        published = [one for one in of_ours if one.environment is not Environment.VALIDATED]
        stored = replace(
            source,
            environment=target,
            is_public=published[0].is_public if published else source.is_public,
            author=self.author,
            created_at=now if before is None else before.created_at,
            updated_at=now,
            message=form.message,
        )
        if not is_new:
            return _Decision(stored, is_new=False)
        flaws = (
            *_replacement_flaws(view, stored, before, is_patch=is_patch),
            *_version_flaws(stored, there),
        )
        if flaws:
            raise _Refused(409, *flaws)
        return _Decision(stored, is_new=True, warnings=_step_warnings(stored, there, comparisons))

    def _of_ours(self, view: Schemas, key: SchemaKey) -> list[StoredSchema]:
        """The same structure in all versions and environments. Raises `_Refused` when it is another's, or
        everybody's."""
        flaw = reserved_flaw(key.vendor, self.reserved_vendors, is_admin=self.is_admin)
        if flaw is not None:
            raise _Refused(409, flaw)
        found = view.find(vendor=key.vendor, name=key.name)
        if any(one.organization_id != self.organization_id for one in found):
            raise _Refused(409, NOT_OURS.format(vendor=key.vendor, name=key.name))
        return [one for one in found if one.key.format == key.format]

    def _remember(self, stored: StoredSchema) -> None:
        structure = structure_hash(self.organization_id, stored.key)
        at = stored.key.version, stored.environment
        history = self.records.deployments(structure)
        self.records.add_deployment(
            structure,
            Deployment(
                *at,
                content_hash=content_hash(stored.json),
                at=stored.updated_at,
                author=self.author,
                message=stored.message,
                patch_level=sum((one.version, one.environment) == at for one in history),
            ),
        )
        self.records.delete_draft(stored.key)


def _foreseen(view: Schemas, candidate: Candidate) -> list[str]:
    """Why a valid schema will not simply be deployed."""
    found = []
    content = content_hash(candidate.json)
    for environment, text in (
        (Environment.PRODUCTION, IN_PRODUCTION),
        (Environment.DEVELOPMENT, IN_DEVELOPMENT),
    ):
        other = view.in_environment(candidate.key, environment)
        if other is not None and content_hash(other.json) != content:
            found.append(text.format(key=candidate.key))
    return found[:1]


def _replacement_flaws(
    view: Schemas, stored: StoredSchema, before: StoredSchema | None, *, is_patch: bool
) -> tuple[str, ...]:
    """What keeps another content of the same version."""
    production = view.in_environment(stored.key, Environment.PRODUCTION)
    if production is not None and content_hash(production.json) != content_hash(stored.json):
        return (IN_PRODUCTION.format(key=stored.key),)
    if before is not None and not is_patch:
        return (IN_DEVELOPMENT,)
    return ()


def _version_flaws(
    stored: StoredSchema, there: Mapping[SchemaVer, StoredSchema]
) -> tuple[str, ...]:
    version = stored.key.version
    existing = {one.key.version for one in there.values()}
    superseded = superseded_versions(stored.json) or ()
    found = (
        None if version in existing else version_flaw(version, existing),
        superseding_flaw(version, superseded, existing),
    )
    return tuple(one for one in found if one is not None)


def _step_warnings(
    stored: StoredSchema, there: Mapping[SchemaVer, StoredSchema], comparisons: _Comparisons
) -> tuple[str, ...]:
    """Of the steps from the preceding version and to the following one. Raises `_Refused` when one is to fit
    and does not."""
    schemas = {one.key.version: one.json for one in there.values()}
    schemas[stored.key.version] = stored.json
    warnings = []
    for step in steps_around(stored.key.version, schemas):
        text = comparisons.broken(step, schemas[step.older], schemas[step.newer])
        if text is None:
            continue
        if step.must_fit and not text.startswith(_UNDECIDED):
            raise _Refused(409, text)
        warnings.append(text)
    return tuple(warnings)


_UNDECIDED = "It is not known whether"


def _broken(step: Step, older: Mapping[str, Json], newer: Mapping[str, Json]) -> str | None:
    try:
        verdict = compared(older, newer, right_name=f"version {step.newer}")
    except InvalidSchema as error:
        return f"{_UNDECIDED} {step.newer} takes what {step.older} allows: {error}"
    match verdict:
        case Compatible():
            return None
        case Incompatible(witness, path, _):
            return f"{step.newer} refuses what {step.older} allows, at {path}: {_shown(witness)}"
        case undecidable:
            return f"{_UNDECIDED} {step.newer} takes what {step.older} allows: {undecidable.reason}"


def _shown(counterexample: Json) -> str:
    text = encode_text(plain_json(counterexample))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
