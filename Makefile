# Every command first installs what it needs into this folder: .venv, frontend/node_modules, build.

PYTHON ?= $(shell sh scripts/find_python.sh)
IN_VENV := .venv/bin/python
ARGS ?=

.PHONY: help demo test thorough check affected lint format messages generate proto frontend dev screenshots pictures bench docs links dist clean \
	keras-suite nightly integrations kerashub

help:  ## list all commands
	@sed -nE 's/^([a-z-]+):[^#]*## +/\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo:  ## train the five demo models and open TensorBoard; ARGS="--no-serve", ARGS="--dataset mnist", ARGS=--help
	@$(PYTHON) -m scripts.install demo
	@$(IN_VENV) demo/run.py $(ARGS)

test: setup  ## run all checks and tests
	@$(IN_VENV) -m scripts.run_tests

thorough: setup  ## run further tests of kinds of which `make test` runs some: all optimizers and models on each backend
	@$(IN_VENV) -m scripts.run_tests --thorough

check: setup  ## run the quick checks and tests: no browser, nothing slow
	@$(IN_VENV) -m scripts.run_tests --quick

affected: setup  ## run what a change of one folder can break, in a minute; FOLDER=store
	@$(IN_VENV) -m scripts.affected $(FOLDER) $(ARGS)

keras-suite: environment  ## run Keras's own tests with the callback in every fit; ARGS="callbacks --backends torch"
	@$(IN_VENV) -m scripts.keras_suite $(ARGS)

integrations: environment  ## run the tests with other tools, also those too heavy for `make test`: Ray, W&B, MLflow
	@$(IN_VENV) -m scripts.integrations $(ARGS)

kerashub: environment  ## run the tests with models of KerasHub on each backend; ARGS="--backends torch -k gemma"
	@$(IN_VENV) -m scripts.kerashub $(ARGS)

nightly: environment  ## run the core tests with the newest development version of Keras
	@$(IN_VENV) -m scripts.versions nightly

lint: setup  ## check style, types and imports
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy
	@.venv/bin/lint-imports --no-logo --no-cache
	@$(IN_VENV) -m scripts.generate --check
	@npm --prefix frontend run --silent check

format: setup  ## format all files
	@$(IN_VENV) -m ruff check --quiet --fix .
	@$(IN_VENV) -m ruff format .
	@npm --prefix frontend run --silent format

messages: environment  ## print every message that a user can meet
	@$(IN_VENV) -m tests.messages

generate: environment  ## generate catalog.ts and the tables of the docs from tb_keras_inspect/catalog
	@$(IN_VENV) -m scripts.generate

proto: environment  ## generate tb_keras_inspect/records/inspect_pb2.py from the schema
	@$(IN_VENV) -m scripts.proto

frontend:  ## build the tab into tb_keras_inspect/static
	@$(PYTHON) -m scripts.install frontend
	@npm --prefix frontend run --silent build

dev: setup  ## open TensorBoard on the demo runs; rebuilds the tab whenever a source file is saved
	@$(IN_VENV) -m scripts.dev $(ARGS)

screenshots: setup  ## make the screenshots of README and docs from the demo runs, in docs/images
	@CHROMIUM=$$($(IN_VENV) -m scripts.chromium) $(IN_VENV) -m scripts.doc_pictures $(ARGS)

pictures: setup  ## make screenshots of each view of the tab in .screenshots, to look at after a change
	@CHROMIUM=$$($(IN_VENV) -m scripts.chromium) \
		$(IN_VENV) -m scripts.screenshots --train --output .screenshots $(ARGS)

bench: environment  ## measure the cost of a sampled step; the other benchmarks are in benchmarks/README.md
	@$(IN_VENV) -m benchmarks.step_cost mlp cnn transformer $(ARGS)

docs: environment  ## build the documentation website in build/site
	@$(IN_VENV) -m sphinx -q -W --keep-going -b html docs build/site

links: environment  ## check every external link of the documentation; needs a network
	@$(IN_VENV) -m sphinx -q -b linkcheck docs build/links

dist: environment  ## build wheel and source distribution in dist; the same commit gives the same bytes
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(IN_VENV) -m build --no-isolation --outdir dist
	@$(IN_VENV) -m twine check --strict dist/*

clean:  ## remove everything installed or built here, except logs
	@rm -rf .venv build dist frontend/node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis

.PHONY: setup environment
setup:
	@$(PYTHON) -m scripts.install test frontend

environment:  # without Node
	@$(PYTHON) -m scripts.install test
