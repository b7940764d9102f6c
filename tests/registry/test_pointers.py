"""Places in documents, as JSON Pointers."""

from typing import Any

import pytest

from piste.registry.pointers import pointer, pointer_of


def test_a_pointer_escapes_what_it_must() -> None:
    assert pointer() == ""
    assert pointer("a/b", "m~n", 0, "") == "/a~1b/m~0n/0/"


@pytest.mark.parametrize(
    ("path", "json", "wanted"),
    [
        ("$", {}, ""),
        ("$.a", {"a": 1}, "/a"),
        ("$.a[0].b", {"a": [{"b": 1}]}, "/a/0/b"),
        ("$[1]", [1, 2], "/1"),
        ("$.a.b", {"a.b": 1}, "/a.b"),
        ("$.a.b", {"a": {"b": 1}}, "/a/b"),
        ("$.a.b.c", {"a": {}, "a.b": {"c": 1}}, "/a.b/c"),
        ("$.a[0]", {"a[0]": 1}, "/a[0]"),
        ("$..", {"": {"": 1}}, "//"),
        ("$.missing.more", {"a": 1}, ""),
        ("$.a.missing", {"a": {}}, "/a"),
        ("$.a[7]", {"a": [1]}, "/a"),
        ("$.ab", {"a": 1}, ""),
        ("", {"a": 1}, ""),
    ],
)
def test_a_path_is_looked_for_in_the_document(path: str, json: Any, wanted: str) -> None:
    assert pointer_of(path, json) == wanted
