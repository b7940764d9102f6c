"""`piste specs check`: the coverage report of a tracking plan as a gate.

Room:   asks for reports, decides, prints; the figures and their XML are those of `piste.specs.coverage`.
Limits: a plan fails when a specification was never seen or was violated. One that is deprecated and still
        seen does not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as Xml

from piste.events.schema_key import Json
from piste.events.times import parse_iso
from piste.specs.coverage import Coverage, Line, Verdict, to_junit
from piste.specs.published import Published
from piste.specs.reading import uuid_text
from piste.specs.specification import EventSpecification, Status
from piste.specs_command.client import Client, Failed, Refused, message_of
from piste.specs_command.showing import printable

MAX_ASKED = 10
"""How often a report is asked for while acknowledged events are not in it; the server waits each time."""

_AGO = re.compile(r"([0-9]{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_WORDS = {
    Verdict.SEEN: "seen",
    Verdict.NEVER_SEEN: "never seen",
    Verdict.VIOLATED: "VIOLATED",
    Verdict.DEPRECATED: "deprecated",
}
_PENDING = "X-Piste-Pending"


@dataclass(frozen=True, slots=True)
class Rules:
    """What fails a plan beside violations."""

    fails_on_never_seen: bool = True
    fails_on_unmatched: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The server's, of one plan; `pending` acknowledged events are not in it."""

    json: Mapping[str, Any]
    pending: int

    def is_passed(self, rules: Rules) -> bool:
        summary = self.json["summary"]
        return not (
            summary[Verdict.VIOLATED]
            or (rules.fails_on_never_seen and summary[Verdict.NEVER_SEEN])
            or (rules.fails_on_unmatched and self.json["unmatched"]["events"])
        )


def since(text: str, now: datetime) -> str:
    """Of a time, or of how long ago it was: ISO 8601. Raises `ValueError` with a sentence."""
    ago = _AGO.fullmatch(text)
    if ago is None:
        parse_iso(text)
        return text
    try:
        start = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    except OverflowError:
        raise ValueError(f"{text} ago there was no calendar") from None
    return start.isoformat(timespec="milliseconds")


def reports(client: Client, plans: Sequence[str], start: str | None) -> list[Report]:
    """Of plans by their ids or names. Raises `Failed`."""
    products = client.get("/data-products/v2")
    try:
        known = {one["id"]: one["name"] for one in products["data"]}
        return [_report(client, _id_of(plan, known), start) for plan in plans]
    except (KeyError, TypeError, AttributeError) as error:
        raise Failed("the server answers something else than a coverage report") from error


def _id_of(plan: str, names: Mapping[str, str]) -> str:
    if (id_ := uuid_text(plan)) in names:
        return str(id_)
    for found, name in names.items():
        if name == plan:
            return found
    some = ", ".join(sorted(names.values())[:20])
    raise Failed(f"there is no data product {plan!r}; there are: {some or 'none'}")


def _report(client: Client, id_: str, start: str | None) -> Report:
    query = None if start is None else {"since": start}
    try:
        for _ in range(MAX_ASKED):
            answer = client.answer(f"/data-products/v2/{id_}/coverage", query)
            pending = int(answer.headers.get(_PENDING, "0"))
            if not pending:
                break
    except Refused as refused:
        raise Failed(message_of(refused.json)) from None
    except ValueError as error:
        raise Failed("the server answers something else than a coverage report") from error
    Report(answer.json, pending).is_passed(Rules())  # it has the parts that decide
    return Report(answer.json, pending)


