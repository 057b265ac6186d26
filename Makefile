# Everything sets itself up: Python 3.11 or newer, pip, make and git are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED_DATA := $(wildcard ../shared/realdata)
unexport PYTHONDONTWRITEBYTECODE  # compiled once, the command starts three times as fast
export EVALCENTER_REALDATA ?= $(abspath $(SHARED_DATA))

.PHONY: demo test soak check cover schema lock engine test-engine validation peers clean help

help:  ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

demo: $(VENV)/.run  ## Certify two simulated candidates, offline
	$(BIN)/evalcenter demo

test: $(VENV)/.dev  ## Run the tests
	$(BIN)/python -m pytest -n auto $(PYTEST_FLAGS)

soak: $(VENV)/.dev  ## The long form of the steadiness tests: hundreds of kills, thousands of samples under faults (a quarter of an hour)
	$(BIN)/python -m pytest -m soak -n 2 --dist worksteal -rP $(PYTEST_FLAGS)

check: $(VENV)/.dev  ## Style, types, suites
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/evalcenter lint medical government

cover: $(VENV)/.dev  ## The tests with line and branch coverage
	$(BIN)/python -m pytest -n auto --cov --cov-report=term $(PYTEST_FLAGS)

validation: $(VENV)/.dev  ## Measure graders and judges on recorded answers of real models (needs EVALCENTER_REALDATA)
	$(BIN)/python benchmarks/validation_choice_number.py
	$(BIN)/python benchmarks/validation_refusal.py --leave-one-out --held-out --adjudicate
	$(BIN)/python benchmarks/validation_judges.py
	$(BIN)/python benchmarks/recorded_through_replay.py
	$(BIN)/python benchmarks/imported_through_http.py

peers: $(VENV)/.dev  ## Install the other harnesses that the benchmarks measure, each in an environment of its own
	$(BIN)/python -m benchmarks.peers.install

schema: $(VENV)/.run  ## Write the JSON Schemas again
	$(BIN)/evalcenter schema

lock: $(VENV)/.dev  ## Lock the dependencies again
	$(BIN)/python requirements/lock.py

test-engine:  ## Test against a real inference engine, in an environment of its own
	tests/engine/run.sh

$(VENV)/.run: requirements/run.txt requirements/pip.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/pip.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

clean:  ## Remove what was built
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
