"""`/health`: what works, for load balancers, and for everybody."""

import pytest
from web.status.asking import LOCAL, VERSION, WORKING, ask, exchange, pages

PAGES = ["/health", "/metrics"]


def test_all_is_well():
    """200, and the whole answer."""
    answer = ask(pages(), "/health")
    assert answer.status == 200
    assert answer.json == {
        "status": "ok",
        "db": "connected",
        "version": VERSION,
        "parts": {"log": "ok", "workers": "ok", "store": "ok"},
    }
    assert answer.headers == {
        "content-type": "application/json",
        "content-length": str(len(answer.body)),
        "cache-control": "no-store",
    }


@pytest.mark.parametrize(
    ("failing", "db"),
    [
        pytest.param(["log"], "connected", id="the log"),
        pytest.param(["workers"], "connected", id="a worker"),
        pytest.param(["store"], "disconnected", id="the store"),
        pytest.param(["log", "workers", "store"], "disconnected", id="everything"),
    ],
)
def test_a_part_that_fails_is_named(failing, db):
    """503; `db` speaks of the store alone."""
    parts = WORKING | dict.fromkeys(failing, False)
    answer = ask(pages(parts=lambda: parts), "/health")
    assert answer.status == 503
    assert answer.json == {
        "status": "degraded",
        "db": db,
        "version": VERSION,
        "parts": {name: "failing" if name in failing else "ok" for name in WORKING},
    }
    assert answer.headers["cache-control"] == "no-store"


def test_each_question_is_answered_anew():
    """A part that works again is seen at once."""
    parts = dict(WORKING)
    asked = pages(parts=lambda: parts)
    statuses = []
    for works in (True, False, True):
        parts["store"] = works
        statuses.append(ask(asked, "/health").status)
    assert statuses == [200, 503, 200]


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        pytest.param("203.0.113.9", {"host": "piste.example"}, id="another machine"),
        pytest.param("10.0.0.7", {}, id="a load balancer that names no host"),
        pytest.param("127.0.0.1", LOCAL | {"x-forwarded-for": "203.0.113.9"}, id="through a proxy"),
        pytest.param(None, LOCAL, id="no address at all"),
        pytest.param("203.0.113.9", LOCAL | {"authorization": "Bearer x"}, id="a wrong token"),
    ],
)
def test_health_is_for_everybody(peer, headers):
    """It says nothing that is a secret."""
    assert ask(pages(), "/health", headers=headers, peer=peer).status == 200


@pytest.mark.parametrize("works", [True, False])
def test_head_is_get_without_a_body(works):
    """The status and the headers are the same."""
    asked = pages(parts=lambda: WORKING | {"store": works})
    got, headed = ask(asked, "/health"), ask(asked, "/health", "HEAD")
    assert (headed.status, headed.headers, headed.body) == (got.status, got.headers, b"")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"])
def test_other_methods_are_refused(path, method):
    """405 with the methods that there are, whoever asks, and without reading a body."""
    for peer in ("127.0.0.1", "203.0.113.9"):
        answer = ask(pages(), path, method, peer=peer)
        assert (answer.status, answer.body) == (405, b"Only GET.")
        assert answer.headers == {
            "allow": "GET, HEAD",
            "content-type": "text/plain; charset=UTF-8",
            "content-length": "9",
            "cache-control": "no-store",
        }


@pytest.mark.parametrize("path", PAGES)
def test_a_websocket_is_closed(path):
    """There is nothing to talk about."""
    assert exchange(pages(), {"type": "websocket", "path": path}) == [{"type": "websocket.close"}]


def test_other_scopes_are_a_mistake():
    """The server is set up without them."""
    with pytest.raises(ValueError, match="HTTP, not lifespan"):
        exchange(pages(), {"type": "lifespan"})
