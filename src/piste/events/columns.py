"""The canonical event's columns, written once.

Room:   the one list from which tracker-protocol mapping, length limits, TSV order, SDK JSON keys, the
        event table and the documentation are derived.
Limits: this says what a column is; how a parameter's text becomes a value is `enrich.conversions`.
Source: Snowplow canonical event model (131 fields, in TSV order) and tracker protocol. The limits of
        page_url, page_referrer and mkt_clickid are above those of the published atomic schema.
"""

from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """What a column holds, and as which Python type it travels (absent means null)."""

    TEXT = "text"  # str
    INTEGER = "integer"  # int, 32 bits
    NUMBER = "number"  # float
    DECIMAL = "decimal"  # decimal.Decimal
    BOOLEAN = "boolean"  # bool
    TIMESTAMP = "timestamp"  # int: epoch milliseconds, UTC
    JSON = "json"  # self-describing JSON, kept beside the fields


class Conversion(StrEnum):
    """How the text of a tracker-protocol parameter is read."""

    TEXT = "text"
    EVENT_TYPE = "event-type code"
    PLATFORM = "platform"
    IP_ADDRESS = "IP address"
    UUID = "UUID"
    INT32 = "32-bit integer"
    DECIMAL = "decimal"
    BIT = "1 or 0"
    EPOCH_MS = "epoch milliseconds"
    WIDTH = "first number of WIDTHxHEIGHT"
    HEIGHT = "second number of WIDTHxHEIGHT"


EVENT_TYPES = {
    "pv": "page_view",
    "pp": "page_ping",
    "se": "struct",
    "ev": "struct",
    "ue": "unstruct",
    "tr": "transaction",
    "ti": "transaction_item",
    "ad": "ad_impression",
}
"""The tracker protocol's codes, and what the column `event` holds for them."""

TEXT, INTEGER, NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER
DECIMAL, BOOLEAN, TIMESTAMP, JSON = (
    ColumnType.DECIMAL,
    ColumnType.BOOLEAN,
    ColumnType.TIMESTAMP,
    ColumnType.JSON,
)

