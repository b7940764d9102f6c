"""The coverage report of a tracking plan: which of its specifications were seen, and which were violated.

Room:   pure; from published specifications and the figures of the event table to a report.
Source: ours; the JUnit form is the XML that test runners write and CI servers read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from xml.etree import ElementTree as Xml

from piste.events.schema_key import Json
from piste.events.times import to_iso_millis
from piste.specs.published import Published

MAX_UNMATCHED = 100
"""Most schemas whose events match nothing that a report names."""

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Figures(Protocol):
    """Of one specification; times are epoch milliseconds."""

    @property
    def events(self) -> int: ...
    @property
    def failed_events(self) -> int: ...
    @property
    def violating_events(self) -> int: ...
    @property
    def first_seen_ms(self) -> int | None: ...
    @property
    def last_seen_ms(self) -> int | None: ...
    @property
    def by_version(self) -> Mapping[int, int]: ...


class ViolationFigures(Protocol):
    """The same violation in several events."""

    @property
    def message(self) -> str: ...
    @property
    def schema(self) -> str | None: ...
    @property
    def path(self) -> str | None: ...
    @property
    def events(self) -> int: ...
    @property
    def event_id(self) -> str: ...


class UnmatchedFigures(Protocol):
    """Events of one schema that match no specification."""

    @property
    def schema(self) -> str | None: ...
    @property
    def events(self) -> int: ...
    @property
    def last_seen_ms(self) -> int: ...


class Verdict(StrEnum):
    """Of one specification. A deprecated one should not be seen any more."""

    SEEN = "seen"
    NEVER_SEEN = "neverSeen"
    VIOLATED = "violated"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be said of one specification."""

    published: Published
    figures: Figures | None
    violations: Sequence[ViolationFigures]

    @property
    def verdict(self) -> Verdict:
        if not self.published.is_live:
            return Verdict.DEPRECATED
        figures = self.figures
        if figures is None or not figures.events:
            return Verdict.NEVER_SEEN
        is_violated = figures.violating_events or figures.failed_events
        return Verdict.VIOLATED if is_violated else Verdict.SEEN

    def to_json(self) -> dict[str, Json]:
        newest = self.published.newest
        return {
            "eventSpecId": newest.id,
            "name": newest.name,
            "version": newest.version,
            "verdict": self.verdict.value,
            **figures_json(self.figures),
            "violations": [violation_json(violation) for violation in self.violations],
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one data product, since an instant (epoch milliseconds; 0: since ever)."""

    data_product_id: str
    name: str
    since_ms: int
    lines: tuple[Line, ...]
    unmatched: tuple[UnmatchedFigures, ...]

    def to_json(self) -> dict[str, Json]:
        counts = {verdict.value: 0 for verdict in Verdict}
        for line in self.lines:
            counts[line.verdict.value] += 1
        return {
            "dataProductId": self.data_product_id,
            "name": self.name,
            "since": to_iso_millis(self.since_ms) if self.since_ms else None,
            "summary": {"eventSpecs": len(self.lines), **counts},
            "eventSpecs": [line.to_json() for line in self.lines],
            "unmatched": {
                "events": sum(one.events for one in self.unmatched),
                "schemas": [
                    {
                        "schema": one.schema,
                        "events": one.events,
                        "lastSeen": to_iso_millis(one.last_seen_ms),
                    }
                    for one in self.unmatched[:MAX_UNMATCHED]
                ],
            },
        }


def covered(
    published: Iterable[Published],
    figures: Mapping[str, Figures],
    violations: Mapping[str, Sequence[ViolationFigures]],
) -> tuple[Line, ...]:
    """A line for each specification, by name; of deprecated ones only for those that were seen."""
    lines = [Line(one, figures.get(one.id), violations.get(one.id, ())) for one in published]
    told = [line for line in lines if line.published.is_live or line.figures is not None]
    return tuple(sorted(told, key=lambda line: (line.published.newest.name, line.published.id)))


def figures_json(figures: Figures | None) -> dict[str, Json]:
    """Zeros and nulls for what was never seen."""
    if figures is None:
        none = {"events": 0, "failedEvents": 0, "violatingEvents": 0}
        return {**none, "firstSeen": None, "lastSeen": None, "versions": []}
    return {
        "events": figures.events,
        "failedEvents": figures.failed_events,
        "violatingEvents": figures.violating_events,
        "firstSeen": _instant(figures.first_seen_ms),
        "lastSeen": _instant(figures.last_seen_ms),
        "versions": [
            {"version": version, "events": events}
            for version, events in sorted(figures.by_version.items())
        ],
    }


def violation_json(violation: ViolationFigures) -> Json:
    return {
        "message": violation.message,
        "schema": violation.schema,
        "path": violation.path,
        "events": violation.events,
        "eventId": violation.event_id,
    }


def to_junit(coverage: Coverage, *, fails_on_unmatched: bool = False) -> str:
    """A test suite with a case for each specification; one that was never seen or was violated fails."""
    cases = [_case_of(line) for line in coverage.lines]
    cases.append(_case_of_unmatched(coverage.unmatched, fails_on_unmatched))
    failures = sum(case.find("failure") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suites = Xml.Element("testsuites", counts)
    suite = Xml.SubElement(suites, "testsuite", {"name": _printable(coverage.name), **counts})
    suite.extend(cases)
    Xml.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, "unicode") + "\n"


def _case_of(line: Line) -> Xml.Element:
    newest = line.published.newest
    case = _case(newest.name, newest.id)
    seen = _counted(0 if line.figures is None else line.figures.events)
    match line.verdict:
        case Verdict.NEVER_SEEN:
            _fail(case, line.verdict, f"No event is an instance of version {newest.version}", [])
        case Verdict.VIOLATED:
            assert line.figures is not None
            wrong = (
                f"{line.figures.violating_events} violate it, {line.figures.failed_events} failed"
            )
            said = [_words(violation) for violation in line.violations]
            _fail(case, line.verdict, f"Of {seen}, {wrong}", said)
        case Verdict.DEPRECATED:
            Xml.SubElement(case, "system-out").text = f"Deprecated, and still seen: {seen}"
        case Verdict.SEEN:
            Xml.SubElement(case, "system-out").text = seen
    return case


def _case_of_unmatched(unmatched: Sequence[UnmatchedFigures], fails: bool) -> Xml.Element:
    case = _case("Events that match no event specification", "unmatched")
    if not unmatched:
        return case
    lines = [f"{one.events} x {one.schema}" for one in unmatched[:MAX_UNMATCHED]]
    total = sum(one.events for one in unmatched)
    if fails:
        _fail(case, "unmatched", f"{_counted(total)} of no event specification", lines)
    else:
        Xml.SubElement(case, "system-out").text = _printable("\n".join(lines))
    return case


def _case(name: str, class_name: str) -> Xml.Element:
    return Xml.Element("testcase", {"name": _printable(name), "classname": _printable(class_name)})


def _fail(case: Xml.Element, kind: str, message: str, lines: Iterable[str]) -> None:
    failure = Xml.SubElement(case, "failure", {"type": kind, "message": _printable(message)})
    failure.text = _printable("\n".join(lines)) or None


def _words(violation: ViolationFigures) -> str:
    return f"{violation.events} x {violation.message} ({violation.schema}; {violation.event_id})"


def _counted(events: int) -> str:
    return "1 event" if events == 1 else f"{events} events"


def _instant(ms: int | None) -> str | None:
    return None if ms is None else to_iso_millis(ms)


def _printable(text: str) -> str:
    """XML has no way to write some characters."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
