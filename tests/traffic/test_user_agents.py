"""Families and kinds of devices, and nothing that a text can do to them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.browsers import BROWSERS, CHROME, IN_APPS

from piste.traffic.user_agents import DEVICE_TYPES, MAX_USER_AGENT, OTHER, Client, client_of


@pytest.mark.parametrize(("user_agent", "browser", "system", "device"), BROWSERS)
def test_a_browser_is_named_as_reports_name_it(user_agent, browser, system, device):
    assert client_of(user_agent) == Client(browser, system, device)


@pytest.mark.parametrize("user_agent", IN_APPS)
def test_browsers_inside_of_apps_are_phones(user_agent):
    assert client_of(user_agent).device_type == "mobile"


@pytest.mark.parametrize("user_agent", [None, "", "   ", "\0"])
def test_of_no_user_agent_nothing_is_known(user_agent):
    assert client_of(user_agent) == Client(OTHER, OTHER, "unknown")


def test_what_no_rule_knows_is_other():
    assert client_of("something entirely different") == Client(OTHER, OTHER, "unknown")


def test_ua_parser_tells_spiders():
    spider = (
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 Chrome/131 Mobile Bots/2.1"
    )
    assert client_of(spider.replace("Bots/2.1", "bots/2")).is_spider
    assert not client_of(CHROME).is_spider


def test_only_the_beginning_of_a_long_user_agent_is_read():
    assert client_of(CHROME + " " * MAX_USER_AGENT + "iPad") == client_of(CHROME)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_some_client(text):
    assert client_of(text).device_type in DEVICE_TYPES


@pytest.mark.parametrize("part", ["a", "android ", "Chrome/", "(", "\0", "\ud800", "é"])
def test_a_megabyte_is_nothing_special(part):
    assert client_of(part * (1_000_000 // len(part))).device_type in DEVICE_TYPES
