"""The lists: whole, consistent, and looked up by labels."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.hosts import Origin, origin_of
from piste.traffic.sources import Kind, Source, extended, own_lists, own_sources
from piste.traffic.spam import Spam, own_list, own_spam

LISTS = own_lists()
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.(?:{_LABEL}|\*)")
APP = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")


def entries(section):
    return [
        (Kind(kind), name, text)
        for kind, sections in LISTS.items()
        for name, texts in sections.get(section, {}).items()
        for text in texts
    ]


def source(url, sources=None):
    origin = origin_of(url)
    assert origin is not None
    return (sources or own_sources()).of_referrer(origin)


def kind_of(url):
    found = source(url)
    return None if found is None else found.kind


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [(Kind.SEARCH, 150), (Kind.SOCIAL, 80), (Kind.EMAIL, 30), (Kind.ASSISTANT, 15)],
)
def test_the_lists_are_long_enough(kind, at_least):
    assert len(LISTS[kind]["hosts"]) >= at_least


@pytest.mark.parametrize("section", ["hosts", "apps", "names"])
def test_nothing_stands_twice(section):
    counts = Counter(text for _, _, text in entries(section))
    assert [text for text, count in counts.items() if count > 1] == []


def test_a_name_is_of_one_kind():
    kinds = {}
    for section in ("hosts", "apps", "names"):
        for kind, name, text in entries(section):
            kinds.setdefault(name.lower(), set()).add(kind)
            if section == "names":
                kinds.setdefault(text, set()).add(kind)
    assert {name for name, several in kinds.items() if len(several) > 1} == set()


def test_the_files_have_these_sections_only():
    assert {section for sections in LISTS.values() for section in sections} == {
        "hosts",
        "apps",
        "names",
    }


def test_hosts_are_valid_and_lower_case():
    assert [text for _, _, text in entries("hosts") if not HOST.fullmatch(text)] == []


def test_apps_are_valid_and_lower_case():
    assert [text for _, _, text in entries("apps") if not APP.fullmatch(text)] == []


def test_names_are_lower_case():
    assert [text for _, _, text in entries("names") if text != text.lower().strip()] == []


def test_each_host_is_found_with_all_below_it():
    for kind, name, text in entries("hosts"):
        host = text.replace(".*", ".de")
        assert source(f"https://{host}/x") == Source(name, kind)
        assert source(f"https://zzz.{host}") == Source(name, kind)
        assert host.count(".") > 1 or source(f"https://not{host}/") is None
        assert source(f"https://{host}.evil.example/") is None


def test_no_host_says_what_one_above_it_says_already():
    for kind, name, text in entries("hosts"):
        above = text.replace(".*", ".de").partition(".")[2]
        origin = origin_of(f"https://{above}/")
        found = own_sources().of_referrer(origin) if origin else None
        assert found != Source(name, kind), text


def test_each_app_is_found():
    for kind, name, text in entries("apps"):
        assert own_sources().of_referrer(Origin(text, is_app=True)) == Source(name, kind)
        assert own_sources().of_referrer(Origin(f"{text}.evil", is_app=True)) is None


def test_an_app_is_not_found_as_a_host():
    assert source("https://com.google.android.gm/") is None


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.google.com/", Kind.SEARCH),
        ("https://www.google.co.uk/", Kind.SEARCH),
        ("https://google.com.br/", Kind.SEARCH),
        ("https://news.google.com/", Kind.SEARCH),
        ("https://google.cat/", Kind.SEARCH),
        ("https://notgoogle.example/", None),
        ("https://notgoogle.com/", None),
        ("https://google.example/", None),
        ("https://google.com.evil.example/", None),
        ("https://google.evil/", None),
        ("https://mail.google.com/mail/u/0/", Kind.EMAIL),
        ("https://docs.google.com/", Kind.PLAIN),
        ("https://gemini.google.com/app", Kind.ASSISTANT),
        ("https://search.yahoo.com/", Kind.SEARCH),
        ("https://mail.yahoo.com/", Kind.EMAIL),
        ("https://us.mail.yahoo.co.jp/", Kind.EMAIL),
        ("https://t.co/abc123", Kind.SOCIAL),
        ("https://not-t.co/", None),
        ("https://l.facebook.com/", Kind.SOCIAL),
        ("https://lm.facebook.com/", Kind.SOCIAL),
        ("https://lnkd.in/x", Kind.SOCIAL),
        ("https://out.reddit.com/", Kind.SOCIAL),
        ("https://old.reddit.com/", Kind.SOCIAL),
        ("https://news.ycombinator.com/", Kind.SOCIAL),
        ("https://ycombinator.com/", None),
        ("https://www.youtube.com/", Kind.VIDEO),
        ("https://chatgpt.com/", Kind.ASSISTANT),
        ("https://www.perplexity.ai/", Kind.ASSISTANT),
        ("https://www.amazon.co.uk/", Kind.SHOPPING),
        ("https://console.aws.amazon.com/", Kind.PLAIN),
        ("android-app://com.google.android.gm/", Kind.EMAIL),
        ("android-app://com.google.android.googlequicksearchbox/", Kind.SEARCH),
        ("android-app://com.reddit.frontpage/", Kind.SOCIAL),
    ],
)
def test_well_known_referrers(url, kind):
    assert kind_of(url) is kind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("google", "Google"),
        ("GOOGLE", "Google"),
        ("chatgpt.com", "ChatGPT"),
        ("fb", "Facebook"),
        ("twitter", "X"),
        ("www.facebook.com", "Facebook"),
        ("notgoogle", None),
        ("", None),
        (".", None),
        ("\0", None),
    ],
)
def test_a_source_is_known_by_names(name, expected):
    found = own_sources().of_name(name)
    assert (None if found is None else found.name) == expected


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_name_or_not(text):
    own_sources().of_name(text)


HOSTS = {text.replace(".*", ".de") for _, _, text in entries("hosts")}


@settings(deadline=None)
@given(st.from_regex(r"[a-z0-9-]{1,10}", fullmatch=True), st.sampled_from(sorted(HOSTS)))
def test_a_longer_label_is_another_host(prefix, host):
    longer = f"{prefix}{host}"
    if longer not in HOSTS and host.count(".") == 1:
        assert source(f"https://{longer}/") is None


def test_a_deployment_adds_and_overrules():
    mine = extended(
        {
            "search": {
                "hosts": {"Intranet": ["Search.Corp.Example"]},
                "apps": {"Intranet": ["corp.app"]},
            },
            "plain": {"hosts": {"YouTube": ["youtube.*"]}},
            "social": {"names": {"Club": ["club"]}},
        }
    )
    assert source("https://search.corp.example/", mine) == Source("Intranet", Kind.SEARCH)
    assert source("android-app://corp.app/", mine) == Source("Intranet", Kind.SEARCH)
    assert source("https://www.youtube.com/", mine) == Source("YouTube", Kind.PLAIN)
    assert mine.of_name("CLUB") == Source("Club", Kind.SOCIAL)
    assert source("https://www.google.com/", mine) == source("https://www.google.com/")


def test_spam_hosts_are_valid_and_stand_once():
    assert len(own_list()) >= 80
    assert len(set(own_list())) == len(own_list())
    assert [host for host in own_list() if not HOST.fullmatch(host)] == []


def test_no_spam_host_is_in_another_list():
    assert [host for host in own_list() if source(f"https://{host}/") is not None] == []


@pytest.mark.parametrize(
    ("host", "is_spam"),
    [
        ("semalt.com", True),
        ("a.b.semalt.com", True),
        ("notsemalt.com", False),
        ("semalt.com.example", False),
        ("com", False),
    ],
)
def test_spam_is_by_labels(host, is_spam):
    assert own_spam().has(host) is is_spam


def test_a_deployment_brings_its_own_spam():
    assert Spam([*own_list(), "Spam.Example"]).has("www.spam.example")
