"""Which adapter reads which (vendor, version)."""

from collections.abc import Mapping

from piste.adapters.base import SNOWPLOW, Adapted, Adapter, AdapterFailures, Check, Request
from piste.adapters.iglu_webhook import adapt_iglu_webhook
from piste.adapters.snowplow import adapt_redirect, adapt_tp1, adapt_tp2
from piste.events.failures import InputData

ADAPTERS: Mapping[tuple[str, str], Adapter] = {
    (SNOWPLOW, "tp1"): adapt_tp1,
    (SNOWPLOW, "tp2"): adapt_tp2,
    ("r", "tp2"): adapt_redirect,
    ("com.snowplowanalytics.iglu", "v1"): adapt_iglu_webhook,
}


def adapt(request: Request, check: Check) -> Adapted:
    """The raw events of a request, or why there are none."""
    adapter = ADAPTERS.get((request.vendor, request.version))
    if adapter is None:
        api = f"{request.vendor}/{request.version}"
        expectation = "vendor/version combination is not supported"
        return AdapterFailures((InputData("vendor/version", api, expectation),))
    return adapter(request, check)
