"""One raw event through its three phases to a good or a failed event.

Room:   pure. (1) mapping and validation of tracked JSON, (2) enrichment, (3) validation of derived
        entities and of lengths. What then is there is held against the published event specifications,
        which makes no event bad, and a good one gets what web analytics ask of it.
Limits: all phases always run and their errors accumulate. The one bad row is that of the first phase
        that failed; the failed event holds everything valid and a failure entity for every error.
Source: Snowplow, "Failed events"; bad rows `schema_violations` and `enrichment_failures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from piste.enrich import View, apply
from piste.enrich.lengths import KEPT_THOUGH_TOO_LONG, too_long
from piste.enrich.mapping import AtomicProblem, Mapped, map_parameters
from piste.enrich.tracked_json import (
    Superseded,
    Tracked,
    read_contexts,
    read_unstruct_event,
    validate,
)
from piste.events import badrows
from piste.events.enriched import (
    ATOMIC,
    EnrichedEvent,
    PartialEvent,
    Value,
    contexts_json,
    unstruct_json,
)
from piste.events.failure_entity import enrichment_failure_entity, schema_violation_entity
from piste.events.failures import (
    DataReport,
    EnrichmentFailure,
    IgluFailure,
    InvalidData,
    SchemaViolation,
    Source,
)
from piste.events.outcome import FailedEvent, GoodEvent
from piste.events.payload import RawEvent
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.ingest.rules import Check, Rules
from piste.jsontext import encode_text

VALIDATION_INFO = SchemaKey.of("iglu:com.snowplowanalytics.iglu/validation_info/jsonschema/1-0-0")
_ABSENT = Tracked((), ())


@dataclass(frozen=True, slots=True)
class _Failures:
    """What each phase found."""

    tracked: tuple[SchemaViolation, ...]
    enrichment: tuple[EnrichmentFailure, ...]
    derived: tuple[SchemaViolation, ...]


def enrich(
    raw: RawEvent, of_request: Mapping[str, Value], check: Check, rules: Rules
) -> GoodEvent | FailedEvent:
    """`of_request` is what `enrich.mapping.request_columns` found in the event's request."""
    mapped = map_parameters(raw, of_request, rules.new_uuid)
    fields = mapped.fields
    fields["v_etl"] = rules.v_etl
    fields["etl_tstamp"] = rules.clock_ms()
    contexts = _ABSENT if mapped.contexts is None else read_contexts(mapped.contexts, check)
    unstruct = (
        _ABSENT
        if mapped.unstruct_event is None
        else read_unstruct_event(mapped.unstruct_event, check)
    )
    tracked = contexts.violations + unstruct.violations
    if mapped.problems:
        tracked = (_atomic_violation(mapped.problems), *tracked)

    superseded = contexts.superseded + unstruct.superseded
    view = View(
        raw,
        fields,
        contexts.valid,
        unstruct.valid[0] if unstruct.valid else None,
        _validation_info(superseded) if superseded else (),
    )
    enrichment = apply(rules.steps, view)

    derived = _ABSENT
    if view.derived_contexts:
        jsons = [entity.to_json() for entity in view.derived_contexts]
        derived = validate(jsons, Source.DERIVED_CONTEXTS, check)
    lengths = too_long(view.fields)
    third = derived.violations
    if lengths:
        third = (_atomic_violation(lengths), *third)

    event = EnrichedEvent(view.fields, view.contexts, view.unstruct_event, derived.valid)
    is_good = not (tracked or enrichment or third)
    conformance = rules.plan.held_against(event, is_good=is_good)
    if is_good:
        traffic = rules.traffic(event)
        event = _with_entities(event, conformance.entities)
        return GoodEvent(raw, event, conformance.matches, traffic)
    failures = _Failures(tracked, tuple(enrichment), third)
    bad_row = _bad_row(raw, mapped, event, failures, rules)
    failed = _failed(_with_entities(event, conformance.entities), failures, lengths, rules)
    return FailedEvent(raw, failed, bad_row, conformance.matches)


def _with_entities(event: EnrichedEvent, entities: tuple[SelfDescribing, ...]) -> EnrichedEvent:
    """With more derived entities, before the others."""
    if not entities:
        return event
    derived = entities + event.derived_contexts
    return EnrichedEvent(event.fields, event.contexts, event.unstruct_event, derived)


def _atomic_violation(problems: tuple[AtomicProblem, ...]) -> SchemaViolation:
    """All problems of atomic fields are one violation of the atomic schema."""
    reports = tuple(DataReport(p.message, p.field, p.keyword) for p in problems)
    data = {problem.field: problem.value for problem in problems}
    return SchemaViolation(Source.ATOMIC_FIELD, IgluFailure(ATOMIC, InvalidData(reports)), data)


def _validation_info(superseded: tuple[Superseded, ...]) -> tuple[SelfDescribing, ...]:
    """One entity a superseded schema, however often it was used."""
    return tuple(
        SelfDescribing(
            VALIDATION_INFO,
            {"originalSchema": one.original.uri, "validatedWith": str(one.validated_with.version)},
        )
        for one in dict.fromkeys(superseded)
    )


def _bad_row(
    raw: RawEvent, mapped: Mapped, event: EnrichedEvent, failures: _Failures, rules: Rules
) -> Json:
    now_ms = rules.clock_ms()
    if failures.tracked:
        partial = PartialEvent(mapped.fields, mapped.contexts, mapped.unstruct_event)
        problems = [violation.problem for violation in failures.tracked]
        return badrows.schema_violations(rules.processor, now_ms, problems, partial, raw)
    partial = PartialEvent(
        event.fields,
        _text_or_none(contexts_json(event.contexts)),
        _text_or_none(unstruct_json(event.unstruct_event)),
        _text_or_none(contexts_json(event.derived_contexts)),
    )
    if failures.enrichment:
        return badrows.enrichment_failures(
            rules.processor, now_ms, failures.enrichment, partial, raw
        )
    problems = [violation.problem for violation in failures.derived]
    return badrows.schema_violations(rules.processor, now_ms, problems, partial, raw)


def _text_or_none(json: Json) -> str | None:
    return encode_text(json) if json else None


def _failed(
    event: EnrichedEvent, failures: _Failures, lengths: tuple[AtomicProblem, ...], rules: Rules
) -> EnrichedEvent:
    """The failed event: valid parts only, with its failure entities first."""
    now_ms, processor = rules.clock_ms(), rules.processor
    violations = failures.tracked + failures.derived
    entities = (
        *(schema_violation_entity(violation, now_ms, processor) for violation in violations),
        *(enrichment_failure_entity(failure, now_ms, processor) for failure in failures.enrichment),
    )
    voided = {problem.field for problem in lengths} - KEPT_THOUGH_TOO_LONG
    fields = {name: value for name, value in event.fields.items() if name not in voided}
    derived = entities + event.derived_contexts
    return EnrichedEvent(fields, event.contexts, event.unstruct_event, derived)
