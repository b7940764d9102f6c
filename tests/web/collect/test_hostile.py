"""Whatever is posted to `/api/v1/collect`, there is an answer, and what is recorded can be stored."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.requests import rules

from piste.ingest.enricher import Enricher
from piste.ingest.records import decode_record, encode_record

from .collecting import BROWSER, EXAMPLE, World

texts = st.text(max_size=40) | st.sampled_from(
    [
        *(
            "\0",
            "a\0b",
            "\u202eexe.gpj",
            "😀" * 300,
            "x" * 5_000,
            "%00%ff%",
            "<script>alert(1)</script>",
        ),
        *(
            "javascript:alert(1)",
            "//",
            "http://",
            "http://[",
            "http://[::1",
            "https://\\evil",
            "https://a@b@c/",
        ),
        *(
            "http://" + "a." * 500,
            "https://example.com:99999999999/",
            "https://xn--/",
            "https://ⅷ.example/",
        ),
        *(
            "?" * 3_000,
            "utm_source=" * 300,
            "../" * 900,
            "/#/#/#?",
            "=cmd|'/C calc'!A0",
            "'; drop a;--",
        ),
    ]
)
numbers = st.sampled_from(
    [0, -0.0, 1, -1, 1e308, 5e-324, 2**31, 2**63, 2**64, 10**400, -(10**400), 0.1, 20_000, 20_001]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        name: (texts if isinstance(EXAMPLE.get(name, ""), str) else numbers) | values
        for name in (*EXAMPLE, "event_name", "utm_source", "utm_medium", "utm_content")
        if name != "website_id"
    }
    | {"properties": st.dictionaries(texts, values, max_size=4) | values},
)
headers = st.dictionaries(
    st.sampled_from(
        [
            *(
                "User-Agent",
                "X-Forwarded-For",
                "Origin",
                "Referer",
                "Accept-Language",
                "Sec-GPC",
                "DNT",
            ),
            *("Sec-Purpose", "Content-Type", "Sec-Fetch-Site", "sec-ch-ua", "Forwarded", "Cookie"),
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=60)
    | st.sampled_from(
        ["1", "null", "::1", "1" * 9_000, "203.0.113.9, " * 500, "\xff\xfe", "prefetch"]
    ),
    max_size=5,
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies, headers, st.sampled_from(["127.0.0.1", "198.51.100.1", "::1", "", "nonsense", None]))
def test_every_post_has_an_answer_and_every_hit_can_be_stored(body, sent, peer):
    world = World()
    answer = world.collect(json.dumps(EXAMPLE | body).encode(), BROWSER | sent, peer=peer)
    assert answer.status in (202, 204, 400)
    assert (answer.status == 400) == (not world.hits)
    for name, value in answer.headers:
        assert not {"\r", "\n", "\0"} & set(name + value)
    for hit in world.hits:
        record = encode_record(hit)
        assert decode_record(record) == hit
        enriched = Enricher(rules()).enrich([(1, record)], {})
        assert enriched.counts == {"good": 1}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_that_are_anything(body):
    world = World()
    assert world.collect(body).status == 400
    assert world.hits == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 10_000,
        b"[" * 60_000,
        b'{"website_id":' + b"9" * 60_000 + b"}",
        b'{"properties":{' + b'"a":{"b":[' * 5_000,
        b'"' + b"\\u0000" * 9_000 + b'"',
    ],
)
def test_bodies_that_are_large_and_deep(body):
    assert World().collect(body).status == 400


def test_the_reason_of_a_204_is_a_safe_header():
    world = World(explains=True)
    sent = {"User-Agent": "Mozilla/5.0 (evil\x7fbot; \xff) crawler spider bot"}
    answer = world.collect(headers=BROWSER | sent)
    assert answer.status == 204
    reason = answer.header("x-piste-reason")
    assert reason is not None
    assert reason.isascii()
    assert reason.isprintable()
