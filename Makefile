# Needs only python3 (3.11 or later, with venv and pip) and make: `make PYTHON=python3.12 test`.

PYTHON ?= python3
PYTEST_ARGS ?= -n auto

VENV := .venv
DEV := .venv-dev
BENCH := .venv-bench
PIP_FLAGS := --quiet --disable-pip-version-check
EXTRAS := cli,postgres,testing

# Folders count too: a file that goes away changes its folder.
SOURCES := $(shell find src ! -name '*.pyc' ! -name __pycache__) pyproject.toml README.md LICENSE
# mypy fails on a folder without Python files.
TYPED := src tests $(if $(shell find benchmarks -name '*.py'),benchmarks)

export PIP_REQUIRE_VIRTUALENV := 1
unexport PYTHONPATH PYTHONHOME MYPYPATH VIRTUAL_ENV

.DELETE_ON_ERROR:
.PHONY: help demo test crash stories explore explore-deep explore-faults hostile faults \
	mutants lint format generate docs changelog bench bench-large constraints clean

help:
	@echo "make demo      play both cases of the article"
	@echo "make test      build the wheel, install it, run the tests against it"
	@echo "make stories   the same with many more random stories"
	@echo "make explore   hold every law against every state under each policy; explore-deep: for hours"
	@echo "make explore-faults   plant faults, and see by which law an exploration finds each"
	@echo "make crash     kill workers on one store, 500 times, and see that nothing is lost"
	@echo "make hostile   feed 200,000 bad policies, stories, commands, bytes and command lines"
	@echo "make faults    plant faults in copies of the sources, and see that the tests find each"
	@echo "make mutants   let a program change the core at 1,500 places, and see which the tests notice"
	@echo "make lint      ruff, mypy, import-linter, news fragments, documentation"
	@echo "make format    let ruff put the code in order"
	@echo "make generate  write the pages of the reference that come from tables in the code"
	@echo "make docs      build the documentation into docs/_build/html"
	@echo "make changelog write what is coming into CHANGELOG.md; DATE=... cuts the version"
	@echo "make bench     run the benchmarks; make bench-large those on a million matters"
	@echo "make clean     remove all that is built"

demo: $(VENV)/.installed
	@$(VENV)/bin/whistle demo
	@echo "(whistle: $(VENV)/bin/whistle)"

test: $(DEV)/.installed
	WHISTLE_TEST_INSTALLED=1 $(DEV)/bin/pytest $(PYTEST_ARGS)

# SIGKILLs by the hundred while several processes work on one store, be it a file or a server,
# which is killed too; then everything is checked.
crash: $(DEV)/.installed
	$(DEV)/bin/python -m tests.crash.run --kills 500
	$(DEV)/bin/python -m tests.crash.postgres --kills 500

stories: $(DEV)/.installed
	WHISTLE_TEST_INSTALLED=1 HYPOTHESIS_PROFILE=explore $(DEV)/bin/pytest $(PYTEST_ARGS)

# Each input is made by its own seed: --only KIND --first SEED --count 1 makes one again.
hostile: $(DEV)/.installed
	$(DEV)/bin/python -m tests.hostile.run --count 200000 --write docs/reference/hostile.md

# All cores; the figures go to docs/reference/exploration.md, stories of broken laws to build/.
explore: $(DEV)/.tools
	PYTHONPATH=src $(DEV)/bin/python -B -m tests.explored.run --stories build/explored --write

explore-deep: $(DEV)/.tools
	PYTHONPATH=src $(DEV)/bin/python -B -m tests.explored.run --stories build/explored --scopes deep

explore-faults: $(DEV)/.tools
	PYTHONPATH=src $(DEV)/bin/python -B -m tests.explored.faults --write

faults: $(DEV)/.tools
	$(DEV)/bin/python -B -m tests.planted.run --write docs/reference/laws.md

# Half an hour on two cores; `mutants/` has each of them.
mutants: $(DEV)/.tools
	$(DEV)/bin/python -B -m tests.mutated.run --write docs/reference/mutants.md

