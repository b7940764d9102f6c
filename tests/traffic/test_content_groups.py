"""Patterns of paths: what they match, what is refused, and that none takes long."""

import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.traffic.content_groups import (
    MAX_EXPRESSIONS,
    MAX_GROUPS,
    ContentGroups,
    compiled,
    content_groups,
)
from piste.traffic.flaws import Flaw


def matches(pattern, path):
    found = compiled(pattern)
    assert not isinstance(found, str), found
    return found(path)


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("/pricing", ["/pricing"], ["/pricing/", "/Pricing", "/pricing/a", "/a/pricing", "/"]),
        ("/a*c", ["/ac", "/abc", "/abbc"], ["/a/c", "/abcd", "/x/abc"]),
        ("/*/edit", ["/a/edit", "//edit"], ["/a/b/edit", "/edit"]),
        ("/**/edit", ["/a/edit", "/a/b/edit"], ["/edit", "/a/edit/b"]),
        ("**/edit", ["/edit", "/a/b/edit"], ["/editor"]),
        ("/a***b", ["/ab", "/a/x/b"], ["/a"]),
        ("/blog/**", ["/blog", "/blog/", "/blog/a", "/blog/a/b"], ["/blogs", "/blog-a", "/a/blog"]),
        ("/blog/*", ["/blog/", "/blog/a", "/blog/a/b"], ["/blog", "/blogs", "/a/blog/b"]),
        ("/*/x/*", ["/a/x/b", "/a/x/b/c"], ["/a/x", "/a/b/x/c"]),
        ("/**", ["/", "/a", "/a/b"], []),
        ("/*", ["/", "/a", "/a/b"], []),
        ("*", ["a", ""], ["/", "/a"]),
        ("**", ["/", "/a/b", "a"], []),
        ("/a?", ["/a?"], ["/a", "/ab"]),
        ("/a.b+(c)[d]{e}|$^\\*", ["/a.b+(c)[d]{e}|$^\\x"], ["/aXb+(c)[d]{e}|$^\\x"]),
        ("/é*", ["/é", "/éa"], ["/e"]),
        ("/a*\u00e9**", ["/a\u00e9", "/ab\u00e9/c"], ["/a/\u00e9"]),
        ("regex:^/(de|en)/", ["/de/", "/en/a"], ["/fr/", "/a/de/"]),
        ("regex:\\.html$", ["/a.html"], ["/a.html/b", "/ahtml"]),
        ("regex:(?i)^/blog", ["/BLOG"], ["/a"]),
    ],
)
def test_a_pattern_matches_these(pattern, inside, outside):
    assert [path for path in inside if not matches(pattern, path)] == []
    assert [path for path in outside if matches(pattern, path)] == []


def groups(*pairs):
    found = content_groups([{"name": name, "pattern": pattern} for name, pattern in pairs])
    assert isinstance(found, ContentGroups), found
    return found


def test_the_first_group_that_matches_counts():
    found = groups(("Post", "/blog/post-*"), ("Blog", "/blog/**"), ("Blog", "/news/**"))
    assert found.of("/blog/post-1") == "Post"
    assert found.of("/blog/x") == "Blog"
    assert found.of("/news") == "Blog"
    assert found.of("/") is None


def test_names_and_patterns_are_trimmed():
    assert groups((" Blog ", " /blog/** ")).of("/blog") == "Blog"


@pytest.mark.parametrize("value", [None, []])
def test_no_groups_match_nothing(value):
    found = content_groups(value)
    assert isinstance(found, ContentGroups)
    assert found.of("/") is None


@pytest.mark.parametrize("value", ["/blog", {}, 7, True])
def test_the_groups_are_an_array(value):
    message = "`content_groups` must be an array of groups"
    assert content_groups(value) == (Flaw("content_groups", message),)


@pytest.mark.parametrize("one", [None, "Blog", 7, ["Blog", "/blog"]])
def test_a_group_is_an_object(one):
    at = "content_groups[1]"
    good = {"name": "A", "pattern": "/a"}
    flaw = Flaw(at, f"`{at}` must be an object with `name` and `pattern`")
    assert content_groups([good, one]) == (flaw,)


@pytest.mark.parametrize("member", ["name", "pattern"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "must be a text that is not empty"),
        ("", "must be a text that is not empty"),
        ("  ", "must be a text that is not empty"),
        (7, "must be a text that is not empty"),
        (["/a"], "must be a text that is not empty"),
        ("a\0b", "has characters that cannot be printed"),
        ("a\ud800", "has characters that cannot be printed"),
        ("a\nb", "has characters that cannot be printed"),
    ],
)
def test_what_is_wrong_with_a_member_is_said(member, value, reason):
    at = f"content_groups[0].{member}"
    group = {"name": "A", "pattern": "/a"} | {member: value}
    assert content_groups([group]) == (Flaw(at, f"`{at}` {reason}"),)


