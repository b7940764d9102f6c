"""Schemas that nobody has, that are none, or that another one supersedes.

Source: Iglu, "Lookup" and "Superseding"; tracker protocol for what is kept beside an invalid part.
"""

import json
import re

from support.iglu import contexts, sdj, unstruct

from ..table import SCHEMA, failed, good, invalid, row, unresolved
from .common import ANYTHING, BASKET, NO_SCHEMA, PRODUCT, tp2
from .tracked_json import PAGE, bad_json, entities, event, not_found, report

FOLDER = re.compile("^Folder ")
UNRESOLVED = (
    ("of an unknown vendor", "iglu:com.acme/no/jsonschema/1-0-0", "NotFound", "Local"),
    ("of an unknown version", "iglu:com.example/product/jsonschema/1-0-9", "NotFound", FOLDER),
    ("of a folder above", "iglu:../product/jsonschema/1-0-0", "NotFound", FOLDER),
    (
        "that is a page on a server",
        "iglu:com.remote/no_json/jsonschema/1-0-0",
        "RepoFailure",
        "Local",
    ),
    (
        "that is no JSON in a folder",
        "iglu:com.example/no_json/jsonschema/1-0-0",
        "RepoFailure",
        FOLDER,
    ),
    (
        "that supersedes itself",
        "iglu:com.example/superseded_by_itself/jsonschema/1-0-0",
        "ClientFailure",
        FOLDER,
    ),
)

SCHEMAS = (
    *(
        row(
            f"an event with a schema {sentence}",
            event(json.dumps(unstruct(sdj(uri, {})))),
            not_found(uri, error, repository),
        )
        for sentence, uri, error, repository in UNRESOLVED
    ),
    *(
        row(
            f"an entity with a schema {sentence}",
            entities(json.dumps(contexts(PAGE, sdj(uri, {})))),
            not_found(uri, error, repository),
        )
        for sentence, uri, error, repository in UNRESOLVED
    ),
    row(
        "an event with a schema that is JSON and no schema",
        event(json.dumps(unstruct(sdj(NO_SCHEMA, {})))),
        failed(
            SCHEMA,
            {
                "schemaKey": NO_SCHEMA,
                "error": {"error": "ValidationError", "schemaIssues": [{"path": "$.type"}]},
            },
            because="ValidationError",
        ),
    ),
    row(
        "an event from the registry on another server",
        event(json.dumps(unstruct(sdj("iglu:com.remote/thing/jsonschema/1-0-0", {"n": 1})))),
        good(event_name="thing"),
    ),
    row(
        "an event with a superseded schema is judged by the one that supersedes it",
        event(json.dumps(unstruct(sdj(BASKET, {"items": 1})))),
        good(event_name="basket", event_version="1-0-1"),
    ),
    row(
        "an event that only its superseded schema would take",
        event(json.dumps(unstruct(sdj(BASKET, {"items": "1"})))),
        failed(
            SCHEMA,
            {"schemaKey": BASKET, "error": {"supersededBy": "1-0-1"}},
            because="ValidationError",
        ),
    ),
    row(
        "an invalid entity among valid ones",
        entities(json.dumps(contexts(PAGE, sdj(PRODUCT, {"sku": 1}), sdj(ANYTHING, {})))),
        failed(
            SCHEMA,
            invalid(PRODUCT, report("type", "$.sku", "integer", "string")),
            because="ValidationError",
            contexts_com_snowplowanalytics_snowplow_web_page_1=[{}],
            contexts_com_example_anything_1=[{}],
        ),
    ),
    row(
        "two invalid entities and an invalid event",
        tp2(
            {
                "e": "ue",
                "ue_pr": json.dumps(unstruct(sdj(PRODUCT, {}))),
                "co": json.dumps(contexts(sdj(PRODUCT, 5), sdj("iglu:a/b/jsonschema/1-0-0", {}))),
            }
        ),
        failed(
            SCHEMA,
            invalid(PRODUCT, report("required", "$", "sku")),
            invalid(PRODUCT, report("type", "$", "integer", "object")),
            unresolved("iglu:a/b/jsonschema/1-0-0"),
            because=("ResolutionError", "ValidationError", "ValidationError"),
        ),
    ),
    row(
        "a valid event beside an invalid one",
        tp2({"co": "hello"}, {"aid": "valid"}),
        bad_json("contexts") + good(app_id="valid"),
    ),
    row(
        "more schemas in one request than are looked up",
        entities(
            json.dumps(contexts(*(sdj(f"iglu:v{n}/x/jsonschema/1-0-0", {}) for n in range(70))))
        ),
        failed(
            SCHEMA,
            {
                "error": {
                    "lookupHistory": [
                        {"errors": [{"message": "more than 64 unknown schemas in one request"}]}
                    ]
                }
            },
            because=("ResolutionError",) * 70,
        ),
    ),
)

ROWS = SCHEMAS
