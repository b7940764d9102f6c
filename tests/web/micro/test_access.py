"""Who may ask, which pages may read, and who may reset."""

import pytest
from queries.rows_of import Payloads, page_view
from web.micro.asking import LOCAL

from piste.web.micro.access import Access

LOOPBACK = "127.0.0.1"
OK, DENIED = 200, 401


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        pytest.param("127.0.0.1", {"Host": "localhost:9090"}, OK, id="this machine"),
        pytest.param("127.0.0.1", {"Host": "LocalHost"}, OK, id="without port, in capitals"),
        pytest.param("127.8.9.1", {"Host": "127.0.0.1:80"}, OK, id="any loopback address"),
        pytest.param("::1", {"Host": "[::1]:9090"}, OK, id="over IPv6"),
        pytest.param("::1", {"Host": "[::1]"}, OK, id="over IPv6 without port"),
        pytest.param("::ffff:127.0.0.1", {"Host": "localhost"}, OK, id="IPv4 on an IPv6 socket"),
        pytest.param("192.168.1.5", {"Host": "localhost"}, DENIED, id="another machine"),
        pytest.param("::ffff:192.168.1.5", {"Host": "localhost"}, DENIED, id="another one on IPv6"),
        pytest.param(None, {"Host": "localhost"}, DENIED, id="no address at all"),
        pytest.param("testclient", {"Host": "localhost"}, DENIED, id="an address that is none"),
        pytest.param("127.0.0.1", {"Host": "evil.example"}, DENIED, id="a re-bound domain"),
        pytest.param("127.0.0.1", {"Host": "evil.example:9090"}, DENIED, id="with our port"),
        pytest.param("127.0.0.1", {"Host": "localhost.evil.example"}, DENIED, id="that begins so"),
        pytest.param(
            "127.0.0.1", {"Host": "127.0.0.1.evil.example"}, DENIED, id="that begins as an address"
        ),
        pytest.param("127.0.0.1", {"Host": "127.1"}, DENIED, id="a short form of the address"),
        pytest.param("127.0.0.1", {"Host": "0.0.0.0:9090"}, DENIED, id="the unspecified address"),
        pytest.param("127.0.0.1", {"Host": "::1"}, DENIED, id="IPv6 without brackets"),
        pytest.param("127.0.0.1", {"Host": "[::1]x:80"}, DENIED, id="letters after the brackets"),
        pytest.param("127.0.0.1", {"Host": "[127.0.0.1]"}, DENIED, id="IPv4 in brackets"),
        pytest.param("127.0.0.1", {"Host": "localhost:x"}, DENIED, id="a port that is none"),
        pytest.param("127.0.0.1", {"Host": ""}, DENIED, id="an empty host"),
        pytest.param("127.0.0.1", {}, DENIED, id="no host"),
        pytest.param(
            "127.0.0.1", [("Host", "localhost"), ("Host", "evil.example")], DENIED, id="two hosts"
        ),
        *[
            pytest.param(
                "127.0.0.1", {"Host": "localhost", name: "x"}, DENIED, id=f"through a proxy: {name}"
            )
            for name in (
                "Forwarded",
                "Via",
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-FORWARDED-PROTO",
                "X-Real-IP",
                "CF-Connecting-IP",
                "True-Client-IP",
            )
        ],
    ],
)
def test_local_requests_are_open(micro, peer, headers, status):
    """Address and Host both loopback, and no sign of a proxy; everybody else needs a token."""
    answer = micro.get("/micro/all", peer=peer, headers=headers)
    assert answer.status == status
    if status == DENIED:
        assert answer.header("www-authenticate") == "Bearer"
        assert answer.header("content-type") == "text/plain; charset=utf-8"
        assert answer.text == 'Not a local request: send "Authorization: Bearer <token>".'


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        pytest.param(["Bearer good"], OK, id="a good token"),
        pytest.param(["bearer good"], OK, id="the scheme has no case"),
        pytest.param(["Bearer  good "], OK, id="spaces do not matter"),
        pytest.param(["Bearer bad"], DENIED, id="a bad token"),
        pytest.param(["Bearer"], DENIED, id="no token"),
        pytest.param(["Bearer good more"], DENIED, id="two words"),
        pytest.param(["Basic good"], DENIED, id="another scheme"),
        pytest.param(["good"], DENIED, id="no scheme"),
        pytest.param([], DENIED, id="no header"),
        pytest.param(["Bearer good", "Bearer good"], DENIED, id="two headers"),
        pytest.param(["Bearer gööd"], DENIED, id="beyond ASCII"),
    ],
)
def test_a_token_opens(new_micro, authorization, status):
    """From anywhere, with a bearer token that verifies."""
    micro = new_micro(access=Access(verify=lambda token: token == "good"))
    headers = [("Host", "piste.example"), *(("Authorization", value) for value in authorization)]
    assert micro.get("/micro/all", peer="203.0.113.9", headers=headers).status == status


def test_without_a_verifier_no_token_is_good(micro):
    headers = {"Host": "piste.example", "Authorization": "Bearer x"}
    assert micro.get("/micro/all", headers=headers).status == DENIED


