"""The flags and variables that change what a running Piste does."""

import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from e2e.harness import WAIT_SECONDS, Post, faulty_proxy, receiving_posts
from support.iglu import payload_data

from .asking import ask, ids, new_ids, search, track
from .program import Command, Running, finished, running
from .wire import TP2, exchange, get, post_json, request

PASSWORD = "correct horse"
ADMIN_KEY = "s3cret-s3cret-s3cret"


# Storage modes


def test_filters_in_a_persistent_store_are_exact(serve: Command, server: Running) -> None:
    """In memory a filter is any part of any column; on disk the whole of one of a few."""
    event_id = str(uuid4())
    part, whole = ([{"column": "app_id", "value": value}] for value in ("HO", "shop"))
    other = [{"column": "page_urlhost", "value": "a.example"}]
    by_time = {"column": "collector_tstamp", "desc": True}
    by_host = {"column": "page_urlhost", "desc": True}
    with running(*serve) as persistent:
        for each in (persistent, server):
            track(each, event_id, aid="shop", url="https://a.example/")
            assert ids(each, filters=whole, sorting=by_time) == [event_id]
        assert ids(server, filters=part) == [event_id]
        assert ids(server, filters=other, sorting=by_host) == [event_id]
        assert ids(persistent, filters=part) == []
        for refused in ({"filters": other}, {"sorting": by_host}):
            answer = search(persistent, **refused)
            assert (answer.status, answer.body) == (422, b"The request body was invalid.")
            assert "page_urlhost" in answer.headers["x-piste-error"]


def test_lists_from_a_persistent_store_are_bounded(serve: Command) -> None:
    """A page has 100 events at most; /micro/good without a limit the newest 1,000, and says so."""
    event_ids = new_ids(1_001)
    with running(*serve, environ={"PISTE_INSPECTOR_WAIT_MS": "20000"}) as server:
        track(server, *event_ids)
        assert ids(server, pageSize=1_000, page=11) == [event_ids[0]]
        assert ids(server, pageSize=1_000) == list(reversed(event_ids[901:]))
        answer = ask(server, get("/micro/good"))
        assert answer.headers["x-piste-truncated"] == "1"
        newest = [item["event"]["event_id"] for item in json.loads(answer.body)]
        assert newest == list(reversed(event_ids[1:]))


def test_without_storage_events_are_only_passed_on(micro: Command) -> None:
    """`--no-storage`: the inspector says so, schemas can be looked up, and the output has the events."""
    with running(*micro, "--no-storage", "--output-json") as server:
        track(server, event_id := str(uuid4()))
        (line,) = server.micro.stdout.until(bool)
        assert json.loads(line)["event_id"] == event_id
        for endpoint in ("all", "good", "bad", "events", "reset"):
            answer = ask(server, get(f"/micro/{endpoint}"))
            assert answer.status == 404
            assert b"not stored" in answer.body
        known = "com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0"
        assert ask(server, get(f"/micro/iglu/{known}")).status == 200
        assert server.stop() == 0


def test_a_full_log_is_said_and_not_hidden(micro: Command) -> None:
    """503 with Retry-After, readable for a page's script: the tracker keeps the event, Piste does not."""
    with running(*micro, environ={"PISTE_STORAGE_SPOOL_MAX_BYTES": "100"}) as server:
        for sent in (
            get("/i?e=pv"),
            post_json(TP2, payload_data({"e": "pv", "p": "web", "tv": "x"})),
        ):
            answer = ask(server, sent)
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["access-control-allow-origin"] == "*"
        assert server.micro.all() == {"total": 0, "good": 0, "bad": 0}
        assert ask(server, get("/health")).status == 200


# HTTPS


