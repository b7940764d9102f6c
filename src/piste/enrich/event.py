"""What kind of event it is and when it happened.

Source: canonical event, `event_*` columns and `derived_tstamp`.
"""

from piste.enrich.view import NOTHING, Patch, View
from piste.events.failures import EnrichmentFailure, InputData
from piste.events.times import MIN_MS, to_warehouse

_SNOWPLOW = "com.snowplowanalytics.snowplow"
_SCHEMA_OF = {
    "page_view": (_SNOWPLOW, "page_view"),
    "page_ping": (_SNOWPLOW, "page_ping"),
    "transaction": (_SNOWPLOW, "transaction"),
    "transaction_item": (_SNOWPLOW, "transaction_item"),
    "struct": ("com.google.analytics", "event"),
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
        if view.unstruct_event is None:
            return NOTHING
        key = view.unstruct_event.key
        parts = (key.vendor, key.name, key.format, str(key.version))
    elif event in _SCHEMA_OF:
        parts = (*_SCHEMA_OF[event], "jsonschema", "1-0-0")
    else:
        expectation = "no schema can be derived: expected one of unstruct, " + ", ".join(_SCHEMA_OF)
        return Patch(failures=(EnrichmentFailure(InputData("event", event, expectation)),))
    columns = ("event_vendor", "event_name", "event_format", "event_version")
    return Patch(dict(zip(columns, parts, strict=True)))


def require_v_collector(view: View) -> Patch:
    """An event must tell which collector recorded it."""
    if view.text("v_collector") is not None:
        return NOTHING
    return Patch(failures=(EnrichmentFailure(InputData("v_collector", None, "should be set")),))
