"""`--output-tsv` and `--output-json` print what /micro/events shows, one event a line.

The judge of the TSV is not ours: PyPI's `snowplow-analytics-sdk` reads each line.
"""

import json
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest
from snowplow_analytics_sdk.event_transformer import transform
from snowplow_tracker import (  # type: ignore[attr-defined]  # it re-exports implicitly
    Emitter,
    PagePing,
    PageView,
    SelfDescribing,
    SelfDescribingJson,
    StructuredEvent,
    Subject,
    Tracker,
)

from .harness import WAIT_SECONDS, Json, Piste, Post, receiving_posts, running_piste

SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
COUNT = 9


pytestmark = pytest.mark.filterwarnings("ignore:track_ecommerce:DeprecationWarning")


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Piste]:
    """A server with the one flag that the test is about."""
    with running_piste(request.param) as piste:
        yield piste


@pytest.mark.parametrize("server", ["--output-tsv"], indirect=True)
def test_tsv(server: Piste) -> None:
    """Each TSV line, read by the analytics SDK, is the event that /micro/events shows."""
    track_a_mix(server)
    shown = {event["event_id"]: event for event in server.events(wait=COUNT)}
    lines = server.stdout.until(lambda lines: len(lines) >= COUNT)

    assert len(lines) == COUNT
    assert {line.count("\t") for line in lines} == {130}
    read = {event["event_id"]: event for event in map(transform, lines)}
    assert read.keys() == shown.keys()
    for event_id, event in read.items():
        assert as_ours(event) == as_sdk(shown[event_id])


@pytest.mark.parametrize("server", ["--output-json"], indirect=True)
def test_json(server: Piste) -> None:
    """Each JSON line is exactly the event that /micro/events shows."""
    track_a_mix(server)
    shown = {event["event_id"]: event for event in server.events(wait=COUNT)}
    lines = server.stdout.until(lambda lines: len(lines) >= COUNT)

    assert len(lines) == COUNT
    assert {event["event_id"]: event for event in map(json.loads, lines)} == shown


@pytest.mark.parametrize(
    ("flag", "content_type", "event_id"),
    [
        pytest.param(
            "--output-tsv",
            "text/tab-separated-values",
            lambda line: line.split("\t")[6],
            id="tsv",
        ),
        pytest.param(
            "--output-json",
            "application/json",
            lambda line: json.loads(line)["event_id"],
            id="json",
        ),
    ],
)
def test_destination(flag: str, content_type: str, event_id: Callable[[str], str]) -> None:
    """With --destination the same lines are posted there, and none is printed."""
    posts: SimpleQueue[Post] = SimpleQueue()
    received: list[str] = []
    with (
        receiving_posts(posts) as address,
        running_piste(flag, "--destination", address) as piste,
    ):
        track_a_mix(piste)
        while len(received) < COUNT:
            post = posts.get(timeout=WAIT_SECONDS)
            assert post.content_type.startswith(content_type)
            received += post.body.splitlines()
        shown = piste.events(wait=COUNT)
        assert piste.stdout.until(bool, seconds=0) == []
    assert sorted(map(event_id, received)) == sorted(event["event_id"] for event in shown)


def track_a_mix(piste: Piste) -> None:
    """Every kind of event and column that trackers fill, awkward text, entities, and two bad."""
    subject = Subject().set_platform("web").set_user_id("jürg").set_screen_resolution(1920, 1080)
    subject.set_viewport(1000, 660).set_color_depth(24).set_timezone("Europe/Zurich")
    subject.set_lang("de-CH").set_domain_user_id("36746fd2-8441-4ea2-8ad0-237d6f4c77cf")
    subject.set_domain_session_id("6d15a4fb-9623-4ba1-b876-5240e72e6970")
    subject.set_domain_session_index(7)
    tracker = Tracker(
        "mix", Emitter("127.0.0.1", "http", piste.port, batch_size=4), subject, "shop"
    )
    page = "https://shop.example/fr/?utm_source=mail&_sp=36746fd2.1748779200123#top"
    web_page = SelfDescribingJson(
        f"{SNOWPLOW}/web_page/jsonschema/1-0-0", {"id": "5cea9899-10df-4ccf-bf66-8c36f4a4bba2"}
    )
    places = [
        SelfDescribingJson(
            f"{SNOWPLOW}/geolocation_context/jsonschema/1-1-0", {"latitude": north, "longitude": 7}
        )
        for north in (45.9, 46)
    ]
    link = f"{SNOWPLOW}/link_click/jsonschema/1-0-1"

    tracker.track(PageView(page, "Pâte\tbrisée \\ 漢字\n🎿", "https://search.example/?q=a%20b"))
    tracker.track(PageView(page, true_timestamp=1748779200000))
    tracker.track(PagePing(page, min_x=0, max_x=10, min_y=20, max_y=3000, context=[web_page]))
    tracker.track(StructuredEvent("shop", "add", 'a "quoted" label', "red", 24.49))
    click = SelfDescribingJson(link, {"targetUrl": "https://out.example/", "elementContent": "\t"})
    tracker.track(SelfDescribing(click, context=[*places, web_page]))
    transaction = Subject().set_platform("srv")
    items = [{"sku": "ski-1", "price": 24.99, "quantity": 2}]
    tracker.track_ecommerce_transaction(
        "o-1", 49.98, tax_value=8, currency="EUR", items=items, event_subject=transaction
    )
    bad_link = SelfDescribingJson(link, {"targetUrl": 7})
    tracker.track(SelfDescribing(bad_link, context=[web_page]))
    tracker.track(PageView(page, event_subject=Subject().set_domain_session_id("no UUID")))
    tracker.flush()
    assert len(piste.bad(wait=2)) == 2


def as_ours(event: Json) -> Json:
    """The SDK's event in the names and types of today: it is from 2016.

    It still calls one column `refr_device_tstamp`, and leaves `se_value` as text.
    """
    event = dict(event)
    if "refr_device_tstamp" in event:
        event["refr_dvce_tstamp"] = event.pop("refr_device_tstamp")
    if "se_value" in event:
        event["se_value"] = float(event["se_value"])
    return event


def as_sdk(event: Json) -> Json:
    """Our event without what that SDK cannot print.

    It leaves empty columns out, writes milliseconds even when they are zero, and does not know
    that an entity tells its own version.
    """
    event = {column: value for column, value in event.items() if value is not None}
    for column, value in event.items():
        if column.endswith("_tstamp") and "." not in value:
            event[column] = value.replace("Z", ".000Z")
        if column.startswith("contexts_"):
            event[column] = [
                {key: field for key, field in entity.items() if key != "_schema_version"}
                for entity in value
            ]
    return event