def pkcs12_file(path: Path) -> Path:
    """A certificate of a day for 127.0.0.1, signed by itself."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.NameAttribute(NameOID.COMMON_NAME, "piste"),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([name]))
        .issuer_name(x509.Name([name]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(PASSWORD.encode())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"piste", key, certificate, None, encryption)
    )
    return path


def test_https_as_snowplow_micro_has_it(micro: Command, tmp_path: Path) -> None:
    """MICRO_SSL_CERT_PASSWORD serves HTTPS with ssl-certificate.p12, beside HTTP."""
    pkcs12_file(tmp_path / "ssl-certificate.p12")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    environ = {"MICRO_SSL_CERT_PASSWORD": PASSWORD}
    with running(*micro, "--ssl-port", "0", endpoints=2, cwd=tmp_path, environ=environ) as server:

        def connected() -> ssl.SSLSocket:
            plain = socket.create_connection(("127.0.0.1", server.ports[1]), timeout=WAIT_SECONDS)
            return context.wrap_socket(plain)

        event = {"e": "pv", "p": "web", "tv": "test", "eid": str(uuid4())}
        answer = exchange(connected, post_json(TP2, payload_data(event)))
        assert answer is not None
        assert (answer.status, answer.body) == (200, b"ok")
        assert ids(server) == [event["eid"]]
        answer = exchange(connected, get("/micro/all"))
        assert answer is not None
        assert json.loads(answer.body) == {"total": 1, "good": 1, "bad": 0}
        plain = exchange(server.ports[1], get("/health"))
        assert plain is None
        assert server.stop() == 0


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        pytest.param({"MICRO_SSL_CERT_PASSWORD": "wrong"}, "wrong password", id="another password"),
        pytest.param({"PISTE_TLS_P12": "absent.p12"}, "absent.p12", id="no such file"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_an_error(
    environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    """Exit code 1 and the reason: never a start without the HTTPS that was asked for."""
    pkcs12_file(tmp_path / "ssl-certificate.p12")
    done = finished("micro", "--port", "0", "--ssl-port", "0", cwd=tmp_path, environ=environ)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert environ.get("MICRO_SSL_CERT_PASSWORD", "\0") not in done.stderr.replace(
        "wrong password", ""
    )


# Who may ask


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(("Host: piste.example",), id="by another name"),
        pytest.param(("Host: 127.0.0.1", "X-Forwarded-For: 127.0.0.1"), id="through a proxy"),
    ],
)
def test_the_administrators_key_opens_the_inspector(
    foreign: tuple[str, ...], serve: Command, micro: Command
) -> None:
    """`piste serve` wants the bearer token from requests that are not made on and for this machine.

    It never does from trackers; and `piste micro` is as open as Snowplow Micro.
    """

    def status(server: Running, target: str, *headers: str) -> int:
        sent = "\r\n".join((f"GET {target} HTTP/1.1", *foreign, *headers, "", ""))
        return ask(server, sent.encode()).status

    good_token = f"Authorization: Bearer {ADMIN_KEY}"
    with running(*serve) as server:
        assert status(server, "/micro/all") == 401
        assert status(server, "/micro/all", good_token) == 401
        assert status(server, "/i?e=pv") == 200
    with running(*serve, environ={"PISTE_ADMIN_KEY": ADMIN_KEY}) as server:
        assert status(server, "/micro/all") == 401
        assert status(server, "/micro/all", good_token + "x") == 401
        assert status(server, "/micro/all", good_token) == 200
        assert ask(server, get("/micro/all")).status == 200
        said = server.micro.stderr.until(bool, seconds=0)
        assert ADMIN_KEY not in "\n".join(said)
    for open_to_all in ((*serve, "--open-inspector"), micro):
        with running(*open_to_all) as server:
            assert status(server, "/micro/all") == 200


# Events to other programs


def test_lines_on_stdout_and_logs_on_stderr(micro: Command) -> None:
    """A pipe works: standard output has the events, one a line, and nothing else."""
    event_ids = new_ids(3)
    with running(*micro, "--output-tsv", "--log-level", "debug") as server:
        for event_id in event_ids:
            track(server, event_id, page="two\nlines\tand a tab")
        assert ask(server, request("POST", TP2)).status == 200
        lines = server.micro.stdout.until(lambda lines: len(lines) == 3)
        assert server.stop() == 0
        assert server.micro.stdout.until(lambda _: False) == lines
        assert [line.split("\t")[6] for line in lines] == event_ids
        assert {line.count("\t") for line in lines} == {130}
        said = server.micro.stderr.until(lambda _: False)
        assert sum("GOOD id:" in line for line in said) == 3
        assert sum("BAD [" in line for line in said) == 1
        assert all(json.loads(line)["level"] for line in said)


def test_a_destination_that_is_busy_gets_its_events_later(micro: Command) -> None:
    """After a 503 the payload is posted again; no event is lost, doubled or out of order."""
    event_ids = new_ids(5)
    posts: SimpleQueue[Post] = SimpleQueue()
    with (
        receiving_posts(posts) as address,
        faulty_proxy(address.removesuffix("/events"), failures=2) as proxy,
        running(*micro, "--output-tsv", "--destination", f"{proxy.url}/events") as server,
    ):
        track(server, *event_ids[:2])
        for event_id in event_ids[2:]:
            track(server, event_id)
        bodies = [posts.get(timeout=WAIT_SECONDS) for _ in range(4)]
        assert server.stop() == 0
    received = [[line.split("\t")[6] for line in post.body.splitlines()] for post in bodies]
    # Newest first within a payload, as Snowplow Micro has it.
    assert received == [[event_ids[1], event_ids[0]], *([one] for one in event_ids[2:])]
    assert {post.content_type for post in bodies} == {"text/tab-separated-values"}
    assert proxy.answered == [503, 503, 200, 200, 200, 200]
    assert posts.empty()
