# Everything sets up what it needs in this folder first: .venv, frontend/node_modules, build.

PYTHON ?= $(shell sh scripts/find_python.sh)
IN_VENV := .venv/bin/python
ARGS ?=

.PHONY: help demo test check lint format generate proto frontend dev screenshots pictures bench docs links dist clean

help:  ## what there is to make
	@sed -nE 's/^([a-z]+):[^#]*## +/\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo:  ## train five runs and show them; ARGS="--no-serve", ARGS="--dataset mnist", ARGS=--help
	@$(PYTHON) -m scripts.install demo
	@$(IN_VENV) demo/run.py $(ARGS)

test: setup  ## all checks and tests
	@$(IN_VENV) -m scripts.run_tests

check: setup  ## the everyday part of the tests: no browser, nothing slow
	@$(IN_VENV) -m scripts.run_tests --quick

lint: setup  ## style, types, and who imports whom
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy
	@.venv/bin/lint-imports --no-logo --no-cache
	@$(IN_VENV) -m scripts.generate --check
	@npm --prefix frontend run --silent check

format: setup  ## write all files in the project's format
	@$(IN_VENV) -m ruff check --quiet --fix .
	@$(IN_VENV) -m ruff format .
	@npm --prefix frontend run --silent format

generate: environment  ## write catalog.ts and the tables of the docs from tb_keras_inspect/catalog
	@$(IN_VENV) -m scripts.generate

proto: environment  ## write tb_keras_inspect/records/inspect_pb2.py from the schema
	@$(IN_VENV) -m scripts.proto

frontend:  ## build the tab into tb_keras_inspect/static
	@$(PYTHON) -m scripts.install frontend
	@npm --prefix frontend run --silent build

dev: setup  ## TensorBoard on the demo's runs; the tab is built again whenever a source is saved
	@$(IN_VENV) -m scripts.dev $(ARGS)

screenshots: setup  ## the pictures of README and docs, from the demo, into docs/images
	@CHROMIUM=$$($(IN_VENV) -m scripts.chromium) $(IN_VENV) -m scripts.doc_pictures $(ARGS)

pictures: setup  ## pictures of each view of the tab into .screenshots, to look at after a change
	@CHROMIUM=$$($(IN_VENV) -m scripts.chromium) \
		$(IN_VENV) -m scripts.screenshots --train --output .screenshots $(ARGS)

bench: environment  ## what a sampled step costs; the other benchmarks are in benchmarks/README.md
	@$(IN_VENV) -m benchmarks.step_cost mlp cnn transformer $(ARGS)

docs: environment  ## the site of the documentation into build/site
	@$(IN_VENV) docs/_ext/definitions_page.py
	@$(IN_VENV) -m sphinx -q -W --keep-going -b html docs build/site

links: environment  ## asks for every address outside that the documentation names; needs a network
	@$(IN_VENV) -m sphinx -q -b linkcheck docs build/links

dist: environment  ## wheel and source distribution into dist, the same bytes from the same commit
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(IN_VENV) -m build --no-isolation --outdir dist
	@$(IN_VENV) -m twine check --strict dist/*

clean:  ## remove what was set up and built here; not logs
	@rm -rf .venv build dist frontend/node_modules .pytest_cache .ruff_cache .hypothesis

.PHONY: setup environment
setup:
	@$(PYTHON) -m scripts.install test frontend

environment:  # without Node
	@$(PYTHON) -m scripts.install test
