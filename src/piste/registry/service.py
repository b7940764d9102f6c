"""The schema registry: list, get, publish and delete schemas, drafts and keys; validate schemas and data.

Room:   rules; the store, the keys, the clock and the pipeline that has to learn of changes are handed in.
Limits: what a caller may not read is not there. Publishing takes at most about two seconds.
Source: Iglu Server; answers are in its words.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from piste.events.failures import InvalidSchema
from piste.events.schema_key import IgluParseError, Json, SchemaKey, SelfDescribing
from piste.iglu import compile_schema
from piste.registry import answers
from piste.registry.answers import Answer, message
from piste.registry.drafts import Draft, DraftId, Drafts
from piste.registry.keys import InvalidKey, Keyring, is_prefix
from piste.registry.linter import Finding, Level, is_refused, lint
from piste.registry.permissions import (
    Anyone,
    Caller,
    Super,
    described,
    may_create,
    may_read,
    reserved_flaw,
)
from piste.registry.pointers import pointer_of
from piste.registry.publication import Publication, Refusal, Stored
from piste.registry.published import PublishedSchema, Representation, published_schemas
from piste.registry.records import Schemas, StoredSchema
from piste.registry.self_describing import read_schema, schema_key, with_self

OnChange = Callable[[Collection[SchemaKey]], None]
"""Called after each successful write, with the keys whose published schema may be another one now."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Of all organizations. `now` has a time zone. With `patches_allowed`, versions may be replaced and
    deleted, which a registry that events depend on should not do. Of `reserved_vendors` an administrator
    publishes, and nobody else."""

    schemas: Schemas
    drafts: Drafts
    keyring: Keyring
    now: Callable[[], datetime]
    on_change: OnChange
    version: str
    patches_allowed: bool = False
    reserved_vendors: frozenset[str] = frozenset()

    def list(
        self,
        caller: Caller,
        representation: Representation = Representation.URI,
        *,
        vendor: str | None = None,
        name: str | None = None,
        format_: str | None = None,
        model: int | None = None,
    ) -> Answer:
        """200 with an array; 404 when a part of the registry was asked for and holds nothing readable."""
        asked = f"iglu:{vendor or 'any'}/{name or 'any'}/{format_ or 'any'}/1-0-0"
        if isinstance(
            SchemaKey.parse(asked), IgluParseError
        ):  # may not even be text for a database
            return answers.NO_SCHEMAS
        found = [
            one.represented(representation)
            for one in published_schemas(self.schemas.find(vendor=vendor, name=name))
            if format_ in (None, one.key.format)
            and model in (None, one.key.version.model)
            and _is_readable(caller, one.stored)
        ]
        return Answer(200, found) if found or vendor is None else answers.NO_SCHEMAS

    def get(
        self,
        caller: Caller,
        key: SchemaKey,
        representation: Representation = Representation.CANONICAL,
    ) -> Answer:
        found = self._published(key)
        if found is None or not _is_readable(caller, found.stored):
            return answers.SCHEMA_NOT_FOUND
        return Answer(200, found.represented(representation))

    def publish(
        self,
        caller: Caller,
        body: Json,
        *,
        address: SchemaKey | None = None,
        is_public: bool = False,
    ) -> Answer:
        """201, 200 for a version that was replaced, or 4xx and nothing is stored. With an `address`, a body
        without `self` is the schema of that."""
        if address is not None and isinstance(body, dict):
            if "self" not in body:
                body = with_self(body, address)
            said = schema_key(body)
            if isinstance(said, SchemaKey) and said != address:
                return answers.mismatch(address, said)
        candidate = read_schema(body)
        if isinstance(candidate, IgluParseError):
            return answers.CANNOT_DECODE
        key = candidate.key
        of_vendor = self.schemas.find(vendor=key.vendor)
        if isinstance(caller, Anyone) or not may_create(caller, key.vendor, key.name, of_vendor):
            return answers.NOT_AUTHORIZED
        is_admin = isinstance(caller, Super)
        if flaw := reserved_flaw(key.vendor, self.reserved_vendors, is_admin=is_admin):
            return message(HTTPStatus.FORBIDDEN, flaw)
        report = lint(candidate.json)
        if is_refused(report):
            return answers.reported(HTTPStatus.BAD_REQUEST, answers.INVALID_SCHEMA, report)
        publication = Publication(candidate, caller, is_public, self.patches_allowed, self.now())
        publication.prepare(_of_family(of_vendor, key))
        done: list[Stored] = []

        def decide(schemas: Schemas) -> Sequence[StoredSchema]:
            of_vendor = schemas.find(vendor=key.vendor)
            if not may_create(caller, key.vendor, key.name, of_vendor):
                raise Refusal(answers.NOT_AUTHORIZED)
            done.append(publication.stored(_of_family(of_vendor, key)))
            return done[0].rows

        try:
            self.schemas.change(decide)
        except Refusal as refusal:
            return refusal.answer
        self.on_change(self._family(key))
        stored = done[0]
        return answers.published(key, (*stored.report, *report), is_update=stored.is_update)

    def delete(self, caller: Caller, key: SchemaKey) -> Answer:
        if not isinstance(caller, Super):
            return answers.NOT_ENOUGH_PERMISSIONS
        if not self.patches_allowed:
            return answers.NOT_DELETABLE
        if not self.schemas.delete(key):
            return answers.SCHEMA_NOT_FOUND
        self.on_change({key, *self._family(key)})
        return answers.DELETED

    def validate_schema(self, caller: Caller, body: Json) -> Answer:
        """For whoever has a key; it changes nothing."""
        if isinstance(caller, Anyone):
            return answers.NOT_AUTHORIZED
        candidate = read_schema(body)
        if isinstance(candidate, IgluParseError):
            flaw = Finding(f"Not a self-describing schema: {candidate}", Level.ERROR, "")
            report: tuple[Finding, ...] = (flaw,)
        else:
            report = lint(candidate.json)
            if not is_refused(report):
                text = f"The schema provided is a valid self-describing {candidate.key} schema"
                if report:
                    return answers.reported(HTTPStatus.OK, text, report)
                return message(HTTPStatus.OK, text)
        return answers.reported(HTTPStatus.OK, answers.INVALID_SCHEMA, report)

    def validate_instance(self, caller: Caller, body: Json) -> Answer:
        """Of exactly the schema that it names, whatever supersedes that."""
        instance = SelfDescribing.parse(body)
        if isinstance(instance, IgluParseError):
            return answers.not_self_describing(instance)
        found = self._published(instance.key)
        if found is None or not _is_readable(caller, found.stored):
            return answers.SCHEMA_NOT_FOUND
        compiled = compile_schema(dict(found.stored.json))
        if isinstance(compiled, InvalidSchema):
            report = [Finding(one.message, Level.ERROR, "") for one in compiled.issues]
            return answers.reported(HTTPStatus.OK, answers.INVALID_SCHEMA, report)
        report = [
            Finding(one.message, Level.ERROR, pointer_of(one.path or "$", instance.data))
            for one in compiled.reports(instance.data)
        ]
        if report:
            return answers.reported(HTTPStatus.OK, answers.INVALID_INSTANCE, report)
        return message(HTTPStatus.OK, f"Instance is valid {instance.key}")

    def generate_keys(self, caller: Caller, body: Json) -> Answer:
        if not isinstance(caller, Super):
            return answers.NOT_AUTHORIZED
        prefix = body.get("vendorPrefix") if isinstance(body, dict) else None
        if not isinstance(prefix, str) or not is_prefix(prefix):
            return answers.INVALID_PREFIX
        pair = self.keyring.generate(prefix, caller.organization_id)
        return Answer(200, {"read": pair.read, "write": pair.write})

    def delete_key(self, caller: Caller, key: str) -> Answer:
        """The same answer for a key that there is not: it is gone."""
        if not isinstance(caller, Super):
            return answers.NOT_AUTHORIZED
        try:
            self.keyring.revoke(key)
        except InvalidKey:
            return answers.INVALID_KEY
        return answers.KEYS_DELETED

    def drafts_of(self, caller: Caller) -> Answer:
        return Answer(200, [str(one.id) for one in self.drafts.find() if _is_visible(caller, one)])

    def draft(self, caller: Caller, draft_id: DraftId) -> Answer:
        found = self.drafts.get(draft_id)
        if found is None or not _is_visible(caller, found):
            return answers.DRAFT_NOT_FOUND
        return Answer(200, dict(found.json))

    def put_draft(
        self, caller: Caller, draft_id: DraftId, body: Json, *, is_public: bool = False
    ) -> Answer:
        """201, or 200 for one that was replaced."""
        if not isinstance(body, dict):
            return answers.CANNOT_DECODE
        vendor, name = draft_id.vendor, draft_id.name
        of_vendor = self.schemas.find(vendor=vendor)
        if isinstance(caller, Anyone) or not may_create(caller, vendor, name, of_vendor):
            return answers.NOT_AUTHORIZED
        now, author, own = self.now(), caller.author, caller.organization_id
        new = Draft(draft_id, own, body, is_public, author, now, now)
        replaced: list[Draft] = []

        def decide(before: Draft | None) -> Draft:
            if before is None:
                return new
            if not isinstance(caller, Super) and before.organization_id != own:
                raise Refusal(answers.NOT_AUTHORIZED)
            replaced.append(before)
            owner, created_at = before.organization_id, before.created_at
            return replace(new, organization_id=owner, created_at=created_at)

        try:
            self.drafts.change(draft_id, decide)
        except Refusal as refusal:
            return refusal.answer
        status, text = (200, "Draft updated") if replaced else (201, "Draft created")
        written = {"message": text, "updated": bool(replaced), "location": str(draft_id)}
        return Answer(status, {**written, "status": status})

    def server(self, caller: Caller) -> Mapping[str, Json]:
        """What kind of registry this is, and what the caller may do here."""
        return {
            "version": self.version,
            "authInfo": described(caller),
            "database": "sqlite",
            "schemaCount": len(published_schemas(self.schemas.find())),
            "debug": False,
            "patchesAllowed": self.patches_allowed,
        }

    def touch(self) -> None:
        """Ask the store for something; raises what it raises when it does not answer."""
        self.keyring.keys.get("")

    def _published(self, key: SchemaKey) -> PublishedSchema | None:
        family = published_schemas(self.schemas.find(vendor=key.vendor, name=key.name))
        return next((one for one in family if one.key == key), None)

    def _family(self, key: SchemaKey) -> set[SchemaKey]:
        """Other versions as well: what supersedes them may have changed."""
        rows = self.schemas.find(vendor=key.vendor, name=key.name)
        return {row.key for row in rows if row.key.format == key.format}


def _of_family(rows: Sequence[StoredSchema], key: SchemaKey) -> Sequence[StoredSchema]:
    return [row for row in rows if row.key[:3] == key[:3]]


def _is_readable(caller: Caller, row: StoredSchema) -> bool:
    return may_read(
        caller,
        vendor=row.key.vendor,
        organization_id=row.organization_id,
        is_public=row.is_public,
    )


def _is_visible(caller: Caller, draft: Draft) -> bool:
    return may_read(
        caller,
        vendor=draft.id.vendor,
        organization_id=draft.organization_id,
        is_public=draft.is_public,
    )
