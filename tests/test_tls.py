"""Certificates from PKCS12 and PEM files, proved by real TLS handshakes."""

import logging
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from piste import tls

NOW = datetime.now(UTC)
PASSWORD = "changeme"

Key = ec.EllipticCurvePrivateKey


def certificate(
    key: Key, name: str = "piste", *, issuer: tuple[str, Key] | None = None, days: int = 1
) -> x509.Certificate:
    """For 127.0.0.1, signed by `issuer` (else by itself), valid from ten days ago for `days` more."""
    issuer_name, issuer_key = issuer or (name, key)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer_name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=10))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(
            x509.BasicConstraints(ca=issuer is None, path_length=None),
            critical=True,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: Key, password: str | None = None) -> bytes:
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def p12(path: Path, key: Key | None, own: x509.Certificate, *others: x509.Certificate) -> Path:
    encryption = BestAvailableEncryption(PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"piste", key, own, others, encryption))
    return path


def subject_seen_by_a_client(server: ssl.SSLContext, trusted: x509.Certificate) -> str:
    """Shake hands on a real socket, the client verifying; the name in the certificate it saw."""
    client = ssl.create_default_context(cadata=trusted.public_bytes(Encoding.PEM).decode())
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with server.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with (
                socket.create_connection(listener.getsockname(), timeout=10) as plain,
                client.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
            ):
                assert secured.version() in ("TLSv1.2", "TLSv1.3")
                seen = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
                secured.send(b".")
        finally:
            thread.join()
    return seen.subject.rfc4514_string()


def test_a_client_accepts_the_certificate_of_a_pkcs12_file(tmp_path):
    """The chain inside is sent along: the client trusts only the issuer."""
    root_key, key = new_key(), new_key()
    root = certificate(root_key, "root")
    own = certificate(key, issuer=("root", root_key))
    context = tls.pkcs12_context(p12(tmp_path / "a.p12", key, own, root), PASSWORD, NOW)
    assert subject_seen_by_a_client(context, root) == "CN=piste"


@pytest.mark.parametrize(
    ("password", "in_one_file"),
    [
        pytest.param(None, False, id="two files"),
        pytest.param(None, True, id="the key beside the certificate in one file"),
        pytest.param(PASSWORD, False, id="a key with a password"),
    ],
)
def test_a_client_accepts_the_certificate_of_pem_files(tmp_path, password, in_one_file):
    """PEM, with the key in a file of its own or not."""
    key = new_key()
    own = certificate(key)
    certificate_file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    key_file.write_bytes(pem(key, password))
    certificate_file.write_bytes(
        own.public_bytes(Encoding.PEM) + (pem(key, password) if in_one_file else b"")
    )
    context = tls.pem_context(certificate_file, None if in_one_file else key_file, password, NOW)
    assert subject_seen_by_a_client(context, own) == "CN=piste"


def test_no_key_is_left_or_readable_on_disk(tmp_path, monkeypatch):
    """While the context is built the key on disk is encrypted; afterwards nothing is left."""
    key = new_key()
    path = p12(tmp_path / "a.p12", key, certificate(key))
    (temporary := tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    seen = []
    build = tls._context

    def observed(file: Path, *rest):
        seen.append((file.read_bytes(), file.parent.stat().st_mode & 0o777))
        return build(file, *rest)

    monkeypatch.setattr(tls, "_context", observed)
    tls.pkcs12_context(path, PASSWORD, NOW)
    ((content, mode),) = seen
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in content
    assert b"BEGIN PRIVATE KEY" not in content
    assert mode == 0o700
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        pytest.param(lambda path: None, "No such file or directory", id="a missing file"),
        pytest.param(
            lambda path: path.write_bytes(b"hello"),
            "wrong password, or not a PKCS12 file",
            id="not PKCS12",
        ),
        pytest.param(
            lambda path: p12(path, None, certificate(new_key())),
            "no private key with its certificate inside",
            id="a certificate without its key",
        ),
    ],
)
def test_a_pkcs12_file_that_cannot_be_used(tmp_path, prepare, reason):
    """The error names the file and the reason."""
    path = tmp_path / "a.p12"
    prepare(path)
    with pytest.raises(tls.CertificateError) as caught:
        tls.pkcs12_context(path, PASSWORD, NOW)
    assert str(caught.value) == f"{path}: {reason}"


@pytest.mark.parametrize("password", ["wrong", "", None])
def test_a_wrong_password(tmp_path, password):
    """Wrong, empty or none at all: PKCS12 does not tell that from a damaged file, so neither do we."""
    key = new_key()
    path = p12(tmp_path / "a.p12", key, certificate(key))
    with pytest.raises(tls.CertificateError, match="wrong password, or not a PKCS12 file"):
        tls.pkcs12_context(path, password, NOW)


@pytest.mark.parametrize(
    ("certificate_content", "key_content", "password", "at_fault", "reason"),
    [
        pytest.param(None, b"", None, "cert.pem", "No such file or directory", id="no certificate"),
        pytest.param(b"hello", b"", None, "cert.pem", "no PEM certificate inside", id="not PEM"),
        pytest.param("own", None, None, "key.pem", "No such file or directory", id="no key"),
        pytest.param("own", b"hi", None, "key.pem", "no PEM private key inside", id="no PEM key"),
        pytest.param("own", "other", None, "key.pem", "the key is not this", id="another's key"),
        pytest.param(
            "own", "encrypted", "wrong", "key.pem", "another password", id="wrong password"
        ),
        pytest.param("own", "encrypted", None, "key.pem", "another password", id="no password"),
    ],
)
def test_pem_files_that_cannot_be_used(
    tmp_path, certificate_content, key_content, password, at_fault, reason
):
    """The error names the file at fault; nobody is asked for a password on the terminal."""
    key = new_key()
    contents = {
        "own": certificate(key).public_bytes(Encoding.PEM),
        "other": pem(new_key()),
        "encrypted": pem(key, PASSWORD),
    }
    certificate_file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    for path, content in ((certificate_file, certificate_content), (key_file, key_content)):
        if content is not None:
            path.write_bytes(contents.get(content, content))
    with pytest.raises(tls.CertificateError) as caught:
        tls.pem_context(certificate_file, key_file, password, NOW)
    assert caught.value.path == tmp_path / at_fault
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("now", "warns"),
    [
        pytest.param(NOW, False, id="in its time"),
        pytest.param(NOW + timedelta(days=2), True, id="expired"),
        pytest.param(NOW - timedelta(days=11), True, id="not yet valid"),
    ],
)
def test_a_certificate_out_of_its_time_is_used_with_a_warning(tmp_path, caplog, now, warns):
    """An expired certificate still encrypts; whoever connects decides."""
    key = new_key()
    path = p12(tmp_path / "a.p12", key, certificate(key))
    with caplog.at_level(logging.WARNING):
        assert isinstance(tls.pkcs12_context(path, PASSWORD, now), ssl.SSLContext)
    assert ("not now" in caplog.text) == warns
