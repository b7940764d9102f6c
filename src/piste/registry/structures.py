"""What can be done with the data structures of an organization: look, describe, validate, deploy.

Room:   rules; the stores, the clock and what hangs on a schema are handed in. `deployment` brings a schema
        from VALIDATED to DEV and on to PROD.
Limits: a structure is there when it has a schema in any environment. Its meta is that of a validation until
        it is deployed; from then on it has requests of its own.
Source: Snowplow's console, data structures.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from piste.events.schema_key import Json, SchemaKey, SchemaVer
from piste.registry.deployment import Affected, Deploying, Report
from piste.registry.linter import Level, lint
from piste.registry.migrations import Migrations, migrations
from piste.registry.records import Environment, Schemas, StoredSchema
from piste.registry.self_describing import Candidate, read_schema
from piste.registry.structure_forms import (
    DeploymentForm,
    MigrationForm,
    Problems,
    SchemaForm,
    read_deployment,
    read_draft,
    read_meta,
    read_meta_patch,
    read_migration,
    read_schema_form,
)
from piste.registry.structure_records import (
    Deployment,
    Meta,
    StructureDraft,
    StructureRecords,
    content_hash,
    structure_hash,
)

MAX_REMARKS = 500
"""Of each level in the answer to a validation; the first ones."""

_SERVED = (Environment.PRODUCTION, Environment.DEVELOPMENT, Environment.VALIDATED)
"""The content of a version that is answered, whichever there is first."""


@dataclass(frozen=True, slots=True)
class Structure:
    """All versions of a vendor, name and format. `deployments` are what there is now, the oldest version
    first; `key` is that of the newest version."""

    organization_id: str
    key: SchemaKey
    description: str | None
    meta: Meta
    deployments: tuple[Deployment, ...]

    @property
    def hash(self) -> str:
        return structure_hash(self.organization_id, self.key)

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "hash": self.hash,
            "organizationId": self.organization_id,
            "vendor": self.key.vendor,
            "name": self.key.name,
            "format": self.key.format,
            "description": self.description,
            "meta": self.meta.to_json(),
            "deployments": [one.to_json() for one in self.deployments],
        }


@dataclass(frozen=True, slots=True)
class DataStructures:
    """Of one organization, for one user. `now` has a time zone. `affected` answers the published event
    specifications that a schema would break; `on_change` is told which schemas were deployed. Of
    `reserved_vendors` an administrator validates and deploys, and nobody else."""

    organization_id: str
    author: str
    schemas: Schemas
    records: StructureRecords
    now: Callable[[], datetime]
    affected: Callable[[SchemaKey, Mapping[str, Json]], Sequence[Affected]]
    on_change: Callable[[Sequence[SchemaKey]], None]
    is_admin: bool = False
    reserved_vendors: frozenset[str] = frozenset()

    def find(self, *, vendor: str | None = None, name: str | None = None) -> list[Structure]:
        """By vendor, name and format."""
        stored = self._stored(vendor=vendor, name=name)
        metas, history = self.records.metas(), self.records.all_deployments()
        found = []
        for _, some in groupby(stored, key=_structure_of):
            versions = list(some)
            hash_ = structure_hash(self.organization_id, versions[0].key)
            meta = metas.get(hash_, Meta())
            found.append(self._structure(versions, meta, history.get(hash_, ())))
        return found

    def get(self, structure: str) -> Structure | None:
        stored = self._of(structure)
        if not stored:
            return None
        meta = self.records.meta(structure) or Meta()
        return self._structure(stored, meta, self.records.deployments(structure))

    def version(
        self, structure: str, version: SchemaVer, environment: Environment | None = None
    ) -> Mapping[str, Json] | None:
        """The schema: that of an environment, else as in production, in development, or as validated."""
        found = {one.environment: one for one in self._of(structure) if one.key.version == version}
        wanted = _SERVED if environment is None else (environment,)
        return next((found[one].json for one in wanted if one in found), None)

    def versions(self, *, is_latest: bool = False) -> Iterable[Mapping[str, Json]]:
        """The schemas that are deployed, of each structure all or the newest one."""
        deployed = [one for one in self._stored() if one.environment is not Environment.VALIDATED]
        for _, some in groupby(deployed, key=_structure_of):
            by_version: dict[SchemaVer, StoredSchema] = {}
            for one in some:
                if one.environment is Environment.PRODUCTION or one.key.version not in by_version:
                    by_version[one.key.version] = one
            last = max(by_version)
            yield from (
                one.json
                for version, one in sorted(by_version.items())
                if version == last or not is_latest
            )

    def deployments(
        self,
        structure: str,
        *,
        environment: Environment | None = None,
        version: SchemaVer | None = None,
    ) -> Sequence[Deployment] | None:
        """All that there ever were, the newest first; None when there is no such structure. What came in
        another way than by a deployment is there as it is now."""
        stored = self._of(structure)
        if not stored:
            return None
        history = self.records.deployments(structure)
        known = {(one.version, one.environment, one.content_hash) for one in history}
        others = (
            one
            for one in _current(stored, history)
            if (one.version, one.environment, one.content_hash) not in known
        )
        newest_first = sorted((*reversed(history), *others), key=lambda one: one.at, reverse=True)
        return [
            one
            for one in newest_first
            if environment in (None, one.environment) and version in (None, one.version)
        ]

    def validate(self, body: Json) -> Report | Problems:
        """Whether a schema may be deployed; if so, it is kept as validated."""
        form = read_schema_form(body)
        if not isinstance(form, SchemaForm):
            return form
        candidate = read_schema(form.json)
        if not isinstance(candidate, Candidate):
            return Report(201, errors=(f"The schema is not self-describing: {candidate}",))
        remarks = lint(candidate.json)
        errors, warnings, info = (
            tuple(f"{one.pointer or '/'}: {one.message}" for one in remarks if one.level is level)[
                :MAX_REMARKS
            ]
            for level in (Level.ERROR, Level.WARNING, Level.INFO)
        )
        if errors:
            return Report(201, errors, warnings, info)
        flaw, foreseen = self._deploying().store_validated(candidate)
        if flaw is not None:
            return Report(201, (flaw,), warnings, info)
        structure = structure_hash(self.organization_id, candidate.key)
        if form.meta is not None and not self._is_deployed(structure):
            self.records.put_meta(structure, form.meta)
        return Report(201, (), (*foreseen, *warnings), info, f"{candidate.key} is valid")

    def deploy(self, body: Json, *, is_patch: bool = False) -> Report | Problems:
        """From one environment to the next. `is_patch`: a version in development may be replaced."""
        form = read_deployment(body)
        if not isinstance(form, DeploymentForm):
            return form
        return self._deploying().deploy(form, is_patch=is_patch)

    def put_meta(self, structure: str, body: Json) -> Meta | Problems | None:
        """As a whole; None when there is no such structure."""
        return self._describe(structure, read_meta(body))

    def patch_meta(self, structure: str, body: Json) -> Meta | Problems | None:
        """The fields that are given; None when there is no such structure."""
        before = self.records.meta(structure) or Meta()
        return self._describe(structure, read_meta_patch(body, before))

    def migrations(self, body: Json) -> Migrations | Problems | None:
        """From a schema of the organization to another; None when there is no such schema."""
        form = read_migration(body)
        if not isinstance(form, MigrationForm):
            return form
        structure = structure_hash(self.organization_id, form.source)
        older = self.version(structure, form.source.version)
        return None if older is None else migrations(older, form.schema)

    def drafts(self) -> Sequence[StructureDraft]:
        """Ordered by key."""
        return self.records.drafts()

    def save_draft(self, body: Json) -> StructureDraft | Problems:
        """Create or replace; a deployment to DEV removes it."""
        read = read_draft(body)
        if not isinstance(read[0], SchemaForm):
            return tuple(str(problem) for problem in read)
        form, key = read
        assert isinstance(key, SchemaKey)
        draft = StructureDraft(key, form.json, form.meta or Meta(), self.author, self.now())
        self.records.put_draft(draft)
        return draft

    def delete_draft(self, key: SchemaKey) -> bool:
        """Whether there was one."""
        return self.records.delete_draft(key)

    def _deploying(self) -> Deploying:
        return Deploying(
            organization_id=self.organization_id,
            author=self.author,
            schemas=self.schemas,
            records=self.records,
            now=self.now,
            affected=self.affected,
            on_change=self.on_change,
            is_admin=self.is_admin,
            reserved_vendors=self.reserved_vendors,
        )

    def _describe(self, structure: str, read: Meta | Problems) -> Meta | Problems | None:
        if not self._of(structure):
            return None
        if isinstance(read, Meta):
            self.records.put_meta(structure, read)
        return read

    def _stored(self, *, vendor: str | None = None, name: str | None = None) -> list[StoredSchema]:
        found = self.schemas.find(vendor=vendor, name=name, organization_id=self.organization_id)
        return sorted(found, key=lambda one: one.key)

    def _of(self, structure: str) -> list[StoredSchema]:
        hashes: dict[tuple[str, str, str], str] = {}
        found = []
        for one in self._stored():
            part = _structure_of(one)
            if part not in hashes:
                hashes[part] = structure_hash(self.organization_id, one.key)
            if hashes[part] == structure:
                found.append(one)
        return found

    def _is_deployed(self, structure: str) -> bool:
        return any(one.environment is not Environment.VALIDATED for one in self._of(structure))

    def _structure(
        self, stored: Sequence[StoredSchema], meta: Meta, history: Sequence[Deployment]
    ) -> Structure:
        newest = stored[-1]
        description = newest.json.get("description")
        return Structure(
            self.organization_id,
            newest.key,
            description if isinstance(description, str) else None,
            meta,
            tuple(_current(stored, history)),
        )


def _structure_of(stored: StoredSchema) -> tuple[str, str, str]:
    return stored.key[:3]


def _current(stored: Sequence[StoredSchema], history: Sequence[Deployment]) -> Iterable[Deployment]:
    levels = {(one.version, one.environment): one.patch_level for one in history}
    for one in stored:
        yield Deployment(
            version=one.key.version,
            environment=one.environment,
            content_hash=content_hash(one.json),
            at=one.updated_at,
            author=one.author,
            message=one.message,
            patch_level=levels.get((one.key.version, one.environment), 0),
        )
