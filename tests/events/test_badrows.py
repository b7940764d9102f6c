"""Bad rows: the JSON of each, and that Iglu Central's schemas accept it."""

from decimal import Decimal

import pytest
from support.events import FULL
from support.iglu import needs_iglu_central, problems
from support.requests import (
    ARRIVED_MS,
    NEW_UUID,
    PROCESSED_MS,
    PROCESSOR,
    PROCESSOR_JSON,
    TP2,
    payload,
)

from piste.events import badrows
from piste.events.columns import NAMES
from piste.events.enriched import PartialEvent, Value
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
    PayloadFormatFailure,
    RegistryError,
    RegistryErrorKind,
    ResolutionError,
    SchemaIssue,
    SchemaMapping,
    SchemaProblem,
)
from piste.events.payload import RawEvent
from piste.events.schema_key import IgluParseError, Json, SchemaCriterion, SchemaKey
from piste.jsontext import encode

PREFIX = "iglu:com.snowplowanalytics.snowplow.badrows"
AT = "2025-01-01T12:30:45.200Z"
URI = "iglu:com.acme/thing/jsonschema/1-0-0"
KEY = SchemaKey.of(URI)
CRITERION = SchemaCriterion("com.acme", "thing", "jsonschema", 1)

INPUT = InputData("vendor/version", "a/b", "vendor/version combination is not supported")
INPUT_JSON = {
    "field": "vendor/version",
    "value": "a/b",
    "expectation": "vendor/version combination is not supported",
}
MAPPING = SchemaMapping("odd", (("known", KEY),), "no schema associated")
MAPPING_JSON = {
    "actual": "odd",
    "expectedMapping": {"known": URI},
    "expectation": "no schema associated",
}
PROBLEMS: list[tuple[SchemaProblem, Json]] = [
    (
        NotJson("unstruct", None, "invalid json: eof"),
        {"field": "unstruct", "value": None, "error": "invalid json: eof"},
    ),
    (
        NotIglu([1], IgluParseError.INVALID_IGLUURI),
        {"json": [1], "error": "INVALID_IGLUURI"},
    ),
    (
        CriterionMismatch(KEY, CRITERION),
        {"schemaKey": URI, "schemaCriterion": "iglu:com.acme/thing/jsonschema/1-*-*"},
    ),
    (
        IgluFailure(
            KEY,
            ResolutionError(
                (
                    LookupHistory(
                        "Iglu Central",
                        (
                            RegistryError(RegistryErrorKind.NOT_FOUND),
                            RegistryError(RegistryErrorKind.CLIENT_FAILURE, "odd"),
                        ),
                        2,
                        ARRIVED_MS,
                    ),
                )
            ),
        ),
        {
            "schemaKey": URI,
            "error": {
                "error": "ResolutionError",
                "lookupHistory": [
                    {
                        "repository": "Iglu Central",
                        "errors": [
                            {"error": "NotFound"},
                            {"error": "ClientFailure", "message": "odd"},
                        ],
                        "attempts": 2,
                        "lastAttempt": "2025-01-01T12:30:45.123Z",
                    }
                ],
            },
        },
    ),
    (
        IgluFailure(KEY, InvalidData((DataReport("$.a: bad", "$.a", "enum", ("[x, y]",)),))),
        {
            "schemaKey": URI,
            "error": {
                "error": "ValidationError",
                "dataReports": [
                    {"message": "$.a: bad", "path": "$.a", "keyword": "enum", "targets": ["[x, y]"]}
                ],
            },
        },
    ),
    (
        IgluFailure(KEY, InvalidSchema((SchemaIssue("$", "no schema"),))),
        {
            "schemaKey": URI,
            "error": {
                "error": "ValidationError",
                "schemaIssues": [{"path": "$", "message": "no schema"}],
            },
        },
    ),
]
SUPERSEDED = IgluFailure(KEY, InvalidData((DataReport("$: bad", "$", "type"),), "1-0-1"))

