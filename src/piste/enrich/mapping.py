"""Tracker-protocol parameters to canonical columns.

Room:   the first phase of an event's way; derived from `events.columns`.
Limits: a parameter that cannot be read leaves its column null and gives one problem; unknown names are
        ignored. The JSON parameters stay text here; `enrich.tracked_json` reads them.
Source: tracker protocol, "Parameter to field".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from piste.enrich.conversions import CONVERTERS, clean_text
from piste.enrich.ip_address import client_address
from piste.events.columns import COLUMNS
from piste.events.enriched import Value
from piste.events.payload import CollectorPayload, RawEvent
from piste.events.times import MAX_MS, MIN_MS, to_warehouse
from piste.jsontext import decode_base64

Converter = Callable[[str], Value | None]


@dataclass(frozen=True, slots=True)
class AtomicProblem:
    """A canonical field that could not be filled, or may not hold what it holds."""

    field: str
    value: str
    message: str
    keyword: str


class Mapped(NamedTuple):
    """`fields` as in `EnrichedEvent`; the JSON parts as the tracker's text, decoded from base64."""

    fields: dict[str, Value]
    contexts: str | None
    unstruct_event: str | None
    problems: tuple[AtomicProblem, ...]


PARSE_ERROR = "atomic_field_parse_error"

_TARGETS: dict[str, tuple[tuple[str, Converter], ...]] = {}
_BEATEN_BY: dict[str, tuple[str, ...]] = {}
for _column in COLUMNS:
    for _index, _name in enumerate(_column.params):
        _target = (_column.name, CONVERTERS[_column.conversion])
        _TARGETS[_name] = (*_TARGETS.get(_name, ()), _target)
        if _column.params[_index + 1 :]:
            _BEATEN_BY[_name] = _column.params[_index + 1 :]

_PLAIN_TEXT = {
    name: targets[0][0]
    for name, targets in _TARGETS.items()
    if len(targets) == 1 and targets[0][1] is clean_text and name not in _BEATEN_BY
}
"""Parameter -> the one column that it fills with text: half of what trackers send, so done first."""

_JSON_PARAMETERS = {
    "co": ("contexts", False),
    "cx": ("contexts", True),
    "ue_pr": ("unstruct_event", False),
    "ue_px": ("unstruct_event", True),
}


def map_parameters(
    raw: RawEvent, of_request: Mapping[str, Value], new_uuid: Callable[[], str]
) -> Mapped:
    """The columns that the request and its parameters fill.

    `of_request` is what `request_columns` found; `new_uuid` names a nameless event.
    """
    parameters, payload = raw.parameters, raw.payload
    problems: list[AtomicProblem] = []
    json_texts: dict[str, str] = {}
    fields = dict(of_request)
    for name, text in parameters.items():
        if text is None:
            continue
        column = _PLAIN_TEXT.get(name)
        if column is not None:
            cleaned = text if text.isprintable() else clean_text(text)
            if cleaned:
                fields[column] = cleaned
            continue
        targets = _TARGETS.get(name)
        if targets is None:
            if name in _JSON_PARAMETERS:
                _read_json_parameter(name, text, json_texts, problems)
            continue
        if name in _BEATEN_BY and any(parameters.get(other) for other in _BEATEN_BY[name]):
            continue
        try:
            for column, convert in targets:
                value = convert(text)
                if value is not None:
                    fields[column] = value
        except ValueError as error:
            # The first column names the problem of a parameter that fills two.
            problems.append(AtomicProblem(targets[0][0], text, str(error), PARSE_ERROR))
    if "event_id" not in fields:
        fields["event_id"] = new_uuid()
    if MIN_MS <= payload.timestamp_ms <= MAX_MS:
        fields["collector_tstamp"] = payload.timestamp_ms
    else:
        problems.append(_impossible_collector_tstamp(payload.timestamp_ms))
    return Mapped(
        fields, json_texts.get("contexts"), json_texts.get("unstruct_event"), tuple(problems)
    )


def _impossible_collector_tstamp(ms: int) -> AtomicProblem:
    message = f"Formatted as {to_warehouse(ms)} is not Redshift-compatible"
    return AtomicProblem("collector_tstamp", str(ms), message, PARSE_ERROR)


def request_columns(payload: CollectorPayload) -> dict[str, Value]:
    """What the request itself says of each of its events; parameters may say otherwise."""
    found = {
        "v_collector": payload.collector,
        "user_ipaddress": client_address(payload.headers, payload.ip_address),
        "useragent": payload.user_agent,
        "network_userid": payload.network_userid,
    }
    cleaned = {name: clean_text(text) for name, text in found.items() if text}
    return {name: text for name, text in cleaned.items() if text is not None}


def _read_json_parameter(
    name: str, text: str, json_texts: dict[str, str], problems: list[AtomicProblem]
) -> None:
    column, is_base64 = _JSON_PARAMETERS[name]
    if is_base64:
        try:
            json_texts[column] = decode_base64(text)
        except ValueError as error:
            problems.append(AtomicProblem(column, text, str(error), PARSE_ERROR))
    elif text:
        json_texts[column] = text
