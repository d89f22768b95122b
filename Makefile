.PHONY: help lab test lint unit clean
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

help: ## list the commands
	@awk -F ":.*## " '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' Makefile

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"ecslab needs Python 3.11 or newer, but {sys.executable} is {v[0]}.{v[1]}. Try: make PYTHON=python3.12 lab")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)

test: lint unit ## lint, types, and every test

lint: $(READY)
	$(BIN)/ruff check ecslab tests
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest

clean: ## remove what make installed
	rm -rf .venv
