"""The failure entity: each kind of failure as the documents print it."""

from typing import NamedTuple

import pytest
from support.iglu import needs_iglu_central, problems
from support.requests import PROCESSED_MS, PROCESSOR

from piste.events.enriched import ATOMIC, FAILURE
from piste.events.failure_entity import enrichment_failure_entity, schema_violation_entity
from piste.events.failures import (
    CriterionMismatch,
    DataReport,
    EnrichmentFailure,
    IgluFailure,
    InputData,
    InvalidData,
    InvalidSchema,
    LookupHistory,
    NotIglu,
    NotJson,
    RegistryError,
    RegistryErrorKind,
    ResolutionError,
    SchemaIssue,
    SchemaViolation,
    Source,
)
from piste.events.schema_key import IgluParseError, Json, SchemaCriterion, SchemaKey, SelfDescribing

URI = "iglu:com.acme/thing/jsonschema/1-0-0"
KEY = SchemaKey.of(URI)
CRITERION = SchemaCriterion("com.acme", "other", "jsonschema", 1, 0)
NOT_FOUND = RegistryError(RegistryErrorKind.NOT_FOUND)
TIMED_OUT = RegistryError(RegistryErrorKind.REPO_FAILURE, "timed out")
HISTORIES = (
    LookupHistory("Iglu Central", (NOT_FOUND, TIMED_OUT), 3, 1_779_446_722_281),
    LookupHistory("Iglu Client Embedded", (NOT_FOUND,), 1, 1_779_446_722_000),
)
UNSTRUCT, CONTEXTS, DERIVED, ATOMIC_FIELD = (
    Source.UNSTRUCT,
    Source.CONTEXTS,
    Source.DERIVED_CONTEXTS,
    Source.ATOMIC_FIELD,
)


class Case(NamedTuple):
    """A failure, and what its entity says."""

    failure: SchemaViolation | EnrichmentFailure
    kind: str
    errors: Json
    schema: str | None
    data: Json
    id: str


