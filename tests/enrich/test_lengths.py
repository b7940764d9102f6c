"""Maximum lengths of the text columns."""

import pytest

from piste.enrich.lengths import KEPT_THOUGH_TOO_LONG, too_long
from piste.enrich.mapping import AtomicProblem
from piste.events.columns import MAX_LENGTHS
from piste.events.enriched import Value


@pytest.mark.parametrize(("column", "limit"), MAX_LENGTHS.items(), ids=list(MAX_LENGTHS))
def test_each_limit(column: str, limit: int) -> None:
    """The limit itself fits; one more does not, and nothing is truncated."""
    assert too_long({column: "x" * limit}) == ()
    message = f"Field is longer than maximum allowed size {limit}"
    assert too_long({column: "x" * (limit + 1)}) == (
        AtomicProblem(column, "x" * (limit + 1), message, "atomic_field_length_exceeded"),
    )


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        pytest.param("é" * 255, True, id="a character of Latin-1 is one unit"),
        pytest.param("\uffff" * 255, True, id="so is any of the basic plane"),
        pytest.param("\U0001f600" * 127, True, id="an emoji is two units: 254"),
        pytest.param("\U0001f600" * 127 + "x", True, id="255"),
        pytest.param("\U0001f600" * 128, False, id="256"),
        pytest.param("\U0001f600" + "x" * 254, False, id="256 units in 255 characters"),
    ],
)
def test_lengths_count_utf16_code_units(text: str, fits: bool) -> None:
    """As Java counts a text's length."""
    assert (too_long({"app_id": text}) == ()) is fits


def test_all_that_is_too_long_is_found() -> None:
    """In the order of the fields; columns that are no texts have no length."""
    fields: dict[str, Value] = {
        "event_id": "x" * 37,
        "txn_id": 10**40,
        "geo_country": "xxx",
        "app_id": "x",
    }
    assert [problem.field for problem in too_long(fields)] == ["event_id", "geo_country"]


def test_three_columns_are_kept_though_too_long() -> None:
    """Without them a failed event could not be read at all."""
    assert {"event_id", "v_collector", "v_etl"} == KEPT_THOUGH_TOO_LONG
