"""What holds of every request's query parameters.

Room:   a FastAPI dependency of the application.
"""

from http import HTTPStatus

from fastapi import Request

from piste.web.console.refusals import Refused

MAX_NAME = 255
"""Characters of a parameter's name that are repeated in an answer."""


async def once_each(request: Request) -> None:
    """Refuse a parameter that is given twice: only one of them would count."""
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name in seen:
            shown = name[:MAX_NAME]
            message = f"query.{shown}: is given more than once"
            raise Refused(HTTPStatus.BAD_REQUEST, message, wrong=shown)
        seen.add(name)
