"""Everything that can be wrong with what a tracker sent, as values.

Room:   types only. Rooms that find a fault build one of these; `badrows` and `failure_entity` print them.
Limits: a fault of Piste's own machinery is an exception and never one of these.
Source: Snowplow bad rows (iglu-central `com.snowplowanalytics.snowplow.badrows`) and the `failure` entity.
"""

from dataclasses import dataclass
from enum import StrEnum

from piste.events.schema_key import IgluParseError, Json, SchemaCriterion, SchemaKey


class RegistryErrorKind(StrEnum):
    NOT_FOUND = "NotFound"
    REPO_FAILURE = "RepoFailure"
    CLIENT_FAILURE = "ClientFailure"


@dataclass(frozen=True, slots=True)
class RegistryError:
    """What one registry answered. `message` is None exactly for NOT_FOUND."""

    kind: RegistryErrorKind
    message: str | None = None


@dataclass(frozen=True, slots=True)
class LookupHistory:
    """How one registry was asked for one schema; `last_attempt_ms` is epoch milliseconds UTC."""

    repository: str
    errors: tuple[RegistryError, ...]
    attempts: int
    last_attempt_ms: int


@dataclass(frozen=True, slots=True)
class ResolutionError:
    """No registry gave the schema; one history a registry, ordered by its name."""

    lookup_history: tuple[LookupHistory, ...]


@dataclass(frozen=True, slots=True)
class DataReport:
    """One way in which data breaks its schema. `path` is a JSONPath such as `$.price`."""

    message: str
    path: str | None
    keyword: str | None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvalidData:
    """The data does not satisfy its schema."""

    reports: tuple[DataReport, ...]
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class SchemaIssue:
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class InvalidSchema:
    """The schema was found and is itself not a valid draft-04 schema."""

    issues: tuple[SchemaIssue, ...]


IgluError = ResolutionError | InvalidData | InvalidSchema


@dataclass(frozen=True, slots=True)
class InputData:
    """A field of the input does not hold what was expected."""

    field: str
    value: str | None
    expectation: str


@dataclass(frozen=True, slots=True)
class NotJson:
    field: str
    value: str | None
    error: str


@dataclass(frozen=True, slots=True)
class NotIglu:
    json: Json
    error: IgluParseError


@dataclass(frozen=True, slots=True)
class CriterionMismatch:
    key: SchemaKey
    criterion: SchemaCriterion


@dataclass(frozen=True, slots=True)
class IgluFailure:
    """The data of `key` could not be validated, or is invalid."""

    key: SchemaKey
    error: IgluError


@dataclass(frozen=True, slots=True)
class SchemaMapping:
    """A webhook's event type has no schema. `expected` maps known types to schema keys."""

    actual: str | None
    expected: tuple[tuple[str, SchemaKey], ...]
    expectation: str


AdapterFailure = InputData | NotJson | NotIglu | SchemaMapping
TrackerProtocolFailure = InputData | NotJson | NotIglu | CriterionMismatch | IgluFailure
SchemaProblem = NotJson | NotIglu | CriterionMismatch | IgluFailure


class Source(StrEnum):
    """The part of an event in which a schema violation stands."""

    UNSTRUCT = "unstruct"
    CONTEXTS = "contexts"
    DERIVED_CONTEXTS = "derived_contexts"
    ATOMIC_FIELD = "atomic_field"


@dataclass(frozen=True, slots=True)
class SchemaViolation:
    """`data` is what the failure entity shows: the offending JSON object, or None."""

    source: Source
    problem: SchemaProblem
    data: Json = None


@dataclass(frozen=True, slots=True)
class EnrichmentFailure:
    """An enrichment could not do its work; `identifier` is None when no enrichment is at fault."""

    message: str | InputData
    key: SchemaKey | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class PayloadFormatFailure:
    """The collector payload itself cannot be read."""

    payload_field: str
    value: str | None
    expectation: str
