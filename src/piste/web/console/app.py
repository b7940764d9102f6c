"""The Console APIs as one ASGI application.

Room:   puts the routers of this package together; what they do is handed to each of them.
Limits: imported when the first of its requests comes: the framework costs what the collector's start has no
        time for.
"""

from collections.abc import Iterable
from functools import partial

from fastapi import APIRouter, Depends, FastAPI

from piste import __version__
from piste.web.console.openapi import openapi
from piste.web.console.parameters import once_each
from piste.web.console.reference import serve_reference
from piste.web.console.refusals import answer_refusals

BASE = "/api/msc/v1"


def console(routers: Iterable[APIRouter]) -> FastAPI:
    """With `/api/msc/v1/openapi.json`, and the same for people at `/api/msc/v1/docs`: the framework's own
    pages would ask other hosts."""
    application = FastAPI(
        title="Piste Console API",
        version=__version__,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(once_each)],
    )
    included = tuple(routers)
    answer_refusals(application, BASE, included)
    for router in included:
        application.include_router(router, prefix=BASE)
    serve_reference(application, f"{BASE}/docs")
    application.openapi = partial(openapi, application)  # type: ignore[method-assign]
    return application
