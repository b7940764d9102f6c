"""A sealed key opens with its secret and in its place, and nowhere else."""

import pytest

from piste.accounts.sealing import NONCE_BYTES, Vault, derived

SECRET = b"s" * 32
NONCE = b"n" * NONCE_BYTES
KEY = "tt_abc123"


def test_a_key_is_opened_again():
    sealed = Vault(SECRET).seal(KEY, "id", NONCE)
    assert KEY.encode() not in sealed
    assert Vault(SECRET).open(sealed, "id") == KEY


def test_another_secret_opens_nothing():
    assert Vault(b"t" * 32).open(Vault(SECRET).seal(KEY, "id", NONCE), "id") is None


def test_a_sealed_key_cannot_be_put_in_the_place_of_another():
    """Who can write to the database still cannot have their own key shown as somebody else's."""
    assert Vault(SECRET).open(Vault(SECRET).seal(KEY, "id", NONCE), "other") is None


@pytest.mark.parametrize("damage", [b"", b"n", NONCE, NONCE + b"x" * 40])
def test_what_is_damaged_is_not_opened(damage):
    assert Vault(SECRET).open(damage, "id") is None


def test_each_bit_counts():
    sealed = Vault(SECRET).seal(KEY, "id", NONCE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert Vault(SECRET).open(bytes(changed), "id") is None


def test_each_purpose_has_bytes_of_its_own():
    one, other = derived(SECRET, "api keys"), derived(SECRET, "access tokens")
    assert len(one) == len(other) == 32
    assert len({one, other, SECRET}) == 3
    assert derived(SECRET, "api keys") == one
