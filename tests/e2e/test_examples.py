"""What a new user runs from examples/ works, and prints what examples/README.md shows."""

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from playwright.sync_api import Browser, expect
from system.program import finished, running

from .harness import REPOSITORY, WAIT_SECONDS, Piste, npm_ci, run, running_piste, serving_files

EXAMPLES = REPOSITORY / "examples"
KEY = "only-for-this-tour"
REASON = "$.quantity: string found, integer expected"

expect.set_options(timeout=WAIT_SECONDS * 1000)


@pytest.fixture(scope="module")
def server() -> Iterator[Piste]:
    """A server that knows the examples' own schemas."""
    with running_piste("--schemas", str(EXAMPLES / "schemas")) as piste:
        yield piste


def test_python(piste: Piste) -> None:
    """The Python example tracks three good events and a bad one, and tells why it is bad."""
    said = run([sys.executable, EXAMPLES / "python_tracker.py", piste.url])
    assert said.count("good:") == 3
    assert REASON in said
    assert piste.all() == {"total": 4, "good": 3, "bad": 1}
    assert said in (EXAMPLES / "README.md").read_text("utf-8")


def test_the_plan() -> None:
    """It is pushed and published, one of its two specifications is seen, and the README shows the check."""
    flags = ("micro", "--schemas", EXAMPLES / "schemas")
    with running(*flags, environ={"PISTE_ADMIN_KEY": KEY}) as server:
        url = server.micro.url

        def specs(*argv: str | Path) -> CompletedProcess[str]:
            return finished("specs", *argv, environ={"PISTE_API_KEY": KEY, "PISTE_URL": url})

        pushed = specs("push", EXAMPLES / "plan", "--publish")
        assert pushed.returncode == 0, pushed.stdout + pushed.stderr
        run([sys.executable, EXAMPLES / "python_tracker.py", url])
        checked = specs("check", "--plan", "Shop")
        assert checked.returncode == 1
        assert checked.stdout in (REPOSITORY / "README.md").read_text("utf-8")


def test_node(piste: Piste) -> None:
    """The Node.js example tracks three good events and a bad one, and tells why it is bad."""
    folder = npm_ci(EXAMPLES / "node")
    said = run(["node", folder / "send.mjs", piste.url])
    assert REASON in said
    assert piste.all() == {"total": 4, "good": 3, "bad": 1}
    assert said in (EXAMPLES / "README.md").read_text("utf-8")


def test_web(piste: Piste, browser: Browser) -> None:
    """The page tracks what the visitor does, and shows what Piste made of it."""
    folder = npm_ci(EXAMPLES / "web")
    run(["npm", "run", "--silent", "build"], cwd=folder)
    files = {
        "/": ("text/html", (folder / "index.html").read_bytes()),
        "/dist/shop.js": ("text/javascript", (folder / "dist/shop.js").read_bytes()),
    }
    with serving_files(files) as origin, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{origin}/?collector=http://localhost:{piste.port}")
        page.click("#care")
        page.fill("[name=quantity]", "3")
        page.click("#right")
        said = page.locator("#said")
        expect(said).to_contain_text("add_to_basket  good")
        assert piste.bad() == []
        page.click("#wrong")
        expect(said).to_contain_text(f"add_to_basket  BAD {REASON}")
        for name in ("page_view", "link_click", "focus_form", "change_form", "submit_form"):
            expect(said).to_contain_text(f"{name}  good")

    (bad,) = piste.bad()
    assert REASON in bad["errors"][1]
    added = piste.good({"schema": "iglu:com.example/add_to_basket/jsonschema/1-0-0"})
    assert len(added) == 1
