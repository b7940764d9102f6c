"""A specification's event schema against its data structure: the documented cases."""

from typing import Any

import pytest

from piste.events.schema_key import SchemaKey
from piste.specs.compatibility import Structure, Subject, compatibility
from piste.specs.findings import Finding

ID = "59b5e250-91c4-45af-a63d-5f8cd39f4b67"
SEARCH_SUBMIT = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "description": "Event to capture search submit",
    "type": "object",
    "required": ["label", "action"],
    "properties": {
        "action": {"type": "string", "enum": ["click"]},
        "label": {"type": "string", "enum": ["Search"]},
    },
    "additionalProperties": False,
}


def structure(version: str, **label: Any) -> Structure:
    key = SchemaKey.of(f"iglu:com.snplow.msc.aws/test_event/jsonschema/{version}")
    schema = {
        "$schema": "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#",
        "self": {"vendor": key.vendor, "name": key.name, "format": key.format, "version": version},
        "type": "object",
        "properties": {"action": {"type": "string"}, "label": {"type": "string", **label}},
    }
    return Structure(key, schema)


FITS = structure("1-0-0", maxLength=255)
TOO_SHORT = structure("1-0-13", maxLength=3)


def findings(
    current: Structure,
    latest: Structure,
    *,
    is_stored: bool = True,
    subject: Subject = Subject.EVENT_SPECIFICATION,
    schema: dict[str, Any] = SEARCH_SUBMIT,
) -> tuple[Finding, ...]:
    return compatibility(
        schema, current, latest, subject=subject, specification_id=ID, is_stored=is_stored
    )


@pytest.mark.parametrize(
    ("current", "latest", "is_stored", "expected"),
    [
        (FITS, FITS, True, []),
        (TOO_SHORT, TOO_SHORT, True, [("Error", "SchemaIncompatible")]),
        (TOO_SHORT, TOO_SHORT, False, [("Warning", "SchemaIncompatible")]),
        (FITS, TOO_SHORT, True, [("Warning", "SchemaIncompatible")]),
        (FITS, TOO_SHORT, False, [("Warning", "SchemaIncompatible")]),
        (TOO_SHORT, FITS, True, [("Error", "SchemaIncompatible")]),
    ],
)
def test_errors_and_warnings(
    current: Structure, latest: Structure, is_stored: bool, expected: list[tuple[str, str]]
) -> None:
    """Requirement 001, "Compatibility Checks": an error for the current version when storing."""
    found = findings(current, latest, is_stored=is_stored)
    assert [(one.severity.value, one.code.value) for one in found] == expected


@pytest.mark.parametrize("subject", Subject)
def test_the_documented_warning(subject: Subject) -> None:
    """To the letter, under both names; and what Piste adds."""
    (found,) = findings(FITS, TOO_SHORT, subject=subject)
    assert found.to_json() == {
        "type": "Warning",
        "code": "SchemaIncompatible",
        "title": f"{subject.value} with id: {ID}, event schema is INCOMPATIBLE with schema with "
        "name: test_event, vendor: com.snplow.msc.aws, version: 1-0-13",
        "source": "event.schema",
        "counterexample": {"action": "click", "label": "Search"},
        "path": "$.label",
        "reason": "`label` may be 6 characters long here, the data structure allows 3 (maxLength)",
    }


def test_an_event_schema_that_is_none() -> None:
    """Is an error of its field, and says where."""
    (found,) = findings(FITS, FITS, schema={"type": "strin"})
    assert (found.severity.value, found.code.value) == ("Error", "InvalidField")
    assert found.details["path"] == "$.type"
    (found,) = findings(FITS, FITS, schema={"properties": {"a": 5}}, is_stored=False)
    assert found.severity.value == "Warning"


def test_what_cannot_be_decided_is_a_warning() -> None:
    """Whatever the request: the author is to see to it."""
    odd = structure("1-0-13", pattern=r"^(S)\1*e$")
    for is_stored in (True, False):
        for current in (odd, structure("1-0-0")):
            (found,) = findings(current, odd, is_stored=is_stored, schema=labels(pattern="^S+e$"))
            assert (found.severity.value, found.code.value) == ("Warning", "SchemaUndecidable")
            assert "version: 1-0-13" in found.title
            assert r"pattern ^(S)\1*e$" in found.details["reason"]


def test_formats_mean_what_they_mean_to_the_validation_of_events() -> None:
    """`uuid` is checked there, and `uri` is wide."""
    (found,) = findings(structure("1-0-0", format="uuid"), structure("1-0-0"))
    assert found.code.value == "SchemaIncompatible"
    links = structure("1-0-0", format="uri")
    (found,) = findings(links, links, schema=labels(pattern="^https:.{0,9}$"))
    assert found.details["counterexample"] == {"label": "https: "}
    assert findings(links, links, schema=labels(pattern="^https:[a-z{]*$")) == ()


def labels(**label: Any) -> dict[str, Any]:
    """An event schema that asks something of the label only."""
    properties = {"action": {"type": "string"}, "label": {"type": "string", **label}}
    return {"type": "object", "properties": properties}
