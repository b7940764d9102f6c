"""What the schemas of the OpenAPI document are put together from.

Limits: whatever has a `title` becomes a component of the document.
"""

from http import HTTPStatus
from typing import Any

from piste.web.console.specification_schemas import UUID_FORM, VERSION_PATTERN

Schema = dict[str, Any]

HASH_PATTERN = "^[0-9a-fA-F]{64}$"
_WITHOUT_NUL = "^[^\\u0000]*$"
_NOT_BLANK = "^[^\\u0000]*\\S[^\\u0000]*$"
_IGLU_PATTERN = "^iglu:[a-zA-Z0-9_.-]{1,255}(/[a-zA-Z0-9_-]{1,255}){2}/" + VERSION_PATTERN[1:]


def an_object(title: str | None, fields: Schema, *required: str) -> Schema:
    """That has no other fields."""
    named = {} if title is None else {"title": title}
    return {
        "type": "object",
        **named,
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def complete(title: str | None, fields: Schema) -> Schema:
    """That has all of these fields and no other."""
    return an_object(title, fields, *fields)


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def one_of(names: Any) -> Schema:
    """Of an enumeration."""
    return {"type": "string", "enum": [one.value for one in names]}


def answer(status: HTTPStatus, schema: Schema, example: Any = None) -> dict[int | str, Any]:
    """Part of the `responses` of a route."""
    content = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {int(status): {"description": status.phrase, "content": {"application/json": content}}}


def text(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest, "pattern": _WITHOUT_NUL}


def name(longest: int) -> Schema:
    return {**text(longest), "minLength": 1, "pattern": _NOT_BLANK}


ANY_TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", **UUID_FORM}
HASH: Schema = {"type": "string", "pattern": HASH_PATTERN}
VERSION: Schema = {"type": "string", "pattern": VERSION_PATTERN}
IGLU_URI: Schema = {"type": "string", "pattern": _IGLU_PATTERN}
TIME: Schema = {"type": "string", "format": "date-time"}
JSON_SCHEMA: Schema = {"type": "object", "description": "JSON Schema draft-04."}
VENDOR: Schema = {"type": "string", "pattern": "^[a-zA-Z0-9_.-]{1,255}$"}
NAME: Schema = {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,255}$"}
FORMAT: Schema = {"const": "jsonschema"}
