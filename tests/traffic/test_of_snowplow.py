"""Events of Snowplow trackers as hits of websites."""

from datetime import UTC, datetime

import pytest
from support.events import entity
from support.requests import ARRIVED_MS, rules, tp2

from piste.events.enriched import EnrichedEvent
from piste.events.outcome import GoodEvent
from piste.events.tables import TRAFFIC
from piste.iglu import OwnRegistry
from piste.ingest.decisions import Decision, Subject, learning
from piste.ingest.measuring import Measuring, website_json
from piste.ingest.process import process
from piste.ingest.rows import to_rows
from piste.jsontext import encode
from piste.specs.plan import Plan
from piste.traffic.compiled import CompiledWebsites
from piste.traffic.identity import DAY_MS, visitor_id
from piste.traffic.of_snowplow import traffic_of
from piste.traffic.website_forms import PathGroup
from piste.traffic.websites import Website

SITE = Website(
    id="550e8400-e29b-41d4-a716-446655440000",
    account_id="account",
    domain="example.com",
    content_groups=(PathGroup("Blog", "/blog/*"),),
    excluded_ips=("203.0.113.0/24",),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
SALT = bytes(range(32))
SALTS = {ARRIVED_MS // DAY_MS: SALT}
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)
FIELDS = {
    "event": "page_view",
    "collector_tstamp": ARRIVED_MS,
    "user_ipaddress": "198.51.100.23",
    "useragent": CHROME,
    "page_url": "https://www.example.com/blog/post-1?utm_source=twitter&utm_medium=social",
    "page_urlhost": "www.example.com",
    "page_urlpath": "/blog/post-1",
    "page_referrer": "https://t.co/abc123",
    "br_viewwidth": 1920,
}
LINK = "iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1"


@pytest.fixture
def websites():
    found = CompiledWebsites()
    found.put(SITE)
    return found


def of(websites, salts=SALTS, *, own=None, **fields):
    given = {name: value for name, value in (FIELDS | fields).items() if value is not None}
    return traffic_of(EnrichedEvent(given, unstruct_event=own), websites, salts)


def test_a_page_view(websites):
    assert of(websites) == {
        "website_id": SITE.id,
        "visitor_id": visitor_id(SALT, "198.51.100.23", CHROME, SITE.id),
        "hit_type": "page_view",
        "path": "/blog/post-1",
        "content_group": "Blog",
        "referrer_domain": "t.co",
        "referrer_channel": "Social",
        "channel_detail": "Social",
        "device_type": "desktop",
        "browser": "Chrome",
        "operating_system": "Windows",
        "screen_bucket": "1441+",
        "is_bot": False,
        "is_excluded": False,
        "mkt_source": "twitter",
        "mkt_medium": "social",
    }


@pytest.mark.parametrize(
    ("fields", "own", "kind"),
    [
        ({"event": "page_ping"}, None, ("page_ping", None)),
        ({"event": "struct", "se_action": "play"}, None, ("custom", "play")),
        ({"event": "struct", "event_name": "event"}, None, ("custom", "event")),
        ({"event": "unstruct"}, entity(LINK, {"targetUrl": "x"}), ("outbound_link", None)),
        (
            {"event": "unstruct"},
            entity("iglu:com.acme/sign_up/jsonschema/1-0-0", {"plan": "pro"}),
            ("custom", "sign_up"),
        ),
    ],
)
def test_kinds_of_hits(websites, fields, own, kind):
    found = of(websites, own=own, **fields)
    assert (found["hit_type"], found.get("hit_name")) == kind


@pytest.mark.parametrize("event", ["transaction", "unstruct", None])
def test_other_events_are_no_hits(websites, event):
    assert of(websites, event=event) == {}


def test_properties_are_those_of_custom_events(websites):
    own = entity("iglu:com.acme/sign_up/jsonschema/1-0-0", {"plan": "pro"})
    assert of(websites, event="unstruct", own=own)["properties"] == '{"plan":"pro"}'
    struct = of(websites, event="struct", se_action="play", se_label="intro", se_value=1.5)
    assert struct["properties"] == '{"label":"intro","value":1.5}'
    large = entity("iglu:com.acme/sign_up/jsonschema/1-0-0", {"plan": "x" * 9_000})
    assert "properties" not in of(websites, event="unstruct", own=large)
    assert "properties" not in of(websites)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"app_id": SITE.id, "page_urlhost": "other.example"}, True),
        ({"app_id": SITE.id.upper(), "page_urlhost": None}, True),
        ({"app_id": "shop", "page_urlhost": "example.com"}, True),
        ({"page_urlhost": "shop.EXAMPLE.com"}, True),
        ({"page_urlhost": "notexample.com"}, False),
        ({"page_urlhost": "com"}, False),
        ({"page_urlhost": None, "app_id": "shop"}, False),
    ],
)
def test_of_which_website_it_is(websites, fields, found):
    assert (of(websites, **fields) != {}) == found