PAYLOAD = payload(
    TP2,
    querystring="a=1&b",
    body="{}",
    content_type="application/json",
    hostname="localhost",
    ip_address="10.0.0.1",
    user_agent="curl",
    referer_uri="http://localhost/",
    headers=("Host: localhost", "application/json"),
    network_userid=NEW_UUID,
)
VENDOR, VERSION = "com.snowplowanalytics.snowplow", "tp2"
DESCRIBED = (PAYLOAD, VENDOR, VERSION, (("a", "1"), ("b", None)))
RAW = RawEvent(VENDOR, VERSION, {"e": "pv", "x": None}, PAYLOAD)
PARTIAL = PartialEvent({"app_id": "shop"}, contexts="{}")
COLLECTOR_PAYLOAD_JSON = {
    "vendor": VENDOR,
    "version": VERSION,
    "querystring": [{"name": "a", "value": "1"}, {"name": "b", "value": None}],
    "contentType": "application/json",
    "body": "{}",
    "collector": "test-1.0.0",
    "encoding": "UTF-8",
    "hostname": "localhost",
    "timestamp": "2025-01-01T12:30:45.123Z",
    "ipAddress": "10.0.0.1",
    "useragent": "curl",
    "refererUri": "http://localhost/",
    "headers": ["Host: localhost", "application/json"],
    "networkUserId": NEW_UUID,
}
RAW_JSON = {
    "vendor": VENDOR,
    "version": VERSION,
    "parameters": [{"name": "e", "value": "pv"}, {"name": "x", "value": None}],
    "contentType": "application/json",
    "loaderName": "test-1.0.0",
    "encoding": "UTF-8",
    "hostname": "localhost",
    "timestamp": "2025-01-01T12:30:45.123Z",
    "ipAddress": "10.0.0.1",
    "useragent": "curl",
    "refererUri": "http://localhost/",
    "headers": ["Host: localhost", "application/json"],
    "userId": NEW_UUID,
}
ENRICHED_JSON = dict.fromkeys(NAMES) | {"app_id": "shop", "contexts": "{}"}

FORMAT_VIOLATION = badrows.collector_payload_format_violation(
    PROCESSOR, PROCESSED_MS, PayloadFormatFailure("path", "/x", "does not match"), "e30="
)
SIZE_VIOLATION = badrows.size_violation(PROCESSOR, PROCESSED_MS, 10, 11, "too long", "abc")
GENERIC_ERROR = badrows.generic_error(PROCESSOR, PROCESSED_MS, ["it broke"], "e30=")
ADAPTER_FAILURES = badrows.adapter_failures(
    PROCESSOR,
    PROCESSED_MS,
    [INPUT, MAPPING, NotJson("body", "{", "eof"), NotIglu({}, IgluParseError.INVALID_DATA_PAYLOAD)],
    *DESCRIBED,
)
PROTOCOL_VIOLATIONS = badrows.tracker_protocol_violations(
    PROCESSOR, PROCESSED_MS, [INPUT, *(problem for problem, _ in PROBLEMS)], *DESCRIBED
)
SCHEMA_VIOLATIONS = badrows.schema_violations(
    PROCESSOR, PROCESSED_MS, [problem for problem, _ in PROBLEMS], PARTIAL, RAW
)
ENRICHMENT_FAILURES = badrows.enrichment_failures(
    PROCESSOR,
    PROCESSED_MS,
    [EnrichmentFailure("it broke", KEY, "api"), EnrichmentFailure(INPUT)],
    PARTIAL,
    RAW,
)


