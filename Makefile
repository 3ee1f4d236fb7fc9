# `make demo` and `make test` need Python 3.11 or newer with venv, and git; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEV := requirements/dev.txt
USER := requirements/user.txt
LOCK := requirements/lock.txt
# Installs exactly the pinned files, whatever has been released since: pip resolves nothing, and `pip check` then
# confirms that the pins need nothing else.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps

# The tests wait for servers more than they compute, and each worker has a network of its own (tests/conftest.py).
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
export WORKERS

.DEFAULT_GOAL := help
.PHONY: help demo test test-full test-pythons test-prepared-machine lint types bench docs peers peers-list lock clean

help:  ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

# The environment of a user: etcdboot with a real etcd, by hash.
$(VENV)/.user: pyproject.toml $(USER)
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes --requirement $(USER)
	$(INSTALL) --no-build-isolation --editable .
	$(BIN)/pip check
	@touch $@

# The environment of a developer: everything, by hash.
$(VENV)/.dev: pyproject.toml $(DEV)
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes --requirement $(DEV)
	$(INSTALL) --no-build-isolation --editable .
	$(BIN)/pip check
	@touch $@ $(VENV)/.user

demo: $(VENV)/.user  ## A real TLS cluster of three on this machine: made, verified, gone
	$(BIN)/etcdboot up --once -f examples/local-tls/cluster.yaml

test: $(VENV)/.dev  ## The whole suite; what needs root or an absent program skips by name
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-full: $(VENV)/.dev peers  ## The suite with every peer required and the whole product of the matrix
	ETCDBOOT_REQUIRE_PEERS=1 ETCDBOOT_FULL_MATRIX=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-pythons: $(VENV)/.dev  ## The unit, property and cli tests on Python 3.12 and 3.13, where they are installed
	$(BIN)/python tests/pythons.py

HOSTS := $(addprefix tests/lab/test_,tutorial.py three_hosts.py company_ca.py host_keys.py installed_unit.py) \
  tests/integration/test_install_script.py
test-prepared-machine: $(VENV)/.dev  ## The tests with hosts on a copy of this machine with etcd installed; needs root
	PYTHONPATH=tests $(BIN)/python -m lab.prepared $(BIN)/pytest -n $(WORKERS) --dist worksteal $(or $(TESTS),$(HOSTS))

lint: $(VENV)/.dev  ## ruff: style, and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## mypy, strict, tests too
	$(BIN)/mypy

bench: $(VENV)/.dev  ## How fast, as ratios in one run
	PYTHONPATH=tests $(BIN)/python -m bench

docs: $(VENV)/.dev  ## Generate the flag table, the pages, the schema and the README's picture
	$(BIN)/python docs/generate/flag_table.py
	$(BIN)/python docs/generate/pages.py
	$(BIN)/python docs/generate/picture.py

peers: $(VENV)/.dev  ## Fetch the real programs that the tests meet, into a cache outside the tree
	PYTHONPATH=tests $(BIN)/python -m lab.peers fetch

peers-list: $(VENV)/.dev  ## Which of them are there
	PYTHONPATH=tests $(BIN)/python -m lab.peers list

COMPILE := pip-compile --quiet --no-strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
  --generate-hashes --allow-unsafe --no-header
lock: $(VENV)/.dev  ## Pin the newest packages that fit pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $(LOCK)
	$(VENV)/lock/bin/pip check
	$(VENV)/lock/bin/$(COMPILE) --upgrade --extra local --extra dev --output-file $(DEV) pyproject.toml
	sed -n 's/^\([a-z0-9][a-z0-9._-]*\)\(\[[a-z,]*\]\)\{0,1\}\(==[^ ]*\).*/\1\3/p' $(DEV) > $(VENV)/lock/pins
	$(VENV)/lock/bin/$(COMPILE) --no-annotate --extra local --build-deps-for editable --constraint $(VENV)/lock/pins \
	  --output-file $(USER) pyproject.toml
	echo pip-tools | $(VENV)/lock/bin/$(COMPILE) --upgrade --output-file $(LOCK) -
	sed -i '1i # Every package that development and CI use, with its hashes. Created by: make lock' $(DEV)
	sed -i '1i # What `make lock` runs, with its hashes. Created by: make lock' $(LOCK)
	sed -i '1i # Every package of `make demo`, with its hashes; a part of dev.txt. Created by: make lock' $(USER)

clean:  ## Remove what make made
	rm -rf $(VENV) dist build .coverage .mypy_cache .ruff_cache .hypothesis
