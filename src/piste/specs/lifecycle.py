"""Versions of a specification: which may follow, and which a publication discards.

Room:   pure.
Source: event specifications, "Publishing an Event Specification" and the validations of editing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from piste.events.schema_key import Json
from piste.specs.findings import Code, Finding, error
from piste.specs.forms import MAX_VERSION
from piste.specs.specification import Status


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the history. `author` is a user's UUID as text, `date` has a time zone."""

    version: int
    status: Status
    author: str
    message: str | None
    date: datetime

    def to_json(self, id_name: str, specification_id: str) -> dict[str, Json]:
        """As `includes` has it; `id_name` is `eventSpecId` or `scenarioId`."""
        message = {} if self.message is None else {"message": self.message}
        return {
            "author": self.author,
            **message,
            "date": self.date.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            id_name: specification_id,
            "version": self.version,
            "status": self.status.value,
            "type": "History",
        }


def next_version(history: Sequence[Change]) -> int:
    """For an edit that names none."""
    return max((change.version for change in history), default=-1) + 1


def version_flaw(version: int, history: Sequence[Change]) -> Finding | None:
    """Why a version may not follow, if so: it is there already, not above the last published one, or more
    than there can be."""
    if version > MAX_VERSION:
        return error(Code.INVALID_VERSION, "version", f"There is no version after {MAX_VERSION}")
    if any(change.version == version for change in history):
        return error(Code.INVALID_VERSION, "version", f"Version {version} exists already")
    published = last_published(history)
    if published is not None and version <= published:
        title = f"Version {version} is not greater than the last published version, {published}"
        return error(Code.INVALID_VERSION, "version", title)
    return None


def last_published(history: Sequence[Change]) -> int | None:
    """The version, None when none was published."""
    versions = [change.version for change in history if change.status is Status.PUBLISHED]
    return max(versions, default=None)


def extended(history: Sequence[Change], change: Change) -> tuple[Change, ...]:
    """With one more change; a publication discards the versions between it and the last one."""
    published = last_published(history)
    if change.status is not Status.PUBLISHED or published is None:
        return (*history, change)
    kept = [one for one in history if not published < one.version < change.version]
    return (*kept, change)
