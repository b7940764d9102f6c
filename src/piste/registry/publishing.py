"""Which version may follow which, and what else the versions of a schema have to agree on.

Room:   pure; over the versions that there are. What there is, is the caller's to read.
Limits: a flaw is a text, which clients of Iglu Server know word for word; None is none.
Source: Iglu Server, publishing errors; SchemaVer. That an ADDITION must not break is Piste's own rule.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from piste.events.schema_key import SchemaVer

ALREADY_EXISTS = "Schema already exists"
PRECEDING_MISSING = (
    "Preceding SchemaVer in the group is missing, check that schemas published in proper order"
)
NOT_SEQUENTIAL = "The schema version is not sequential"
SUPERSEDED_MISSING = "Superseded schema version(s) do not exist"
SUPERSEDED_NOT_BELOW = "Superseded schema version(s) must be below the superseding version"
INCONSISTENT = (
    "Inconsistent schema availability. Cannot add {added} schema, previous versions are {previous}"
)

_FIRST = SchemaVer(1, 0, 0)


def version_flaw(version: SchemaVer, existing: Collection[SchemaVer]) -> str | None:
    """What keeps a version from being published beside those of the same vendor, name and format."""
    if version in existing:
        return ALREADY_EXISTS
    if version == _FIRST:
        return None
    model, revision, addition = version
    if addition > 0:
        if SchemaVer(model, revision, addition - 1) not in existing:
            return PRECEDING_MISSING
        has_next = any(one[:2] == (model, revision + 1) for one in existing)
        return NOT_SEQUENTIAL if has_next else None
    if revision > 0:
        has_preceding = any(one[:2] == (model, revision - 1) for one in existing)
    else:
        has_preceding = any(one.model == model - 1 for one in existing)
    return None if has_preceding else PRECEDING_MISSING


def superseding_flaw(
    version: SchemaVer, supersedes: Iterable[SchemaVer], existing: Collection[SchemaVer]
) -> str | None:
    """What is wrong with the versions that a schema says it supersedes."""
    superseded = list(supersedes)
    if any(one >= version for one in superseded):
        return SUPERSEDED_NOT_BELOW
    if any(one not in existing for one in superseded):
        return SUPERSEDED_MISSING
    return None


def availability_flaw(*, is_public: bool, others: Iterable[bool]) -> str | None:
    """All versions are public, or all are private; `others` says it of the other versions."""
    if all(other == is_public for other in others):
        return None
    words = ("public", "private") if is_public else ("private", "public")
    return INCONSISTENT.format(added=words[0], previous=words[1])


@dataclass(frozen=True, slots=True)
class Step:
    """From a version to the next one. `must_fit`: an ADDITION, so each instance of the older one has to stay
    valid; a REVISION may break some, which is worth a warning."""

    older: SchemaVer
    newer: SchemaVer
    must_fit: bool


def steps_around(version: SchemaVer, existing: Collection[SchemaVer]) -> list[Step]:
    """The steps to a version and from it, as far as there is something to compare it with; from it there is
    one only when the version replaces itself."""
    model, revision, addition = version
    found = []
    if addition > 0:
        preceding = SchemaVer(model, revision, addition - 1)
        if preceding in existing:
            found.append(Step(preceding, version, must_fit=True))
    elif revision > 0:
        of_preceding = [one for one in existing if one[:2] == (model, revision - 1)]
        if of_preceding:
            found.append(Step(max(of_preceding), version, must_fit=False))
    following = SchemaVer(model, revision, addition + 1)
    if following in existing:
        found.append(Step(version, following, must_fit=True))
    return found
