"""What the documentation shows works, and what it names exists."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from web.status.asking import snapshot

from piste.settings import clients
from piste.settings.fields import settings_by_key
from piste.web.status.metrics import page as metrics_page

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


def snippets(page: str, language: str) -> list[str]:
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_pytest_fixture_works_as_it_is_printed(tmp_path):
    """Copied from docs/ci.md into an empty folder, fixture and test pass."""
    conftest, test = snippets("ci.md", "python")
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_shop.py").write_text(test)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_javascript_is_javascript(tmp_path):
    """The snippets for Cypress and Playwright are parsed by Node.js (they need a browser to run)."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    found = snippets("ci.md", "js")
    assert len(found) == 3
    for snippet in found:
        (tmp_path / "snippet.mjs").write_text(snippet)
        subprocess.run(["node", "--check", tmp_path / "snippet.mjs"], check=True, timeout=30)


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES])
def test_every_variable_that_is_named_exists(page):
    """No page speaks of a `PISTE_*` variable that would be refused."""
    known = {setting.environment for setting in settings_by_key().values()}
    named = set(re.findall(r"PISTE_[A-Z0-9_]*[A-Z0-9]", page.read_text(encoding="utf-8")))
    assert named <= known | clients.VARIABLES


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES])
def test_every_link_leads_somewhere(page):
    """A relative link names a file of the repository."""
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_metric_is_in_the_table():
    """docs/api.md names each of ours with its type, in the order of the page, and no other."""
    text = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(piste_\w+)` \| (\w+) \|", text, re.MULTILINE)
    body, _ = metrics_page(snapshot())
    declared = [
        (family.name + "_total" * (family.type == "counter"), family.type)
        for family in text_string_to_metric_families(body.decode())
        if family.name.startswith("piste_")
    ]
    assert named == declared
