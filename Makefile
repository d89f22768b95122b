.PHONY: help lab test lint unit notebooks browser bench live reference lock clean
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
FOLDER ?= my-ecslab

help: ## list the commands
	@awk -F ":.*## " '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

# .venv/ready: what a learner needs.  .venv/workshop: what the tests need besides.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"ecslab needs Python 3.11 or newer, but {sys.executable} is {v[0]}.{v[1]}. Try: make PYTHON=python3.12 lab")'
	$(PYTHON) -m venv .venv

.venv/ready: requirements.lock pyproject.toml setup.py | .venv/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps -e .
	@touch $@

.venv/workshop: workshop.lock .venv/ready
	$(PIP) install --require-hashes -r workshop.lock
	@touch $@

lab: .venv/ready ## open the notebooks in JupyterLab, in the folder my-ecslab (or make lab FOLDER=...)
	@$(BIN)/ecslab lab $(FOLDER)

test: lint unit ## lint, types, and every test

lint: .venv/workshop ## ruff and mypy
	$(BIN)/ruff check ecslab tests
	$(BIN)/mypy

unit: .venv/workshop
	$(BIN)/pytest

clean: ## remove what make installed
	rm -rf .venv