@pytest.mark.parametrize(
    ("bad_row", "name", "failure", "payload_json"),
    [
        pytest.param(
            FORMAT_VIOLATION,
            "collector_payload_format_violation/jsonschema/1-0-0",
            {
                "timestamp": AT,
                "loader": "thrift",
                "message": {"payloadField": "path", "value": "/x", "expectation": "does not match"},
            },
            "e30=",
            id="an unreadable payload, as base64",
        ),
        pytest.param(
            SIZE_VIOLATION,
            "size_violation/jsonschema/1-0-0",
            {
                "timestamp": AT,
                "maximumAllowedSizeBytes": 10,
                "actualSizeBytes": 11,
                "expectation": "oversized collector payload: too long",
            },
            "abc",
            id="a payload that is too large, its beginning",
        ),
        pytest.param(
            GENERIC_ERROR,
            "generic_error/jsonschema/1-0-0",
            {"timestamp": AT, "errors": ["it broke"]},
            "e30=",
            id="our own fault",
        ),
        pytest.param(
            ADAPTER_FAILURES,
            "adapter_failures/jsonschema/1-0-0",
            {
                "timestamp": AT,
                "vendor": VENDOR,
                "version": VERSION,
                "messages": [
                    INPUT_JSON,
                    MAPPING_JSON,
                    {"field": "body", "value": "{", "error": "eof"},
                    {"json": {}, "error": "INVALID_DATA_PAYLOAD"},
                ],
            },
            COLLECTOR_PAYLOAD_JSON,
            id="a webhook's payload that cannot be adapted",
        ),
        pytest.param(
            PROTOCOL_VIOLATIONS,
            "tracker_protocol_violations/jsonschema/1-0-0",
            {
                "timestamp": AT,
                "vendor": VENDOR,
                "version": VERSION,
                "messages": [INPUT_JSON, *(json for _, json in PROBLEMS)],
            },
            COLLECTOR_PAYLOAD_JSON,
            id="a tracker's payload that breaks the protocol",
        ),
        pytest.param(
            SCHEMA_VIOLATIONS,
            "schema_violations/jsonschema/2-0-0",
            {"timestamp": AT, "messages": [json for _, json in PROBLEMS]},
            {"enriched": ENRICHED_JSON, "raw": RAW_JSON},
            id="an event that breaks schemas",
        ),
        pytest.param(
            ENRICHMENT_FAILURES,
            "enrichment_failures/jsonschema/2-0-0",
            {
                "timestamp": AT,
                "messages": [
                    {
                        "enrichment": {"schemaKey": URI, "identifier": "api"},
                        "message": {"error": "it broke"},
                    },
                    {"enrichment": None, "message": INPUT_JSON},
                ],
            },
            {"enriched": ENRICHED_JSON, "raw": RAW_JSON},
            id="an event that cannot be enriched",
        ),
    ],
)
def test_the_json_of_a_bad_row(bad_row: Json, name: str, failure: Json, payload_json: Json) -> None:
    """A bad row is self-describing JSON of processor, failure and payload."""
    assert bad_row == {
        "schema": f"{PREFIX}/{name}",
        "data": {"processor": PROCESSOR_JSON, "failure": failure, "payload": payload_json},
    }
    encode(bad_row)


@needs_iglu_central
@pytest.mark.parametrize(
    ("bad_row", "version"),
    [
        pytest.param(FORMAT_VIOLATION, "1-0-0", id="collector_payload_format_violation"),
        pytest.param(SIZE_VIOLATION, "1-0-0", id="size_violation"),
        pytest.param(GENERIC_ERROR, "1-0-0", id="generic_error"),
        pytest.param(ADAPTER_FAILURES, "1-0-0", id="adapter_failures"),
        pytest.param(PROTOCOL_VIOLATIONS, "1-0-0", id="tracker_protocol_violations 1-0-0"),
        pytest.param(PROTOCOL_VIOLATIONS, "1-0-1", id="tracker_protocol_violations 1-0-1"),
        pytest.param(SCHEMA_VIOLATIONS, "2-0-0", id="schema_violations 2-0-0"),
        pytest.param(SCHEMA_VIOLATIONS, "2-0-1", id="schema_violations 2-0-1"),
        pytest.param(ENRICHMENT_FAILURES, "2-0-0", id="enrichment_failures 2-0-0"),
        pytest.param(ENRICHMENT_FAILURES, "2-0-1", id="enrichment_failures 2-0-1"),
    ],
)
def test_a_bad_row_satisfies_its_published_schema(bad_row: Json, version: str) -> None:
    """Each kind is valid in the version that it names, and in the latest of that model."""
    name = bad_row["schema"].split("/")[1]
    assert problems(f"{PREFIX}/{name}/jsonschema/{version}", bad_row["data"]) == []


