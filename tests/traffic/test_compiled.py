"""Compiled websites, found by id and by host."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from piste.traffic.compiled import CompiledWebsites, compiled
from piste.traffic.website_forms import PathGroup
from piste.traffic.websites import Website

SITE = Website("one", "account", "example.com", (), (), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def websites():
    found = CompiledWebsites()
    found.put(SITE)
    found.put(replace(SITE, id="two", domain="shop.example.com"))
    found.put(replace(SITE, id="three", domain="www.example.org"))
    found.put(replace(SITE, id="four", account_id="other"))
    return found


def id_of(website):
    return None if website is None else website.id


@pytest.mark.parametrize(
    ("host", "id_"),
    [
        ("example.com", "one"),
        ("www.example.com", "one"),
        ("EXAMPLE.com", "one"),
        ("blog.example.com", "one"),
        ("shop.example.com", "two"),
        ("a.shop.example.com", "two"),
        ("example.org", "three"),
        ("a.example.org", "three"),
        ("notexample.com", None),
        ("com", None),
        ("", None),
        ("." * 300, None),
    ],
)
def test_the_longest_domain_counts_and_then_the_first_told(websites, host, id_):
    assert id_of(websites.of_host(host)) == id_


def test_a_website_that_changes_its_domain(websites):
    websites.put(replace(SITE, id="two", domain="other.example"))
    assert id_of(websites.of_host("shop.example.com")) == "one"
    assert id_of(websites.of_host("other.example")) == "two"
    assert websites.of_id("two").rules.domain == "other.example"


def test_a_website_that_goes(websites):
    websites.remove("one")
    websites.remove("one")
    assert websites.of_id("one") is None
    assert id_of(websites.of_host("example.com")) == "four"
    websites.remove("four")
    assert websites.of_host("example.com") is None


def test_settings_are_compiled_and_those_that_cannot_be_are_an_error():
    groups = (PathGroup("Blog", "/blog/*"),)
    one = compiled(replace(SITE, content_groups=groups, excluded_ips=("10.0.0.0/8",)))
    assert one.rules.content_groups.of("/blog/a") == "Blog"
    assert (one.respects_gpc, one.respects_dnt) == (False, False)
    with pytest.raises(ValueError, match="website one has settings that cannot be compiled"):
        compiled(replace(SITE, excluded_ips=("nonsense",)))
