# Everything sets up what it needs in this folder first: .venv, frontend/node_modules, build.

PYTHON ?= $(shell sh scripts/find_python.sh)
IN_VENV := .venv/bin/python
ARGS ?=

.PHONY: help demo test check lint format proto frontend screenshots clean

help:  ## what there is to make
	@sed -nE 's/^([a-z]+):[^#]*## +/\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo:  ## train five runs and show them; ARGS="--no-serve", ARGS="--dataset mnist", ARGS=--help
	@$(PYTHON) scripts/install.py demo
	@$(IN_VENV) demo/run.py $(ARGS)

test: setup  ## all checks and tests
	@$(IN_VENV) scripts/run_tests.py

check: setup  ## the everyday part of the tests: no browser, nothing slow
	@$(IN_VENV) scripts/run_tests.py --quick

lint: setup  ## style and types
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy
	@npm --prefix frontend run --silent check

format: setup  ## write all files in the project's format
	@$(IN_VENV) -m ruff check --quiet --fix .
	@$(IN_VENV) -m ruff format .
	@npm --prefix frontend run --silent format

proto:  ## write tb_keras_inspect/records/inspect_pb2.py from the schema
	@$(PYTHON) scripts/proto.py

frontend:  ## build the tab into tb_keras_inspect/static
	@$(PYTHON) scripts/install.py frontend
	@npm --prefix frontend run --silent build

screenshots: setup  ## pictures of each view into .screenshots; trains the demo's runs where there are none
	@$(IN_VENV) scripts/screenshots.py --train --output .screenshots $(ARGS)

clean:  ## remove what was set up and built here; not logs
	@rm -rf .venv build dist frontend/node_modules .pytest_cache .ruff_cache .hypothesis

.PHONY: setup
setup:
	@$(PYTHON) scripts/install.py test frontend