def test_an_open_inspector_asks_nobody(new_micro):
    """`--open-inspector` answers anyone."""
    micro = new_micro(access=Access(is_open=True))
    headers = {"Host": "piste.example", "X-Forwarded-For": "203.0.113.9"}
    assert micro.get("/micro/all", peer="203.0.113.9", headers=headers).status == OK


@pytest.mark.parametrize(
    "path",
    [
        "/micro/all",
        "/micro/events",
        "/micro/reset",
        "/micro/iglu/a/b/jsonschema/1-0-0",
        "/micro/ui",
        "/micro/nothing",
        "/micro",
    ],
)
def test_everything_is_behind_the_same_door(micro, path):
    """Also what does not exist, so that nobody learns anything from outside."""
    assert micro.get(path, peer="203.0.113.9").status == DENIED


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        pytest.param("http://localhost:3000", True, id="a local page on any port"),
        pytest.param("http://localhost", True, id="or on the default one"),
        pytest.param("http://LOCALHOST:3000", True, id="in capitals"),
        pytest.param("https://app.example", True, id="a listed origin"),
        pytest.param("https://app.example:444", False, id="on a port that is not listed"),
        pytest.param("http://app.example", False, id="with another scheme"),
        pytest.param("https://localhost:3000", False, id="a scheme that is not listed"),
        pytest.param("http://localhost:3000.evil.example", False, id="a host that begins so"),
        pytest.param("http://localhost:", False, id="an empty port"),
        pytest.param("http://evil.example", False, id="any other"),
        pytest.param("null", False, id="no origin, as of a file"),
        pytest.param("", False, id="an empty one"),
    ],
)
def test_cors(micro, origin, is_allowed):
    """Pages of listed origins may read, without credentials; others get the answer unreadable."""
    for method, path, status in (
        ("GET", "/micro/all", 200),
        ("GET", "/micro/nothing", 404),
        ("POST", "/micro/events", 400),
        ("OPTIONS", "/micro/all", 200),
    ):
        answer = micro.ask(method, path, headers=LOCAL | {"Origin": origin})
        assert answer.status == status
        assert answer.header("access-control-allow-origin") == (origin if is_allowed else None)
        assert answer.header("access-control-allow-credentials") is None
        assert answer.header("vary") == "Origin"
        preflight = answer.header("access-control-allow-headers")
        wanted = "Content-Type, Authorization" if is_allowed and method == "OPTIONS" else None
        assert preflight == wanted


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        pytest.param("/micro/all", "GET, HEAD, POST, OPTIONS", id="all"),
        pytest.param("/micro/good", "GET, HEAD, POST, OPTIONS", id="good"),
        pytest.param("/micro/bad", "GET, HEAD, POST, OPTIONS", id="bad"),
        pytest.param("/micro/events", "GET, HEAD, POST, OPTIONS", id="events"),
        pytest.param("/micro/timeline", "POST, OPTIONS", id="timeline"),
        pytest.param(
            "/micro/reset", "GET, POST, OPTIONS", id="reset: HEAD must not change anything"
        ),
        pytest.param("/micro/iglu/a/b/jsonschema/1-0-0", "GET, HEAD, OPTIONS", id="iglu"),
        pytest.param("/micro/ui", "GET, HEAD, OPTIONS", id="ui"),
    ],
)
def test_a_preflight_needs_no_token(micro, path, methods):
    """Browsers send none with it."""
    headers = {"Host": "piste.example", "Origin": "https://app.example"}
    answer = micro.ask("OPTIONS", path, peer="203.0.113.9", headers=headers)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("access-control-allow-methods") == methods
    assert answer.header("allow") == methods


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="a program"),
        pytest.param({"Origin": "http://localhost:3000"}, 200, id="a page that may read"),
        pytest.param({"Origin": "http://localhost:9090"}, 200, id="our own page"),
        pytest.param({"Origin": "http://evil.example"}, 403, id="another page"),
        pytest.param({"Origin": "null"}, 403, id="a sandboxed page"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="an image on another page"),
        pytest.param({"Sec-Fetch-Site": "none"}, 200, id="the address bar"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 200, id="our own page's link"),
        pytest.param(
            {"Origin": "http://evil.example", "Authorization": "Bearer good"},
            200,
            id="who has a token",
        ),
    ],
)
def test_pages_of_other_sites_cannot_reset(new_micro, headers, status):
    """CORS keeps a foreign page from reading the answer, not from asking: here asking would do harm."""
    micro = new_micro(access=Access(verify=lambda token: token == "good"))
    micro.add(Payloads().good(page_view()))
    answer = micro.get("/micro/reset", headers=LOCAL | headers)
    assert answer.status == status
    assert micro.get("/micro/all").json["total"] == (0 if status == 200 else 1)


def test_our_own_page_under_another_name_can_reset(new_micro):
    """With an open inspector the page's origin is whatever name the machine has."""
    micro = new_micro(access=Access(is_open=True))
    headers = {"Host": "piste.example:9090", "Origin": "http://piste.example:9090"}
    assert micro.ask("POST", "/micro/reset", headers=headers).status == 200
