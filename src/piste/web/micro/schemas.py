"""/micro/iglu: can this schema be resolved, and if not, who was asked.

Source: Micro REST API, "/micro/iglu"; Iglu, "Errors" for the look-up history.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Protocol

from piste.events.badrows import history_json
from piste.events.failures import ResolutionError
from piste.events.schema_key import IgluParseError, Json, SchemaKey
from piste.web.micro.answers import Answer, json_answer, text_answer

LOOKUP_THREADS = 4
_FORMAT = (
    "Schema lookup should be in format "
    "iglu/{vendor}/{schemaName}/jsonschema/{model}-{revision}-{addition}"
)


class FoundSchema(Protocol):
    @property
    def json(self) -> Json: ...


Lookup = Callable[[SchemaKey], FoundSchema | ResolutionError]
"""The schema of exactly that key, or every registry that was asked. May take seconds."""


class SchemaEndpoint:
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, "micro-lookup")

    async def answer(self, segments: list[str]) -> Answer:
        """`segments` are those after /micro/iglu/."""
        key = SchemaKey.parse("iglu:" + "/".join(segments))
        if isinstance(key, IgluParseError) or key.format != "jsonschema":
            return text_answer(HTTPStatus.NOT_FOUND, _FORMAT)
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._lookup, key)
        if isinstance(found, ResolutionError):
            asked = {history.repository: history_json(history) for history in found.lookup_history}
            return json_answer({"value": asked}, HTTPStatus.NOT_FOUND)
        return json_answer(found.json)