_CONVERSION_OF = {
    TEXT: Conversion.TEXT,
    INTEGER: Conversion.INT32,
    DECIMAL: Conversion.DECIMAL,
    BOOLEAN: Conversion.BIT,
    TIMESTAMP: Conversion.EPOCH_MS,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column. `max_length` counts UTF-16 code units. `params` are the tracker-protocol
    parameters that fill it, a later one winning over an earlier one."""

    name: str
    type: ColumnType
    max_length: int | None = None
    params: tuple[str, ...] = ()
    convert: Conversion | None = None

    @property
    def conversion(self) -> Conversion:
        return self.convert or _CONVERSION_OF[self.type]


COLUMNS = (
    Column("app_id", TEXT, 255, params=("aid",)),
    Column("platform", TEXT, 255, params=("p",), convert=Conversion.PLATFORM),
    Column("etl_tstamp", TIMESTAMP),
    Column("collector_tstamp", TIMESTAMP),
    Column("dvce_created_tstamp", TIMESTAMP, params=("dtm",)),
    Column("event", TEXT, 128, params=("e",), convert=Conversion.EVENT_TYPE),
    Column("event_id", TEXT, 36, params=("eid",), convert=Conversion.UUID),
    Column("txn_id", INTEGER, params=("tid",)),
    Column("name_tracker", TEXT, 128, params=("tna",)),
    Column("v_tracker", TEXT, 100, params=("tv",)),
    Column("v_collector", TEXT, 100, params=("cv",)),
    Column("v_etl", TEXT, 100),
    Column("user_id", TEXT, 255, params=("uid",)),
    Column("user_ipaddress", TEXT, 128, params=("ip",), convert=Conversion.IP_ADDRESS),
    Column("user_fingerprint", TEXT, 128, params=("fp",)),
    Column("domain_userid", TEXT, 128, params=("duid",)),
    Column("domain_sessionidx", INTEGER, params=("vid",)),
    Column("network_userid", TEXT, 128, params=("nuid", "tnuid")),
    Column("geo_country", TEXT, 2),
    Column("geo_region", TEXT, 3),
    Column("geo_city", TEXT, 75),
    Column("geo_zipcode", TEXT, 15),
    Column("geo_latitude", NUMBER),
    Column("geo_longitude", NUMBER),
    Column("geo_region_name", TEXT, 100),
    Column("ip_isp", TEXT, 100),
    Column("ip_organization", TEXT, 128),
    Column("ip_domain", TEXT, 128),
    Column("ip_netspeed", TEXT, 100),
    Column("page_url", TEXT, 10000, params=("url",)),
    Column("page_title", TEXT, 2000, params=("page",)),
    Column("page_referrer", TEXT, 10000, params=("refr",)),
    Column("page_urlscheme", TEXT, 16),
    Column("page_urlhost", TEXT, 255),
    Column("page_urlport", INTEGER),
    Column("page_urlpath", TEXT, 3000),
    Column("page_urlquery", TEXT, 6000),
    Column("page_urlfragment", TEXT, 3000),
    Column("refr_urlscheme", TEXT, 16),
    Column("refr_urlhost", TEXT, 255),
    Column("refr_urlport", INTEGER),
    Column("refr_urlpath", TEXT, 6000),
    Column("refr_urlquery", TEXT, 6000),
    Column("refr_urlfragment", TEXT, 3000),
    Column("refr_medium", TEXT, 25),
    Column("refr_source", TEXT, 50),
    Column("refr_term", TEXT, 255),
    Column("mkt_medium", TEXT, 255),
    Column("mkt_source", TEXT, 255),
    Column("mkt_term", TEXT, 255),
    Column("mkt_content", TEXT, 500),
    Column("mkt_campaign", TEXT, 255),
    Column("contexts", JSON),
    Column("se_category", TEXT, 1000, params=("ev_ca", "se_ca")),
    Column("se_action", TEXT, 1000, params=("ev_ac", "se_ac")),
    Column("se_label", TEXT, 4096, params=("ev_la", "se_la")),
    Column("se_property", TEXT, 1000, params=("ev_pr", "se_pr")),
    Column("se_value", DECIMAL, params=("ev_va", "se_va")),
    Column("unstruct_event", JSON),
    Column("tr_orderid", TEXT, 255, params=("tr_id",)),
    Column("tr_affiliation", TEXT, 255, params=("tr_af",)),
    Column("tr_total", DECIMAL, params=("tr_tt",)),
    Column("tr_tax", DECIMAL, params=("tr_tx",)),
    Column("tr_shipping", DECIMAL, params=("tr_sh",)),
    Column("tr_city", TEXT, 255, params=("tr_ci",)),
    Column("tr_state", TEXT, 255, params=("tr_st",)),
    Column("tr_country", TEXT, 255, params=("tr_co",)),
    Column("ti_orderid", TEXT, 255, params=("ti_id",)),
    Column("ti_sku", TEXT, 255, params=("ti_sk",)),
    Column("ti_name", TEXT, 255, params=("ti_na", "ti_nm")),
    Column("ti_category", TEXT, 255, params=("ti_ca",)),
    Column("ti_price", DECIMAL, params=("ti_pr",)),
    Column("ti_quantity", INTEGER, params=("ti_qu",)),
    Column("pp_xoffset_min", INTEGER, params=("pp_mix",)),
    Column("pp_xoffset_max", INTEGER, params=("pp_max",)),
    Column("pp_yoffset_min", INTEGER, params=("pp_miy",)),
    Column("pp_yoffset_max", INTEGER, params=("pp_may",)),
    Column("useragent", TEXT, 1000, params=("ua",)),
    Column("br_name", TEXT, 50),
    Column("br_family", TEXT, 50),
    Column("br_version", TEXT, 50),
    Column("br_type", TEXT, 50),
    Column("br_renderengine", TEXT, 50),
    Column("br_lang", TEXT, 255, params=("lang",)),
    Column("br_features_pdf", BOOLEAN, params=("f_pdf",)),
    Column("br_features_flash", BOOLEAN, params=("f_fla",)),
    Column("br_features_java", BOOLEAN, params=("f_java",)),
    Column("br_features_director", BOOLEAN, params=("f_dir",)),
    Column("br_features_quicktime", BOOLEAN, params=("f_qt",)),
    Column("br_features_realplayer", BOOLEAN, params=("f_realp",)),
    Column("br_features_windowsmedia", BOOLEAN, params=("f_wma",)),
    Column("br_features_gears", BOOLEAN, params=("f_gears",)),
    Column("br_features_silverlight", BOOLEAN, params=("f_ag",)),
    Column("br_cookies", BOOLEAN, params=("cookie",)),
    Column("br_colordepth", TEXT, 12, params=("cd",)),
    Column("br_viewwidth", INTEGER, params=("vp",), convert=Conversion.WIDTH),
    Column("br_viewheight", INTEGER, params=("vp",), convert=Conversion.HEIGHT),
    Column("os_name", TEXT, 50),
    Column("os_family", TEXT, 50),
    Column("os_manufacturer", TEXT, 50),
    Column("os_timezone", TEXT, 255, params=("tz",)),
    Column("dvce_type", TEXT, 50),
    Column("dvce_ismobile", BOOLEAN),
    Column("dvce_screenwidth", INTEGER, params=("res",), convert=Conversion.WIDTH),
    Column("dvce_screenheight", INTEGER, params=("res",), convert=Conversion.HEIGHT),
    Column("doc_charset", TEXT, 128, params=("cs",)),
    Column("doc_width", INTEGER, params=("ds",), convert=Conversion.WIDTH),
    Column("doc_height", INTEGER, params=("ds",), convert=Conversion.HEIGHT),
    Column("tr_currency", TEXT, 3, params=("tr_cu",)),
    Column("tr_total_base", DECIMAL),
    Column("tr_tax_base", DECIMAL),
    Column("tr_shipping_base", DECIMAL),
    Column("ti_currency", TEXT, 3, params=("ti_cu",)),
    Column("ti_price_base", DECIMAL),
    Column("base_currency", TEXT, 3),
    Column("geo_timezone", TEXT, 64),
    Column("mkt_clickid", TEXT, 1000),
    Column("mkt_network", TEXT, 64),
    Column("etl_tags", TEXT, 500),
    Column("dvce_sent_tstamp", TIMESTAMP, params=("stm",)),
    Column("refr_domain_userid", TEXT, 128),
    Column("refr_dvce_tstamp", TIMESTAMP),
    Column("derived_contexts", JSON),
    Column("domain_sessionid", TEXT, 128, params=("sid",), convert=Conversion.UUID),
    Column("derived_tstamp", TIMESTAMP),
    Column("event_vendor", TEXT, 1000),
    Column("event_name", TEXT, 1000),
    Column("event_format", TEXT, 128),
    Column("event_version", TEXT, 128),
    Column("event_fingerprint", TEXT, 128),
    Column("true_tstamp", TIMESTAMP, params=("ttm",)),
)

NAMES = tuple(column.name for column in COLUMNS)
BY_NAME = {column.name: column for column in COLUMNS}
MAX_LENGTHS = {column.name: column.max_length for column in COLUMNS if column.max_length}
