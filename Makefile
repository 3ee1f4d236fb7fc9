# `make demo` and `make test` need Python 3.11 or newer with venv, and git; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REQUIRE := requirements/dev.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-full lint types bench docs peers peers-list lock clean

help:  ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

# The environment of a user: etcdboot with a real etcd, pinned.
$(VENV)/.user: pyproject.toml $(REQUIRE)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint requirements/constraints.txt --editable '.[local]'
	@touch $@

# The environment of a developer: all of it, by hash.
$(VENV)/.dev: pyproject.toml $(REQUIRE)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement $(REQUIRE)
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.user

demo: $(VENV)/.user  ## A real TLS cluster of three on this machine: made, verified, gone
	$(BIN)/etcdboot up --once -f examples/local-tls/cluster.yaml

test: $(VENV)/.dev  ## The whole suite; what needs root or an absent program skips by name
	$(BIN)/pytest -n 2 $(TESTS)

test-full: $(VENV)/.dev peers  ## The suite with every peer required and the whole product of the matrix
	ETCDBOOT_REQUIRE_PEERS=1 ETCDBOOT_FULL_MATRIX=1 $(BIN)/pytest -n 2 $(TESTS)

lint: $(VENV)/.dev  ## ruff: style, and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## mypy, strict, tests too
	$(BIN)/mypy

bench: $(VENV)/.dev  ## How fast, as ratios in one run
	PYTHONPATH=tests $(BIN)/python -m bench

docs: $(VENV)/.dev  ## Make the generated pages, the schema and the README's picture anew
	$(BIN)/python docs/generate/pages.py
	$(BIN)/python docs/generate/picture.py

peers: $(VENV)/.dev  ## Fetch the real programs that the tests meet, into a cache outside the tree
	PYTHONPATH=tests $(BIN)/python -m lab.peers fetch

peers-list: $(VENV)/.dev  ## Which of them are there
	PYTHONPATH=tests $(BIN)/python -m lab.peers list

lock: $(VENV)/.dev  ## Pin the newest packages that fit pyproject.toml
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --generate-hashes --allow-unsafe --no-header \
	  --extra local --extra dev --output-file $(REQUIRE) pyproject.toml
	sed -i '1i # Every package that development and CI use, with its hashes. Made anew by: make lock' $(REQUIRE)
	sed -n 's/^\([a-z0-9][a-z0-9._-]*==[^ ]*\).*/\1/p' $(REQUIRE) > requirements/constraints.txt

clean:  ## Remove what make made
	rm -rf $(VENV) dist build .coverage .mypy_cache .ruff_cache .hypothesis
