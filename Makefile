# Everything sets itself up: the first target that needs it makes .venv from the locked requirements.
# `make demo PYTHON=python3.12` chooses the interpreter; NOCTURNE_* variables choose the rest;
# `make bench MIDI=folder` measures on a folder of your own.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q install
MIDI ?= ../shared/midi/lakh

# A file's tests stay together: they share what was compiled, started or trained for the first.
PARALLEL := --numprocesses auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

.PHONY: help demo server server-stop test test-fast test-field test-readme test-site check bench lock clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: .venv/ready ## compose from the embedded folk corpus: 16 MIDI files and a gallery page
	@$(BIN)/nocturne compose --source folk --root $${NOCTURNE_ROOT:-./nocturne-data} --preset small \
		--samples $${NOCTURNE_SAMPLES:-16} --seed $${NOCTURNE_SEED:-0} --max-minutes $${NOCTURNE_MAX_MINUTES:-4.5}

server: .venv/ready ## Prefect server, worker and deployments on loopback; Ctrl-C ends them
	@exec $(BIN)/python -m deploy.server start

server-stop: .venv/ready ## end what `make server` started
	@$(BIN)/python -m deploy.server stop

test: .venv/ready-test ## run the whole test suite, a worker for each core
	@$(BIN)/python -m pytest $(PARALLEL)

test-fast: .venv/ready-test ## run the tests that start no server, browser or whole flow
	@$(BIN)/python -m pytest $(PARALLEL) -m 'not integration and not soak and not site and not field and not readme'

test-field: .venv/ready-test ## test every input of the field table: wild MIDI, hostile archives, odd names
	@$(BIN)/python -m pytest -m field

test-readme: .venv/ready-test ## run the README's commands as they stand, `make demo` first
	@$(BIN)/python -m pytest -m readme

test-site: .venv/ready-test ## test a whole site: PostgreSQL, server, worker, browser; parts of it killed
	@$(BIN)/python -m pytest -m site

check: .venv/ready-test ## lint, types, format, which room imports which
	@$(BIN)/python docs/rooms.py --check
	@mkdir -p .mypy_path/nocturne && for room in schemas tasks flows; do \
		ln -sfn ../../$$room .mypy_path/nocturne/$$room; done
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && \
		PYTHONPATH=.mypy_path $(BIN)/lint-imports --no-cache --no-logo

bench: .venv/ready-test ## run every benchmark; each ends with one JSON line
	@for module in $$(grep -l __main__ benchmarks/*.py | sed 's,.*/,,; s,\.py$$,,'); do \
		echo "== $$module"; $(BIN)/python -m benchmarks.$$module --midi $(MIDI) || exit 1; done

lock: ## write the hash-locked requirements again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header -q pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header -q --extra test --extra dask pyproject.toml -o requirements-test.txt

clean: ## remove what was installed and built; music and models stay
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache

.venv/python: # a virtual environment of a Python that TensorFlow supports
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 13) else \
		f"Nocturne needs Python 3.11 or 3.12; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11")'
	@echo "Making a virtual environment in .venv"
	@$(PYTHON) -m venv .venv && ln -sf bin/python .venv/python

# --no-deps: the lock is complete, and pip would otherwise want a hash for every extra's name.
.venv/ready: requirements.txt pyproject.toml | .venv/python
	@echo "Installing the locked requirements (TensorFlow is large: some minutes)"
	@$(PIP) --no-deps --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e . && touch $@

.venv/ready-test: requirements-test.txt pyproject.toml | .venv/python
	@echo "Installing the locked requirements (TensorFlow is large: some minutes)"
	@$(PIP) --no-deps --require-hashes -r requirements-test.txt
	@$(PIP) --no-deps --no-build-isolation -e . && touch $@ .venv/ready
