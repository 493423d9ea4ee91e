# What a newcomer needs is `make run` and `make test`; `make help` lists the rest.
# PORT, HOST, DATA_DIR and PUBLIC_URL choose where it runs: make run PORT=9000 DATA_DIR=/srv/scriptorium

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: run owner-link test test-fast check format build soak bench lock help

PY := .venv/bin/python
# Two workers suit two cores; a test file stays with one of them, for it starts servers of its own.
PYTEST := .venv/bin/pytest -n 2 --dist loadfile

# The longest begin first. What waits for a crowd leaves its core to a third.
SOAKED := $(wildcard tests/live/test_*.py tests/convergence/test_*.py tests/wire/test_*.py tests/room/test_*.py)
LONGEST := $(patsubst %,tests/live/test_%.py,crowd order hostile slow_readers many_processes survival)
REPORT := .pytest_cache/soak.xml

run: ## Start Scriptorium on http://127.0.0.1:8000, with everything it needs
	@.ci/environment run
	@exec $(PY) manage.py serve

owner-link: ## Print a fresh one-time link by which the owner signs in
	@.ci/environment run
	@exec $(PY) manage.py owner_link

test: ## Install what the tests need, and run all of them
	@.ci/environment dev
	@.ci/services
	@.ci/node npm --prefix static run --silent test; page=$$?; .ci/node $(PYTEST) $(TESTS) && exit $$page

test-fast: ## The tests of pure rules and of one process, in under a minute
	@.ci/environment dev
	.ci/node $(PYTEST) -q $(wildcard tests/wire tests/room tests/agent tests/layout tests/edge)

check: ## Lint, formats, types, layers, migrations, and the bundle against its source
	@.ci/environment dev
	@.ci/check

format: ## Put Python and TypeScript into the one format
	@.ci/environment dev
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format --quiet .
	@.ci/node npm --prefix static run --silent format

build: ## Build the page's scripts and styles into static/dist
	@.ci/environment dev
	@.ci/node npm --prefix static run --silent build

soak: ## The same tests at full size: random plans, hostile frames, kills, revocations
	@.ci/environment dev
	@.ci/services
	@SIZE=soak HYPOTHESIS_PROFILE=soak .ci/node $(PYTEST) -n 3 --no-loadscope-reorder --junit-xml=$(REPORT) \
		-o junit_logging=system-out $(LONGEST) $(filter-out $(LONGEST),$(SOAKED)); ended=$$?; \
		$(PY) -m tests.bench.soak $(REPORT); exit $$ended

bench: ## Measure the server beside its peers from npm: tests/bench/RESULTS.md (RUNS=3 for medians)
	@.ci/environment dev
	@.ci/node tests/bench/run

lock: ## Resolve the Python and Node packages anew, with hashes
	@.ci/lock

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
