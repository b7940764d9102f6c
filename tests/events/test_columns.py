"""The canonical columns against the documented model, transcribed in golden/events/columns.txt."""

import re

from support.golden import golden_lines

from piste.events.columns import (
    BY_NAME,
    COLUMNS,
    MAX_LENGTHS,
    NAMES,
    ColumnType,
    Conversion,
)
from piste.events.failures import RegistryError
from piste.events.schema_key import SchemaKey
from piste.events.tables import TABLES, TRAFFIC
from piste.iglu import EmbeddedRegistry

JSON_TYPE = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "integer",
    ColumnType.NUMBER: "number",
    ColumnType.DECIMAL: "number",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.JSON: "object",
}
CONVERSION = {
    "text": [Conversion.TEXT],
    "event-type": [Conversion.EVENT_TYPE],
    "platform": [Conversion.PLATFORM],
    "IP": [Conversion.IP_ADDRESS],
    "uuid": [Conversion.UUID],
    "int32": [Conversion.INT32],
    "decimal": [Conversion.DECIMAL],
    "bit": [Conversion.BIT],
    "epoch-ms": [Conversion.EPOCH_MS],
    "dims": [Conversion.WIDTH, Conversion.HEIGHT],
}
DOCUMENTED = [line.split() for line in golden_lines("events/columns.txt")]
PARAMETERS = [line.split() for line in golden_lines("events/parameters.txt")]
IN_GET_ONLY = {"cv", "ev_ca", "ev_ac", "ev_la", "ev_pr", "ev_va"}
"""Parameters that payload_data does not allow."""
MAPPED_NOWHERE = {
    "ad_ad",
    "ad_ba",
    "ad_ca",
    "ad_uid",
    "ctype",
    "mac",
    "sa",
    "sn",
    "sp",
    "st",
    "ue_na",
}
"""Parameters that payload_data allows and nothing reads."""


def test_the_columns_are_the_documented_131_in_order() -> None:
    """The canonical event has 131 columns; their order is that of the TSV and of the SDK's JSON."""
    assert [(column.name, JSON_TYPE[column.type]) for column in COLUMNS] == [
        (name, type_) for name, type_, *_ in DOCUMENTED
    ]
    assert len(COLUMNS) == 131


def test_84_text_columns_have_the_documented_longest_length() -> None:
    """Only text columns are limited, and 84 of them are."""
    assert {name: int(limit[0]) for name, _, *limit in DOCUMENTED if limit} == MAX_LENGTHS
    assert len(MAX_LENGTHS) == 84
    assert all(BY_NAME[name].type is ColumnType.TEXT for name in MAX_LENGTHS)


def test_what_is_derived_from_the_columns_agrees_with_them() -> None:
    """Names, look-up and the stored events come from the one list."""
    assert tuple(column.name for column in COLUMNS) == NAMES
    assert [BY_NAME[name] for name in NAMES] == list(COLUMNS)
    assert tuple(column.name for column in TABLES["events"]) == (
        "seq",
        "valid",
        "specifications",
        *NAMES,
        *(column.name for column in TRAFFIC),
    )


def test_json_columns_are_the_long_ones() -> None:
    """A store may pack them tighter than the rest."""
    long = {column.name for columns in TABLES.values() for column in columns if column.is_long}
    jsons = {column.name for column in COLUMNS if column.type is ColumnType.JSON}
    assert long == {*jsons, "properties"}


def test_each_stored_table_begins_with_its_place() -> None:
    """What joins the tables; and each knows when its rows arrived, by which they are forgotten."""
    for columns in TABLES.values():
        names = [column.name for column in columns]
        assert names[0] == "seq"
        assert "collector_tstamp" in names
        assert len(set(names)) == len(names)


def test_each_parameter_fills_its_documented_columns() -> None:
    """Which parameter fills which column, and how its text is read, is the tracker protocol's."""
    derived = {
        (name, column.name, column.conversion) for column in COLUMNS for name in column.params
    }
    documented = {
        (name, column, conversion)
        for name, columns, how in PARAMETERS
        if how in CONVERSION
        for column, conversion in zip(columns.split(","), CONVERSION[how], strict=True)
    }
    assert derived == documented


def test_the_parameters_of_payload_data_are_mapped_or_known_to_be_ignored() -> None:
    """payload_data 1-0-4 allows 80 names; each is read, or one of those that nothing reads."""
    schema = EmbeddedRegistry().lookup(
        SchemaKey.of("iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4")
    )
    assert not isinstance(schema, RegistryError)
    allowed = set(schema["items"]["properties"])
    assert len(allowed) == 80
    mapped = {name for name, *_ in PARAMETERS}
    assert allowed - mapped == MAPPED_NOWHERE
    assert mapped - allowed == IN_GET_ONLY


def test_column_names_are_plain_identifiers() -> None:
    """They stand unquoted in SQL."""
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in NAMES)
