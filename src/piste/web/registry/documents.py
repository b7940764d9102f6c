"""What the registry's API takes and answers, as JSON Schemas of its OpenAPI document.

Room:   data.
"""

from http import HTTPStatus
from typing import Any

from piste.events.schema_key import Json
from piste.registry.linter import Level
from piste.web.console.refusals import MESSAGE_SCHEMA

Responses = dict[int | str, dict[str, Any]]


def _object(title: str, required: dict[str, Json], optional: dict[str, Json] | None = None) -> Json:
    return {
        "title": title,
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
_UUID = {"type": "string", "format": "uuid"}
_VERSION = {"type": "string", "pattern": "^[1-9][0-9]{0,8}(-(0|[1-9][0-9]{0,8})){2}$"}
SELF = _object(
    "SchemaSelf",
    {
        "vendor": {"type": "string", "pattern": "^[a-zA-Z0-9_.-]{1,255}$"},
        "name": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,255}$"},
        "format": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,255}$"},
        "version": _VERSION,
    },
)
_SCHEMA_PROPERTIES = {
    "$schema": {"type": "string"},
    "self": SELF,
    "$supersedes": {"type": "array", "items": _VERSION},
}
SELF_DESCRIBING = {
    "title": "SelfDescribingSchema",
    "type": "object",
    "properties": _SCHEMA_PROPERTIES,
    "required": ["$schema", "self"],
}
SCHEMA_OF_ADDRESS = {
    "title": "SchemaOfAddress",
    "description": "A self-describing schema; without `self` it is that of the address.",
    "type": "object",
    "properties": _SCHEMA_PROPERTIES,
}
INSTANCE = {
    "title": "SelfDescribingData",
    "type": "object",
    "properties": {"schema": {"type": "string", "pattern": "^iglu:"}, "data": {}},
    "required": ["schema", "data"],
}
VENDOR_PREFIX = {
    "title": "VendorPrefix",
    "type": "object",
    "properties": {
        "vendorPrefix": {
            "type": "string",
            "maxLength": 255,
            "pattern": r"^(\*|([a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*)?)$",
        }
    },
    "required": ["vendorPrefix"],
}
DRAFT = {"title": "Draft", "type": "object"}

_FINDING = _object(
    "Finding",
    {
        "message": _TEXT,
        "level": {"type": "string", "enum": [level.value for level in Level]},
        "pointer": {"type": "string", "description": "A JSON Pointer."},
    },
)
_REPORT = {"type": "array", "items": _FINDING}
_REPORTED = _object("Reported", {"message": _TEXT}, {"report": _REPORT})
_WRITTEN = _object(
    "Written",
    {
        "message": _TEXT,
        "updated": {"type": "boolean"},
        "location": _TEXT,
        "status": {"type": "integer", "enum": [200, 201]},
    },
    {"report": _REPORT},
)
_MISMATCH = _object(
    "Mismatch", {"uriSchemaKey": _TEXT, "payloadSchemaKey": _TEXT, "message": _TEXT}
)
_CONFLICT = _object(
    "PublishingConflict",
    {"message": _TEXT},
    {
        "counterexample": {"description": "Valid before, and not any more."},
        "path": _TEXT,
        "reason": _TEXT,
    },
)
_SERVER = _object(
    "Server",
    {
        "version": _TEXT,
        "authInfo": _object(
            "AuthInfo",
            {
                "vendor": {"type": ["string", "null"]},
                "schema": {"enum": ["READ", "CREATE_VENDOR", None]},
                "key": {"type": "array", "items": {"enum": ["CREATE", "DELETE"]}},
            },
        ),
        "database": _TEXT,
        "schemaCount": {"type": "integer", "minimum": 0},
        "debug": {"type": "boolean"},
        "patchesAllowed": {"type": "boolean"},
    },
)
_PUBLISHED = {"title": "Schema", "type": "object"}
_LISTED = {"type": "array", "items": {"anyOf": [_TEXT, _PUBLISHED]}}


def _answers(*pairs: tuple[HTTPStatus, Json]) -> Responses:
    return {
        int(status): {
            "description": status.phrase,
            "content": {"application/json": {"schema": schema}},
        }
        for status, schema in pairs
    }


_OK, _CREATED, _BAD_REQUEST = HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.BAD_REQUEST
_BODY = tuple(
    (status, MESSAGE_SCHEMA)
    for status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT)
)
_REFUSED_KEY = (_BAD_REQUEST, MESSAGE_SCHEMA)
_NOT_FOUND = (HTTPStatus.NOT_FOUND, MESSAGE_SCHEMA)
_FORBIDDEN = (HTTPStatus.FORBIDDEN, MESSAGE_SCHEMA)

EVERYTHING = _answers((_OK, _LISTED), _REFUSED_KEY)
LIST = _answers((_OK, _LISTED), _REFUSED_KEY, _NOT_FOUND)
ONE_OR_LIST = _answers((_OK, {"anyOf": [_TEXT, _PUBLISHED, _LISTED]}), _REFUSED_KEY, _NOT_FOUND)
PUBLISH = _answers(
    (_OK, _WRITTEN),
    (_CREATED, _WRITTEN),
    (_BAD_REQUEST, {"anyOf": [_REPORTED, _MISMATCH]}),
    _FORBIDDEN,
    _NOT_FOUND,
    (HTTPStatus.CONFLICT, _CONFLICT),
    *_BODY,
)
DELETE = _answers(
    (_OK, MESSAGE_SCHEMA),
    _REFUSED_KEY,
    (HTTPStatus.UNAUTHORIZED, MESSAGE_SCHEMA),
    _NOT_FOUND,
    (HTTPStatus.METHOD_NOT_ALLOWED, MESSAGE_SCHEMA),
)
VALIDATE_SCHEMA = _answers((_OK, _REPORTED), _REFUSED_KEY, _FORBIDDEN, *_BODY)
VALIDATE_INSTANCE = _answers((_OK, _REPORTED), _REFUSED_KEY, _NOT_FOUND, *_BODY)
KEYGEN = _answers(
    (_OK, _object("Keys", {"read": _UUID, "write": _UUID})), _REFUSED_KEY, _FORBIDDEN, *_BODY
)
DELETE_KEY = _answers((_OK, MESSAGE_SCHEMA), _REFUSED_KEY, _FORBIDDEN)
DRAFTS = _answers((_OK, {"type": "array", "items": _TEXT}), _REFUSED_KEY)
GET_DRAFT = _answers((_OK, DRAFT), _REFUSED_KEY, _NOT_FOUND)
PUT_DRAFT = _answers(
    (_OK, _WRITTEN), (_CREATED, _WRITTEN), _REFUSED_KEY, _FORBIDDEN, _NOT_FOUND, *_BODY
)
SERVER = _answers((_OK, _SERVER), _REFUSED_KEY)
HEALTH: Responses = {
    200: {"description": "OK", "content": {"text/plain": {"schema": {"const": "OK"}}}}
}
