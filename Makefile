# make run            set everything up, build from the sample (or RAW=DIR), serve on PORT
# make test           set everything up, run all the tests
# make docs           the documentation site, into site/ (docs-answers: asks a stack for its answers first)
# make demo           a captioned video of everything, into $(VAR)/demo (CAPTURAS=DIR: small pictures as well)
# make setup|check|bench|fix|clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RAW ?= data/sample
VAR ?= var
PORT ?= 8000
STAMP := $(VENV)/.setup-done

.PHONY: run test setup check fix bench docs docs-answers demo clean

run: setup
	$(BIN)/cartelera up --raw "$(RAW)" --var "$(VAR)" --port $(PORT)

test: setup
	@bash tests/debian.sh
	$(BIN)/python -m pytest

setup: $(STAMP)

# torch first and by its pinned version: an unpinned one brings gigabytes of GPU libraries
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Cartelera needs Python 3.11 or newer; set PYTHON=... to point at one." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing (Debian: apt-get install python3-venv)." >&2; exit 1; }
	$(BIN)/pip install --quiet --upgrade pip -c constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt torch
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -m "not slow"

fix: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup
	PYTHON=$(BIN)/python RAW="$(RAW)" bash benchmarks/run_all.sh

docs: setup
	$(BIN)/zensical build --strict --clean

docs-answers: setup
	$(BIN)/python -m docs.answers

demo: setup
	@bash tests/debian.sh demo
	$(BIN)/python -m demo --raw "$(RAW)" --var "$(VAR)" $(if $(BUILT),--built) \
		$(if $(CAPTURAS),--captures "$(CAPTURAS)")

clean:
	rm -rf $(VENV) var site
