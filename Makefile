# The project's commands. `make help` lists them; CI (.ci/run) calls the same ones.

.DEFAULT_GOAL := help
.PHONY: help setup check test test-unit test-containers test-services test-journeys test-alone demo up chaos bench
.DELETE_ON_ERROR:

BIN := .venv/bin
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
CODE := shared services deploy tests
KEEP ?=

help: ## Show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: .venv/.dev ## Make the environment in .venv, with all tools

check: .venv/.dev ## Lint, format, types, import rules
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

test: .venv/.dev ## Unit and contract tests; then all on real servers, the page, the containers
	$(MAKE) --jobs=2 --no-print-directory test-unit test-containers
	$(MAKE) --jobs=2 --no-print-directory test-services test-journeys
	$(MAKE) --no-print-directory test-alone

# Two by two: all but the first mostly wait for servers, each for its own.
test-unit: .venv/.dev
	$(BIN)/pytest tests/unit tests/contract

test-containers: .venv/.dev
	$(BIN)/pytest tests/containers

test-services: .venv/.dev
	$(BIN)/pytest tests/integration tests/browser tests/attack

test-journeys: .venv/.dev
	$(BIN)/pytest tests/journeys tests/chaos -m "not alone"

test-alone: .venv/.dev
	$(BIN)/pytest tests/journeys -m alone

demo: .venv/.local ## Play the sample through the whole pipeline; KEEP=1 leaves it running
	$(BIN)/triage demo $(if $(KEEP),--keep)

up: .venv/.local ## Run the whole pipeline on this machine, until Ctrl-C
	$(BIN)/triage up

chaos: .venv/.dev ## Faults under load, by a seed: SEED=1 MINUTES=10; NAIVE=1, CRASHES=1 or THREE=1 instead
	$(BIN)/python -m tests.chaos

bench: .venv/.dev .venv/.bench ## Speed beside peers, on an idle machine; about a quarter of an hour
	$(BIN)/python -m tests.bench

# What the demo needs: the locked packages, by hash, and the `triage` command.
.venv/.local: requirements/local.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/local.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# What checks and tests need on top.
.venv/.dev: requirements/dev.txt .venv/.local
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

# What the bench needs on top, apart from the rest: see requirements/bench.in.
.venv/.bench: requirements/bench.txt | $(BIN)/python
	$(BIN)/python -m venv .venv/bench
	.venv/bench/bin/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON); do \
	  command -v $$python >/dev/null || continue; \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  echo "making .venv with $$($$python --version)"; \
	  $$python -c 'import ensurepip, venv' 2>/dev/null && $$python -m venv .venv && exit 0; \
	  rm -rf .venv; \
	  echo "$$python cannot make an environment: its venv module is missing." \
	    "On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	done; \
	echo "Python 3.11 or later is needed; none of these is on the PATH: $(PYTHON)." \
	  "Install one, or name one: make PYTHON=/path/to/python3" >&2; exit 1
