"""Servers that are none of ours: whatever they answer, the command ends with 2 and says why."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from .conftest import KEY
from .files import write_plan

Answers = dict[str, tuple[int, dict[str, str], bytes]]

ORGANIZATIONS = "/api/msc/v1/organizations"
BASE = f"{ORGANIZATIONS}/o"


def fine(value: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, json.dumps(value).encode()


NOTHING: Answers = {
    ORGANIZATIONS: fine([{"id": "o", "name": "\x1b[31m"}]),
    f"{BASE}/credentials/v2/token": fine({"accessToken": "t"}),
    f"{BASE}/data-structures/v1": fine([]),
    f"{BASE}/data-structures/v1/schemas/versions": fine([]),
    f"{BASE}/source-apps/v1": fine({"data": []}),
    f"{BASE}/data-products/v2": fine({"data": []}),
    f"{BASE}/event-specs/v1": fine({"data": []}),
}


@pytest.fixture
def fake() -> Iterator[tuple[str, Answers]]:
    """Its address, and its answers by path; everything else is an empty 500."""
    answers: Answers = dict(NOTHING)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers.get(self.path.partition("?")[0], (500, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pull(
    fake: tuple[str, Answers], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """The exit code, and what is complained of."""
    from piste.cli import parser
    from piste.specs_command import command

    def run(answers: Answers, *argv: str) -> tuple[int, str]:
        fake[1].update(answers)
        write_plan(tmp_path, "com.acme")
        arguments = parser().parse_args(["specs", "pull", str(tmp_path), "--url", fake[0], *argv])
        code = command.run(arguments, {"PISTE_API_KEY": KEY})
        return code, capsys.readouterr().err.replace(fake[0], "")

    return run


Pull = Callable[..., tuple[int, str]]


def test_a_server_of_ours_that_has_nothing(pull: Pull) -> None:
    """The answers of the others are these but for one."""
    assert pull({}) == (0, "")


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        (ORGANIZATIONS, (200, {}, b"<html>"), f"GET {ORGANIZATIONS}: 200"),
        (ORGANIZATIONS, (200, {}, b"\xff"), f"GET {ORGANIZATIONS}: 200"),
        (ORGANIZATIONS, (200, {}, b"[" * 5000), f"GET {ORGANIZATIONS}: 200"),
        (ORGANIZATIONS, fine({}), " answers no list of organizations"),
        (ORGANIZATIONS, fine([]), "say for which --organization: the key is good for none"),
        (
            ORGANIZATIONS,
            fine([{"id": "o", "name": "\x1b[31m"}, {"id": "p", "name": "P"}]),
            "say for which --organization: o (\\u001b[31m), p (P)",
        ),
        (
            ORGANIZATIONS,
            (302, {"Location": "http://127.0.0.1:1/"}, b""),
            f"GET {ORGANIZATIONS}: 302",
        ),
        (f"{BASE}/credentials/v2/token", fine({"accessToken": 7}), " gives no access token"),
        (f"{BASE}/credentials/v2/token", fine({"accessToken": "a\nb"}), " gives no access token"),
        (
            f"{BASE}/credentials/v2/token",
            (404, {}, b'{"message": "no\\u0007"}'),
            " gives no access token: no\\u0007",
        ),
        (f"{BASE}/event-specs/v1", (503, {}, b"{}"), f"GET {BASE}/event-specs/v1: 503: "),
        (f"{BASE}/event-specs/v1", fine([]), "the server answers something else than these APIs"),
        (
            f"{BASE}/data-products/v2",
            fine({"data": [{"id": "../../x", "name": "x"}]}),
            "the server has a resource whose id is no UUID",
        ),
        (
            f"{BASE}/data-structures/v1",
            fine([{"vendor": "x"}]),
            "the server answers something else than these APIs do",
        ),
        (
            f"{BASE}/source-apps/v1",
            (200, {"Content-Length": "10"}, b"{}"),
            f"GET {BASE}/source-apps/v1: ",
        ),
    ],
)
def test_what_is_no_answer_is_said(
    pull: Pull, path: str, answer: tuple[int, dict[str, str], bytes], said: str
) -> None:
    """No traceback, and no control character on the terminal."""
    code, complaint = pull({path: answer})
    assert code == 2
    assert complaint.startswith(f"error: {said}"), complaint
    assert complaint[:-1].isprintable()
