# `make demo` and `make test` set up .venv first; that is instant once it is up to date.
.PHONY: help setup demo demo-seg demo-cls test test-quick lint format docs clean

# The first Python that is fit. A command that is there but does not run (a shim) is passed over.
FIT := import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(or $(shell for python in python3 python3.13 python3.12 python3.11 python3.10; do \
	"$$python" -c '$(FIT)' >/dev/null 2>&1 && { echo "$$python"; break; }; done),python3)
VENV ?= .venv
# As many processes as cores, each of one thread: threads that wait for a core cost more than they give.
PYTEST = OMP_NUM_THREADS=1 "$(VENV)/bin/python" -m pytest -n auto --maxprocesses 8 --dist worksteal

help:
	@echo 'make demo        set up, then train and test on the embedded demo set'
	@echo 'make demo-seg    the same for segmentation'
	@echo 'make demo-cls    the same for classification'
	@echo 'make test        set up, then lint, type check and the whole test suite'
	@echo 'make test-quick  set up, then the tests that take seconds'
	@echo 'make setup       make or update $(VENV); SETUP_ARGS=--cpu leaves a GPU unused'
	@echo '                 SETUP_ARGS=--original installs mmengine, mmcv, ... in place of onedl-*'
	@echo 'make format      let ruff format the code and mend what it can'
	@echo 'make docs        build the site of the documentation into build/site'
	@echo 'make clean       remove $(VENV) and what tests and builds left (the wheel cache stays)'

setup:
	@"$(PYTHON)" tools/setup_env.py --venv "$(VENV)" $(SETUP_ARGS)

demo: setup
	"$(VENV)/bin/python" tools/demo.py

demo-seg: setup
	"$(VENV)/bin/python" tools/demo.py --segmentation

demo-cls: setup
	"$(VENV)/bin/python" tools/demo.py --classification

test: lint
	$(PYTEST)

test-quick: setup
	$(PYTEST) -m 'not slow'

lint: setup
	"$(VENV)/bin/ruff" check .
	"$(VENV)/bin/ruff" format --check .
	"$(VENV)/bin/python" -m mypy

format: setup
	"$(VENV)/bin/ruff" check --fix .
	"$(VENV)/bin/ruff" format .

docs: setup
	NO_MKDOCS_2_WARNING=1 "$(VENV)/bin/python" -m mkdocs build -q -f .mkdocs.yml

clean:
	rm -rf "$(VENV)" "$(VENV).lock" build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis .dist_test
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
