"""`piste schema push`: publish what a registry does not have yet.

Room:   the top; between files and `client`.
Limits: what is there with the same content is left alone, so pushing twice is pushing once. After a refusal
        no newer version of the same schema is tried, and other schemas are. Versions go in their order,
        which is also that in which one may supersede another.
Source: Iglu Server, POST /api/schemas; igluctl static push.
"""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus

from piste.events.schema_key import Json, SchemaKey, SchemaVer
from piste.jsontext import JsonError, encode, encode_text
from piste.registry.answers import INVALID_SCHEMA
from piste.registry.linter import Level, lint
from piste.registry.publishing import ALREADY_EXISTS, superseding_flaw, version_flaw
from piste.registry.structure_records import content_hash
from piste.schema_command.client import (
    MAX_LIST_BYTES,
    Answer,
    NoAnswer,
    RegistryClient,
)
from piste.schema_command.exits import FINE, REFUSED
from piste.schema_command.schema_files import Family, SchemaFile, SchemaFiles
from piste.schema_command.texts import counted, pretty, printable

LONGEST_DIFFERENCE = 60
"""Lines."""

FINAL = "differs from what is published there, and versions are final: choose a new version"


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    HELD_BACK = "not pushed"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one schema; `details` are lines about it."""

    key: SchemaKey
    outcome: Outcome
    message: str = ""
    details: tuple[str, ...] = ()

    def said(self, *, dry_run: bool) -> str:
        is_act = self.outcome not in (Outcome.UNCHANGED, Outcome.HELD_BACK)
        would_be = "would be " if dry_run and is_act else ""
        lines = [f"{self.key}: {would_be}{self.outcome}{': ' * bool(self.message)}{self.message}"]
        return "\n".join(map(printable, (*lines, *(f"  {line}" for line in self.details))))


def push(client: RegistryClient, files: SchemaFiles, *, is_public: bool, dry_run: bool) -> int:
    """Print what becomes of each; the exit code. Raises `NoAnswer`."""
    pushing = _Pushing(client, is_public=is_public, dry_run=dry_run)
    counts: Counter[Outcome] = Counter()
    for family, schemas in files.families.items():
        for pushed in pushing.family(family, schemas):
            counts[pushed.outcome] += 1
            print(pushed.said(dry_run=dry_run), flush=True)
    parts = ", ".join(f"{counts[one]} {one}" for one in Outcome if counts[one])
    print(f"{counted(counts.total(), 'schema')}: {parts}")
    return REFUSED if counts[Outcome.REFUSED] else FINE


class _Pushing:
    """To one registry, in one way."""

    def __init__(self, client: RegistryClient, *, is_public: bool, dry_run: bool) -> None:
        self._client, self._is_public, self._dry_run = client, is_public, dry_run

    def family(self, family: Family, schemas: Sequence[SchemaFile]) -> Iterator[Pushed]:
        """Of versions in their order."""
        there = self._versions(family)
        refused: SchemaVer | None = None
        for file in schemas:
            version = file.key.version
            if version in there:
                pushed = self._known(file)
            elif refused is not None:
                pushed = Pushed(file.key, Outcome.HELD_BACK, f"{refused} was refused")
            else:
                pushed = self._examined(file, there) if self._dry_run else self._published(file)
                there.add(version)
            if pushed.outcome is Outcome.REFUSED and refused is None:
                refused = version
            yield pushed

    @cached_property
    def _patches_allowed(self) -> bool:
        """Whether published versions may be replaced there, as far as the registry says."""
        json = self._client.get("/meta/server").json
        return isinstance(json, dict) and json.get("patchesAllowed") is True

    def _versions(self, family: Family) -> set[SchemaVer]:
        """What the key may read of them."""
        vendor, name, _ = family
        answer = self._client.get(f"/schemas/{vendor}/{name}", limit=MAX_LIST_BYTES)
        if answer.status == HTTPStatus.NOT_FOUND:
            return set()
        json = answer.json
        if answer.status != HTTPStatus.OK or not isinstance(json, list):
            raise NoAnswer(f"{self._client.url}: {printable(answer.message)}")
        keys = [SchemaKey.parse(uri) for uri in json if isinstance(uri, str)]
        return {key.version for key in keys if isinstance(key, SchemaKey) and key[:3] == family}

    def _known(self, file: SchemaFile) -> Pushed:
        """Of a version that is there."""
        answer = self._client.get(f"/schemas/{file.key.path}")
        there = answer.json
        if answer.status != HTTPStatus.OK or not isinstance(there, dict):
            return Pushed(file.key, Outcome.REFUSED, answer.message)
        there.pop("$supersededBy", None)  # the registry's own
        if content_hash(there) == content_hash(file.candidate.json):
            return Pushed(file.key, Outcome.UNCHANGED)
        if not self._patches_allowed:
            return Pushed(file.key, Outcome.REFUSED, FINAL, _difference(there, file.candidate.json))
        if self._dry_run:
            details = _difference(there, file.candidate.json)
            return Pushed(file.key, Outcome.UPDATED, details=details)
        return self._outcome(file, self._post(file))

    def _published(self, file: SchemaFile) -> Pushed:
        answer = self._post(file)
        if answer.message == ALREADY_EXISTS:  # since we asked; or by us, and the answer was lost
            return self._known(file)
        return self._outcome(file, answer)

    def _examined(self, file: SchemaFile, there: set[SchemaVer]) -> Pushed:
        """What can be known without publishing; whether an ADDITION breaks, the registry finds out."""
        errors = [one for one in lint(file.candidate.json) if one.level is Level.ERROR]
        if errors:
            details = tuple(_place(one.pointer, one.message) for one in errors)
            return Pushed(file.key, Outcome.REFUSED, INVALID_SCHEMA, details)
        flaw = version_flaw(file.key.version, there) or superseding_flaw(
            file.key.version, file.candidate.supersedes, there
        )
        return Pushed(file.key, Outcome.CREATED if flaw is None else Outcome.REFUSED, flaw or "")

    def _post(self, file: SchemaFile) -> Answer:
        query = "?isPublic=true" if self._is_public else "?isPublic=false"
        answer = self._client.post(f"/schemas{query}", encode(dict(file.candidate.json)))
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            raise NoAnswer(
                f"{self._client.url}/schemas takes no schemas ({printable(answer.message)}). "
                "The URL of an Iglu Server ends in /api"
            )
        return answer

    def _outcome(self, file: SchemaFile, answer: Answer) -> Pushed:
        if answer.status in (HTTPStatus.OK, HTTPStatus.CREATED):
            json = answer.json
            is_update = isinstance(json, dict) and json.get("updated") is True
            return Pushed(file.key, Outcome.UPDATED if is_update else Outcome.CREATED)
        return Pushed(file.key, Outcome.REFUSED, answer.message, tuple(_details(answer.json)))


def _details(json: Json | JsonError) -> Iterator[str]:
    """What a refusal says besides its message."""
    if not isinstance(json, dict):
        return
    report = json.get("report")
    for finding in report if isinstance(report, list) else ():
        if isinstance(finding, dict) and finding.get("level") == Level.ERROR:
            yield _place(str(finding.get("pointer", "")), str(finding.get("message")))
    if "counterexample" in json:
        example = encode_text(json["counterexample"])
        yield f"for example {example}, at {json.get('path')}: {json.get('reason')}"


def _place(pointer: str, message: str) -> str:
    return f"{pointer}: {message}" if pointer else message


def _difference(there: Mapping[str, Json], here: Mapping[str, Json]) -> tuple[str, ...]:
    """Lines; those of the file have a plus."""
    before, after = (pretty(_sorted(dict(one))).splitlines() for one in (there, here))
    lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    if len(lines) > LONGEST_DIFFERENCE:
        return (*lines[:LONGEST_DIFFERENCE], f"… {len(lines) - LONGEST_DIFFERENCE} more lines")
    return tuple(lines)


def _sorted(value: Json) -> Json:
    """The order of keys is no difference."""
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
