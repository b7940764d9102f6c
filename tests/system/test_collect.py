"""The cookie-less tracker against a running Piste: what it collects, and what it keeps of who it was."""

import json
import os
import signal
from pathlib import Path

import pytest
from support.iglu import payload_data

from piste.events.hit import COLLECT_PATH
from piste.store.duckdb import EventStore

from .asking import ask, search
from .program import Running, running
from .wire import TP2, Answer, get, post, post_json, request

KEY = "a-key-of-the-operator"
IP = "198.51.100.237"
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/139.0.4711.0 Safari/537.36"
)
HEADERS = (f"User-Agent: {AGENT}", "Accept-Language: en", 'sec-ch-ua: "Chromium"')
SETTINGS = {"PISTE_ADMIN_KEY": KEY, "PISTE_TRAFFIC_COLLECT_REQUESTS": "1000"}
TRAFFIC = "select hit_type, path, visitor_id, is_bot, is_excluded from events order by seq"


def new_website(server: Running, **form: object) -> str:
    body = {"domain": "example.com"} | form
    answer = ask(server, post_json("/api/v1/websites", body, f"X-API-KEY: {KEY}"))
    assert answer.status == 201, answer
    return str(json.loads(answer.body)["data"]["id"])


def collect(
    server: Running, website_id: str, *headers: str, ip: str = IP, **fields: object
) -> Answer:
    """As from a browser behind a proxy on this machine."""
    hit = {
        "website_id": website_id,
        "event_type": "page_view",
        "url": "https://example.com/pricing?token=nobodys-business",
        "path": "/pricing",
        "referrer": "https://news.example/?q=nobodys-business",
    }
    sent = post(
        COLLECT_PATH,
        json.dumps(hit | fields),
        *(headers or HEADERS),
        "Content-Type: text/plain",
        f"X-Forwarded-For: {ip}",
    )
    return ask(server, sent)


def counts(server: Running) -> dict[str, int]:
    found: dict[str, int] = json.loads(ask(server, get("/micro/all")).body)
    return found


def files_with(folder: Path, text: str) -> list[str]:
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if file.is_file() and text.encode() in file.read_bytes()
    ]


@pytest.mark.parametrize("storage", ["ephemeral", "kept"])
def test_hits_are_collected_and_can_be_inspected(storage: str, tmp_path: Path) -> None:
    flags = ("--ephemeral",) if storage == "ephemeral" else ("--data-dir", tmp_path / "data")
    with running("serve", *flags, environ=SETTINGS) as server:
        website_id = new_website(server)
        accepted = collect(server, website_id)
        assert (accepted.status, accepted.body) == (202, b'{"status":"accepted"}')
        assert (
            collect(server, website_id, event_type="signup", properties={"plan": "pro"}).status
            == 202
        )
        assert collect(server, "550e8400-e29b-41d4-a716-446655440000").status == 204
        assert collect(server, website_id, "User-Agent: curl/8.5.0").status == 204

        assert counts(server) == {"total": 3, "good": 3, "bad": 0}
        bot, signup, view = json.loads(search(server).body)["events"]
        assert view["event"] == bot["event"] == "page_view"
        assert view["page_url"] == "https://example.com/pricing"
        assert signup["event_name"] == "hit"
        assert signup["app_id"] == website_id
        assert server.stop() == 0


def test_a_change_of_a_website_holds_at_once(tmp_path: Path) -> None:
    with running("serve", "--data-dir", tmp_path, environ=SETTINGS) as server:
        website_id = new_website(server)
        assert collect(server, website_id).status == 202
        change = json.dumps({"excluded_ips": [IP]}).encode()
        key = (
            f"X-API-KEY: {KEY}",
            "Content-Type: application/json",
            f"Content-Length: {len(change)}",
        )
        address = f"/api/v1/websites/{website_id}"
        assert ask(server, request("PATCH", address, *key, body=change)).status == 200
        assert collect(server, website_id).status == 204
        assert ask(server, request("DELETE", address, *key[:1])).status == 200
        before = counts(server)["total"]
        assert collect(server, website_id).status == 204
        assert counts(server)["total"] == before


def test_events_of_a_snowplow_tracker_are_of_the_same_visitor(tmp_path: Path) -> None:
    """By whichever protocol they come: website by its host, the same hash."""
    with running("serve", "--data-dir", tmp_path, "--workers", "1", environ=SETTINGS) as server:
        website_id = new_website(server)
        event = {"e": "pv", "p": "web", "tv": "test", "url": "https://example.com/blog/a"}
        tracked = post_json(TP2, payload_data(event), *HEADERS, f"X-Forwarded-For: {IP}")
        assert ask(server, tracked).status == 200
        assert collect(server, website_id).status == 202
        assert counts(server)["total"] == 2
        assert server.stop() == 0
    with EventStore.open(tmp_path / "events.duckdb") as store:
        first, second = store.rows(TRAFFIC, {})
    assert first["visitor_id"] == second["visitor_id"] is not None
    assert (first["hit_type"], first["path"]) == ("page_view", "/blog/a")


def test_who_it_was_is_nowhere(tmp_path: Path) -> None:
    """Not in the log, the store, the database or what the server says: while it runs, after it was killed,
    and after a regular stop."""
    data = tmp_path / "data"
    with running("serve", "--data-dir", data, environ=SETTINGS) as server:
        website_id = new_website(server, excluded_ips=["203.0.113.7"])
        excluded = collect(server, website_id, ip="203.0.113.7")
        assert excluded.status == 204
        for number in range(20):
            assert collect(server, website_id, ip=f"198.51.100.{number}").status == 202
        assert collect(server, website_id, properties={"a": [[]] * 9_000}).status == 400
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        said = server.micro.stderr.until(lambda lines: False)
    assert_nowhere(data, said)
    assert files_with(data, "/pricing") != [], "the log has the hits as they are"
    with running("serve", "--data-dir", data, environ=SETTINGS) as server:
        assert counts(server) == {"total": 21, "good": 21, "bad": 0}
        assert collect(server, website_id, ip="198.51.100.3").status == 202
        assert_nowhere(data, [])
        assert counts(server)["total"] == 22
        assert server.stop() == 0
        said = server.micro.stderr.until(lambda lines: False)
    with EventStore.open(data / "events.duckdb") as store:
        rows = store.rows(TRAFFIC, {})
        everything = store.rows("select * from events", {})
        assert store.rows("select count(*) as n from origins", {}) == [{"n": 0}]
    assert_nowhere(data, [*said, repr(everything)])
    assert [row["is_excluded"] for row in rows] == [True] + [False] * 21
    visitors = [row["visitor_id"] for row in rows]
    assert len(set(visitors)) == 21
    assert visitors[-1] == visitors[4], "the salt of the day outlives a kill"


def assert_nowhere(folder: Path, texts: list[str]) -> None:
    for secret in ("198.51.100.", "Chrome/139.0.4711", "nobodys-business"):
        assert files_with(folder, secret) == []
        assert not any(secret in text for text in texts)
