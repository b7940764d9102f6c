"""Who is a bot, by which list, and who is none."""

import json
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.browsers import BROWSERS, CHROME, IN_APPS, IPHONE

from piste.traffic.bots import Bot, Layer, bot_by_user_agent, is_in_app

UUID = "3b911a1f-345f-4cad-b017-01825092eb17"


def layer(user_agent):
    bot = bot_by_user_agent(user_agent)
    return None if bot is None else bot.layer


@pytest.mark.parametrize("user_agent", [row[0] for row in BROWSERS] + IN_APPS)
def test_people_are_no_bots(user_agent):
    assert bot_by_user_agent(user_agent) is None


@pytest.mark.parametrize(
    ("user_agent", "reason"),
    [
        (None, "no user agent"),
        ("", "no user agent"),
        ("  ", "no user agent"),
        ("Mozilla/5.0 (X)", "user agent: shorter than 16 characters"),
        (CHROME + " " + "x" * 500, "user agent: longer than 500 characters"),
        (CHROME + " é", "user agent: characters beyond ASCII"),
        ("2001:db8::1234:5678", "user agent: an IP address"),
        ("203.0.113.100:80", "user agent: an IP address"),
        (UUID, "user agent: a UUID"),
        (UUID.replace("-", "").upper(), "user agent: a UUID"),
    ],
)
def test_no_browser_has_a_user_agent_of_this_form(user_agent, reason):
    assert bot_by_user_agent(user_agent) == Bot(Layer.FORM, reason)


def test_the_shortest_and_the_longest_user_agents_are_fine():
    assert bot_by_user_agent("Mozilla/5.0 (XY)") is None
    assert bot_by_user_agent(CHROME + " " + "x" * (499 - len(CHROME))) is None


@pytest.mark.parametrize(
    ("user_agent", "reason"),
    [
        (CHROME.replace("Chrome/", "HeadlessChrome/"), "Headless Chrome"),
        (
            "Mozilla/5.0 (Unknown; Linux) AppleWebKit/538.1 PhantomJS/2.1.1 Safari/538.1",
            "PhantomJS",
        ),
        (CHROME + " Playwright/1.49", "Playwright"),
        (CHROME + " Cypress/13.15.2 Electron/118", "Cypress"),
        (CHROME + " Chrome-Lighthouse", "Lighthouse"),
        (CHROME + " PTST/241107", "PageSpeed"),
        ("python-requests/2.32.3", "Python"),
        ("Python/3.12 aiohttp/3.11.2", "Python"),
        ("curl/8.11.0", "curl"),
        ("Wget/1.25.0", "Wget"),
        ("Go-http-client/2.0", "Go"),
        ("okhttp/4.12.0", "Java"),
        ("axios/1.7.7", "Node.js"),
        ("PostmanRuntime/7.42.0", "Postman"),
        ("GuzzleHttp/7", "PHP"),
    ],
)
def test_automation_is_named(user_agent, reason):
    assert bot_by_user_agent(user_agent) == Bot(Layer.AUTOMATION, reason)


@pytest.mark.parametrize(
    ("user_agent", "reason"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", None),
        ("Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)", "GPTBot"),
        ("Mozilla/5.0 (compatible; NobodyKnowsThisSpider; +http://example.org)", "spider"),
        ("Mozilla/5.0 (compatible; unheard-of robot)", "bot"),
    ],
)
def test_crawlers_are_known_by_lists_or_by_what_they_call_themselves(user_agent, reason):
    bot = bot_by_user_agent(user_agent)
    assert bot is not None
    assert bot.layer is Layer.CRAWLER
    assert reason is None or bot.reason == reason


@pytest.mark.parametrize(
    "name",
    ["ChatGPT-User/1.0", "Claude-User/1.0", "Perplexity-User/1.0", "MistralAI-User/1.0"],
)
def test_assistants_that_fetch_for_a_person_are_a_class_of_their_own(name):
    user_agent = f"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; {name}; +https://x.org/bot"
    assert bot_by_user_agent(user_agent) == Bot(Layer.AI_AGENT, name.partition("/")[0])


def test_the_whole_list_of_crawlers_is_recognized_by_its_own_examples():
    known = json.loads((files("crawleruseragents") / "crawler-user-agents.json").read_text())
    examples = [example for crawler in known for example in crawler["instances"]]
    assert len(examples) > 1_000
    missed = [one for one in examples if bot_by_user_agent(one) is None and not is_in_app(one)]
    assert missed == []


def test_a_browser_inside_of_an_app_may_carry_odd_words():
    odd = f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/485.0;FBDV/Robot]"
    assert layer(odd.replace("[FBAN/FBIOS;FBAV/485.0;", "[")) is Layer.CRAWLER
    assert layer(odd) is None
    assert layer(odd + "x" * 500) is None
    assert layer(odd + " é") is None


def test_automation_inside_of_an_app_is_automation():
    assert layer(f"{CHROME} [FBAN/FBIOS;FBAV/485.0] HeadlessChrome/131.0") is Layer.AUTOMATION


def test_a_bot_prints_its_layer_and_its_reason():
    assert str(bot_by_user_agent("curl/8.11.0")) == "automation: curl"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_answered(text):
    assert isinstance(bot_by_user_agent(text), Bot | None)


@pytest.mark.parametrize("part", ["a", "bot", "(", "\0", "\ud800", "cubot "])
def test_a_megabyte_is_a_bot(part):
    assert bot_by_user_agent(part * (1_000_000 // len(part))) is not None
