"""The OpenAPI document of the Console APIs, as true as we can make it.

Room:   the framework's document, corrected: it would speak of its own answer to a wrong parameter, which is
        not ours, and of parameters that are null. Schemas with a title become components, so that each is
        there once.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from piste.events.schema_key import Json
from piste.web.console.refusals import documented

_ITS_OWN = ("HTTPValidationError", "ValidationError")
_BAD_REQUEST = documented(HTTPStatus.BAD_REQUEST)[int(HTTPStatus.BAD_REQUEST)]
_NOT_SCHEMAS = ("example", "examples", "default", "const", "enum")
_COMPONENTS = "#/components/schemas/"


def openapi(application: FastAPI) -> dict[str, Any]:
    """Made once. Raises ValueError when two schemas have one title."""
    if application.openapi_schema is None:
        document = _without_its_own(FastAPI.openapi(application))
        components: dict[str, Json] = document.setdefault("components", {}).setdefault(
            "schemas", {}
        )
        document["paths"] = _hoisted(document["paths"], components)
        application.openapi_schema = document
    return application.openapi_schema


def _without_its_own(document: dict[str, Any]) -> dict[str, Any]:
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _parameter(parameter["schema"])
            answers.setdefault("400", _BAD_REQUEST)  # a parameter that is given twice
            if "HTTPValidationError" in str(answers.get("422")):
                del answers["422"]
    for name in _ITS_OWN:
        document.get("components", {}).get("schemas", {}).pop(name, None)
    return document


def _parameter(schema: dict[str, Any]) -> dict[str, Any]:
    """As it stands in an address, where nothing is null, and without what the framework says twice."""
    alternatives = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(alternatives) == 1:
        schema = {
            **{name: one for name, one in schema.items() if name != "anyOf"},
            **alternatives[0],
        }
    if schema.get("type") == "boolean" and "default" in schema:
        schema["default"] = schema["default"] in (True, "true")
    return {name: one for name, one in schema.items() if name not in ("title", "description")}


def _hoisted(json: Json, components: dict[str, Json]) -> Json:
    """A copy in which each object schema with a title is a reference."""
    if isinstance(json, list):
        return [_hoisted(one, components) for one in json]
    if not isinstance(json, Mapping):
        return json
    copy = {
        name: one if name in _NOT_SCHEMAS else _hoisted(one, components)
        for name, one in json.items()
    }
    title = copy.get("title")
    if not isinstance(title, str) or copy.get("type") != "object":
        return copy
    if components.setdefault(title, copy) != copy:
        raise ValueError(f"two schemas have the title {title}")
    return {"$ref": f"{_COMPONENTS}{title}"}
