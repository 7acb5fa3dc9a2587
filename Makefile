# Everything that is done with this repository, by one word. `make` alone lists the words.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check
FLASK := $(PY) -m flask
# The app package itself asks what app.assets has fetched, which makes Python warn of nothing.
ASSETS := $(PY) -W ignore::RuntimeWarning:runpy -m app.assets
# Tried in this order; another one: make run PYTHON=/path/to/python
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
HOST ?= 127.0.0.1
PORT ?= 5000
# Where the desk is found in a browser; an address that means "all of this machine's" is none to go to.
URL ?= http://$(if $(filter 0.0.0.0,$(HOST)),127.0.0.1,$(HOST)):$(PORT)
# Handed on to the command behind the word: make ingest ARGS="--date 2026-11-20"
ARGS ?=
export HOST PORT

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run worker setup migrate assets demo ingest test screenshots bench bench-quick lint clean

help: ## List these words
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r word says; do \
		printf '  make %-11s %s\n' "$$word" "$$says"; done

run: $(VENV)/installed ## Serve the desk at http://127.0.0.1:5000 (PORT, HOST) and collect for it; a new one opens with the demo
	@$(PY) gunicorn.conf.py
	@$(MAKE) --no-print-directory assets migrate
	@$(FLASK) welcome --url $(URL)
	@trap 'kill $$web $$worker 2>/dev/null; wait' EXIT; trap 'exit 130' INT TERM; \
		$(FLASK) worker & worker=$$!; $(PY) -m gunicorn wsgi:app & web=$$!; wait $$web

setup: $(VENV)/installed assets migrate ## Install what runs, fetch the scripts, bring the database to the current schema

migrate: $(VENV)/installed
	@$(FLASK) db upgrade

assets: $(VENV)/installed
	@$(ASSETS) || echo "The desk goes on with what is there: without its scripts it is plain, but all of it works."

worker: $(VENV)/installed migrate ## Collect by the schedule and on request, beside a desk that is served already
	@exec $(FLASK) worker

demo: $(VENV)/installed migrate ## Lay an invented day of papers on the desk (ARGS="--date 2026-11-20" or "--later")
	@$(FLASK) demo $(ARGS)

ingest: $(VENV)/installed migrate ## Collect the papers of the day and what was said of them (ARGS as for flask ingest)
	@$(FLASK) ingest $(ARGS)

test: $(VENV)/installed-dev ## Run every test (ARGS as for pytest)
	@$(ASSETS) --dev || echo "Tests that need the scripts will be skipped."
	@$(PY) -m pytest -n auto --dist worksteal $(ARGS)

screenshots: $(VENV)/installed-dev ## Take the pictures of the README and the handbook anew (ARGS="desk.png" for some)
	@$(ASSETS)
	@$(PY) -m tests.screenshots $(ARGS)

bench: $(VENV)/installed-dev ## Measure every goal of speed beside a bare floor, into docs/performance.md (ARGS="--postgres ADDRESS")
	@$(ASSETS)
	@$(PY) -m benchmarks $(ARGS)

bench-quick: $(VENV)/installed-dev ## Measure the same roughly, and only print it
	@$(ASSETS)
	@$(PY) -m benchmarks --quick $(ARGS)

lint: $(VENV)/installed-dev ## Check style and formatting
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

clean: ## Remove what was installed or built; the desk itself, in instance/, stays
	rm -rf $(VENV) node_modules static/vendor .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment that works is kept; one that is broken or too old is made anew.
$(VENV)/installed: requirements.txt
	@$(CHECK) 2>/dev/null || { $(FIND_PYTHON); }
	@echo "Installing what requirements.txt names."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing what requirements-dev.txt names."
	@$(PIP) -r requirements-dev.txt
	@touch $@

CHECK = $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))'
FIND_PYTHON = for python in $(PYTHON); do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$($$python --version)."; \
			exec $$python -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "Hot Papers needs Python 3.11 or newer with its module venv (Debian: python3 and python3-venv);" \
		"none of these is one: $(PYTHON)." >&2; \
	exit 1
