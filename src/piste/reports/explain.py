"""Why an event is in the reports of a website, or is not.

Room:   one event by its id, what is said of it, and the visit it belongs to.
Limits: an event of another website is not told apart from one that was never stored.
Source: ours; docs/reports.md.
"""

from typing import cast

from piste.events.times import to_iso_millis
from piste.reports.answer import Answer
from piste.reports.parameters import Parameters
from piste.reports.periods import DAY_MS
from piste.reports.scope import LONGEST_VISIT_MS, Scope
from piste.reports.statements import Condition, Row, Rows, statement
from piste.reports.summary import mean_seconds

_REASONS = {
    "not_found": "No event with this id is kept for this website: it was not received, was dropped "
    "because its website is unknown, belongs to another website, or is no longer kept.",
    "no_website": "It belongs to no website: its app_id is not the id of one, and its page is not on "
    "the domain of one.",
    "not_valid": "It failed validation or enrichment; the inspector says why.",
    "no_traffic": "It is of a kind that is not traffic of a website, or has no visitor.",
    "excluded": "It came from an address that the website excludes.",
    "bot": "It came from a bot ({detail}); reports count it with include_bots=true.",
    "counted": "It is counted, on {detail}.",
    "in_future": "Its time is still to come; only a period that reaches so far counts it.",
    "no_page_view": "Its visit has no page view, so it counts in custom-events and realtime only.",
}


def explain(rows: Rows, parameters: Parameters, now_ms: int) -> Answer:
    """Keys: event_id, counted, reasons (of `code` and `message`), event and visit; the last two may be null.

    Each reason that keeps it out is told, or that it is counted, with what that means.
    """
    params = {"event_id": parameters.event_id, "website_id": parameters.website_id}
    found = rows(statement("event"), params)
    if not found:
        return _answer(parameters, [("not_found", "")])
    (row,) = found
    if row["website_id"] is None:
        return _answer(parameters, [("no_website", "")])
    against = _against(row, include_bots=parameters.include_bots)
    if against:
        return _answer(parameters, against, row)
    ms = cast("int", row["ms"])
    visit = _visit(rows, parameters, row)
    reasons = [("counted", str(parameters.calendar.day_of(ms)))]
    if ms > now_ms:
        reasons.append(("in_future", ""))
    if visit["landed"] is None:
        reasons.append(("no_page_view", ""))
    return _answer(parameters, reasons, row, visit)


def _against(row: Row, *, include_bots: bool) -> list[tuple[str, str]]:
    """Codes and details of what keeps an event of the website out of its reports."""
    codes = {
        "not_valid": not row["valid"],
        "no_traffic": None in (row["visitor_id"], row["hit_type"], row["ms"]),
        "excluded": bool(row["is_excluded"]),
        "bot": bool(row["is_bot"]) and not include_bots,
    }
    detail = str(row["bot_reason"] or "no reason was kept")
    return [(code, detail if code == "bot" else "") for code, holds in codes.items() if holds]


def _visit(rows: Rows, parameters: Parameters, row: Row) -> Row:
    """A visit around the event, of its visitor's hits alone; filters do not matter."""
    ms = cast("int", row["ms"])
    scope = Scope(rows, parameters, ms - LONGEST_VISIT_MS, ms + DAY_MS)
    only = Condition("visitor_id = :visitor", {"visitor": row["visitor_id"]})
    (visit,) = scope.ask("visit_of_event", {"seq": row["seq"]}, only=only)
    return visit


def _answer(
    parameters: Parameters,
    reasons: list[tuple[str, str]],
    row: Row | None = None,
    visit: Row | None = None,
) -> Answer:
    return {
        "event_id": parameters.event_id,
        "counted": any(code == "counted" for code, _ in reasons),
        "reasons": [
            {"code": code, "message": _REASONS[code].format(detail=detail)}
            for code, detail in reasons
        ],
        "event": None if row is None else _event(row),
        "visit": None if visit is None else _shown(visit, parameters),
    }


def _event(row: Row) -> Answer:
    return {
        "time": _time(row["ms"]),
        "event_type": row["hit_type"],
        "event_name": row["hit_name"],
        "path": row["path"],
        "is_bot": bool(row["is_bot"]),
        "is_excluded": bool(row["is_excluded"]),
    }


def _shown(visit: Row, parameters: Parameters) -> Answer:
    started, duration_ms = cast("int", visit["started"]), cast("int", visit["duration_ms"])
    landed = cast("int | None", visit["landed"])
    return {
        "start": _time(started),
        "end": _time(started + duration_ms),
        "duration_sec": mean_seconds(duration_ms, 1),
        "day": None if landed is None else str(parameters.calendar.day_of(landed)),
        "page_views": visit["page_views"],
        "is_bounce": bool(visit["is_bounce"]),
        "landing_page": visit["landing_page"],
        "exit_page": visit["exit_page"],
    }


def _time(ms: object) -> str | None:
    return None if ms is None else to_iso_millis(cast("int", ms))
