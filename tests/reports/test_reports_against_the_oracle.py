"""Every report over random worlds, equal to the plain recomputation from its definition."""

from random import Random

import pytest

from piste.reports.answering import answer, csv_name, csv_of
from piste.reports.parameters import Parameters, Report, read
from piste.store.duckdb import EventStore

from .oracle import answer as expected_answer
from .oracle import csv_answer
from .questions import query
from .stored import store
from .worlds import World, world

REPORTS = (
    "summary",
    "pages",
    "sources",
    "devices",
    "flow",
    "funnel",
    "realtime",
    "custom-events",
    "timeseries",
)
Asked = dict[str, str | list[str]]
SEEDS = range(200)
AT_ONCE = 25
"""Worlds in one store: each has websites of its own."""


@pytest.mark.parametrize("first", SEEDS[::AT_ONCE])
def test_reports_equal_the_oracle(first):
    """A question to each report of each of 25 worlds; as JSON, and in every fifth world as CSV."""
    compare(range(first, first + AT_ONCE), questions=1)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 3_000, AT_ONCE))
def test_reports_equal_the_oracle_in_many_more_worlds(first, request):
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("many minutes of worlds: runs with -m soak")
    compare(range(first, first + AT_ONCE), questions=10)


def compare(seeds: range, questions: int) -> None:
    worlds = {seed: world(seed, most=400 if seed % 5 else 30) for seed in seeds}
    with EventStore.open(None) as events:
        for position, one in enumerate(worlds.values(), 1):
            store(events, one.hits, position)
        for seed, one in worlds.items():
            random = Random(seed)
            for report in REPORTS:
                for _ in range(questions):
                    ask(events, one, report, query(report, one, random), seed)


def ask(events: EventStore, one: World, name: str, asked: Asked, seed: int) -> None:
    report = Report(name)
    website = str(asked["website_id"])
    parameters = read(report, items(asked), one.now_ms)
    assert isinstance(parameters, Parameters), (seed, asked, parameters)
    created_ms = one.created_ms[website]
    said = answer(report, events.rows, parameters, now_ms=one.now_ms, created_ms=created_ms)
    expected = expected_answer(name, one.hits, asked, one.now_ms, created_ms)
    assert said == expected, (seed, name, asked)
    if seed % 5 == 0:
        file = csv_name(report, said), csv_of(report, parameters, said)
        assert file == csv_answer(name, one.hits, asked, one.now_ms, created_ms), (seed, asked)


def items(asked: Asked) -> list[tuple[str, str]]:
    """A query as it stands in an address."""
    return [
        (name, value)
        for name, values in asked.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
