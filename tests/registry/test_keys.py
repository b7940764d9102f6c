"""What a key in a request stands for, and how keys come and go."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from support.registries import (
    ACME,
    OWN,
    SUPER_KEY,
    UNKNOWN_KEY,
    Clock,
    Ids,
    Installed,
    registry_in,
)

from piste.registry.keys import InvalidKey, Keyring, digest_of, is_prefix
from piste.registry.permissions import Action, Anyone, KeyHolder, Member, Super


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    opened = registry_in(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def keyring(installed: Installed) -> Keyring:
    return installed.registry.keyring


def test_a_key_is_who_it_was_made_for(keyring: Keyring) -> None:
    pair = keyring.generate("com.acme", ACME)
    for key, action in ((pair.read, Action.READ), (pair.write, Action.CREATE_VENDOR)):
        wanted = KeyHolder(sha256(key.encode()).hexdigest(), ACME, "com.acme", action)
        assert keyring.caller(key) == wanted
        assert keyring.caller(key.upper()) == wanted


@pytest.mark.parametrize("key", [None, "", UNKNOWN_KEY, "tt_unknown"])
def test_without_a_known_key_it_is_anyone(keyring: Keyring, key: str | None) -> None:
    assert keyring.caller(key) == Anyone()


def test_the_super_key_and_our_own_keys(keyring: Keyring) -> None:
    assert keyring.caller(SUPER_KEY) == Super("super", OWN)
    assert keyring.caller("tt_admin") == Super("admin", OWN)
    assert keyring.caller("tt_acme") == Member("ann", ACME)


def test_without_a_super_key_nobody_has_it(installed: Installed) -> None:
    keys = installed.store.iglu_keys()
    keyring = Keyring(keys, lambda _: None, Clock(), Ids(), OWN)
    assert keyring.caller(SUPER_KEY) == Anyone()


@pytest.mark.parametrize(
    "key",
    [
        "secret",
        "1-1-1-1-1",
        SUPER_KEY[:-1],
        f"{SUPER_KEY}0",
        f" {SUPER_KEY}",
        f"{SUPER_KEY}\n",
        SUPER_KEY.replace("-", ""),
        SUPER_KEY.replace("0", "g"),
        "x" * 10_000,
    ],
)
def test_what_is_no_key(keyring: Keyring, key: str) -> None:
    with pytest.raises(InvalidKey):
        keyring.caller(key)


def test_a_key_that_was_taken_back_is_nobody_s(keyring: Keyring) -> None:
    pair = keyring.generate("com.acme", ACME)
    assert keyring.revoke(pair.read) is True
    assert keyring.revoke(pair.read) is False
    assert keyring.caller(pair.read) == Anyone()
    assert keyring.caller(pair.write) != Anyone()
    with pytest.raises(InvalidKey):
        keyring.revoke("1")


def test_the_key_itself_is_not_kept(installed: Installed, tmp_path: Path) -> None:
    pair = installed.registry.keyring.generate("com.acme", ACME)
    found = b"".join(file.read_bytes() for file in tmp_path.glob("metadata.db*"))
    assert digest_of(pair.read).encode() in found
    assert pair.read.encode() not in found
    assert pair.write.encode() not in found


@pytest.mark.parametrize("text", ["", "*", "com", "com.acme", "a-b.c_d.e1", "a" * 255])
def test_prefixes(text: str) -> None:
    assert is_prefix(text)


@pytest.mark.parametrize("text", ["com.", ".com", "com..acme", "com acme", "**", "a" * 256, "é"])
def test_no_prefixes(text: str) -> None:
    assert not is_prefix(text)


def test_a_super_key_is_a_uuid(installed: Installed) -> None:
    with pytest.raises(InvalidKey):
        Keyring(installed.store.iglu_keys(), lambda _: None, Clock(), Ids(), OWN, "secret")