def table(report: Report, rules: Rules) -> list[str]:
    """For people to read."""
    json = report.json
    start = f", since {json['since']}" if json["since"] else ""
    lines = [f"{json['name']} ({json['dataProductId']}{start})"]
    for one in json["eventSpecs"]:
        verdict = _WORDS[Verdict(one["verdict"])]
        name = f"{one['name']} (version {one['version']})"
        lines.append(f"  {verdict:<10}  {one['events']:>8}  {name}")
        if one["violatingEvents"] or one["failedEvents"]:
            wrong = f"{one['violatingEvents']} violate it, {one['failedEvents']} failed"
            lines.append(f"{'':24}{wrong}")
        lines += [f"{'':24}{_violation(violation)}" for violation in one["violations"]]
    for one in json["unmatched"]["schemas"]:
        lines.append(f"  {'unmatched':<10}  {one['events']:>8}  {one['schema']}")
    if not json["eventSpecs"]:
        lines.append("  no event specification of it is published")
    if report.pending:
        lines.append(f"  {report.pending} events have arrived and are not in this report yet")
    lines.append(f"  {_conclusion(report, rules)}")
    return [printable(line) for line in lines]


def _violation(violation: Mapping[str, Any]) -> str:
    where = f", {violation['schema']}" if violation["schema"] else ""
    return (
        f"{violation['events']} x {violation['message']}{where}, as in event {violation['eventId']}"
    )


def _conclusion(report: Report, rules: Rules) -> str:
    summary = report.json["summary"]
    counts = ", ".join(f"{summary[one]} {_WORDS[one].lower()}" for one in Verdict if summary[one])
    verdict = "passed" if report.is_passed(rules) else "FAILED"
    return f"{verdict}: {counts or 'nothing to be seen'}"


def junit(some: Sequence[Report], rules: Rules) -> str:
    """A suite for each plan."""
    suites = Xml.Element("testsuites")
    for report in some:
        text = to_junit(_coverage(report.json), fails_on_unmatched=rules.fails_on_unmatched)
        (suite,) = Xml.fromstring(text.encode())  # noqa: S314 (written by ourselves)
        if not rules.fails_on_never_seen:
            _forgive(suite)
        suites.append(suite)
    for count in ("tests", "failures", "errors", "skipped"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    Xml.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, "unicode") + "\n"


def _forgive(suite: Xml.Element) -> None:
    """What was never seen is said, and no failure."""
    for case in suite:
        failure = case.find(f"failure[@type='{Verdict.NEVER_SEEN}']")
        if failure is not None:
            case.remove(failure)
            Xml.SubElement(case, "system-out").text = failure.get("message")
    failures = sum(case.find("failure") is not None for case in suite)
    suite.set("failures", str(failures))


@dataclass(frozen=True, slots=True)
class _Figures:
    events: int
    failed_events: int
    violating_events: int
    first_seen_ms: int | None = None
    last_seen_ms: int | None = None
    by_version: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Violation:
    message: str
    schema: str | None
    path: str | None
    events: int
    event_id: str


@dataclass(frozen=True, slots=True)
class _Unmatched:
    schema: str | None
    events: int
    last_seen_ms: int = 0


def _coverage(json: Mapping[str, Any]) -> Coverage:
    """What the XML needs of a report."""
    unmatched = tuple(
        _Unmatched(one["schema"], one["events"]) for one in json["unmatched"]["schemas"]
    )
    lines = tuple(_line(one) for one in json["eventSpecs"])
    return Coverage(json["dataProductId"], json["name"], 0, lines, unmatched)


def _line(json: Mapping[str, Any]) -> Line:
    is_live = json["verdict"] != Verdict.DEPRECATED
    newest = EventSpecification(
        json["eventSpecId"], json["version"], Status.PUBLISHED, json["name"]
    )
    figures = _Figures(json["events"], json["failedEvents"], json["violatingEvents"])
    violations = [
        _Violation(one["message"], one["schema"], one["path"], one["events"], one["eventId"])
        for one in json["violations"]
    ]
    return Line(Published((newest,), is_live), figures if figures.events else None, violations)


def as_json(some: Sequence[Report], rules: Rules) -> Json:
    """For programs."""
    return {
        "passed": all(one.is_passed(rules) for one in some),
        "plans": [{**one.json, "passed": one.is_passed(rules)} for one in some],
    }
