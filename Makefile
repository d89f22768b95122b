.PHONY: help lab test quick lint walls unit coverage notebooks runs browser nightly bench soak fuzz compat clients recorded live wheelhouse matrix reference minutes pages lock clean
PYTHON ?= python3
BIN := .venv/bin
# pip says how far it is; where nobody looks on, it says what goes wrong and no more.
PIP := $(BIN)/python -m pip --disable-pip-version-check $(if $(CI),--quiet)
installing = printf '%s\n' "Installing $$(grep -c == $(1)) packages into .venv, this once: one to three minutes." \
  "pip names each as it comes; while it unpacks all of them, at the end, it may say nothing for a minute."
FOLDER ?= my-ecslab
UNIT := tests --ignore=tests/browser --ignore=tests/notebooks
COMPILE := --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11

help: ## list the commands
	@awk -F ":.*## " '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

# .venv/ready: what a learner needs.  .venv/workshop: what the tests need besides.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"ecslab needs Python 3.11 or newer, but {sys.executable} is {v[0]}.{v[1]}. Try: make PYTHON=python3.12 lab")'
	@echo "Making .venv, a Python of its own: some seconds."
	@$(PYTHON) -m venv .venv

.venv/ready: requirements.lock pyproject.toml setup.py | .venv/bin/python
	@$(call installing,$<)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps -e .
	@touch $@

.venv/workshop: workshop.lock pyproject.toml setup.py | .venv/bin/python
	@$(call installing,$<)
	$(PIP) install --require-hashes -r workshop.lock
	$(PIP) install --no-deps -e .
	@touch .venv/ready $@

lab: .venv/ready ## open the notebooks in JupyterLab, in the folder my-ecslab (or make lab FOLDER=...)
	@$(BIN)/ecslab lab "$(FOLDER)"

test: unit ## lint, types, and every test
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint notebooks runs browser

quick: .venv/workshop walls ## lint, types, and the tests that your change reaches; the first run learns which those are
	$(BIN)/ruff check ecslab tests
	$(BIN)/mypy
	TESTMON_DATAFILE=.venv/testmondata $(BIN)/python -m pytest $(UNIT) --testmon

lint: .venv/workshop walls ## ruff, mypy, and the walls of the house
	$(BIN)/ruff check ecslab tests
	$(BIN)/mypy

walls: .venv/workshop
	$(BIN)/lint-imports --cache-dir .venv/import-linter
	$(BIN)/python -m tests.house

unit: .venv/workshop
	$(BIN)/python -m pytest $(UNIT) -n 2 --dist loadfile --no-loadscope-reorder

coverage: .venv/workshop ## run the tests of one process, and print by folder what they reach
	COVERAGE_FILE=.venv/coverage $(BIN)/python -m pytest $(UNIT) -n 2 --dist loadfile --no-loadscope-reorder \
	  --cov=ecslab --cov-report=json:.venv/coverage.json
	$(BIN)/python -m tests.house.coverage .venv/coverage.json

notebooks: .venv/workshop ## run every notebook and compare every output, then once more and compare the account
	$(BIN)/python -m pytest -p tests.notebooks.plugin -p tests.notebooks.second_run --nbval --nbval-cell-timeout=60 \
	  --nbval-sanitize-with=tests/notebooks/sanitize.cfg notebooks

runs: .venv/workshop ## run the learner's copies, and look over the notebooks as files
	$(BIN)/python -m pytest tests/notebooks

browser: .venv/workshop ## drive JupyterLab in Chromium; screenshots/ keeps what it saw
	$(BIN)/python -m pytest tests/browser -m "not nightly"

nightly: .venv/workshop ## what takes too long for make test: every notebook in Chromium, saved, and opened again the day after
	$(BIN)/python -m pytest tests/browser -m nightly

bench: .venv/workshop ## compare with stock moto, by ratios within one run
	$(BIN)/python -m tests.bench

soak: .venv/workshop ## thousands of simulated histories, then ten minutes of random calls from eight clients in parallel
	$(BIN)/python -m tests.simulation --count 3000
	$(BIN)/python -m tests.simulation --count 300 --naming
	$(BIN)/python -m tests.simulation --count 1000 --instances
	$(BIN)/python -m tests.soak $(OPTIONS)

fuzz: .venv/workshop ## 50,000 requests made from AWS's models, valid and at their boundaries; none may end in a 500
	$(BIN)/python -m tests.fuzz $(OPTIONS)

compat: .venv/workshop ## moto's own tests on our backends; the counts go into tests/README.md
	$(BIN)/python -m tests.compat $(ONLY)

clients: .venv/workshop ## AWS's and others' clients at work on a sandbox; what works goes into tests/README.md
	$(BIN)/python -m tests.clients $(ONLY)

recorded: .venv/workshop ## how far the sandbox answers as AWS was recorded to, by service
	$(BIN)/python -m tests.recorded -q $(OPTIONS)

reference: .venv/workshop ## run the reference notebooks and write their outputs
	$(BIN)/python -m tests.notebooks.reference $(ONLY)

minutes: .venv/workshop ## measure how long each notebook takes, and write it under its title
	$(BIN)/python -m tests.notebooks.minutes $(ONLY)

matrix: .venv/workshop ## write tests/course/MATRIX.md: every wrong state, and what the check says of it
	$(BIN)/python -m tests.course.matrix $(ONLY)

pages: .venv/workshop ## write glossary, cheat sheet, instructor's page, lifecycles and what is carried from the project's own data
	$(BIN)/python -m tests.pages

wheelhouse: .venv/bin/python ## put all that must be installed into the folder wheelhouse, for a room without internet
	$(PIP) download --require-hashes --only-binary :all: --dest wheelhouse -r requirements.lock
	$(PIP) wheel --no-deps --wheel-dir wheelhouse .

live: .venv/workshop ## the portable tests on a real account (costs money): make live ACCOUNT=<id>
	ECSLAB_LIVE=$(ACCOUNT) $(BIN)/python -m pytest tests -m portable --ignore=tests/browser --ignore=tests/notebooks

lock: .venv/workshop ## bring both locks up to date with pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml $(COMPILE) --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group workshop $(COMPILE) --output-file workshop.lock

clean: ## remove what make installed
	rm -rf .venv
