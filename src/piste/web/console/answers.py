"""Answers of the Console APIs as bytes.

Limits: counterexamples have decimal numbers, which are printed exactly.
"""

from collections.abc import Mapping

from fastapi.responses import Response

from piste.events.schema_key import Json
from piste.jsontext import encode
from piste.subschema import to_json


def json_answer(status: int, json: Json, headers: Mapping[str, str] | None = None) -> Response:
    try:
        body = encode(json)
    except TypeError:  # a decimal number
        body = to_json(json).encode()
    return Response(body, status, headers, "application/json")
