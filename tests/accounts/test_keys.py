"""What a key looks like, what is kept of it, and which keys an operator may give."""

import hashlib
import re

import pytest

from piste.accounts.keys import given_key_flaw, new_key, sha256_of
from piste.accounts.labels import LABEL_PATTERN, MAX_LABEL, is_label


@pytest.mark.parametrize(
    "random, key",
    [
        (bytes(32), "tt_" + "0" * 43),
        (bytes(31) + b"\x3d", "tt_" + "0" * 42 + "z"),
        (bytes(31) + b"\x3e", "tt_" + "0" * 41 + "10"),
        (b"\xff" * 32, "tt_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1"),
    ],
)
def test_a_key_is_its_random_bytes_in_base_62(random, key):
    """Of one length, so that no key says how small its number is."""
    made = new_key(random)
    assert re.fullmatch(r"tt_[0-9A-Za-z]{43}", made)
    assert made == key


def test_different_bytes_are_different_keys():
    """Also at the far end: no bits are lost."""
    largest = int.from_bytes(b"\xff" * 32, "big")
    keys = {new_key((largest - less).to_bytes(32, "big")) for less in range(200)}
    assert len(keys) == 200


@pytest.mark.parametrize("key", ["tt_abc", "ключ-администратора", "", "\udc80"])
def test_a_hash_is_of_any_text(key):
    """Also of one that came from bytes which are no text."""
    assert sha256_of(key) == hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


@pytest.mark.parametrize("key", ["x" * 16, "correct-horse-battery", "a" * 1024, "!" + "~" * 15])
def test_a_key_that_the_operator_may_give(key):
    assert given_key_flaw(key) is None


@pytest.mark.parametrize(
    "key, flaw",
    [
        ("", "it has 0 characters; wanted are 16 to 1024"),
        ("x" * 15, "it has 15 characters; wanted are 16 to 1024"),
        ("x" * 1025, "it has 1025 characters; wanted are 16 to 1024"),
        ("correct horse battery staple", "it has spaces or characters outside ASCII"),
        ("ключ-администратора", "it has spaces or characters outside ASCII"),
        ("x" * 16 + "\n", "it has spaces or characters outside ASCII"),
        ("x" * 16 + "\udc80", "it has spaces or characters outside ASCII"),
    ],
)
def test_a_key_that_the_operator_may_not_give(key, flaw):
    """And the reason does not repeat it."""
    said = given_key_flaw(key)
    assert said is not None
    assert said.startswith(flaw)
    assert len(key) < 16 or key not in said


@pytest.mark.parametrize("text", ["a", "Acme Corp", " ", "x" * MAX_LABEL, "🦊" * MAX_LABEL, "\n"])
def test_a_label(text):
    """And the pattern of the documentation says the same."""
    assert is_label(text)
    assert re.search(LABEL_PATTERN, text)


@pytest.mark.parametrize("value", ["", "x" * (MAX_LABEL + 1), "a\0b", "\ud800", None, 5, ["a"]])
def test_no_label(value):
    assert not is_label(value)


def test_the_pattern_refuses_what_databases_refuse():
    assert re.search(LABEL_PATTERN, "a\0b") is None
