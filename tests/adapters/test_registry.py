"""Which adapter reads which path."""

import pytest
from support.adapting import adapted
from support.requests import get

from piste.adapters import AdapterFailures
from piste.adapters.iglu_webhook import adapt_iglu_webhook
from piste.adapters.registry import ADAPTERS
from piste.adapters.snowplow import adapt_redirect, adapt_tp1, adapt_tp2
from piste.events.failures import InputData


def test_the_adapters() -> None:
    """Snowplow's two protocols, its redirect and the Iglu webhook."""
    assert {
        ("com.snowplowanalytics.snowplow", "tp1"): adapt_tp1,
        ("com.snowplowanalytics.snowplow", "tp2"): adapt_tp2,
        ("r", "tp2"): adapt_redirect,
        ("com.snowplowanalytics.iglu", "v1"): adapt_iglu_webhook,
    } == ADAPTERS


@pytest.mark.parametrize(
    "api",
    [
        pytest.param("com.acme/v1", id="an unknown vendor"),
        pytest.param("com.snowplowanalytics.snowplow/tp3", id="an unknown version"),
        pytest.param("COM.snowplowanalytics.iglu/v1", id="another case"),
        pytest.param("r/tp1", id="a redirect of another version"),
    ],
)
def test_other_paths_are_not_supported(api: str) -> None:
    """The collector takes any vendor and version; what has no adapter fails here and says so."""
    expectation = "vendor/version combination is not supported"
    failure = InputData("vendor/version", api, expectation)
    assert adapted(get({"e": "pv"}, f"/{api}")) == AdapterFailures((failure,))