lint: $(DEV)/.tools
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy --strict $(TYPED)
	set -e; for example in examples/*/; do (cd $$example && ../../$(DEV)/bin/mypy); done
	PYTHONPATH=src $(DEV)/bin/lint-imports --no-logo
	$(DEV)/bin/towncrier build --draft --version next >/dev/null
	$(DEV)/bin/python -B -m sphinx -q -W --keep-going -b html docs docs/_build/html

format: $(DEV)/.tools
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

generate: $(DEV)/.tools
	PYTHONPATH=src $(DEV)/bin/python -B -m docs._generate
	PYTHONPATH=src $(DEV)/bin/python -B docs/_store_contract.py --words
	PYTHONPATH=src $(DEV)/bin/python -B -m tests.api

docs: $(DEV)/.tools
	$(DEV)/bin/python -B -m sphinx -q -W --keep-going -b html docs docs/_build/html

changelog: $(DEV)/.tools
	$(DEV)/bin/python -B -m docs._changelog $(DATE)

bench: $(BENCH)/.installed
	$(BENCH)/bin/python -m benchmarks

bench-large: $(BENCH)/.installed
	$(BENCH)/bin/python -m benchmarks.large
	$(BENCH)/bin/python -m benchmarks.large_postgres

# Newest versions of everything, in an environment of its own; look at the difference, then test.
constraints:
	rm -rf $(VENV)-freeze
	$(PYTHON) -m venv $(VENV)-freeze
	$(VENV)-freeze/bin/pip install $(PIP_FLAGS) --upgrade pip
	$(VENV)-freeze/bin/pip install $(PIP_FLAGS) --upgrade --group dev --group bench
	$(VENV)-freeze/bin/pip install $(PIP_FLAGS) --upgrade --only-deps '.[$(EXTRAS)]'
	$(VENV)-freeze/bin/pip check
	{ sed -n '/^#/p' constraints.txt; \
	  $(VENV)-freeze/bin/pip freeze --all | sed '/^setuptools==/d'; } > constraints.new
	mv constraints.new constraints.txt
	rm -rf $(VENV)-freeze

clean:
	rm -rf $(VENV) $(VENV)-*
	rm -rf dist build mutants docs/_build .hypothesis .benchmarks
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks docs examples -name __pycache__ -prune -exec rm -rf {} +

# ------------------------------------------------------------------- stamps, not targets to call

# $(call venv,FOLDER): a new environment with the pip of the constraints.
define venv
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed: make PYTHON=...")'
	@rm -rf $(1)
	@$(PYTHON) -m venv $(1)
	@$(1)/bin/pip install $(PIP_FLAGS) -c constraints.txt --upgrade pip
endef

$(VENV)/.installed: constraints.txt $(SOURCES)
	$(call venv,$(VENV))
	@$(VENV)/bin/pip install $(PIP_FLAGS) -c constraints.txt '.[cli]'
	@touch $@

$(DEV)/.tools: constraints.txt pyproject.toml
	$(call venv,$(DEV))
	@$(DEV)/bin/pip install $(PIP_FLAGS) -c constraints.txt --group dev
	@$(DEV)/bin/pip install $(PIP_FLAGS) -c constraints.txt --only-deps '.[$(EXTRAS)]'
	@touch $@

$(DEV)/.installed: $(DEV)/.tools $(SOURCES)
	@rm -rf dist
	@$(DEV)/bin/pyproject-build --quiet --no-isolation
	@$(DEV)/bin/pip install $(PIP_FLAGS) --force-reinstall --no-deps dist/*.whl
	@touch $@

$(BENCH)/.tools: constraints.txt pyproject.toml
	$(call venv,$(BENCH))
	@$(BENCH)/bin/pip install $(PIP_FLAGS) -c constraints.txt --group bench
	@touch $@

$(BENCH)/.installed: $(BENCH)/.tools $(SOURCES)
	@$(BENCH)/bin/pip install $(PIP_FLAGS) -c constraints.txt --force-reinstall --no-deps .
	@$(BENCH)/bin/pip install $(PIP_FLAGS) -c constraints.txt --only-deps '.[$(EXTRAS)]'
	@touch $@
