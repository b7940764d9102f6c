"""A specification as events are held against it: what was published of it.

Room:   pure; travels as JSON to the processes that enrich.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piste.events.schema_key import Json
from piste.specs.forms import Form, read_form
from piste.specs.records import Record
from piste.specs.specification import EventSpecification, Status


@dataclass(frozen=True, slots=True)
class Published:
    """`versions` are all that were published, the oldest first, at least one.

    `is_live`: events may be found to be instances of the newest. A draft of the next version changes nothing,
    a deprecation ends it. Events that declare a version are held against it either way.
    """

    versions: tuple[EventSpecification, ...]
    is_live: bool

    @staticmethod
    def of(record: Record) -> "Published | None":
        """None when nothing of it was ever published."""
        statuses = [change.status for change in record.changes if change.status is not Status.DRAFT]
        published = [one for one in record.versions.values() if one.status is Status.PUBLISHED]
        if not published:
            return None
        in_order = sorted(published, key=lambda one: one.version)
        return Published(tuple(in_order), statuses[-1] is Status.PUBLISHED)

    @property
    def id(self) -> str:
        return self.versions[0].id

    @property
    def newest(self) -> EventSpecification:
        return self.versions[-1]

    def to_json(self) -> Json:
        return {"versions": [one.to_json() for one in self.versions], "isLive": self.is_live}

    @staticmethod
    def from_json(json: Mapping[str, Any]) -> "Published":
        versions = tuple(as_stored(version) for version in json["versions"])
        return Published(versions, json["isLive"])


def as_stored(json: Mapping[str, Any]) -> EventSpecification:
    """A specification from its own JSON, which was a valid form once."""
    form = read_form({"spec": dict(json)}, "spec")
    assert isinstance(form, Form), form
    return form.at(json["id"], json["version"], Status(json["status"]))
