"""Schemas that are still being written: numbered instead of versioned, and checked by nobody.

Room:   the types and the small interface that the registry needs of a store.
Source: Iglu Server, the draft service.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from piste.events.schema_key import IgluParseError, Json, SchemaKey, SchemaVer

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class DraftId(NamedTuple):
    vendor: str
    name: str
    format: str
    number: int

    def __str__(self) -> str:
        return f"iglu:{self.vendor}/{self.name}/{self.format}/{self.number}"

    @staticmethod
    def parse(vendor: str, name: str, format_: str, number: str) -> "DraftId | None":
        """Of the parts of an address; None when they are no names, or it is no number from 1."""
        first = SchemaVer(1, 0, 0)
        key = SchemaKey.parse(f"iglu:{vendor}/{name}/{format_}/{first}")
        if isinstance(key, IgluParseError) or _NUMBER.fullmatch(number) is None:
            return None
        return DraftId(vendor, name, format_, int(number))


@dataclass(frozen=True, slots=True)
class Draft:
    """The times have a time zone; `json` keeps the order of its keys."""

    id: DraftId
    organization_id: str
    json: Mapping[str, Json]
    is_public: bool
    author: str
    created_at: datetime
    updated_at: datetime


class Drafts(Protocol):
    """Of all organizations."""

    def get(self, draft_id: DraftId) -> Draft | None: ...

    def find(self) -> list[Draft]:
        """All, ordered by id."""
        ...

    def change(self, draft_id: DraftId, decide: Callable[[Draft | None], Draft]) -> Draft:
        """Store what `decide` makes of the draft that there is, in one transaction. What it raises is
        raised, and nothing is stored."""
        ...
