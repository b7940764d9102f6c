"""What the registry answers, in the words of Iglu Server.

Limits: clients compare these texts, so they stay as they are.
Source: Iglu Server, all services.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from piste.events.schema_key import IgluParseError, Json, SchemaKey
from piste.registry.linter import Finding

INVALID_SCHEMA = "The schema does not conform to a JSON Schema v4 specification"
INVALID_INSTANCE = "The data for a field instance is invalid against its schema"


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of HTTP, and the body."""

    status: int
    json: Json


def message(status: HTTPStatus, text: str, **more: Json) -> Answer:
    return Answer(status, {"message": text, **more})


NO_SCHEMAS = message(HTTPStatus.NOT_FOUND, "No schemas available")
SCHEMA_NOT_FOUND = message(HTTPStatus.NOT_FOUND, "The schema is not found")
DRAFT_NOT_FOUND = message(HTTPStatus.NOT_FOUND, "The draft is not found")
NOT_AUTHORIZED = message(HTTPStatus.FORBIDDEN, "Authentication error: not authorized")
NOT_ENOUGH_PERMISSIONS = message(HTTPStatus.UNAUTHORIZED, "Not enough permissions")
CANNOT_DECODE = message(HTTPStatus.BAD_REQUEST, "Cannot decode JSON schema")
NOT_DELETABLE = message(HTTPStatus.METHOD_NOT_ALLOWED, "DELETE is forbidden on production registry")
DELETED = message(HTTPStatus.OK, "Schema deleted")
KEYS_DELETED = message(HTTPStatus.OK, "Keys have been deleted")
INVALID_KEY = message(HTTPStatus.BAD_REQUEST, "Invalid UUID for ApiKey")
INVALID_PREFIX = message(
    HTTPStatus.BAD_REQUEST, 'Wanted: {"vendorPrefix": "com.acme"}, with dotted names, or "*"'
)


def published(key: SchemaKey, report: Iterable[Finding], *, is_update: bool) -> Answer:
    """`report` is there when there is something to say."""
    status = HTTPStatus.OK if is_update else HTTPStatus.CREATED
    findings = [finding.to_json() for finding in report]
    body = {
        "message": "Schema updated" if is_update else "Schema created",
        "updated": is_update,
        "location": key.uri,
        "status": int(status),
    }
    return Answer(status, {**body, "report": findings} if findings else body)


def mismatch(address: SchemaKey, said: SchemaKey) -> Answer:
    body = {
        "uriSchemaKey": address.uri,
        "payloadSchemaKey": said.uri,
        "message": "Mismatch: the schema metadata does not match the payload and URI",
    }
    return Answer(HTTPStatus.BAD_REQUEST, body)


def reported(status: HTTPStatus, text: str, report: Iterable[Finding]) -> Answer:
    return message(status, text, report=[finding.to_json() for finding in report])


def not_self_describing(code: IgluParseError) -> Answer:
    return message(HTTPStatus.BAD_REQUEST, f"JSON payload is not self-describing, {code}")
