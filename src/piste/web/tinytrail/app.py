"""TinyTrail's API as one ASGI application.

Room:   puts the routers of this package and of the reports together; what they do is handed to each of them.
Limits: imported when the first of its requests comes, like the Console APIs. Without CORS: a key is no secret
        for a page of somebody else's.
Source: TinyTrail's API, "Response Format".
"""

from collections.abc import Iterable
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from piste import __version__
from piste.web.console.answers import json_answer
from piste.web.console.openapi import openapi
from piste.web.console.reference import serve_reference
from piste.web.console.refusals import Group, answer_refusals
from piste.web.tinytrail.answers import refusal

BASE = "/api/v1"
INTERNAL_ERROR = "Something went wrong in Piste; the server's log says what"


def application(routers: Iterable[APIRouter]) -> FastAPI:
    """With `/api/v1/openapi.json`, and the same for people at `/api/v1/docs`."""
    framework = FastAPI(
        title="Piste web analytics (TinyTrail API)",
        version=__version__,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    everything = Group(prefix="", tags=[], shape=refusal)
    included = (*routers, everything)
    answer_refusals(framework, BASE, included)

    @framework.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        """The error itself goes on to the server, which logs it."""
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return json_answer(status, refusal(status, INTERNAL_ERROR))

    for router in included:
        framework.include_router(router, prefix=BASE)
    serve_reference(framework, f"{BASE}/docs")
    framework.openapi = partial(openapi, framework)  # type: ignore[method-assign]
    return framework