@needs_iglu_central
def test_a_superseding_version_is_told() -> None:
    """Data that was checked with a superseding schema says so, which the latest bad rows describe."""
    row = badrows.schema_violations(PROCESSOR, PROCESSED_MS, [SUPERSEDED], PARTIAL, RAW)
    assert row["data"]["failure"]["messages"][0]["error"]["supersededBy"] == "1-0-1"
    assert problems(f"{PREFIX}/schema_violations/jsonschema/2-0-1", row["data"]) == []


@needs_iglu_central
@pytest.mark.parametrize("name", ["schema_violations", "enrichment_failures"])
def test_the_enriched_part_of_a_full_event_satisfies_the_published_schema(name: str) -> None:
    """Each of the 131 columns has the JSON type that the schema wants."""
    partial = PartialEvent(FULL.fields, "{}", "{}", "{}")
    rows = {
        "schema_violations": badrows.schema_violations(PROCESSOR, PROCESSED_MS, [], partial, RAW),
        "enrichment_failures": badrows.enrichment_failures(
            PROCESSOR, PROCESSED_MS, [], partial, RAW
        ),
    }
    enriched = rows[name]["data"]["payload"]["enriched"]
    assert tuple(enriched) == NAMES
    assert None not in enriched.values()
    assert problems(f"{PREFIX}/{name}/jsonschema/2-0-1", rows[name]["data"]) == []


@pytest.mark.parametrize(
    ("column", "value", "printed"),
    [
        pytest.param("collector_tstamp", ARRIVED_MS, "2025-01-01 12:30:45.123", id="a timestamp"),
        pytest.param("etl_tstamp", 0, "1970-01-01 00:00:00.000", id="always with milliseconds"),
        pytest.param("br_cookies", True, 1, id="true"),
        pytest.param("dvce_ismobile", False, 0, id="false"),
        pytest.param("txn_id", 12, "12", id="the transaction's id is a text"),
        pytest.param("domain_sessionidx", 12, 12, id="other integers are numbers"),
        pytest.param("se_value", Decimal("24.490"), "24.490", id="a decimal is a text"),
        pytest.param("ti_price", Decimal("1E+3"), "1000", id="without an exponent"),
        pytest.param("geo_latitude", 51.5, 51.5, id="a latitude is a number"),
        pytest.param("app_id", "", "", id="an empty text"),
    ],
)
def test_enriched_values(column: str, value: Value, printed: Json) -> None:
    """Warehouse timestamps, 1 and 0, and texts for txn_id and every decimal."""
    partial = PartialEvent({column: value})
    row = badrows.schema_violations(PROCESSOR, PROCESSED_MS, [], partial, RAW)
    found = row["data"]["payload"]["enriched"][column]
    assert found == printed
    assert type(found) is type(printed)


def test_a_whole_second_has_no_fraction() -> None:
    """The failure's time prints as Java prints instants."""
    row = badrows.generic_error(PROCESSOR, 1_735_734_645_000, ["x"], "")
    assert row["data"]["failure"]["timestamp"] == "2025-01-01T12:30:45Z"


def test_a_long_expectation_is_cut() -> None:
    """The size violation's schema takes 256 characters."""
    row = badrows.size_violation(PROCESSOR, PROCESSED_MS, 1, 2, "x" * 500, "")
    assert len(row["data"]["failure"]["expectation"]) == 256