def test_bots_and_excluded_addresses(websites):
    assert of(websites, useragent="curl/8.5.0")["is_bot"] is True
    assert of(websites, useragent=None)["is_bot"] is True
    assert of(websites, user_ipaddress="203.0.113.9")["is_excluded"] is True


def test_without_the_salt_of_its_day_it_has_no_visitor(websites):
    assert "visitor_id" not in of(websites, {ARRIVED_MS // DAY_MS - 1: SALT})


def test_an_enrichments_campaign_stays(websites):
    found = of(websites, mkt_source="newsletter")
    assert "mkt_source" not in found
    assert found["mkt_medium"] == "social"


def test_an_event_without_a_page_has_no_path(websites):
    found = of(websites, app_id=SITE.id, page_url=None, page_urlhost=None, page_urlpath=None)
    assert "path" not in found


def test_the_pipeline_learns_of_websites_and_salts():
    measuring = Measuring()
    learn = learning(OwnRegistry(), lambda keys: None, Plan(), measuring)
    known = rules(traffic=measuring.of)
    sent = tp2(
        {"e": "pv", "url": "https://example.com/blog/a"}, user_agent=CHROME, ip_address="192.0.2.1"
    )

    def row():
        (row,) = to_rows([(1, process(sent, known))])["events"]
        return row

    columns = {column.name for column in TRAFFIC}
    assert not columns & set(row())
    day = str(ARRIVED_MS // DAY_MS)
    learn(
        [
            Decision(Subject.WEBSITE, SITE.id, encode(website_json(SITE))),
            Decision(Subject.SALT, day, encode(SALT.hex())),
        ]
    )
    assert row()["website_id"] == SITE.id
    assert row()["visitor_id"] == visitor_id(SALT, "192.0.2.1", CHROME, SITE.id)
    assert row()["content_group"] == "Blog"
    assert measuring.website(SITE.id).rules.domain == "example.com"
    learn([Decision(Subject.SALT, day, None)])
    assert "visitor_id" not in row()
    learn([Decision(Subject.WEBSITE, SITE.id, None)])
    assert not columns & set(row())


def test_a_failed_event_is_in_no_report():
    measuring = Measuring()
    measuring.put_website(website_json(SITE))
    processed = process(tp2({"e": "pv", "vid": "x", "aid": SITE.id}), rules(traffic=measuring.of))
    assert not isinstance(processed.outcomes[0], GoodEvent)
    (row,) = to_rows([(1, processed)])["events"]
    assert "website_id" not in row


def test_a_website_that_cannot_be_compiled_is_not_measured(caplog):
    measuring = Measuring()
    measuring.put_website(website_json(SITE))
    measuring.put_website(website_json(SITE) | {"excluded_ips": ["nonsense"]})
    assert measuring.website(SITE.id) is None
    assert f"website {SITE.id} is not measured" in caplog.text
