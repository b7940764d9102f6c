"""What kind of event it is and when it happened.

Source: canonical event, `event_*` columns and `derived_tstamp`.
"""

from functools import lru_cache

from piste.enrich.view import NOTHING, Patch, View
from piste.events.failures import EnrichmentFailure, InputData
from piste.events.schema_key import SchemaKey
from piste.events.times import MIN_MS, to_warehouse

_KEY_OF = {
    "page_view": SchemaKey.of("iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0"),
    "page_ping": SchemaKey.of("iglu:com.snowplowanalytics.snowplow/page_ping/jsonschema/1-0-0"),
    "transaction": SchemaKey.of("iglu:com.snowplowanalytics.snowplow/transaction/jsonschema/1-0-0"),
    "transaction_item": SchemaKey.of(
        "iglu:com.snowplowanalytics.snowplow/transaction_item/jsonschema/1-0-0"
    ),
    "struct": SchemaKey.of("iglu:com.google.analytics/event/jsonschema/1-0-0"),
}


def derive_tstamp(view: View) -> Patch:
    """The true timestamp; else the collector's, less the time that the event waited on the device."""
    true, collector = view.instant_ms("true_tstamp"), view.instant_ms("collector_tstamp")
    created, sent = view.instant_ms("dvce_created_tstamp"), view.instant_ms("dvce_sent_tstamp")
    if true is not None or collector is None:
        return Patch({"derived_tstamp": true})
    if created is None or sent is None or created >= sent:
        return Patch({"derived_tstamp": collector})
    derived = collector - (sent - created)
    if derived < MIN_MS:
        message = f"Formatting as {to_warehouse(derived)} is not Redshift-compatible"
        failure = EnrichmentFailure(InputData("derived_tstamp", str(derived), message))
        return Patch({"derived_tstamp": collector}, failures=(failure,))
    return Patch({"derived_tstamp": derived})


def name_event(view: View) -> Patch:
    """The schema of the event itself, as the four `event_*` columns."""
    event = view.text("event")
    if event == "unstruct":
        key = None if view.unstruct_event is None else view.unstruct_event.key
    elif event in _KEY_OF:
        key = _KEY_OF[event]
    else:
        expectation = "no schema can be derived: expected one of unstruct, " + ", ".join(_KEY_OF)
        return Patch(failures=(EnrichmentFailure(InputData("event", event, expectation)),))
    return NOTHING if key is None else _named_by(key)


@lru_cache(maxsize=1024)
def _named_by(key: SchemaKey) -> Patch:
    return Patch(
        {
            "event_vendor": key.vendor,
            "event_name": key.name,
            "event_format": key.format,
            "event_version": str(key.version),
        }
    )


def require_v_collector(view: View) -> Patch:
    """An event must tell which collector recorded it."""
    if view.text("v_collector") is not None:
        return NOTHING
    return Patch(failures=(EnrichmentFailure(InputData("v_collector", None, "should be set")),))
