"""The server's certificate, from a PKCS12 file or PEM files, as an `ssl.SSLContext`.

Room:   the top; the app hands one of these contexts to uvicorn by its `ssl_context_factory`.
Limits: a PKCS12 key is never readable on disk: Python's `ssl` takes keys from files only, so it gets
        one encrypted with a password made for the moment, in a folder that only we may enter, gone
        before the context is returned. Renewed files are read at the next start.
"""

import logging
import secrets
import ssl
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

log = logging.getLogger(__name__)


class CertificateError(Exception):
    """The certificate or key in `path` cannot be used; `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def pkcs12_context(path: Path, password: str | None, now: datetime) -> ssl.SSLContext:
    """From one file with certificate, private key and, where there is one, the chain.

    `now` has a time zone; a certificate out of its time is used, with a warning. Raises
    `CertificateError`.
    """
    try:
        bundle = load_pkcs12(_content(path), None if password is None else password.encode())
    except ValueError as error:
        raise CertificateError(path, "wrong password, or not a PKCS12 file") from error
    if bundle.key is None or bundle.cert is None:
        raise CertificateError(path, "no private key with its certificate inside")
    chain = [bundle.cert.certificate, *(one.certificate for one in bundle.additional_certs)]
    _warn_when_out_of_time(path, chain[0], now)
    passphrase = secrets.token_hex(32)
    key = bundle.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode())
    )
    with TemporaryDirectory() as folder:
        pem = Path(folder, "certificate.pem")
        pem.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain) + key)
        return _context(pem, None, passphrase)


def pem_context(
    certificate: Path, key: Path | None, password: str | None, now: datetime
) -> ssl.SSLContext:
    """From a file with the certificate and its chain, and one with the private key.

    Without `key` the certificate's file holds the key too. `now` and errors: as `pkcs12_context`.
    """
    try:
        (first, *_) = x509.load_pem_x509_certificates(_content(certificate))
    except ValueError as error:
        raise CertificateError(certificate, "no PEM certificate inside") from error
    if b"PRIVATE KEY-----" not in _content(key or certificate):
        raise CertificateError(key or certificate, "no PEM private key inside")
    _warn_when_out_of_time(certificate, first, now)
    try:
        return _context(certificate, key, password or "")
    except ssl.SSLError as error:
        reason = "the key is not this certificate's, is damaged, or needs another password"
        raise CertificateError(key or certificate, f"{reason} ({error.reason})") from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(path, error.strerror or str(error)) from error


def _context(certificate: Path, key: Path | None, password: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    # A callable, because OpenSSL would ask on the terminal for a password that is missing.
    context.load_cert_chain(certificate, key, lambda: password)
    return context


def _warn_when_out_of_time(path: Path, certificate: x509.Certificate, now: datetime) -> None:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= now <= end:
        log.warning("%s: the certificate is valid from %s to %s, not now", path, start, end)
