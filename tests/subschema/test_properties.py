"""What holds whatever the schemas are: laws of inclusion, and no value that says otherwise."""

import time
from collections import Counter
from collections.abc import Callable
from itertools import permutations
from typing import Any, TypeAlias

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, event, given, settings
from subschema.schema_strategies import UNIVERSE, Case, Json, Schema, cases, with_parts

from piste.subschema import Compatible, Incompatible, Undecidable, Verdict, check

EXAMPLES = 150
EXAMPLES_OF_SOAK = 3_000
SECONDS = 20.0
"""Of processor time, for one check of schemas as small as these: a guard against hangs."""
DECIDED = 0.97
"""The least share of checks that end in an answer."""

Law: TypeAlias = Callable[[Case], None]


def every_schema_is_in_itself(case: Case) -> None:
    not_refuted(verdict(case, case.a, case.a))


def a_conjunction_is_in_each_part(case: Case) -> None:
    not_refuted(verdict(case, {"allOf": [case.a, case.b]}, case.a))
    not_refuted(verdict(case, {"allOf": [case.b, case.a]}, case.a))


def each_part_is_in_a_disjunction(case: Case) -> None:
    not_refuted(verdict(case, case.a, {"anyOf": [case.a, case.b]}))
    not_refuted(verdict(case, case.a, {"anyOf": [case.b, case.a]}))


def inclusion_is_transitive(case: Case) -> None:
    three = {"a": case.a, "b": case.b, "c": case.c}
    found = {(x, y): verdict(case, three[x], three[y]) for x, y in permutations(three, 2)}
    for x, y, z in permutations(three):
        if isinstance(found[x, y], Compatible) and isinstance(found[y, z], Compatible):
            not_refuted(found[x, z])


def two_denials_are_none(case: Case) -> None:
    twice = {"not": {"not": case.a}}
    not_refuted(verdict(case, twice, case.a))
    not_refuted(verdict(case, case.a, twice))


def a_denial_turns_inclusion_round(case: Case) -> None:
    plain = verdict(case, case.a, case.b)
    alike(plain, verdict(case, {"not": case.b}, {"not": case.a}))


def a_reference_stands_for_its_target(case: Case) -> None:
    plain = verdict(case, case.a, case.b)
    alike(plain, verdict(case, referring(case.a), case.b))
    alike(plain, verdict(case, case.a, referring(case.b)))
    whole = {"definitions": {"whole": case.b}, "$ref": "#/definitions/whole"}
    alike(plain, verdict(case, case.a, whole))


def order_does_not_count(case: Case) -> None:
    plain = verdict(case, case.a, case.b)
    alike(plain, verdict(case, reordered(case.a), reordered(case.b)))


def types_are_alternatives(case: Case) -> None:
    listed = case.b.get("type", ["integer", "array"])
    types = listed if isinstance(listed, list) else sorted({listed, "string"})
    in_one = {"allOf": [case.a, {"type": types}]}
    apart = {"allOf": [case.a, {"anyOf": [{"type": one} for one in types]}]}
    not_refuted(verdict(case, in_one, apart))
    not_refuted(verdict(case, apart, in_one))
    alike(verdict(case, in_one, case.c), verdict(case, apart, case.c))


def no_value_says_otherwise(case: Case) -> None:
    for left, right in permutations((case.a, case.b, case.c), 2):
        if isinstance(verdict(case, left, right), Compatible):
            is_left, is_right = (validator(case.whole(one)).is_valid for one in (left, right))
            for value in UNIVERSE:
                if is_left(value) and not is_right(value):
                    assert not convinces(value, case.whole(left), case.whole(right)), value


def a_witness_convinces_two_validators(case: Case) -> None:
    for left, right in permutations((case.a, case.b, case.c), 2):
        found = verdict(case, left, right)
        if isinstance(found, Incompatible):
            assert convinces(found.witness, case.whole(left), case.whole(right)), found


LAWS: list[Law] = [
    every_schema_is_in_itself,
    a_conjunction_is_in_each_part,
    each_part_is_in_a_disjunction,
    inclusion_is_transitive,
    two_denials_are_none,
    a_denial_turns_inclusion_round,
    a_reference_stands_for_its_target,
    order_does_not_count,
    types_are_alternatives,
    no_value_says_otherwise,
    a_witness_convinces_two_validators,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law(law: Law) -> None:
    """No answer contradicts it; what cannot be decided contradicts nothing."""
    hold(law, EXAMPLES)


@pytest.mark.soak
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law_for_long(law: Law, request: pytest.FixtureRequest) -> None:
    """The same, with other schemas each time."""
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("ten minutes of schemas: runs with -m soak")
    hold(law, EXAMPLES_OF_SOAK, derandomize=False)


def test_most_checks_are_decided() -> None:
    """And both answers occur, or the laws would say little."""
    verdicts: Counter[type[Verdict]] = Counter()

    def count(case: Case) -> None:
        verdicts.update(
            type(verdict(case, left, right))
            for left, right in permutations((case.a, case.b, case.c), 2)
        )

    hold(count, 300)
    assert verdicts[Undecidable] <= (1 - DECIDED) * verdicts.total(), verdicts
    assert min(verdicts[Compatible], verdicts[Incompatible]) > verdicts.total() / 5, verdicts


def hold(law: Law, examples: int, *, derandomize: bool = True) -> None:
    """The same cases each time, unless told."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def run(case: Case) -> None:
        law(case)

    run()


def verdict(case: Case, left: Schema, right: Schema) -> Verdict:
    """Of a check that must not take long, counted by Hypothesis."""
    started = time.thread_time()
    found = check(case.whole(left), case.whole(right))
    assert time.thread_time() - started < SECONDS, (left, right)
    event(type(found).__name__)
    return found


def not_refuted(found: Verdict) -> None:
    assert not isinstance(found, Incompatible), found


def alike(one: Verdict, other: Verdict) -> None:
    kinds = {type(one), type(other)}
    assert len(kinds) == 1 or Undecidable in kinds, (one, other)


# ------------------------------------------------------------------- the same in other words


def referring(schema: Schema) -> Schema:
    """With its parts among the definitions."""
    definitions: Schema = {}

    def moved(part: Schema) -> Schema:
        name = f"moved/{len(definitions)}"
        definitions[name] = part
        return {"$ref": f"#/definitions/{name.replace('/', '~1')}"}

    return with_parts(schema, moved) | {"definitions": definitions}


def reordered(schema: Schema) -> Schema:
    """All that is written in some order that does not count, backwards."""

    def backwards(word: str, value: Json) -> Json:
        if isinstance(value, dict):
            return dict(reversed(value.items()))
        if isinstance(value, list) and word != "items":
            return value[::-1]
        return value

    turned = {word: backwards(word, value) for word, value in reversed(schema.items())}
    return with_parts(turned, reordered)


# ----------------------------------------------------------------------- the two validators


def validator(schema: Schema) -> Any:
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True)


def convinces(value: Json, left: Schema, right: Schema) -> bool:
    """That not all of the left is in the right, two validators that know nothing of each other."""
    formats = jsonschema.Draft4Validator.FORMAT_CHECKER
    return (
        validator(left).is_valid(value)
        and not validator(right).is_valid(value)
        and jsonschema.Draft4Validator(left, format_checker=formats).is_valid(value)
        and not jsonschema.Draft4Validator(right, format_checker=formats).is_valid(value)
    )
