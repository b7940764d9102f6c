"""What is remembered is what was found."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.iglu.validator import Schema, compile_schema
from piste.specs import fitting as fitting_module
from piste.specs.fitting import Fitting

LABEL: dict[str, Any] = {"properties": {"label": {"enum": ["Search", 1]}}}
TYPED: dict[str, Any] = {"properties": {"label": {"type": "string"}}, "required": ["label"]}


class Asking:
    """Keeps how often data were held against a schema."""

    def __init__(self, *schemas: dict[str, Any] | None) -> None:
        self.asked = 0
        self._compiled = [compile_schema(schema or {}) for schema in schemas]
        self.fitting = Fitting(list(enumerate(schemas)), self._fits)

    def _fits(self, number: int, data: Any) -> bool:
        self.asked += 1
        schema = self._compiled[number]
        return isinstance(schema, Schema) and not schema.reports(data)

    def asked_for(self, *several: Any) -> int:
        """How often it was for each of these, one after the other."""
        before = self.asked
        for data in several:
            self.fitting.of(data)
        return self.asked - before


@pytest.mark.parametrize(
    ("schema", "first", "second", "asked"),
    [
        (LABEL, {"label": "x"}, {"label": "x"}, 1),
        (LABEL, {"label": "x"}, {"label": "y"}, 2),
        (LABEL, {"label": "x", "id": 1}, {"label": "x", "id": 2}, 1),
        (LABEL, {"label": "x"}, {"label": "x", "id": 2}, 2),
        (LABEL, {"label": 1}, {"label": True}, 2),
        (LABEL, {"label": 1}, {"label": 1.0}, 2),
        (LABEL, {"label": ["x"]}, {"label": ["x"]}, 2),
        (LABEL, {"label": "x" * 501}, {"label": "x" * 501}, 2),
        (LABEL, {}, {}, 1),
        (LABEL, [], [], 2),
        (TYPED, {"label": "x"}, {"label": "y"}, 1),
        (TYPED, {"label": "x"}, {"label": None}, 2),
        (None, {"label": "x"}, {"label": "y"}, 1),
        ({"allOf": [LABEL]}, {"label": "x"}, {"label": "x"}, 2),
        ({"patternProperties": {"l": {}}}, {"label": "x"}, {"label": "x"}, 2),
        ({"properties": {"label": {"$ref": "#"}}}, {"label": "x"}, {"label": "x"}, 2),
        ({**LABEL, "additionalProperties": {}}, {"label": "x"}, {"label": "x"}, 2),
        ({**LABEL, "additionalProperties": False}, {"label": "x"}, {"label": "x"}, 1),
    ],
)
def test_what_is_asked_once(
    schema: dict[str, Any] | None, first: Any, second: Any, asked: int
) -> None:
    """Whatever the schema sees the same of."""
    assert Asking(schema).asked_for(first, second) == asked


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting_module, "MAX_REMEMBERED", 2)
    asking = Asking({"properties": {"label": {"pattern": "x"}}})
    assert asking.asked_for(*({"label": text} for text in "abcabc")) == 6
    assert asking.asked_for({"label": "c"}) == 0


NAMES = st.sampled_from(["label", "action", "place"])
VALUES = st.sampled_from(["a", "b", 1, 1.0, True, None, [], ["a"], {"a": 1}])
PROPERTY = st.fixed_dictionaries(
    {},
    optional={
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "type": st.sampled_from(["string", "integer", "null", "array"]),
        "maxLength": st.just(0),
    },
)
SCHEMA = st.fixed_dictionaries(
    {},
    optional={
        "type": st.just("object"),
        "properties": st.dictionaries(NAMES, PROPERTY, max_size=3),
        "required": st.lists(NAMES, min_size=1, max_size=2, unique=True),
        "additionalProperties": st.booleans(),
        "maxProperties": st.integers(0, 2),
        "not": st.fixed_dictionaries({"required": st.lists(NAMES, min_size=1, max_size=1)}),
    },
)
DATA = st.one_of(st.dictionaries(NAMES, VALUES, max_size=3), VALUES)


@given(st.lists(SCHEMA, max_size=5), st.lists(DATA, max_size=8))
def test_the_answer_is_that_of_asking_each(
    schemas: list[dict[str, Any]], several: list[Any]
) -> None:
    """Whatever was asked before."""
    fitting = Asking(*schemas).fitting
    for data in several:
        expected = set()
        for number, schema in enumerate(schemas):
            compiled = compile_schema(schema)
            if isinstance(compiled, Schema) and not compiled.reports(data):
                expected.add(number)
        assert set(fitting.of(data)) == expected
        assert len(fitting.of(data)) == len(expected)
