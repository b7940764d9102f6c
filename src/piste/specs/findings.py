"""What is said of a specification: an error stops it from being stored, a warning does not.

Room:   pure.
Source: event specifications, "Response Format"; the code and title of an incompatibility are documented
        there, the other codes are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from piste.events.schema_key import Json


class Severity(StrEnum):
    """`type` in the answer."""

    ERROR = "Error"
    WARNING = "Warning"


class Code(StrEnum):
    """`code` in the answer."""

    INVALID_FIELD = "InvalidField"
    UNKNOWN_SCHEMA = "UnknownSchema"
    DUPLICATE_NAME = "DuplicateName"
    DUPLICATE_ENTITY = "DuplicateEntity"
    INVALID_VERSION = "InvalidVersion"
    UNKNOWN_DATA_PRODUCT = "UnknownDataProduct"
    NOT_FOUND = "NotFound"
    CONFLICT = "Conflict"
    NOT_IN_PRODUCTION = "NotInProduction"
    SCHEMA_INCOMPATIBLE = "SchemaIncompatible"
    SCHEMA_UNDECIDABLE = "SchemaUndecidable"
    MALFORMED_REQUEST = "MalformedRequest"
    UNAUTHORIZED = "Unauthorized"
    METHOD_NOT_ALLOWED = "MethodNotAllowed"
    TOO_LARGE = "TooLarge"
    UNAVAILABLE = "Unavailable"
    NOT_IMPLEMENTED = "NotImplemented"


@dataclass(frozen=True, slots=True)
class Finding:
    """`source` is the field, as `event.schema`; `details` are members that Piste adds to the other four."""

    severity: Severity
    code: Code
    title: str
    source: str
    details: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "type": self.severity.value,
            "code": self.code.value,
            "title": self.title,
            "source": self.source,
            **self.details,
        }


def error(code: Code, source: str, title: str) -> Finding:
    return Finding(Severity.ERROR, code, title, source)
