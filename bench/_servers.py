"""The servers that the load runs against: Piste, and the references it is compared with.

python bench/_servers.py floor PORT         reads the body and answers: what any server must do
python bench/_servers.py fsync PORT FOLDER  the same, and the body is in the spool before the answer
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from piste.ingest.spool import Spool

Keep = Callable[[bytes], Awaitable[object]]


def server(keep: Keep) -> Any:
    headers = [(b"content-length", b"2"), (b"content-type", b"text/plain")]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await keep(body)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    return application


async def forget(body: bytes) -> None:
    """The floor keeps nothing."""


def main() -> None:
    kind, port, *rest = sys.argv[1:]
    keep: Keep = forget
    if kind == "fsync":
        keep = Spool(Path(rest[0]), loaded=0, max_bytes=1 << 40).append
    config = uvicorn.Config(
        server(keep), port=int(port), lifespan="off", log_level="error", access_log=False
    )
    # The loop that Piste has, too.
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
