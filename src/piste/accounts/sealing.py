"""API keys sealed, so that an administrator can see one again and a thief of the database cannot.

Room:   pure; the secret and the nonces are handed in.
Limits: AES-256-GCM, the key's id as associated data: a sealed key opens in its own place only.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32
NONCE_BYTES = 12


def derived(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, which say nothing about those for another (HKDF with SHA-256)."""
    return HKDF(SHA256(), length=32, salt=None, info=f"piste {purpose}".encode()).derive(secret)


class Vault:
    """Seals and opens with one secret. Safe to use from several threads."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(derived(secret, "api keys"))

    def seal(self, key: str, key_id: str, nonce: bytes) -> bytes:
        """Nonce and ciphertext. A nonce of NONCE_BYTES random bytes must not be used twice."""
        return nonce + self._cipher.encrypt(nonce, key.encode(), key_id.encode())

    def open(self, sealed: bytes, key_id: str) -> str | None:
        """None when it was sealed with another secret, for another key, or is damaged."""
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, key_id.encode()).decode()
        except (InvalidTag, ValueError):
            return None
