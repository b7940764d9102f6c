"""The self-describing parts that a tracker sent."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.iglu import accept_all, contexts, resolver, sdj, unstruct

from piste.enrich.tracked_json import (
    Check,
    Superseded,
    Tracked,
    read_contexts,
    read_unstruct_event,
    validate,
)
from piste.events.failures import (
    CriterionMismatch,
    IgluError,
    IgluFailure,
    InvalidData,
    InvalidSchema,
    NotIglu,
    NotJson,
    ResolutionError,
    SchemaViolation,
    Source,
)
from piste.events.schema_key import IgluParseError, Json, SchemaCriterion, SchemaKey, SelfDescribing
from piste.jsontext import encode_text

GOOD = "iglu:com.acme/good/jsonschema/1-0-0"
OLD = "iglu:com.acme/old/jsonschema/1-0-0"
NEW = "iglu:com.acme/old/jsonschema/1-0-1"
BROKEN = "iglu:com.acme/broken/jsonschema/1-0-0"
MISSING = "iglu:com.acme/missing/jsonschema/1-0-0"
NEEDS_N: Json = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
SCHEMAS: dict[str, Json] = {
    GOOD: NEEDS_N,
    OLD: {"type": "object", "$supersededBy": "1-0-1"},
    NEW: NEEDS_N,
    BROKEN: {"type": "nonsense"},
}
CHECK = resolver(SCHEMAS).check
READERS: list[tuple[Callable[[str, Check], Tracked], Callable[..., Json], Source, str]] = [
    (read_unstruct_event, unstruct, Source.UNSTRUCT, "unstruct_event"),
    (read_contexts, contexts, Source.CONTEXTS, "contexts"),
]
each_part = pytest.mark.parametrize(
    ("read", "envelope", "source", "name"), READERS, ids=["unstruct", "contexts"]
)


def parsed(*jsons: Json) -> tuple[SelfDescribing, ...]:
    return tuple(SelfDescribing(SchemaKey.of(json["schema"]), json["data"]) for json in jsons)


@each_part
def test_a_valid_part(
    read: Callable[[str, Check], Tracked], envelope: Any, source: Source, name: str
) -> None:
    """It is taken as it was sent."""
    part = sdj(GOOD, {"n": 1, "more": [None, "é"]})
    assert read(json.dumps(envelope(part)), CHECK) == Tracked(parsed(part), ())


@each_part
@pytest.mark.parametrize(
    ("text", "problem", "data"),
    [
        pytest.param("", NotJson, {"{source}": ""}, id="an empty text"),
        pytest.param("nul", NotJson, {"{source}": "nul"}, id="no JSON"),
        pytest.param("[" * 41 + "]" * 41, NotJson, {"{source}": "[" * 41 + "]" * 41}, id="too deep"),
        pytest.param("5", IgluParseError.INVALID_DATA_PAYLOAD, 5, id="a number"),
        pytest.param('{"schema":"x"}', IgluParseError.INVALID_DATA_PAYLOAD, {"schema": "x"}, id="no data"),
        pytest.param('{"data":1}', IgluParseError.INVALID_DATA_PAYLOAD, {"data": 1}, id="no schema"),
        pytest.param(
            '{"schema":"x","data":1}', IgluParseError.INVALID_IGLUURI, {"schema": "x", "data": 1}, id="no URI"
        ),
        pytest.param(
            json.dumps(sdj("iglu:a/b/jsonschema/0-0-1", 1)),
            IgluParseError.INVALID_SCHEMAVER,
            sdj("iglu:a/b/jsonschema/0-0-1", 1),
            id="no version",
        ),
        pytest.param(json.dumps(sdj(GOOD, {"n": 1})), CriterionMismatch, {"n": 1}, id="another schema"),
    ],
)  # fmt: skip
def test_an_envelope_that_cannot_be_read(
    read: Callable[[str, Check], Tracked],
    envelope: Any,
    source: Source,
    name: str,
    text: str,
    problem: Any,
    data: Json,
) -> None:
    """Nothing of it is kept, and one violation says what is wrong with it."""
    found = read(text, CHECK)
    (violation,) = found.violations
    assert (found.valid, found.superseded, violation.source) == ((), (), source)
    if problem is NotJson:
        assert isinstance(violation.problem, NotJson)
        assert (violation.problem.field, violation.problem.value) == (source.value, text)
        assert violation.problem.error.startswith("invalid json: ")
        assert violation.data == {source.value: text}
    elif problem is CriterionMismatch:
        criterion = SchemaCriterion("com.snowplowanalytics.snowplow", name, "jsonschema", 1, 0)
        assert violation.problem == CriterionMismatch(SchemaKey.of(GOOD), criterion)
        assert violation.data == data
    else:
        assert violation.problem == NotIglu(data, problem)
        assert violation.data == data


@each_part
def test_an_envelope_of_another_model_or_revision(
    read: Callable[[str, Check], Tracked], envelope: Any, source: Source, name: str
) -> None:
    """Any addition of 1-0 will do, as far as it is published; 1-1-0 and 2-0-0 will not."""
    for version in ("1-1-0", "2-0-0"):
        found = read(json.dumps(envelope(sdj(GOOD, {"n": 1}), version=version)), accept_all)
        assert isinstance(found.violations[0].problem, CriterionMismatch)
    found = read(json.dumps(envelope(sdj(GOOD, {"n": 1}), version="1-0-7")), accept_all)
    assert found.violations == ()
    found = read(json.dumps(envelope(sdj(GOOD, {"n": 1}), version="1-0-7")), CHECK)
    (violation,) = found.violations
    assert isinstance(violation.problem, IgluFailure)
    assert isinstance(violation.problem.error, ResolutionError)


@pytest.mark.parametrize(
    ("read", "text", "valid"),
    [
        pytest.param(read_contexts, contexts(), False, id="no entities in 1-0-0"),
        pytest.param(read_contexts, contexts(version="1-0-1"), True, id="no entities in 1-0-1"),
        pytest.param(read_contexts, contexts({"a": 1}), False, id="one entity of no shape"),
        pytest.param(
            read_contexts, contexts(sdj(GOOD, {"n": 1}), 5), False, id="one entity of two of no shape"
        ),
        pytest.param(
            read_contexts,
            contexts(sdj(GOOD, {"n": 1}) | {"more": 1}),
            False,
            id="an entity with a third key",
        ),
        pytest.param(read_unstruct_event, unstruct(5), False, id="an event of no shape"),
        pytest.param(read_unstruct_event, unstruct({"schema": GOOD}), False, id="an event without data"),
        pytest.param(read_unstruct_event, unstruct(sdj("iglu:x", 1)), False, id="an event without a URI"),
    ],
)  # fmt: skip
def test_an_envelope_is_validated_as_a_whole(
    read: Callable[[str, Check], Tracked], text: Json, valid: bool
) -> None:
    """An envelope that breaks its own schema drops all it holds."""
    found = read(json.dumps(text), CHECK)
    assert found.valid == ()
    if valid:
        assert found.violations == ()
    else:
        (violation,) = found.violations
        assert isinstance(violation.problem, IgluFailure)
        assert violation.problem.key == SchemaKey.of(text["schema"])
        assert isinstance(violation.problem.error, InvalidData)
        assert violation.data == text["data"]


def reports(violation: SchemaViolation) -> list[str]:
    assert isinstance(violation.problem, IgluFailure)
    assert isinstance(violation.problem.error, InvalidData)
    return [report.message for report in violation.problem.error.reports]


def test_an_event_that_its_schema_refuses() -> None:
    """The violation bears the inner schema and the inner data."""
    found = read_unstruct_event(json.dumps(unstruct(sdj(GOOD, {"n": "1"}))), CHECK)
    (violation,) = found.violations
    assert (found.valid, violation.source, violation.data) == ((), Source.UNSTRUCT, {"n": "1"})
    assert reports(violation) == ["$.n: string found, integer expected"]


def test_each_entity_is_judged_on_its_own() -> None:
    """Invalid entities are dropped and reported in order; valid ones are kept in order."""
    good, also_good = sdj(GOOD, {"n": 1}), sdj(GOOD, {"n": 2})
    broken, missing, invalid = sdj(BROKEN, {"b": 1}), sdj(MISSING, {"m": 1}), sdj(GOOD, {})
    found = read_contexts(
        json.dumps(contexts(broken, good, missing, invalid, also_good, invalid)), CHECK
    )
    assert found.valid == parsed(good, also_good)
    problems = [v.problem for v in found.violations]
    errors = [type(p.error) for p in problems if isinstance(p, IgluFailure)]
    assert errors == [InvalidSchema, ResolutionError, InvalidData, InvalidData]
    assert [v.data for v in found.violations] == [{"b": 1}, {"m": 1}, {}, {}]
    assert {v.source for v in found.violations} == {Source.CONTEXTS}


def test_data_of_a_superseded_schema() -> None:
    """It is validated with the later version, bears that version, and the replacement is told."""
    superseded = (Superseded(SchemaKey.of(OLD), SchemaKey.of(NEW)),)
    part = sdj(OLD, {"n": 1})
    found = read_unstruct_event(json.dumps(unstruct(part)), CHECK)
    assert found == Tracked(parsed(sdj(NEW, {"n": 1})), (), superseded)
    found = read_contexts(json.dumps(contexts(part, sdj(GOOD, {"n": 2}), part)), CHECK)
    assert found.valid == parsed(sdj(NEW, {"n": 1}), sdj(GOOD, {"n": 2}), sdj(NEW, {"n": 1}))
    assert found.superseded == superseded * 2


def test_data_that_the_superseding_schema_refuses() -> None:
    """The error names the schema that the tracker used, and the version that refused."""
    (violation,) = read_unstruct_event(json.dumps(unstruct(sdj(OLD, {}))), CHECK).violations
    assert isinstance(violation.problem, IgluFailure)
    assert violation.problem.key == SchemaKey.of(OLD)
    assert isinstance(violation.problem.error, InvalidData)
    assert violation.problem.error.superseded_by == "1-0-1"


@pytest.mark.parametrize("data", [5, "text", None, {"a": 1}, [5, "text"]], ids=repr)
def test_a_lax_schema_of_the_envelope_is_not_trusted(data: Json) -> None:
    """A registry may override `contexts`; what is no self-describing JSON is still reported."""
    found = read_contexts(json.dumps(contexts() | {"data": data}), accept_all)
    expected = data if isinstance(data, list) else [data]
    assert [v.data for v in found.violations] == expected
    assert {type(v.problem) for v in found.violations} == {NotIglu}
    found = read_unstruct_event(json.dumps(unstruct(data)), accept_all)
    assert [v.data for v in found.violations] == [data]


def refuse_all(data: SelfDescribing) -> SchemaKey | IgluError:
    return InvalidData(())


@given(st.text() | st.builds(encode_text, st.builds(contexts, st.integers() | st.text())))
def test_any_text_is_read(text: str) -> None:
    """Nothing raises; a text gives something valid or a violation, unless it is an empty envelope."""
    for read in (read_contexts, read_unstruct_event):
        for check in (accept_all, refuse_all, CHECK):
            found = read(text, check)
            assert found.violations or found.valid


def test_validate_keeps_order() -> None:
    """What is not self-describing is a violation among the others."""
    found = validate([5, sdj(GOOD, {"n": 1})], Source.DERIVED_CONTEXTS, CHECK)
    assert found.valid == parsed(sdj(GOOD, {"n": 1}))
    assert found.violations == (
        SchemaViolation(
            Source.DERIVED_CONTEXTS, NotIglu(5, IgluParseError.INVALID_DATA_PAYLOAD), 5
        ),
    )
