"""The `failure` entity: what a failed event carries about each of its errors.

Limits: the entity's `data` is an object or null; other JSON (a list of contexts, a text) stands in an
        object under the name of its source.
Source: iglu:com.snowplowanalytics.snowplow/failure/jsonschema/1-0-0; Micro REST API, "/micro/events".
"""

from piste.events.badrows import Processor, history_json
from piste.events.enriched import FAILURE
from piste.events.failures import (
    CriterionMismatch,
    EnrichmentFailure,
    IgluFailure,
    InputData,
    InvalidData,
    InvalidSchema,
    NotIglu,
    NotJson,
    ResolutionError,
    SchemaViolation,
)
from piste.events.schema_key import IgluParseError, Json, SelfDescribing
from piste.events.times import to_iso_millis

_NOT_IGLU = {
    IgluParseError.INVALID_SCHEMAVER: "Invalid schema version",
    IgluParseError.INVALID_IGLUURI: "Invalid Iglu URI",
    IgluParseError.INVALID_DATA_PAYLOAD: "Invalid data payload",
    IgluParseError.INVALID_SCHEMA: "Invalid schema",
    IgluParseError.INVALID_METASCHEMA: "Invalid metashema",  # the original's spelling
}


def schema_violation_entity(
    violation: SchemaViolation, timestamp_ms: int, processor: Processor
) -> SelfDescribing:
    source = violation.source.value
    schema: str | None = None
    errors: list[Json]
    match violation.problem:
        case NotJson(_, _, error):
            kind, errors = "NotJSON", [{"message": error, "source": source}]
        case NotIglu(_, code):
            kind, errors = "NotIglu", [{"message": _NOT_IGLU[code], "source": source}]
        case CriterionMismatch(key, criterion):
            kind, schema = "CriterionMismatch", key.uri
            message = f"Unexpected schema: {key.uri} does not match the criterion"
            errors = [{"message": message, "source": source, "criterion": str(criterion)}]
        case IgluFailure(key, ResolutionError(lookup_history)):
            kind, schema = "ResolutionError", key.uri
            message = f"Resolution error: schema {key.uri} not found"
            histories = [
                history_json(history) | {"repository": history.repository}
                for history in lookup_history
            ]
            errors = [{"message": message, "source": source, "lookupHistory": histories}]
        case IgluFailure(key, InvalidData(reports)):
            kind, schema = "ValidationError", key.uri
            errors = [
                {
                    "message": report.message,
                    "source": source,
                    "path": report.path,
                    "keyword": report.keyword,
                    "targets": list(report.targets),
                }
                for report in reports
            ]
        case IgluFailure(key, InvalidSchema(issues)):
            kind, schema = "ValidationError", key.uri
            errors = [
                {
                    "message": f"Invalid schema: {key.uri} - {issue.message}",
                    "source": source,
                    "path": issue.path,
                }
                for issue in issues
            ]
    data = violation.data
    if not isinstance(data, dict | None):
        data = {source: data}
    return _entity(kind, errors, schema, data, timestamp_ms, processor)


def enrichment_failure_entity(
    failure: EnrichmentFailure, timestamp_ms: int, processor: Processor
) -> SelfDescribing:
    message = failure.message
    data: Json = None
    if isinstance(message, InputData):
        text = f"{message.field} - {message.expectation}"
        error: Json = {"message": text, "source": message.field}
        data = {message.field: message.value}
    else:
        error = {"message": message}
    kind = f"EnrichmentError: {failure.identifier or ''}"
    schema = None if failure.key is None else failure.key.uri
    return _entity(kind, [error], schema, data, timestamp_ms, processor)


def _entity(
    kind: str,
    errors: list[Json],
    schema: str | None,
    data: Json,
    timestamp_ms: int,
    processor: Processor,
) -> SelfDescribing:
    return SelfDescribing(
        FAILURE,
        {
            "failureType": kind,
            "errors": errors,
            "schema": schema,
            "data": data,
            "timestamp": to_iso_millis(timestamp_ms),
            "componentName": processor.artifact,
            "componentVersion": processor.version,
        },
    )
