"""Schema URIs of every kind, as the schema of tp2's envelope.

Source: Iglu, "Grammar"; tracker protocol: JSON, then URI, then schema, then criterion.
"""

from support.iglu import contexts, sdj

from ..table import PROTOCOL, good, invalid, rejected, row, unresolved
from ..wire import TP2, post_json
from .common import ANYTHING, CONTEXTS, PAYLOAD_DATA, PLAIN, SNOWPLOW, WEB_PAGE

INVALID_URIS = {
    "an empty URI": "",
    "a URI without iglu:": "com.acme/x/jsonschema/1-0-0",
    "a URI with IGLU: in capitals": "IGLU:com.acme/x/jsonschema/1-0-0",
    "a URI of http": "http://com.acme/x/jsonschema/1-0-0",
    "a URI with slashes after iglu:": "iglu://com.acme/x/jsonschema/1-0-0",
    "a URI with a space before it": " " + PAYLOAD_DATA,
    "a URI with a line end after it": PAYLOAD_DATA + "\n",
    "a URI of three parts": "iglu:com.acme/x/1-0-0",
    "a URI of five parts": "iglu:com.acme/x/y/jsonschema/1-0-0",
    "a URI with a slash after it": PAYLOAD_DATA + "/",
    "a URI without a vendor": "iglu:/x/jsonschema/1-0-0",
    "a vendor with a space": "iglu:com acme/x/jsonschema/1-0-0",
    "a vendor outside ASCII": "iglu:cömé/x/jsonschema/1-0-0",
    "a vendor of 10,000 letters": f"iglu:{'a' * 10_000}/x/jsonschema/1-0-0",
    "a name with a dot": "iglu:com.acme/x.y/jsonschema/1-0-0",
    "a name with an escaped slash": "iglu:com.acme/..%2f../jsonschema/1-0-0",
    "a version of two numbers": "iglu:com.acme/x/jsonschema/1-0",
    "a version of four numbers": "iglu:com.acme/x/jsonschema/1-0-0-0",
    "a version with dots": "iglu:com.acme/x/jsonschema/1.0.0",
    "a version with a letter": "iglu:com.acme/x/jsonschema/1-0-a",
    "a version with a sign": "iglu:com.acme/x/jsonschema/1-0--1",
    "a version with an asterisk": "iglu:com.acme/x/jsonschema/1-0-*",
    "an empty version": "iglu:com.acme/x/jsonschema/",
}
INVALID_VERSIONS = {
    "version 0-0-0": "iglu:com.acme/x/jsonschema/0-0-0",
    "version 0-1-0": "iglu:com.acme/x/jsonschema/0-1-0",
    "version 01-0-0": "iglu:com.acme/x/jsonschema/01-0-0",
    "version 1-00-0": "iglu:com.acme/x/jsonschema/1-00-0",
    "version 1-0-01": "iglu:com.acme/x/jsonschema/1-0-01",
    "version 99999999999-0-0": "iglu:com.acme/x/jsonschema/99999999999-0-0",
}
UNKNOWN = {
    "an unknown vendor": "iglu:com.acme/payload_data/jsonschema/1-0-4",
    "an unknown name": f"{SNOWPLOW}/payload_date/jsonschema/1-0-0",
    "an unknown format": f"{SNOWPLOW}/payload_data/avro/1-0-4",
    "an unknown model": f"{SNOWPLOW}/payload_data/jsonschema/2-0-0",
    "an unknown revision": f"{SNOWPLOW}/payload_data/jsonschema/1-1-0",
    "an unknown addition": f"{SNOWPLOW}/payload_data/jsonschema/1-0-99",
    "a vendor in capitals": PAYLOAD_DATA.replace("snowplow/", "SNOWPLOW/"),
    "a vendor that is the folder above": "iglu:../x/jsonschema/1-0-0",
    "a vendor that is this folder": "iglu:./x/jsonschema/1-0-0",
}
CRITERION = f"{SNOWPLOW}/payload_data/jsonschema/1-0-*"

ROWS = (
    *(
        row(
            sentence,
            post_json(TP2, sdj(uri, [PLAIN])),
            rejected(PROTOCOL, {"error": "INVALID_IGLUURI", "json": {"schema": uri}}),
        )
        for sentence, uri in INVALID_URIS.items()
    ),
    *(
        row(
            sentence,
            post_json(TP2, sdj(uri, [PLAIN])),
            rejected(PROTOCOL, {"error": "INVALID_SCHEMAVER", "json": {"schema": uri}}),
        )
        for sentence, uri in INVALID_VERSIONS.items()
    ),
    *(
        row(sentence, post_json(TP2, sdj(uri, [PLAIN])), rejected(PROTOCOL, unresolved(uri)))
        for sentence, uri in UNKNOWN.items()
    ),
    row(
        "a known schema that is not the envelope's",
        post_json(TP2, sdj(ANYTHING, {})),
        rejected(PROTOCOL, {"schemaKey": ANYTHING, "schemaCriterion": CRITERION}),
    ),
    row(
        "entities instead of events",
        post_json(TP2, contexts(sdj(WEB_PAGE, {"id": "0"}))),
        rejected(PROTOCOL, {"schemaKey": CONTEXTS, "schemaCriterion": CRITERION}),
    ),
    row(
        "an old envelope with a newer name",
        post_json(TP2, sdj(f"{SNOWPLOW}/payload_data/jsonschema/1-0-0", [PLAIN | {"stm": "1"}])),
        rejected(
            PROTOCOL,
            invalid(
                f"{SNOWPLOW}/payload_data/jsonschema/1-0-0",
                {"path": "$[0]", "keyword": "additionalProperties", "targets": ["stm"]},
            ),
        ),
    ),
    row(
        "an old envelope",
        post_json(TP2, sdj(f"{SNOWPLOW}/payload_data/jsonschema/1-0-0", [PLAIN])),
        good(event="page_view"),
    ),
)
