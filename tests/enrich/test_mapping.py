"""From parameters to columns: what fills what, what beats what, and what is reported."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.golden import golden_lines
from support.requests import ARRIVED_MS, EVENT_ID, NEW_UUID, USER, raw_event

from piste.enrich.conversions import CONVERTERS
from piste.enrich.mapping import AtomicProblem, Mapped, map_parameters, request_columns
from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import Value
from piste.events.payload import RawEvent
from piste.events.times import MAX_MS, MIN_MS
from piste.jsontext import encode_base64

PARAMETERS = [line.split() for line in golden_lines("events/parameters.txt")]
SAMPLES: dict[str, tuple[str, list[Value]]] = {
    "text": ("a\tb", ["a    b"]),
    "event-type": ("pv", ["page_view"]),
    "platform": ("mob", ["mob"]),
    "IP": ("10.0.0.1,10.0.0.2", ["10.0.0.1"]),
    "uuid": (EVENT_ID.upper(), [EVENT_ID]),
    "int32": ("-7", [-7]),
    "decimal": ("1.50", [Decimal("1.50")]),
    "bit": ("1", [True]),
    "epoch-ms": ("1735734645123", [1735734645123]),
    "dims": ("12x34", [12, 34]),
}
"""A text for each conversion, and the values of the columns that it fills."""
UNREADABLE = {"uuid", "int32", "decimal", "bit", "epoch-ms", "dims", "event-type", "platform"}
PARSE_ERROR = "atomic_field_parse_error"


def mapped(raw: RawEvent) -> Mapped:
    return map_parameters(raw, request_columns(raw.payload), lambda: NEW_UUID)


def fields(raw: RawEvent) -> dict[str, Value]:
    return mapped(raw).fields


@pytest.mark.parametrize(
    ("name", "columns", "conversion"),
    [pytest.param(*row, id=row[0]) for row in PARAMETERS if row[2] in SAMPLES],
)
def test_a_parameter_fills_its_columns(name: str, columns: str, conversion: str) -> None:
    """Every parameter of the tracker protocol, alone, gives what the documents say and no problem."""
    text, values = SAMPLES[conversion]
    found = mapped(raw_event({name: text}))
    assert found.problems == ()
    expected = dict(zip(columns.split(","), values, strict=True))
    assert {column: found.fields[column] for column in expected} == expected
    always = {"event_id", "collector_tstamp", "v_collector"}
    assert set(found.fields) - set(expected) <= always


@pytest.mark.parametrize(
    ("name", "columns", "conversion"),
    [pytest.param(*row, id=row[0]) for row in PARAMETERS if row[2] in UNREADABLE],
)
def test_an_unreadable_parameter_is_one_problem(name: str, columns: str, conversion: str) -> None:
    """Its columns stay null; the problem bears the first column, the text as sent, and the error."""
    found = mapped(raw_event({name: "?"}))
    (problem,) = found.problems
    first, *_ = columns.split(",")
    assert (problem.field, problem.value, problem.keyword) == (first, "?", PARSE_ERROR)
    column = next(column for column in COLUMNS if column.name == first)
    with pytest.raises(ValueError) as refused:  # noqa: PT011  (compared below)
        CONVERTERS[column.conversion]("?")
    assert problem.message == str(refused.value)
    assert set(columns.split(",")) & set(found.fields) <= {"event_id"}


@pytest.mark.parametrize(
    ("parameters", "column", "expected"),
    [
        pytest.param({"se_ca": "s"}, "se_category", "s", id="se_ca"),
        pytest.param({"ev_ca": "e"}, "se_category", "e", id="ev_ca, its old name"),
        pytest.param({"ev_ca": "e", "se_ca": "s"}, "se_category", "s", id="se_ca beats ev_ca"),
        pytest.param({"se_ca": "s", "ev_ca": "e"}, "se_category", "s", id="in any order"),
        pytest.param({"se_ca": "", "ev_ca": "e"}, "se_category", "e", id="unless it is empty"),
        pytest.param({"se_ca": None, "ev_ca": "e"}, "se_category", "e", id="or has no value"),
        pytest.param({"ev_va": "1", "se_va": "2"}, "se_value", Decimal(2), id="se_va beats ev_va"),
        pytest.param({"ti_na": "a", "ti_nm": "m"}, "ti_name", "m", id="ti_nm beats ti_na"),
        pytest.param({"ti_nm": "m", "ti_na": "a"}, "ti_name", "m", id="in any order as well"),
        pytest.param({}, "network_userid", USER, id="the cookie is the network user id"),
        pytest.param({"nuid": "n"}, "network_userid", "n", id="nuid beats the cookie"),
        pytest.param({"tnuid": "t"}, "network_userid", "t", id="tnuid beats the cookie"),
        pytest.param({"tnuid": "t", "nuid": "n"}, "network_userid", "t", id="tnuid beats nuid"),
        pytest.param({"nuid": "n", "tnuid": "t"}, "network_userid", "t", id="always"),
        pytest.param({"nuid": "", "tnuid": ""}, "network_userid", USER, id="empty ones beat nothing"),
        pytest.param({}, "user_ipaddress", "10.0.0.9", id="the address is the collector's"),
        pytest.param({"ip": "10.0.0.1"}, "user_ipaddress", "10.0.0.1", id="ip beats it"),
        pytest.param({"ip": ""}, "user_ipaddress", "10.0.0.9", id="an empty ip does not"),
        pytest.param({}, "useragent", "Header    UA", id="the user agent is the header's, cleaned"),
        pytest.param({"ua": "Sent"}, "useragent", "Sent", id="ua beats it"),
        pytest.param({"ua": ""}, "useragent", "Header    UA", id="an empty ua does not"),
        pytest.param({}, "v_collector", "test-1.0.0", id="the collector names itself"),
        pytest.param({"cv": "clj-1"}, "v_collector", "clj-1", id="cv beats it"),
    ],
)  # fmt: skip
def test_of_several_sources_one_wins(
    parameters: dict[str, str | None], column: str, expected: Value
) -> None:
    """Where two sources fill one column, which of them counts does not depend on their order."""
    raw = raw_event(
        parameters, network_userid=USER, ip_address="10.0.0.9", user_agent="Header\tUA\r\n"
    )
    assert mapped(raw).fields[column] == expected
    assert mapped(raw).problems == ()


def test_the_address_of_forwarding_headers_beats_the_collectors() -> None:
    """The headers are read again; `ip` still beats them."""
    headers = ("Host: x", "X-Forwarded-For: 192.0.2.1")
    raw = raw_event({}, headers=headers, ip_address="10.0.0.9")
    assert fields(raw)["user_ipaddress"] == "192.0.2.1"
    raw = raw_event({"ip": "10.0.0.1"}, headers=headers, ip_address="10.0.0.9")
    assert fields(raw)["user_ipaddress"] == "10.0.0.1"


def test_a_request_that_says_nothing() -> None:
    """Only the id, the arrival and the collector are always known."""
    assert mapped(raw_event({})) == Mapped(
        {"event_id": NEW_UUID, "collector_tstamp": ARRIVED_MS, "v_collector": "test-1.0.0"},
        None,
        None,
        (),
    )


@pytest.mark.parametrize(
    ("eid", "event_id", "problems"),
    [
        pytest.param(EVENT_ID.upper(), EVENT_ID, 0, id="a valid id is kept, lowered"),
        pytest.param("1", NEW_UUID, 1, id="an invalid one is replaced and reported"),
        pytest.param("", NEW_UUID, 1, id="an empty one as well"),
        pytest.param(None, NEW_UUID, 0, id="no value is no id"),
    ],
)
def test_every_event_has_an_id(eid: str | None, event_id: str, problems: int) -> None:
    """`eid` if it is a UUID, else a new one."""
    found = mapped(raw_event({"eid": eid}))
    assert found.fields["event_id"] == event_id
    assert len(found.problems) == problems


def test_a_new_id_is_made_only_when_there_is_none() -> None:
    """Randomness is asked for when it is needed."""

    def new_uuid() -> str:
        raise AssertionError("not needed")

    raw = raw_event({"eid": EVENT_ID})
    found = map_parameters(raw, request_columns(raw.payload), new_uuid)
    assert found.fields["event_id"] == EVENT_ID


def test_names_that_nothing_reads_are_ignored() -> None:
    """Unknown parameters, and columns' own names, do nothing."""
    odd = {"mac": "x", "sa": "x", "ue_na": "x", "app_id": "x", "AID": "x", "": "x", "u": "x"}
    assert mapped(raw_event(odd)) == mapped(raw_event({}))


