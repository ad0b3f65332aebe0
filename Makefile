.DEFAULT_GOAL := help
.PHONY: help demo test check mutants format services docs bench clean

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

help:  ## Show what can be made
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

demo: .venv/installed  ## See the whole job done on sample events (installs no development tools)
	@$(BIN)/tidings demo

test: .venv/installed-dev  ## Run every test, on all cores
	@$(BIN)/pytest -n auto --dist loadscope

check: .venv/installed-dev  ## Everything that must hold before a change lands: what CI runs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

mutants: .venv/installed-dev  ## Change the domain in a thousand small ways: does a test notice each? (a quarter of an hour)
	@nice -n 10 $(BIN)/python -m tests.domain.mutants

format: .venv/installed-dev  ## Put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

services: .venv/installed-dev  ## Start Kafka, PostgreSQL, Valkey and a mail catcher without Docker; prints their settings
	@$(BIN)/python -m tests.servers

docs: .venv/installed-dev  ## Write those parts of the documents anew that follow from the code
	@$(BIN)/python -m tests.documents
	@$(BIN)/python -m tests.env_example

bench: .venv/installed-dev  ## Measure how fast it is on this machine (some minutes; leave the machine alone)
	@$(BIN)/python -m bench

clean:  ## Remove what was made here
	@rm -rf .venv tidings-demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tidings needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ echo "No virtual environment could be made; on Debian: apt-get install python3-venv"; exit 1; }

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing Tidings into .venv ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing Tidings and its development tools into .venv ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@ .venv/installed
