# `make up` runs the dev stack on the embedded emulator; `make test` runs every check and test.
# Both first install what they need into .venv, from the lock files.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The lock files are complete, so pip resolves nothing: newer versions in the package index have no effect.
LOCKED := install --quiet --no-deps --only-binary :all: --require-hashes --requirement
INSTALL_LOCK := $(PIP) $(LOCKED)
INSTALL_CHECKOUT := $(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
CHECK_INSTALLED := problems=$$($(PIP) check) || { \
	echo "$$problems" >&2; echo "The lock files are incomplete: make lock" >&2; exit 1; }
# The dev stack keeps its state in this folder; its secrets are encrypted with the empty passphrase.
ifneq ($(shell command -v pulumi),)
ENGINE := $(shell pulumi version), the Pulumi CLI on PATH
UP := export PULUMI_CONFIG_PASSPHRASE= PULUMI_BACKEND_URL="file://$(CURDIR)/.pulumi-state" && mkdir -p -m 700 .pulumi-state && \
	pulumi stack select --create dev && pulumi up --yes --stack dev
else
ENGINE := the local engine (no Pulumi CLI on PATH)
UP := PULUMI_CONFIG_PASSPHRASE= $(BIN)/pulumi-messaging local up --stack dev
endif
# The tests start the program hundreds of times: its modules are compiled once, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
SBOM_TOOL := .venv-sbom/bin/cyclonedx-py
MKDOCS := .venv-site/bin/mkdocs

.DEFAULT_GOAL := help
.PHONY: help up engine test check unit coverage prism matrix bench canaries cases estates soak comparison mutants docs site lock clean \
	dist installs bounds sbom

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "Python 3.11, 3.12 or 3.13 is required: make PYTHON=python3.12 ..." >&2; exit 1; }
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

up: engine $(RUN_READY) ## install, and run the dev stack on the embedded emulator, twice
	@$(UP)
	@echo && echo "Second run: nothing has changed, so no request is sent." && echo
	@$(UP)

engine:
	@echo "Engine: $(ENGINE)"

test: check unit ## install, and run all checks and tests

check: $(TEST_READY) ## check format, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

# Many tests wait for processes, so that there are more workers than cores.
unit: $(TEST_READY) ## run the tests
	@$(BIN)/python -m pytest -n 3

cases: $(TEST_READY) ## run every case of the scenarios and of the matrix of faults
	@EVERY_CASE=1 $(BIN)/python -m pytest -n 3 tests/scenarios tests/faults

estates: $(TEST_READY) ## adopt 200 random accounts: the first up writes nothing
	@ESTATES=200 $(BIN)/python -m pytest -q tests/cli/test_adopt_property.py

coverage: $(TEST_READY) ## run the tests with branch coverage, which takes half as long again
	@$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

prism: $(TEST_READY) ## check clients and emulator against Telnyx's OpenAPI description with Prism (needs node)
	@$(BIN)/python -m tests.judges.prism

matrix: ## run the tests with each supported Python on PATH
	@for python in python3.11 python3.12 python3.13; do \
		if $$python -c "" 2>/dev/null; then $(MAKE) unit PYTHON=$$python VENV=.venv-$$python || exit 1; \
		else echo "$$python: not on PATH, skipped"; fi; \
	done

bench: $(TEST_READY) ## measure the figures of benchmarks/README.md
	@$(BIN)/python -m benchmarks all

canaries: $(TEST_READY) ## give every refused value as a secret and look for it in all that comes out (Pulumi CLI if on PATH)
	@$(BIN)/python -m tests.secrets.canaries

soak: $(TEST_READY) ## run the soak tests for forty minutes: faults, kills, limits, cycles, histories
	@$(BIN)/python -m soak all

mutants: $(TEST_READY) ## put bugs into a copy of the code and check that the tests fail
	@$(BIN)/python -m mutants

comparison: $(TEST_READY) ## measure for 25 minutes and write docs/comparison.md
	@$(BIN)/python -m benchmarks comparison curves --write docs/comparison.md

docs: $(TEST_READY) ## write the generated parts of docs/reference.md, and stacks/schema.json
	@$(BIN)/python -m site_tools.reference docs/reference.md
	@$(BIN)/pulumi-messaging schema --out stacks/schema.json

$(MKDOCS): requirements-site.lock | $(BIN)/python
	@$(PYTHON) -m venv --clear --without-pip .venv-site
	@$(PIP) --python .venv-site $(LOCKED) requirements-site.lock
	@touch $@

# Without --quiet: it would hide the warnings, which are errors.
site: $(MKDOCS) ## build the documentation as a website into site/: a broken link or anchor is an error
	@NO_MKDOCS_2_WARNING=1 $(MKDOCS) build --clean

dist: $(TEST_READY) ## build wheel and sdist of the last commit into dist/: the same bytes on every machine
	@rm -rf dist build && mkdir -p build && git archive HEAD | tar -x -C build
	@cd build && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) ../$(BIN)/python -m hatchling build --directory ../dist
	@rm -rf build

installs: dist ## install wheel, sdist, path and git commit into bare environments of each supported Python on PATH, and use them
	@$(BIN)/python -m tests.release.installs

bounds: dist ## use the wheel, and run tests, with the oldest and the newest allowed dependencies
	@$(BIN)/python -m tests.release.bounds

$(SBOM_TOOL): requirements-release.lock | $(BIN)/python
	@$(PYTHON) -m venv --clear --without-pip .venv-sbom
	@$(PIP) --python .venv-sbom $(LOCKED) requirements-release.lock
	@touch $@

# What pip installs with the extra [local] at the locked versions; the tool reads it from such an environment.
sbom: dist $(SBOM_TOOL) ## write the SBOM (CycloneDX, JSON) of the package and its dependencies into dist/
	@rm -rf build && mkdir build && sed -n '/^[a-z]/s/ \\$$//p' requirements.lock > build/pins.txt
	@sed "s/^dynamic = .*/version = \"$$($(BIN)/python -m hatchling version)\"/" pyproject.toml > build/pyproject.toml
	@$(PYTHON) -m venv --without-pip build/environment
	@$(PIP) --python build/environment install --quiet --constraint build/pins.txt \
		"pulumi-messaging[local] @ file://$(CURDIR)/$$(ls dist/*.whl)"
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(SBOM_TOOL) environment build/environment/bin/python \
		--pyproject build/pyproject.toml --mc-type library --output-reproducible --output-file dist/sbom.cdx.json
	@rm -rf build

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-emit-index-url --no-header --no-annotate --quiet --upgrade

lock: ## lock the newest allowed versions (needs uv)
	$(LOCK) --extra local --group install -o requirements.lock
	$(LOCK) --extra testing --group install --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK:pyproject.toml%=%) --group release -o requirements-release.lock
	$(LOCK:pyproject.toml%=%) --group site -o requirements-site.lock

clean: ## remove everything that these commands made
	rm -rf $(VENV) .venv-* dist build site .emulator.db* .pulumi-local .pulumi-state .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
