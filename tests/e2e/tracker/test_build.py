"""The tracker that is served is what its source gives: `make run` needs no Node.js."""

from ..harness import REPOSITORY, npm_ci, run
from .websites import TRACKER

FOLDER = REPOSITORY / "ui/tracker"


def test_the_built_file_is_that_of_the_source() -> None:
    """After a change: `npm ci && npm run build` in ui/tracker, and commit both."""
    built = run(["npm", "run", "--silent", "bundle"], cwd=npm_ci(FOLDER))
    assert built.encode() == TRACKER


def test_the_lock_file_names_no_registry() -> None:
    """Whoever builds takes the packages from where they always do."""
    assert '"resolved"' not in (FOLDER / "package-lock.json").read_text()
