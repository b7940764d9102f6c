"""Fixtures of the end-to-end tests: real trackers and a real browser against a real server."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from .harness import Piste, running_piste

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def server() -> Iterator[Piste]:
    """One server for a whole module; a module that needs flags has a fixture of its own."""
    with running_piste() as piste:
        yield piste


@pytest.fixture
def piste(server: Piste) -> Piste:
    """The module's server without any events."""
    assert server.reset() == {"total": 0, "good": 0, "bad": 0}
    return server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, the machine's own."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
