# Two commands to a living node: `make run` and `make test`. Everything stays in .venv and data/.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The first Python that is new enough, unless PYTHON names one.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$name" && break; done)
# How to install packages of the system without asking: as root, or by a sudo that asks for no password.
ROOT := $(shell if [ "$$(id -u)" = 0 ]; then echo env; elif sudo -n true 2>/dev/null; then echo "sudo -n"; fi)
APT := $(if $(shell command -v apt-get 2>/dev/null),$(if $(ROOT),$(ROOT) DEBIAN_FRONTEND=noninteractive apt-get))

.PHONY: help run test format clean system-packages

help: ## Show these lines
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: $(VENV)/.installed ## Install what is missing, then start the node on http://127.0.0.1:8000
	@exec $(BIN)/landbridge run

test: $(VENV)/.installed-test system-packages ## Lint, types, import contracts, and every test on SQLite and PostgreSQL
	@$(BIN)/landbridge translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@# Types are checked beside the first tests, some of which wait for browsers and servers.
	@$(BIN)/mypy & types=$$!; trap "kill $$types 2>/dev/null || true" EXIT; \
	  $(BIN)/pytest -n 4 --dist worksteal --database=sqlite; wait $$types; trap - EXIT
	$(BIN)/pytest -n 4 --dist worksteal --database=postgresql

format: $(VENV)/.installed-test ## Put the code into its common form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove the environment and what tools have left; data/ stays
	rm -rf $(VENV) *.egg-info build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find landbridge tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
	find landbridge -name '*.mo' -delete

$(VENV)/bin/python:
	@if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Landbridge needs Python 3.11 or later; make PYTHON=/path/to/python3 names it." >&2; exit 1; fi
	@echo "Making the environment $(VENV) with $$($(PYTHON) --version)"
	@if ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
	  if [ -n "$(APT)" ]; then $(APT) update -qq && $(APT) install -y -qq python3-venv >/dev/null; \
	  else echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; fi; fi
	@"$(PYTHON)" -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "Installing Landbridge into $(VENV)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	@echo "Installing Landbridge and its test tools into $(VENV)"
	@$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed

# What the tests drive beside Python. Without them the tests that need them are skipped with a reason.
system-packages:
	@missing=""; \
	command -v chromium chromium-browser google-chrome >/dev/null || missing="$$missing chromium"; \
	command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || missing="$$missing postgresql"; \
	if [ -n "$$missing" ]; then \
	  if [ -n "$(APT)" ]; then echo "Installing$$missing"; \
	    ($(APT) update -qq && $(APT) install -y -qq --no-install-recommends $$missing >/dev/null 2>&1) \
	      || echo "Could not install$$missing: the tests that need them are skipped." >&2; \
	  else echo "Missing:$$missing. Install them as root to run the tests that need them." >&2; fi; fi
