# Each target does its own set-up: on a fresh machine `make run` and `make test` are all that is needed.
# Another interpreter: make PYTHON=python3.12 run. Arguments for what is run: make run ARGS="--port 8080".

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

# Tests are called by pytest with what they name, so they need no types; their helpers have them.
DYNAMIC := --allow-untyped-defs --allow-incomplete-defs --allow-untyped-calls --no-check-untyped-defs

.PHONY: run test check bench soak docs constraints clean

run: .venv/runtime
	$(BIN)/piste serve $(ARGS)

test: .venv/development
	@command -v node >/dev/null || echo "Node.js is not installed: tests with JavaScript trackers are skipped."
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		echo "Chromium is not installed: tests in a browser are skipped."
	$(BIN)/pytest -rs $(ARGS)

check: .venv/development
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/mypy tests $(DYNAMIC)
	$(BIN)/mypy bench
	$(BIN)/lint-imports

bench: .venv/development
	set -e; for script in bench/[a-z]*.py; do $(BIN)/python "$$script" $(ARGS); done

soak: .venv/development
	$(BIN)/pytest -m soak $(ARGS)

docs: .venv/development
	$(BIN)/python -m piste.settings.reference > .venv/configuration.md
	mv .venv/configuration.md docs/configuration.md

constraints: .venv/development
	$(BIN)/pip freeze --exclude-editable > constraints.txt

# What can be made again. Events that `make run` has kept, in piste-data, stay.
clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name node_modules -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was made from; development includes runtime.
.venv/runtime: pyproject.toml constraints.txt | $(BIN)/pip
	$(INSTALL) -e .
	@touch $@

.venv/development: pyproject.toml constraints.txt | $(BIN)/pip
	$(INSTALL) -e '.[dev]'
	@touch $@ .venv/runtime

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Piste needs Python 3.11 or newer as $(PYTHON); name another: make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
