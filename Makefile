# make demo     set everything up and run the job against the sandbox
# make test     set everything up and pass all checks and tests
# make check    the same with all that takes longer: coverage with its floor, the package; needs PostgreSQL
# make package  build the package into dist/
# make report   write a month's report in all formats into build/report: of a sandbox's tickets, or ARGS="--log TICKETS.jsonl.gz"
# make docs     build the documentation as a site into build/site
# make pages    bring what is made from the code in docs/ up to date: commands, pictures, what commands print
# make messages bring the catalogues of translated texts up to date with the code
# make bench    measure everything, beside peers and floors, and write docs/performance.md; takes half an hour, ARGS=--quick minutes
# make faults   sweep every fault at every step of a run, on SQLite and PostgreSQL; takes hours
.DEFAULT_GOAL := help
.PHONY: help demo test check programs coverage package report docs pages messages bench faults lint lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@sed -n 's/^# //p' Makefile

demo: $(VENV)/.demo
	$(BIN)/slabridge demo $(ARGS)

test: lint
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup $(ARGS)

check: $(VENV)/.check lint programs
	SLABRIDGE_REQUIRE_POSTGRES=1 SLABRIDGE_HYPOTHESIS=$${SLABRIDGE_HYPOTHESIS:-check} $(MAKE) coverage ARGS="--check $(ARGS)"

coverage: $(VENV)/.dev
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup $(ARGS) --cov

# What only `make check` needs of the system: a Prometheus, a browser with a font, and what backs up a state.
programs:
	@missing=; for one in prometheus:prometheus chromium:chromium sqlite3:sqlite3 postgresql-client:pg_dump; do \
	  command -v $${one#*:} > /dev/null || missing="$$missing $${one%:*}"; done; \
	if [ -n "$$missing" ] && command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update --quiet --quiet; apt-get install --yes --quiet --no-install-recommends $$missing fonts-dejavu-core; \
	elif [ -n "$$missing" ]; then echo "not there, and their tests are skipped:$$missing"; fi

package: $(VENV)/.dev
	rm -rf dist
	$(BIN)/python -m build --no-isolation

report: $(VENV)/.dev
	$(BIN)/python -m bench.month $(ARGS)

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

pages: $(VENV)/.dev
	$(BIN)/python -m tests.docs.generated

messages: $(VENV)/.dev
	$(BIN)/python -m tests.languages.catalogue

bench: $(VENV)/.dev $(VENV)/.peers
	$(BIN)/python -m bench.page $(ARGS)

faults: $(VENV)/.dev
	$(BIN)/python -m tests.faults.sweep --database sqlite $(ARGS)
	$(BIN)/python -m tests.faults.sweep --database postgresql $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy

lock: $(VENV)/.dev
	$(BIN)/pip install --quiet uv
	for set in "requirements.txt pyproject.toml --extra sandbox" "requirements-dev.txt pyproject.toml --extra sandbox --extra postgres --extra pdf --extra xlsx --extra notify --extra otel --extra web --extra fleet --extra predict --group dev" \
	  "requirements-check.txt pyproject.toml --extra sandbox --extra postgres --extra pdf --extra xlsx --extra notify --extra otel --extra web --extra fleet --extra predict --group dev --group check" \
	  "requirements-peers.txt --group peers"; do \
	  set -- $$set; file=$$1; shift; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    "$$@" --output-file $$file && \
	  sed -i '1i # Pins and hashes for a reproducible set-up; `make lock` writes them anew.' $$file; done
	if command -v npm > /dev/null; then npm install --prefix bench/peers --package-lock-only --omit-lockfile-registry-resolved; fi

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "slabridge needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The files name everything that is needed: resolving anew, pip would take a newer release for `coverage[toml]` than the one pinned.
$(VENV)/.demo: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.check: requirements-check.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements-check.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@ $(VENV)/.dev $(VENV)/.demo

$(VENV)/.dev: requirements-dev.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@ $(VENV)/.demo

# What the calendar is measured beside has a place of its own: its pins are not ours.
$(VENV)/.peers: requirements-peers.txt bench/peers/package-lock.json | $(VENV)/bin/python
	$(VENV)/bin/python -m venv $(VENV)/peers
	$(VENV)/peers/bin/pip install --quiet --no-deps --require-hashes --requirement requirements-peers.txt
	@if command -v npm > /dev/null; then npm ci --prefix bench/peers --silent; \
	else echo "npm is not there: moment-business-time is left out of the figures"; fi
	@touch $@
