"""Which access tokens are read, and which attempts at one are not."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from piste.accounts.principal import Principal, Role
from piste.accounts.sealing import derived
from piste.accounts.tokens import VALID_FOR, Claims, Tokens

SECRET = b"s" * 32
SIGNING_KEY = derived(SECRET, "access tokens")
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PRINCIPAL = Principal("user-id", "account-id", Role.ADMIN)
TOKENS = Tokens(SECRET)
HEADER = {"alg": "HS256", "typ": "JWT"}
CLAIMS = {
    "iss": "piste",
    "aud": "piste",
    "sub": "user-id",
    "org": "account-id",
    "role": "admin",
    "key": "key-id",
    "jti": "token-id",
    "iat": 1768473000,
    "exp": 1768473000 + 24 * 60 * 60,
}


def token_with(claims=CLAIMS, header=HEADER, secret=SIGNING_KEY, digest="sha256"):
    """Signed by hand: a library would refuse to help with some of what is tried here."""
    signed = f"{segment(header)}.{segment(claims)}"
    signature = hmac.digest(secret, signed.encode(), digest)
    return f"{signed}.{segment(signature)}"


def segment(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def test_what_a_token_says():
    token = TOKENS.issue(PRINCIPAL, "key-id", "token-id", NOW)
    assert jwt.get_unverified_header(token) == HEADER
    assert jwt.decode(token, options={"verify_signature": False}) == CLAIMS
    assert TOKENS.read(token, NOW) == Claims("user-id", "key-id")


def test_a_token_is_valid_for_a_day():
    """By the clock that is handed in, to the second."""
    token = TOKENS.issue(PRINCIPAL, "key-id", "token-id", NOW)
    assert timedelta(hours=24) == VALID_FOR
    assert TOKENS.read(token, NOW + VALID_FOR - SECOND) is not None
    assert TOKENS.read(token, NOW + VALID_FOR) is None
    assert TOKENS.read(token, NOW + 365 * VALID_FOR) is None


@pytest.mark.parametrize(
    "others",
    [
        {"aud": "somebody else"},
        {"aud": None},
        {"iss": "somebody else"},
        {"iss": None},
        {"sub": None},
        {"sub": 5},
        {"key": None},
        {"key": ["key-id"]},
        {"exp": None},
        {"exp": "2099-01-01"},
        {"exp": 1e300},
    ],
    ids=str,
)
def test_claims_that_piste_does_not_make(others):
    """Even with the right signature."""
    assert TOKENS.read(token_with(), NOW) is not None
    claims = {name: value for name, value in {**CLAIMS, **others}.items() if value is not None}
    assert TOKENS.read(token_with(claims), NOW) is None


def test_another_secret():
    assert TOKENS.read(Tokens(b"t" * 32).issue(PRINCIPAL, "key-id", "id", NOW), NOW) is None
    assert TOKENS.read(token_with(secret=SECRET), NOW) is None


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_without_signature(algorithm, signature):
    header = segment({"alg": algorithm, "typ": "JWT"})
    assert TOKENS.read(f"{header}.{segment(CLAIMS)}.{signature}", NOW) is None


def test_a_changed_token():
    """Header, claims and signature hang together."""
    header, claims, signature = token_with().split(".")
    other = segment({**CLAIMS, "sub": "another"})
    assert TOKENS.read(f"{header}.{other}.{signature}", NOW) is None
    assert TOKENS.read(f"{segment({'alg': 'HS256'})}.{claims}.{signature}", NOW) is None
    assert TOKENS.read(f"{header}.{claims}.", NOW) is None
    assert TOKENS.read(f"{header}.{claims}", NOW) is None


@pytest.mark.parametrize("algorithm, digest", [("HS384", "sha384"), ("HS512", "sha512")])
def test_another_algorithm_with_the_right_key(algorithm, digest):
    assert TOKENS.read(token_with(header={"alg": algorithm}, digest=digest), NOW) is None


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_an_asymmetric_algorithm(algorithm):
    """Signed with a key pair of the attacker's own."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert TOKENS.read(jwt.encode(CLAIMS, private, algorithm), NOW) is None


def test_a_public_key_is_no_shared_secret():
    """Nor is a key that the token itself brings along."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    offered = {"jwk": {"kty": "oct", "k": segment(public)}, "x5c": [segment(public)], "kid": "x"}
    assert TOKENS.read(token_with(header={**HEADER, **offered}, secret=public), NOW) is None
    assert TOKENS.read(token_with(header={"alg": "RS256"}, secret=public), NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "tt_" + "0" * 43,
        "ключ.ключ.ключ",
        "\udc80.\udc80.\udc80",
        "\0.\0.\0",
        "=.=.=",
        "e30." * 10_000,
        f"{segment(b'[' * 30_000)}.e30.",
        f"{segment(b'1' * 30_000)}.e30.",
        f"{segment({'alg': ['HS256']})}.e30.",
        f"{segment({'alg': 'HS256', 'b64': False, 'crit': ['b64']})}..AAAA",
        f"{segment({'alg': 'HS256', 'kid': 5})}.{segment(CLAIMS)}.AAAA",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_any_text_may_be_read(text):
    """It is no token, and nothing worse happens."""
    assert TOKENS.read(text, NOW) is None
