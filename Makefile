# Two commands: `make up` runs the dev stack to its end on the embedded emulator, `make test` runs every check and test.
# Both set up everything they need in .venv from the lock files.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The lock files are complete: pip resolves and builds nothing, so newer versions in the package index change nothing.
INSTALL_LOCK := $(PIP) install --quiet --no-deps --only-binary :all: --require-hashes --requirement
INSTALL_CHECKOUT := $(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
CHECK_INSTALLED := problems=$$($(PIP) check) || { \
	echo "$$problems" >&2; echo "The lock files are incomplete: make lock" >&2; exit 1; }
# The dev stack is for trying out: its state stays in this folder, its secrets have the empty passphrase.
ifneq ($(shell command -v pulumi),)
ENGINE := $(shell pulumi version), the Pulumi CLI on PATH
UP := export PULUMI_CONFIG_PASSPHRASE= PULUMI_BACKEND_URL="file://$(CURDIR)/.pulumi-state" && mkdir -p .pulumi-state && \
	pulumi stack select --create dev && pulumi up --yes --stack dev
else
ENGINE := the local engine (no Pulumi CLI on PATH)
UP := PULUMI_CONFIG_PASSPHRASE= $(BIN)/pulumi-messaging local up --stack dev
endif
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready

.DEFAULT_GOAL := help
.PHONY: help up engine test check unit prism matrix bench comparison mutants docs lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "Python 3.11, 3.12 or 3.13 is needed; give one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) ..."
	@$(INSTALL_LOCK) requirements.lock
	@$(INSTALL_CHECKOUT)
	@$(CHECK_INSTALLED)
	@touch $@

$(TEST_READY): requirements-dev.lock $(RUN_READY)
	@echo "Setting up the development tools ..."
	@$(INSTALL_LOCK) requirements-dev.lock
	@$(CHECK_INSTALLED)
	@touch $@

up: engine $(RUN_READY) ## set up everything and run the dev stack on the embedded emulator, twice
	@$(UP)
	@echo && echo "The same again: nothing has changed, so nothing is asked and nothing is written." && echo
	@$(UP)

engine:
	@echo "Engine: $(ENGINE)"

test: check unit ## set up everything and run all checks and tests

check: $(TEST_READY) ## formatting, lint, strict types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

unit: $(TEST_READY) ## tests, with branch coverage
	@$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

prism: $(TEST_READY) ## let Prism judge clients and emulator by the vendor's OpenAPI (needs node)
	@$(BIN)/python -m tests.judges.prism

matrix: ## run the tests under every supported Python on PATH
	@for python in python3.11 python3.12 python3.13; do \
		if command -v $$python >/dev/null; then $(MAKE) unit PYTHON=$$python VENV=.venv-$$python || exit 1; \
		else echo "$$python: not on PATH, skipped"; fi; \
	done

bench: $(TEST_READY) ## measure the figures of benchmarks/README.md
	@$(BIN)/python -m benchmarks all

soak: $(TEST_READY) ## run for an hour what must always hold: faults, kills, limits, cycles, histories
	@$(BIN)/python -m soak all

mutants: $(TEST_READY) ## put bugs into a copy of the code and see whether the tests catch them
	@$(BIN)/python -m mutants

comparison: $(TEST_READY) ## measure and write docs/comparison.md, some 25 minutes
	@$(BIN)/python -m benchmarks comparison curves --write docs/comparison.md

docs: $(TEST_READY) ## write the resources' reference into README.md
	@$(BIN)/python -m pulumi_messaging.core.reference README.md

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-emit-index-url --no-header --no-annotate --quiet --upgrade

lock: ## pin the newest allowed versions (needs uv)
	$(LOCK) --extra local --group install -o requirements.lock
	$(LOCK) --extra testing --group install --group dev -c requirements.lock -o requirements-dev.lock

clean: ## remove what the other commands made
	rm -rf $(VENV) .venv-* .emulator.db* .pulumi-local .pulumi-state .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