CASES = [
    Case(
        SchemaViolation(UNSTRUCT, NotJson("unstruct", "{", "invalid json: eof"), {"unstruct": "{"}),
        "NotJSON",
        [{"message": "invalid json: eof", "source": "unstruct"}],
        None,
        {"unstruct": "{"},
        id="text that is no JSON",
    ),
    Case(
        SchemaViolation(CONTEXTS, CriterionMismatch(KEY, CRITERION), {"a": 1}),
        "CriterionMismatch",
        [
            {
                "message": f"Unexpected schema: {URI} does not match the criterion",
                "source": "contexts",
                "criterion": "iglu:com.acme/other/jsonschema/1-0-*",
            }
        ],
        URI,
        {"a": 1},
        id="an envelope of another schema",
    ),
    Case(
        SchemaViolation(UNSTRUCT, IgluFailure(KEY, ResolutionError(HISTORIES)), {"a": 1}),
        "ResolutionError",
        [
            {
                "message": f"Resolution error: schema {URI} not found",
                "source": "unstruct",
                "lookupHistory": [
                    {
                        "repository": "Iglu Central",
                        "errors": [
                            {"error": "NotFound"},
                            {"error": "RepoFailure", "message": "timed out"},
                        ],
                        "attempts": 3,
                        "lastAttempt": "2026-05-22T10:45:22.281Z",
                    },
                    {
                        "repository": "Iglu Client Embedded",
                        "errors": [{"error": "NotFound"}],
                        "attempts": 1,
                        "lastAttempt": "2026-05-22T10:45:22.000Z",
                    },
                ],
            }
        ],
        URI,
        {"a": 1},
        id="a schema that no registry has",
    ),
    Case(
        SchemaViolation(
            DERIVED,
            IgluFailure(
                KEY,
                InvalidData(
                    (
                        DataReport("$.a: wrong", "$.a", "type", ("string", "integer")),
                        DataReport("$: odd", None, None),
                    )
                ),
            ),
            {"a": "b"},
        ),
        "ValidationError",
        [
            {
                "message": "$.a: wrong",
                "source": "derived_contexts",
                "path": "$.a",
                "keyword": "type",
                "targets": ["string", "integer"],
            },
            {
                "message": "$: odd",
                "source": "derived_contexts",
                "path": None,
                "keyword": None,
                "targets": [],
            },
        ],
        URI,
        {"a": "b"},
        id="data that its schema refuses, an error a report",
    ),
    Case(
        SchemaViolation(
            UNSTRUCT,
            IgluFailure(KEY, InvalidSchema((SchemaIssue("$.type", "$.type: unknown"),))),
            {},
        ),
        "ValidationError",
        [
            {
                "message": f"Invalid schema: {URI} - $.type: unknown",
                "source": "unstruct",
                "path": "$.type",
            }
        ],
        URI,
        {},
        id="a schema that is none",
    ),
    Case(
        SchemaViolation(
            ATOMIC_FIELD,
            IgluFailure(
                ATOMIC,
                InvalidData(
                    (DataReport("Not a valid UUID", "event_id", "atomic_field_parse_error"),)
                ),
            ),
            {"event_id": "x"},
        ),
        "ValidationError",
        [
            {
                "message": "Not a valid UUID",
                "source": "atomic_field",
                "path": "event_id",
                "keyword": "atomic_field_parse_error",
                "targets": [],
            }
        ],
        "iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0",
        {"event_id": "x"},
        id="an atomic field",
    ),
    *(
        Case(
            SchemaViolation(UNSTRUCT, NotIglu({"data": 1}, code), {"data": 1}),
            "NotIglu",
            [{"message": message, "source": "unstruct"}],
            None,
            {"data": 1},
            id=f"not self-describing: {code}",
        )
        for code, message in [
            (IgluParseError.INVALID_SCHEMAVER, "Invalid schema version"),
            (IgluParseError.INVALID_IGLUURI, "Invalid Iglu URI"),
            (IgluParseError.INVALID_DATA_PAYLOAD, "Invalid data payload"),
            (IgluParseError.INVALID_SCHEMA, "Invalid schema"),
            (IgluParseError.INVALID_METASCHEMA, "Invalid metashema"),
        ]
    ),
    *(
        Case(
            SchemaViolation(CONTEXTS, NotIglu(json, IgluParseError.INVALID_DATA_PAYLOAD), json),
            "NotIglu",
            [{"message": "Invalid data payload", "source": "contexts"}],
            None,
            {"contexts": json},
            id=f"JSON that is no object, {json!r}, stands in one",
        )
        for json in ([], [{"a": 1}], "text", 5, True)
    ),
    Case(
        EnrichmentFailure("it broke", KEY, "api-request"),
        "EnrichmentError: api-request",
        [{"message": "it broke"}],
        URI,
        None,
        id="an enrichment that broke",
    ),
    Case(
        EnrichmentFailure("it broke"),
        "EnrichmentError: ",
        [{"message": "it broke"}],
        None,
        None,
        id="no enrichment is at fault",
    ),
    Case(
        EnrichmentFailure(InputData("event", "x", "one of a, b")),
        "EnrichmentError: ",
        [{"message": "event - one of a, b", "source": "event"}],
        None,
        {"event": "x"},
        id="a field with the wrong value",
    ),
    Case(
        EnrichmentFailure(InputData("v_collector", None, "should be set")),
        "EnrichmentError: ",
        [{"message": "v_collector - should be set", "source": "v_collector"}],
        None,
        {"v_collector": None},
        id="a field without a value",
    ),
]


def entity_of(failure: SchemaViolation | EnrichmentFailure) -> SelfDescribing:
    if isinstance(failure, SchemaViolation):
        return schema_violation_entity(failure, PROCESSED_MS, PROCESSOR)
    return enrichment_failure_entity(failure, PROCESSED_MS, PROCESSOR)


each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@each_case
def test_the_entity_says_what_is_wrong(case: Case) -> None:
    """Each failure has its type, its errors with their source, its schema and its data."""
    assert entity_of(case.failure) == SelfDescribing(
        FAILURE,
        {
            "failureType": case.kind,
            "errors": case.errors,
            "schema": case.schema,
            "data": case.data,
            "timestamp": "2025-01-01T12:30:45.200Z",
            "componentName": "piste",
            "componentVersion": "1.2.3",
        },
    )


@needs_iglu_central
@each_case
def test_the_entity_satisfies_its_published_schema(case: Case) -> None:
    """Whatever the tracker sent and whatever went wrong, the entity is valid."""
    entity = entity_of(case.failure)
    assert problems(entity.key.uri, entity.data) == []