def test_all_problems_are_found() -> None:
    """One bad parameter does not hide another, nor stop the good ones."""
    found = mapped(raw_event({"vid": "a", "aid": "shop", "res": "b", "tid": "c"}))
    assert [problem.field for problem in found.problems] == [
        "domain_sessionidx",
        "dvce_screenwidth",
        "txn_id",
    ]
    assert found.fields["app_id"] == "shop"


@pytest.mark.parametrize("timestamp_ms", [MIN_MS, 0, MAX_MS])
def test_the_collectors_clock(timestamp_ms: int) -> None:
    """The arrival is the collector's time, in years 0 to 9999."""
    assert fields(raw_event({}, timestamp_ms=timestamp_ms))["collector_tstamp"] == timestamp_ms


@pytest.mark.parametrize(
    ("timestamp_ms", "text"),
    [(MAX_MS + 1, "10000-01-01 00:00:00.000"), (MIN_MS - 1, "-0001-12-31 23:59:59.999")],
)
def test_a_collectors_clock_that_is_impossible(timestamp_ms: int, text: str) -> None:
    """Outside of years 0 to 9999 there is no arrival, and a problem."""
    found = mapped(raw_event({}, timestamp_ms=timestamp_ms))
    assert "collector_tstamp" not in found.fields
    message = f"Formatted as {text} is not Redshift-compatible"
    assert found.problems == (
        AtomicProblem("collector_tstamp", str(timestamp_ms), message, PARSE_ERROR),
    )


