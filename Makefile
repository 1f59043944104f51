# Everything runs in .venv, which the first target makes.
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export OMP_NUM_THREADS := 1

.PHONY: demo test format

demo: .venv/ready
	basicdeepnets demo

test: .venv/ready
	ruff check .
	ruff format --check .
	mypy
	basicdeepnets fetch
	pytest -n 2 --dist worksteal

format: .venv/ready
	ruff check --fix .
	ruff format .

# The marker is written last, so that an interrupted installation is done again.
.venv/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --editable '.[test]'
	touch $@
