"""Whether a specification's event schema still fits the data structure that its events are instances of.

Room:   pure; between a specification and `piste.subschema`, in the dialect that events are validated with.
Source: event specifications, "Compatibility Checks".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from piste.events.schema_key import Json, SchemaKey
from piste.registry import inclusion
from piste.specs.findings import Code, Finding, Severity
from piste.subschema import Compatible, Incompatible, InvalidSchema, Undecidable, Verdict

SOURCE = "event.schema"


class Subject(StrEnum):
    """What a title calls it."""

    EVENT_SPECIFICATION = "Event specification"
    TRACKING_SCENARIO = "Tracking scenario"


@dataclass(frozen=True, slots=True)
class Structure:
    """One version of a data structure."""

    key: SchemaKey
    schema: Mapping[str, Json]


def compatibility(
    schema: Mapping[str, Json],
    current: Structure,
    latest: Structure,
    *,
    subject: Subject,
    specification_id: str,
    is_stored: bool,
) -> tuple[Finding, ...]:
    """Of an event schema with the version that it names, and with the latest one; nothing when it fits both.

    `is_stored`: the request would store the specification, so an incompatibility with the current version is
    an error; when it is only read, a warning.
    """
    beginning = f"{subject.value} with id: {specification_id}"
    findings = []
    for structure in (current,) if latest.key == current.key else (current, latest):
        verdict = compared(schema, structure.schema)
        if isinstance(verdict, Compatible):
            continue
        is_error = is_stored and structure is current and not isinstance(verdict, Undecidable)
        severity = Severity.ERROR if is_error else Severity.WARNING
        findings.append(_finding(verdict, structure.key, severity, beginning))
    return tuple(findings)


def compared(schema: Mapping[str, Json], structure: Mapping[str, Json]) -> Verdict | InvalidSchema:
    """Whether each event that a specification allows is an instance of a data structure."""
    try:
        return inclusion.compared(schema, structure, right_name="the data structure")
    except InvalidSchema as error:
        return error


def _finding(
    verdict: Incompatible | Undecidable | InvalidSchema,
    key: SchemaKey,
    severity: Severity,
    beginning: str,
) -> Finding:
    structure = f"schema with name: {key.name}, vendor: {key.vendor}, version: {key.version}"
    match verdict:
        case Incompatible(witness, path, reason):
            return Finding(
                severity,
                Code.SCHEMA_INCOMPATIBLE,
                f"{beginning}, event schema is INCOMPATIBLE with {structure}",
                SOURCE,
                {"counterexample": witness, "path": path, "reason": reason},
            )
        case Undecidable(reason, path):
            title = f"{beginning}, compatibility of event schema is UNDECIDABLE with {structure}"
            details = {"path": path, "reason": reason}
            return Finding(severity, Code.SCHEMA_UNDECIDABLE, title, SOURCE, details)
        case InvalidSchema(path=path, problem=problem):
            title = f"{beginning}, event schema is not a valid draft-04 schema"
            return Finding(
                severity, Code.INVALID_FIELD, title, SOURCE, {"path": path, "reason": problem}
            )