# self-describing parts

PARTS: list[tuple[str, str, Callable[[Mapped], str | None]]] = [
    ("co", "cx", lambda found: found.contexts),
    ("ue_pr", "ue_px", lambda found: found.unstruct_event),
]
each_part = pytest.mark.parametrize(
    ("plain", "encoded", "part"), PARTS, ids=["contexts", "unstruct_event"]
)


@each_part
def test_self_describing_parts_stay_text(
    plain: str, encoded: str, part: Callable[[Mapped], str | None]
) -> None:
    """Plain or from base64, whatever the text is; nothing is cleaned."""
    for text in ('{"a":"\té"}', "no json"):
        assert part(mapped(raw_event({plain: text}))) == text
        assert part(mapped(raw_event({encoded: encode_base64(text)}))) == text


@each_part
def test_of_the_plain_and_the_encoded_part_the_later_one_counts(
    plain: str, encoded: str, part: Callable[[Mapped], str | None]
) -> None:
    """The order is that of the parameters."""
    assert part(mapped(raw_event({plain: "p", encoded: encode_base64("e")}))) == "e"
    assert part(mapped(raw_event({encoded: encode_base64("e"), plain: "p"}))) == "p"


@each_part
def test_an_empty_part(plain: str, encoded: str, part: Callable[[Mapped], str | None]) -> None:
    """An empty plain part is none; an empty encoded one is an empty text, which is no JSON."""
    assert part(mapped(raw_event({plain: ""}))) is None
    assert part(mapped(raw_event({encoded: ""}))) == ""
    assert part(mapped(raw_event({plain: None, encoded: None}))) is None


@each_part
def test_a_part_that_is_no_base64(
    plain: str, encoded: str, part: Callable[[Mapped], str | None]
) -> None:
    """A problem of the column, and no part."""
    found = mapped(raw_event({encoded: "{}"}))
    assert part(found) is None
    (problem,) = found.problems
    column = "contexts" if plain == "co" else "unstruct_event"
    assert (problem.field, problem.value, problem.keyword) == (column, "{}", PARSE_ERROR)
    assert problem.message.startswith("Could not base64 decode: ")


VALUES = st.none() | st.text() | st.sampled_from([text for text, _ in SAMPLES.values()])
NAMES = st.sampled_from([name for name, *_ in PARAMETERS]) | st.text()
PYTHON_TYPE = {
    ColumnType.TEXT: str,
    ColumnType.INTEGER: int,
    ColumnType.DECIMAL: Decimal,
    ColumnType.BOOLEAN: bool,
    ColumnType.TIMESTAMP: int,
}


@given(st.dictionaries(NAMES, VALUES), st.text())
def test_any_parameters_give_columns_of_the_right_type(
    parameters: dict[str, str | None], user_agent: str
) -> None:
    """Nothing raises; what a column holds has the column's type; no text is empty."""
    found = mapped(raw_event(parameters, user_agent=user_agent))
    types = {column.name: column.type for column in COLUMNS}
    for name, value in found.fields.items():
        assert type(value) is PYTHON_TYPE[types[name]]
        assert value != ""
    assert all(problem.message for problem in found.problems)
