"""`/js/tracker.js`: what it is, how it is cached, and that every site may load it."""

import asyncio
import gzip
from dataclasses import dataclass
from importlib.resources import files

import pytest

from piste.web.tracker.app import ALIAS, TRACKER_PATH, TrackerScript

SCRIPT = files("piste.web.tracker").joinpath("tracker.js").read_bytes()
MAX_GZIPPED_BYTES = 1500
FOR_EVERY_SITE = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes


def exchange(scope, tracker=None):
    """The messages that one scope is answered with."""
    sent = []

    async def receive():
        raise AssertionError("the tracker reads no body")

    async def send(message):
        sent.append(message)

    asyncio.run((tracker or TrackerScript())(scope, receive, send))
    return sent


def ask(*headers, method="GET", path=TRACKER_PATH, tracker=None):
    """`headers` are pairs of text."""
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs}
    start, body = exchange(scope, tracker)
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    assert len(told) == len(start["headers"])
    return Answered(start["status"], told, body["body"])


def tag_of(*headers):
    return ask(*headers).headers["etag"]


def test_the_script_is_small():
    """What a visitor downloads, compressed as well as gzip can."""
    assert len(gzip.compress(SCRIPT, 9)) <= MAX_GZIPPED_BYTES


def test_the_script_names_its_source():
    """Whoever opens the built file learns which one to edit, and the name is right."""
    assert SCRIPT.startswith(b"//! Source: ui/tracker/tracker.ts\n")


def test_the_documented_answer():
    """Content type and caching are those of the requirement; any site may load it."""
    answer = ask()
    assert answer.status == 200
    assert answer.body == SCRIPT
    tag = answer.headers.pop("etag")
    assert tag.startswith('"')
    assert answer.headers == {
        "content-type": "application/javascript; charset=utf-8",
        "content-length": str(len(SCRIPT)),
        "cache-control": "public, max-age=86400",
        "vary": "Accept-Encoding",
        **FOR_EVERY_SITE,
    }


@pytest.mark.parametrize(
    "accepted",
    ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.5", "deflate,gzip", "gzip ; q=1"],
)
def test_gzip_for_who_takes_it(accepted):
    """Compressed beforehand, under a tag of its own."""
    answer = ask(("Accept-Encoding", accepted))
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.body) == SCRIPT
    assert answer.headers["etag"] != tag_of()


@pytest.mark.parametrize(
    "accepted",
    [
        "",
        "identity",
        "br",
        "gzip;q=0",
        "gzip; q=0.000",
        "gzip;Q=0, br",
        "xgzip",
        "gzipped",
        ";",
        "é",
    ],
)
def test_plain_for_who_does_not(accepted):
    """And for who has not said that it does."""
    answer = ask(("accept-encoding", accepted))
    assert answer.status == 200
    assert answer.body == SCRIPT
    assert "content-encoding" not in answer.headers


def test_accepted_encodings_may_be_in_two_headers():
    """As one list."""
    answer = ask(("accept-encoding", "br"), ("accept-encoding", "gzip"))
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("encoding", [(), (("accept-encoding", "gzip"),)], ids=["plain", "gzip"])
@pytest.mark.parametrize("condition", ["{}", "W/{}", '"other", {}', '{},"x"', "*", " * "])
def test_a_copy_that_is_still_good(encoding, condition):
    """304 without a body, with what a cache needs to keep its copy for another day."""
    tag = tag_of(*encoding)
    answer = ask(*encoding, ("If-None-Match", condition.format(tag)))
    assert answer.status == 304
    assert answer.body == b""
    assert answer.headers == {
        "etag": tag,
        "cache-control": "public, max-age=86400",
        "vary": "Accept-Encoding",
        **FOR_EVERY_SITE,
    }


@pytest.mark.parametrize("condition", ["", '"other"', 'W/"other"', '"', "0", 'é"é', '"**"', "**"])
def test_a_copy_that_is_old(condition):
    """The script, also when the condition is no condition."""
    answer = ask(("if-none-match", condition))
    assert answer.status == 200
    assert answer.body == SCRIPT


def test_the_tag_of_another_encoding_is_another():
    """A cache that has the plain script does not take it for the compressed one."""
    answer = ask(("accept-encoding", "gzip"), ("if-none-match", tag_of()))
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("condition", [None, "*"], ids=["200", "304"])
def test_head_is_get_without_the_body(condition):
    """Same status, same headers."""
    headers = [("if-none-match", condition)] if condition else []
    answer, got = ask(*headers, method="HEAD"), ask(*headers)
    assert answer.body == b""
    assert (answer.status, answer.headers) == (got.status, got.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get", "PATCH", ""])
def test_other_methods(method):
    """405, whatever the path of the script."""
    answer = ask(method=method, path=ALIAS)
    assert answer.status == 405
    assert answer.body == b"Only GET."
    assert answer.headers == {
        "allow": "GET, HEAD",
        "content-type": "text/plain; charset=utf-8",
        "content-length": "9",
        **FOR_EVERY_SITE,
    }


def test_the_alias_is_the_same_script():
    """It has the name that is given, or a neutral one."""
    assert ask(path=ALIAS).body == SCRIPT
    tracker = TrackerScript(alias="/assets/snow.js")
    assert tracker.paths == (TRACKER_PATH, "/assets/snow.js")
    for path in tracker.paths:
        assert ask(path=path, tracker=tracker).body == SCRIPT


@pytest.mark.parametrize(
    "path", ["/", "", "/js/", "/js/tracker.js/", "/JS/TRACKER.JS", "/js/\0", "/js/\ud800"]
)
def test_any_other_path(path):
    """404, should the router ever send one here."""
    answer = ask(path=path)
    assert answer.status == 404
    assert answer.body == b"There is no such script."
    assert "cache-control" not in answer.headers


def test_a_web_socket_is_refused():
    """Closed before it is open."""
    assert exchange({"type": "websocket", "path": TRACKER_PATH}) == [{"type": "websocket.close"}]


def test_another_protocol_is_a_mistake():
    """The server's lifespan messages are not for this application."""
    with pytest.raises(ValueError, match="the tracker is served over HTTP, not lifespan"):
        exchange({"type": "lifespan"})