def test_a_missing_member_is_said():
    found = content_groups([{}])
    assert [flaw.field for flaw in found] == ["content_groups[0].name", "content_groups[0].pattern"]


@pytest.mark.parametrize(("member", "limit"), [("name", 255), ("pattern", 200)])
def test_members_are_not_long(member, limit):
    at = f"content_groups[0].{member}"
    group = {"name": "A", "pattern": "/a"}
    assert isinstance(content_groups([group | {member: "é" * limit}]), ContentGroups)
    flaw = Flaw(at, f"`{at}` is longer than {limit} characters")
    assert content_groups([group | {member: "é" * (limit + 1)}]) == (flaw,)
    assert content_groups([group | {member: "a" * 1_000_000}]) == (flaw,)


def test_there_are_a_hundred_groups_at_most():
    group = {"name": "A", "pattern": "/a"}
    assert isinstance(content_groups([group] * MAX_GROUPS), ContentGroups)
    message = "`content_groups` has more than 100 groups"
    assert content_groups([group] * (MAX_GROUPS + 1)) == (Flaw("content_groups", message),)


def test_there_are_twenty_regular_expressions_at_most():
    group = {"name": "A", "pattern": "regex:a"}
    others = [{"name": "A", "pattern": "/a"}] * 10
    assert isinstance(content_groups([group] * MAX_EXPRESSIONS + others), ContentGroups)
    message = "`content_groups` has more than 20 regular expressions"
    flaw = Flaw("content_groups", message)
    assert content_groups([group] * (MAX_EXPRESSIONS + 1)) == (flaw,)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("(", "missing ): ("),
        ("a**", "bad repetition operator: **"),
        ("[b-a]", "invalid character class range: b-a"),
        ("(?=a)", "invalid perl operator: (?="),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("a{1001}", "invalid repetition size: {1001}"),
        (r"(\pL{30}){30}", "pattern too large - compile failed"),
    ],
)
def test_a_wrong_regular_expression_is_explained(expression, reason):
    at = "content_groups[0].pattern"
    found = content_groups([{"name": "A", "pattern": f"regex:{expression}"}])
    assert found == (Flaw(at, f"`{at}` is no regular expression: {reason}"),)


def test_the_longest_glob_compiles():
    for pattern in ("/é*" * 66, "*€" * 100, "**a" * 66, "*a/" * 66):
        assert not isinstance(compiled(pattern), str)


def naively(pattern, path):
    """The meaning of a pattern, by trying everything."""
    if pattern.endswith("/**"):
        base = pattern[:-3]
        return naively_glob(base, path) or naively_glob(f"{base}/**", path)
    if pattern.endswith("/*"):
        return naively_glob(f"{pattern}*", path)
    return naively_glob(pattern, path)


@cache
def naively_glob(pattern, path):
    if not pattern:
        return not path
    if pattern.startswith("**"):
        rest = pattern.lstrip("*")
        return any(naively_glob(rest, path[at:]) for at in range(len(path) + 1))
    if pattern.startswith("*"):
        end = path.find("/") if "/" in path else len(path)
        return any(naively_glob(pattern[1:], path[at:]) for at in range(end + 1))
    return path[:1] == pattern[0] and naively_glob(pattern[1:], path[1:])


@settings(deadline=None)
@given(
    st.text(alphabet="/ab*?.", min_size=1, max_size=12),
    st.text(alphabet="/ab?.\n", max_size=14),
)
def test_a_glob_means_what_trying_everything_says(pattern, path):
    assert matches(pattern, path) == naively(pattern, path)


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_pattern_is_a_group_or_a_flaw(pattern, expression):
    value = [{"name": "A", "pattern": pattern}, {"name": "B", "pattern": f"regex:{expression}"}]
    found = content_groups(value)
    if isinstance(found, ContentGroups):
        found.of("/blog/a")


BOMBS = [
    *(
        "regex:^(a+)+$",
        "regex:^(a|a)*$",
        "regex:(a|aa)+$",
        "regex:(.*)*$",
        "regex:^(([a-z])+.)+[A-Z]([a-z])+$",
        "regex:(?:(?:a?){30}){30}y",
    ),
    *(
        "*a" * 100,
        "**a" * 66,
        "**a*b" * 40,
        "*a/" * 66,
        "regex:" + "(a?" * 40 + ")" * 40 + "a" * 30,
    ),
]


@pytest.mark.parametrize("pattern", BOMBS)
def test_no_pattern_takes_long(pattern):
    found = compiled(pattern)
    assert not isinstance(found, str), found
    started = time.process_time()
    for path in ("/" + "a" * 2_047, "a" * 2_047 + "!", "/" + "a/" * 1_023):
        found(path)
    assert time.process_time() - started < 0.5
