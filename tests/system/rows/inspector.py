"""The inspector asked in the wrong place, in the wrong way, or by the wrong people.

Source: Micro REST API; snowplow.md 4.1 for paths that are none; `web.micro.access` for who may ask.
"""

import re

from ..table import NOTHING, Answered, row
from ..wire import get, post, request
from .micro import NONE, answered

NO_PATH = Answered(404, b"Path for micro has to be one of: /events /all /good /bad /reset /iglu")
NO_FORMAT = Answered(
    404,
    b"Schema lookup should be in format "
    b"iglu/{vendor}/{schemaName}/jsonschema/{model}-{revision}-{addition}",
)


def from_elsewhere(*headers: str) -> bytes:
    """A question that has these headers only."""
    return "\r\n".join(("GET /micro/all HTTP/1.1", *headers, "", "")).encode()


PATHS = (
    *(
        row(f"the inspector's path {path}", get(path), NOTHING, NO_PATH)
        for path in (
            "/micro",
            "/micro/",
            "/micro//all",
            "/micro/unknown",
            "/micro/ALL",
            "/micro/all%20",
            "/micro/%00",
            "/micro/..",
            "/micro/%2e%2e/health",
            "/micro/" + "a" * 15_000,
        )
    ),
    answered("the inspector's path /micro/all/more", get("/micro/all/more"), 200, NONE),
    answered("the inspector's path /micro/%61ll", get("/micro/%61ll"), 200, NONE),
    answered("the inspector's path /micro/all%2f", get("/micro/all%2f"), 200, NONE),
    answered("a query string for the inspector", get("/micro/all?x=%zz&{}"), 200, NONE),
    answered("the inspector by a whole URL", get("http://a.example/micro/all"), 200, NONE),
    *(
        row(f"the look-up of {path or 'nothing'}", get(f"/micro/iglu{path}"), NOTHING, NO_FORMAT)
        for path in (
            "",
            "/",
            "/com.acme",
            "/com.acme/x/jsonschema",
            "/com.acme/x/jsonschema/1-0",
            "/com.acme/x/jsonschema/0-0-1",
            "/com.acme/x/avro/1-0-0",
            "/com.acme/x/jsonschema/1-0-0/",
            "/com%20acme/x/jsonschema/1-0-0",
            "/com.acme/caf%C3%A9/jsonschema/1-0-0",
            "/" + "a" * 300 + "/x/jsonschema/1-0-0",
        )
    ),
    *(
        answered(
            f"the look-up of {path}", get(f"/micro/iglu/{path}"), 404, re.compile('"attempts":1')
        )
        for path in (
            "com.acme/x/jsonschema/1-0-0",
            "../product/jsonschema/1-0-0",
            "com.example/no_json/jsonschema/1-0-0",
            "com.remote/no_json/jsonschema/1-0-0",
        )
    ),
    answered(
        "the look-up of a schema that is none",
        get("/micro/iglu/com.example/no_schema/jsonschema/1-0-0"),
        200,
        re.compile("banana"),
    ),
    answered("the inspector's page", get("/micro/ui"), 404),
    answered("a file beside the inspector's page", get("/micro/ui/../../piste.toml"), 404),
)

METHODS = (
    *(
        answered(f"{method} of /micro/{endpoint}", request(method, f"/micro/{endpoint}"), 405)
        for method, endpoint in (
            ("PUT", "all"),
            ("DELETE", "good"),
            ("PATCH", "bad"),
            ("TRACE", "events"),
            ("GET", "timeline"),
            ("DELETE", "reset"),
            ("HEAD", "reset"),
            ("POST", "iglu/com.acme/x/jsonschema/1-0-0"),
            ("POST", "ui"),
        )
    ),
    answered("HEAD of /micro/good", request("HEAD", "/micro/good"), 200, b""),
    answered("a preflight of the inspector", request("OPTIONS", "/micro/all"), 200, b""),
    answered("a preflight of what is not there", request("OPTIONS", "/micro/x"), 404),
    answered("a body of 2 MB for the inspector", post("/micro/events", b" " * 2_000_000), 413),
    row(
        "half a body for the inspector",
        request("POST", "/micro/events", "Content-Length: 9", body=b"{}"),
        NOTHING,
        Answered(None),
        ends=True,
    ),
)

STRANGERS = (
    *(
        row(
            f"the inspector asked with {sentence}",
            from_elsewhere(*headers),
            NOTHING,
            Answered(401, headers={"www-authenticate": "Bearer"}),
        )
        for sentence, headers in {
            "a foreign Host": ("Host: piste.example",),
            "a Host that only begins like this machine's": ("Host: localhost.example",),
            "a Host that is a number": ("Host: 2130706433",),
            "no Host": (),
            "two Hosts": ("Host: 127.0.0.1", "Host: 127.0.0.1"),
            "an empty Host": ("Host:",),
            "a Host with a port that is none": ("Host: localhost:port",),
            "X-Forwarded-For": ("Host: localhost", "X-Forwarded-For: 127.0.0.1"),
            "an empty X-Forwarded-For": ("Host: localhost", "X-Forwarded-For:"),
            "Forwarded": ("Host: localhost", "Forwarded: for=127.0.0.1"),
            "Via": ("Host: localhost", "Via: 1.1 proxy"),
            "a token that nobody gave": ("Host: a.example", "Authorization: Bearer x"),
            "an empty token": ("Host: a.example", "Authorization: Bearer "),
            "a password": ("Host: a.example", "Authorization: Basic YTpi"),
        }.items()
    ),
    row(
        "a reset by a page of another site",
        post("/micro/reset", "", "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"),
        NOTHING,
        403,
    ),
)

ROWS = (*PATHS, *METHODS, *STRANGERS)
