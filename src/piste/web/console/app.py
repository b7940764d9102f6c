"""The Console APIs as one ASGI application.

Room:   puts the routers of this package together; what they do is handed to each of them.
Limits: imported when the first of its requests comes: the framework costs what the collector's start has no
        time for.
"""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI

from piste import __version__
from piste.web.console.refusals import answer_refusals

BASE = "/api/msc/v1"


def console(routers: Iterable[APIRouter]) -> FastAPI:
    """With `/api/msc/v1/openapi.json`. The framework's own documentation pages would ask other hosts."""
    application = FastAPI(
        title="Piste Console API",
        version=__version__,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    answer_refusals(application)
    for router in routers:
        application.include_router(router, prefix=BASE)
    return application
