"""What requests and answers about event specifications look like, for the OpenAPI document.

Room:   JSON Schemas and the requirement's examples; what is checked is in `piste.specs.forms`.
Limits: whatever has a `title` in capitals becomes a component of the document.
Source: event specifications (requirement 001), tracking scenarios (requirement 002).
"""

from dataclasses import dataclass
from typing import Any

from piste.specs.assessment import Fit
from piste.specs.compatibility import Subject
from piste.specs.findings import Code, Severity
from piste.specs.forms import MAX_PUBLISHED, MAX_VERSION
from piste.specs.reading import MAX_NAME, MAX_TEXT
from piste.specs.service import Names
from piste.specs.specification import LockStatus, Status

Schema = dict[str, Any]

UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
UUID_FORM: dict[str, Any] = {"format": "uuid", "pattern": UUID_PATTERN}
"""Of a parameter that is one."""
SOURCE_ID_PATTERN = "^[0-9a-fA-F]{64}$"
_NUMBER = "(0|[1-9][0-9]{0,8})"
VERSION_PATTERN = f"^[1-9][0-9]{{0,8}}-{_NUMBER}-{_NUMBER}$"
_IGLU_PATTERN = "^iglu:[a-zA-Z0-9_.-]{1,255}(/[a-zA-Z0-9_-]{1,255}){2}/" + VERSION_PATTERN[1:]
_WITHOUT_NUL = "^[^\\u0000]*$"
_NOT_BLANK = "^[^\\u0000]*\\S[^\\u0000]*$"

ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
SEARCH: Schema = {
    "name": "Search",
    "description": "Tracking the use of the search box",
    "event": {"source": "iglu:com.example/ui_actions/jsonschema/1-0-0"},
}
SEARCH_SCHEMA: Schema = {
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


_REASON = "`label` may be 6 characters long here, the data structure allows 3 (maxLength)"


@dataclass(frozen=True, slots=True)
class Schemas:
    """Of one of the two APIs."""

    names: Names

    @property
    def title(self) -> str:
        is_scenario = self.names.subject is Subject.TRACKING_SCENARIO
        return "TrackingScenario" if is_scenario else "EventSpecification"

    def form(self) -> Schema:
        """The body of a request to create or to edit."""
        fields = {self.names.spec: self._specification(is_form=True), "message": _text(MAX_TEXT)}
        return {**_object(fields, self.names.spec), "title": f"{self.title}Form"}

    def form_example(self) -> Schema:
        return {self.names.spec: SEARCH, "message": "initial draft"}

    def publication(self) -> Schema:
        ids = {"type": "array", "items": _UUID, "minItems": 1, "maxItems": MAX_PUBLISHED}
        return _object({self.names.ids: ids, "message": _text(MAX_TEXT)}, self.names.ids)

    def envelope(self, *, is_refusal: bool = False, has_message: bool = False) -> Schema:
        """Of an answer; `has_message`: refusals with what plain errors of the Console have, too."""
        errors: Schema = {"type": "array", "items": _FINDING}
        fields: Schema = {
            "data": {"type": "array", "items": self._specification()},
            "includes": {"type": "array", "items": self._change()},
            "errors": {**errors, "minItems": 1} if is_refusal else errors,
        }
        title = f"{self.title}{'Refusal' if is_refusal else 'Answer'}"
        answer = {**_object(fields, *fields), "title": title}
        if has_message:
            answer["properties"] = {**fields, "message": {"type": "string"}}
            answer["title"] = f"{title}WithMessage"
        return answer

    def envelope_example(self) -> Schema:
        change = {
            "author": "39b81015-1bd5-4b37-96c7-3296cabaa36f",
            "message": "initial draft",
            "date": "2023-04-26T14:41:48.708191Z",
            self.names.id: ID,
            "version": 0,
            "status": "draft",
            "type": "History",
        }
        data = {"id": ID, "version": 0, "status": "draft", **SEARCH}
        return {"data": [data], "includes": [change], "errors": []}

    def refusal_example(self) -> Schema:
        finding = {
            "type": "Error",
            "code": "SchemaIncompatible",
            "title": f"{self.names.subject.value} with id: {ID}, event schema is INCOMPATIBLE with "
            "schema with name: ui_actions, vendor: com.example, version: 1-0-0",
            "source": "event.schema",
            "counterexample": {"label": "Search", "action": "click"},
            "path": "$.label",
            "reason": _REASON,
        }
        return {"data": [], "includes": [], "errors": [finding]}

    def _specification(self, *, is_form: bool = False) -> Schema:
        event = _object({"source": _IGLU_URI, "schema": _nullable(_SCHEMA)}, "source")
        optional = _nullable if is_form else _always
        fields: Schema = {
            "id": optional(_UUID),
            "version": optional(_whole()),
            "status": optional({"type": "string", "enum": [one.value for one in Status]}),
            "name": {**_text_of(MAX_NAME), "minLength": 1, "pattern": _NOT_BLANK},
            "description": optional(_text_of(MAX_TEXT)),
            "event": {"anyOf": [event, _EMPTY, {"type": "null"}]} if is_form else event,
            "entities": optional(_entities(is_form=is_form)),
            "triggers": optional({"type": "array", "items": {"type": "object"}}),
            "sourceApplications": optional({"type": "array", "items": _UUID}),
            "dataProductId": optional(_UUID),
            "lockStatus": optional({"type": "string", "enum": [one.value for one in LockStatus]}),
            "managedFrom": optional(_text_of(MAX_NAME)),
        }
        if is_form:
            return _object(fields, "name")
        return {**_object(fields, "id", "version", "status", "name"), "title": self.title}

    def _change(self) -> Schema:
        fields: Schema = {
            "author": {"type": "string"},
            "message": _text_of(MAX_TEXT),
            "date": {"type": "string", "format": "date-time"},
            self.names.id: _UUID,
            "version": _whole(),
            "status": {"type": "string", "enum": [one.value for one in Status]},
            "type": {"const": "History"},
        }
        required = (name for name in fields if name != "message")
        return {**_object(fields, *required), "title": f"{self.title}Change"}


def _object(fields: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _always(schema: Schema) -> Schema:
    return schema


def _text_of(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest, "pattern": _WITHOUT_NUL}


def _text(longest: int) -> Schema:
    return _nullable(_text_of(longest))


def _whole() -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": MAX_VERSION}


def _entities(*, is_form: bool) -> Schema:
    fields = {
        "source": _IGLU_URI,
        "minCardinality": _nullable(_whole()),
        "maxCardinality": _nullable(_whole()),
        "schema": _nullable(_SCHEMA) if is_form else _SCHEMA,
    }
    required = ("source",) if is_form else ("source", "minCardinality", "maxCardinality")
    items = {"type": "array", "items": _object(fields, *required)}
    of_one_kind = _nullable(items) if is_form else items
    return _object({"tracked": of_one_kind, "enriched": of_one_kind})


_UUID: Schema = {"type": "string", **UUID_FORM}
_IGLU_URI: Schema = {"type": "string", "pattern": _IGLU_PATTERN}
_EMPTY: Schema = {"type": "object", "maxProperties": 0}
_SCHEMA: Schema = {"type": "object", "description": "JSON Schema draft-04."}

_FINDING: Schema = {
    **_object(
        {
            "type": {"type": "string", "enum": [one.value for one in Severity]},
            "code": {"type": "string", "enum": [one.value for one in Code]},
            "title": {"type": "string"},
            "source": {"type": "string", "description": "The field or parameter."},
            "counterexample": {
                "description": "Allowed by the specification, refused by the data structure."
            },
            "path": {"type": "string", "description": "Where in it, as a JSONPath."},
            "reason": {"type": "string"},
        },
        *("type", "code", "title", "source"),
    ),
    "title": "Finding",
}

_FIT: Schema = {"type": "string", "enum": [one.value for one in Fit]}

ASSESSMENT: Schema = {
    **_object(
        {
            "status": _FIT,
            "sources": {
                "type": "array",
                "items": _object(
                    {
                        "source": _IGLU_URI,
                        "status": _FIT,
                        "properties": {"type": "object", "additionalProperties": _FIT},
                        **{
                            name: _FINDING["properties"][name]
                            for name in ("counterexample", "path", "reason")
                        },
                    },
                    *("source", "status", "properties"),
                ),
            },
            "message": {"type": "string"},
        },
        *("status", "sources", "message"),
    ),
    "title": "Assessment",
}

ASSESSMENT_EXAMPLE: Schema = {
    "status": "incompatible",
    "sources": [
        {
            "source": "iglu:com.example/ui_actions/jsonschema/1-0-0",
            "status": "incompatible",
            "properties": {"action": "compatible", "label": "incompatible"},
            "counterexample": {"action": "click", "label": "Search"},
            "path": "$.label",
            "reason": _REASON,
        }
    ],
    "message": "The specification is not compatible with its data structures",
}
