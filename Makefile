# svtracker: `make run` and `make test` are all that a newcomer needs. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
SOFFICE ?= $(shell command -v soffice || command -v libreoffice)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A process of tests on each core, up to four, each with a PostgreSQL of its own; whoever is idle takes over tests of
# the other. For one process: make test ARGS="-n 0".
SIDE_BY_SIDE := -n logical --maxprocesses 4 --dist worksteal
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help run test test-office check setup bench real lock format screenshots chromium office

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(VENV)/.runtime ## Install what is missing and serve the demo (PORT=8123 HOST=0.0.0.0 override)
	@$(BIN)/python -m svtracker serve --demo --host $(HOST) --port $(PORT)

test: $(VENV)/.development chromium ## Install what the tests need and run all of them, or some: ARGS=tests/kernel
	@CHROMIUM="$$(command -v "$(CHROMIUM)" || command -v chromium)" $(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

test-office: $(VENV)/.development office ## Let LibreOffice recalculate bidders' workbooks and compare with the rules
	@SOFFICE="$$(command -v "$(SOFFICE)" || command -v soffice || command -v libreoffice)" \
		$(BIN)/python -m pytest tests/office/with_libreoffice.py $(ARGS)

check: $(VENV)/.development ## Check format, lint, types, the import contract and unused dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry svtracker

setup: $(VENV)/.runtime $(VENV)/.development ## Install the run-time and development groups into .venv

bench: $(VENV)/.development ## Measure speed as ratios to stated floors
	@$(BIN)/python -m tests.bench $(ARGS)

real: $(VENV)/.development ## Run real public files through the program: make real DATA=folder
	@test -n "$(DATA)" || { echo "Say where the files are: make real DATA=folder"; exit 2; }
	@$(BIN)/python -m tests.real "$(DATA)"

format: $(VENV)/.development ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

screenshots: $(VENV)/.development chromium ## Make the pictures of the README anew
	@CHROMIUM="$$(command -v "$(CHROMIUM)" || command -v chromium)" $(BIN)/python -m tests.screenshots

lock: $(VENV)/.development ## Choose the newest allowed dependencies and write the hashed requirements
	@$(BIN)/uv lock --upgrade
	@$(BIN)/uv export -q --no-emit-project --no-header --no-annotate --no-dev --group build -o requirements.txt
	@$(BIN)/uv export -q --no-emit-project --no-header --no-annotate --all-extras --group dev --group build -o requirements-dev.txt

# A Debian Python may lack the part that makes virtual environments; root gets it, others are told its name.
$(BIN)/python:
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); \
		else echo "Python cannot make a virtual environment: install the package python3-venv, then run make again."; exit 1; fi; }

$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what svtracker needs (once, about half a minute) …"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.development: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need (once, about a minute) …"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

chromium:
	@if [ -z "$(CHROMIUM)" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Chromium …"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
		else echo "The browser tests need Chromium: install the package chromium, or set CHROMIUM to its path."; exit 1; fi; fi

office:
	@if [ -z "$(SOFFICE)" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing LibreOffice Calc …"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui >/dev/null; \
		else echo "These tests need LibreOffice Calc: install the package libreoffice-calc-nogui, or set SOFFICE to its path."; exit 1; fi; fi
