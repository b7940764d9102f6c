"""An event in which every column holds something, for tests of the forms that others parse."""

from decimal import Decimal

from support.requests import ARRIVED_MS

from piste.events.columns import COLUMNS, Column, ColumnType
from piste.events.enriched import EnrichedEvent, Value
from piste.events.schema_key import Json, SchemaKey, SelfDescribing


def entity(uri: str, data: Json) -> SelfDescribing:
    return SelfDescribing(SchemaKey.of(uri), data)


def _value(place: int, column: Column) -> Value:
    match column.type:
        case ColumnType.INTEGER:
            return -place
        case ColumnType.NUMBER:
            return place + 0.125
        case ColumnType.DECIMAL:
            return Decimal("1E+3") if column.name == "tr_total" else Decimal(place) / 100
        case ColumnType.BOOLEAN:
            return place % 2 == 0
        case ColumnType.TIMESTAMP:
            whole_second = column.name == "etl_tstamp"
            return ARRIVED_MS // 1000 * 1000 if whole_second else ARRIVED_MS + place
        case _:
            return f'{column.name} é "{place}"'


WEB_PAGE = "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0"
LINK_CLICK = "iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1"
UA_CONTEXT = "iglu:com.snowplowanalytics.snowplow/ua_parser_context/jsonschema/1-0-0"

FULL = EnrichedEvent(
    {
        column.name: _value(place, column)
        for place, column in enumerate(COLUMNS)
        if column.type is not ColumnType.JSON
    },
    contexts=(
        entity(WEB_PAGE, {"id": "first"}),
        entity("iglu:com.acme/FooBar/jsonschema/2-1-0", {"tab": "a\tb", "big": 2**64}),
        entity("iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-3", {"id": "second"}),
    ),
    unstruct_event=entity(LINK_CLICK, {"targetUrl": "https://example.com/é"}),
    derived_contexts=(entity(UA_CONTEXT, {"useragentFamily": "Firefox", "useragentMajor": None}),),
)
EMPTY = EnrichedEvent({})
