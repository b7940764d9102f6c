"""The lists of a deployment: what they change, and what is said of a wrong one."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.extension import extension_of
from piste.traffic.hosts import Origin
from piste.traffic.sources import Kind, Source

EXAMPLE = """
spam = ["spam.example"]

[search.hosts]
"Intranet" = ["search.corp.example", "intranet.*"]

[search.names]
"Intranet" = ["corp"]

[plain.hosts]
"YouTube" = ["youtube.com"]
"""


def test_an_extension_comes_before_our_own_lists():
    found = extension_of(EXAMPLE)
    intranet = Source("Intranet", Kind.SEARCH)
    assert found.sources.of_referrer(Origin("search.corp.example")) == intranet
    assert found.sources.of_referrer(Origin("www.intranet.co.uk")) == intranet
    assert found.sources.of_name("Corp") == intranet
    assert found.sources.of_referrer(Origin("youtube.com")) == Source("YouTube", Kind.PLAIN)
    assert found.sources.of_referrer(Origin("google.com")) == Source("Google", Kind.SEARCH)
    assert found.spam.has("a.spam.example")
    assert found.spam.has("semalt.com")


def test_the_documented_extension():
    page = Path(__file__).resolve().parents[2] / "docs" / "traffic.md"
    found = extension_of(page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0])
    assert found.sources.of_name("forum") == Source("Our forum", Kind.SOCIAL)
    assert found.spam.has("spam.example")


def test_an_empty_extension_is_our_own_lists():
    found = extension_of("")
    assert found.sources.of_name("google") == Source("Google", Kind.SEARCH)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[radio.hosts]",
            "radio: there are search, social, email, assistants, video, shopping, plain and spam",
        ),
        ("[search.urls]", "search.urls: there are hosts, apps, names"),
        ("search = 1", "search must be a table"),
        ("search.hosts = 1", "search.hosts must be a table"),
        ('search.hosts.A = "a.example"', "search.hosts.A must be an array of texts"),
        ("search.hosts.A = [1]", "search.hosts.A must be an array of texts"),
        ('search.hosts.A = [""]', "search.hosts.A must be an array of texts"),
        ("spam = 1", "spam must be an array of texts"),
        (
            'spam = ["https://a.example/"]',
            "spam: https://a.example/ is no host such as example.com or example.*",
        ),
        (
            'search.hosts.A = ["a.example/b"]',
            "search.hosts.A: a.example/b is no host such as example.com or example.*",
        ),
        (
            'search.hosts.A = ["*.example.com"]',
            "search.hosts.A: *.example.com is no host such as example.com or example.*",
        ),
        ("[", "Invalid initial character for a key part (at end of document)"),
    ],
)
def test_a_wrong_extension_is_refused(text, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        extension_of(text)


@settings(deadline=None)
@given(st.text() | st.text().map(lambda text: f"search.hosts.A = ['{text}']"))
def test_any_text_is_an_extension_or_refused(text):
    with suppress(ValueError):
        extension_of(text)
