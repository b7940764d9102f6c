"""The coverage report: verdicts, their order, what is counted, and its XML."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from support.specifications import published, specification

from piste.queries.conformance import Seen, Unmatched, ViolationCount
from piste.specs.coverage import (
    MAX_UNMATCHED,
    Coverage,
    Line,
    Verdict,
    covered,
    figures_json,
    to_junit,
)
from piste.specs.published import Published

NOON = 1_735_732_800_000
SEEN = Seen(3, 0, 0, NOON, NOON + 1, {2: 1, 1: 2})


def named(id_: str, name: str, *, is_live: bool = True) -> Published:
    return published(replace(specification(id_), name=name), is_live=is_live)


def report(*lines: Line, unmatched: tuple[Unmatched, ...] = (), since_ms: int = 0) -> Coverage:
    return Coverage("product", "Shop", since_ms, lines, unmatched)


def suite(coverage: Coverage, *, fails_on_unmatched: bool = False) -> Xml.Element:
    text = to_junit(coverage, fails_on_unmatched=fails_on_unmatched)
    (found,) = Xml.fromstring(text)
    return found


@pytest.mark.parametrize(
    ("is_live", "figures", "verdict"),
    [
        (True, None, "neverSeen"),
        (True, Seen(), "neverSeen"),
        (True, SEEN, "seen"),
        (True, replace(SEEN, failed_events=1), "violated"),
        (True, replace(SEEN, violating_events=1), "violated"),
        (False, SEEN, "deprecated"),
        (False, replace(SEEN, violating_events=1), "deprecated"),
    ],
)
def test_verdicts(is_live: bool, figures: Seen | None, verdict: str) -> None:
    line = Line(named("one", "One", is_live=is_live), figures, ())
    assert line.verdict == verdict
    assert line.to_json()["verdict"] == verdict


def test_which_lines_there_are() -> None:
    """By name, then by id; deprecated ones while they are seen; others that were seen are not its affair."""
    some = [
        named("b", "Same"),
        named("a", "Same"),
        named("c", "Before"),
        named("d", "Deprecated", is_live=False),
        named("e", "Deprecated and seen", is_live=False),
    ]
    violation = ViolationCount("wrong", None, None, 1, "event")
    lines = covered(some, {"e": SEEN, "a": SEEN, "x": SEEN}, {"a": [violation], "x": [violation]})
    assert [(one.published.id, one.figures, list(one.violations)) for one in lines] == [
        ("c", None, []),
        ("e", SEEN, []),
        ("a", SEEN, [violation]),
        ("b", None, []),
    ]


def test_the_newest_version_gives_the_name() -> None:
    """And the number."""
    older, newer = specification(version=1), replace(specification(version=4), name="Newer")
    (line,) = covered([published(older, newer)], {}, {})
    json = line.to_json()
    assert (json["name"], json["version"]) == ("Newer", 4)


def test_figures() -> None:
    """Versions in order; nulls and zeros for nothing."""
    assert figures_json(SEEN) == {
        "events": 3,
        "failedEvents": 0,
        "violatingEvents": 0,
        "firstSeen": "2025-01-01T12:00:00.000Z",
        "lastSeen": "2025-01-01T12:00:00.001Z",
        "versions": [{"version": 1, "events": 2}, {"version": 2, "events": 1}],
    }
    assert figures_json(None) == figures_json(Seen())


def test_the_summary_counts_every_line() -> None:
    """And has every verdict."""
    json: Any = report(
        Line(named("a", "A"), SEEN, ()),
        Line(named("b", "B"), SEEN, ()),
        Line(named("c", "C"), None, ()),
        since_ms=NOON,
    ).to_json()
    assert json["summary"] == {
        "eventSpecs": 3,
        "seen": 2,
        "neverSeen": 1,
        "violated": 0,
        "deprecated": 0,
    }
    assert set(json["summary"]) == {"eventSpecs", *Verdict}
    assert json["since"] == "2025-01-01T12:00:00.000Z"
    assert report().to_json()["since"] is None


def test_many_schemas_that_match_nothing() -> None:
    """All are counted, the first ones are named."""
    some = tuple(Unmatched(f"iglu:{n}", 2, NOON) for n in range(MAX_UNMATCHED + 1))
    json: Any = report(unmatched=some).to_json()["unmatched"]
    assert (json["events"], len(json["schemas"])) == (2 * MAX_UNMATCHED + 2, MAX_UNMATCHED)
    (case,) = suite(report(unmatched=some), fails_on_unmatched=True)
    (failure,) = case
    assert failure.get("message") == f"{2 * MAX_UNMATCHED + 2} events of no event specification"
    assert failure.text is not None
    assert len(failure.text.splitlines()) == MAX_UNMATCHED


def test_junit_of_nothing() -> None:
    """One case, which is well, even where unmatched events would fail."""
    found = suite(report(), fails_on_unmatched=True)
    assert found.attrib == {
        "name": "Shop",
        "tests": "1",
        "failures": "0",
        "errors": "0",
        "skipped": "0",
    }
    assert [list(case) for case in found] == [[]]


@pytest.mark.parametrize(("events", "words"), [(1, "1 event"), (2, "2 events")])
def test_how_many_events(events: int, words: str) -> None:
    (case, _) = suite(report(Line(named("a", "A"), replace(SEEN, events=events), ())))
    assert case.findtext("system-out") == words


def test_what_xml_cannot_write() -> None:
    """Is replaced; all the rest is read back as it was."""
    fine = "<&>\"' ]]> \U0001f600 é"
    bad = "\x00\x01\x0b\x1f\ufffe\uffff"
    line = Line(named("a", fine + bad), None, ())
    unmatched = (Unmatched(f"iglu:{fine}{bad}", 1, NOON),)
    case, rest = suite(replace(report(line, unmatched=unmatched), name=fine + bad))
    assert case.get("name") == fine + "\ufffd" * len(bad)
    assert rest.findtext("system-out") == f"1 x iglu:{fine}" + "\ufffd" * len(bad)


def test_a_lone_surrogate_in_a_name() -> None:
    """JSON may bring one."""
    case, _ = suite(report(Line(named("a", "\ud800"), None, ())))
    assert case.get("name") == "\ufffd"


def test_what_an_ill_deprecated_one_says() -> None:
    """That it is still seen is no failure."""
    line = Line(named("a", "A", is_live=False), replace(SEEN, violating_events=2), ())
    found = suite(report(line))
    assert found.get("failures") == "0"
    assert found[0].findtext("system-out") == "Deprecated, and still seen: 3 events"
