# The one list of commands: people, pre-commit and CI call these targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
# Tests run side by side, a file on one core from its first test to its last.
CORES  ?= 2
PYTEST := $(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder
# Compiled once, whatever the shell says: the tests start some hundred processes.
export PYTHONDONTWRITEBYTECODE :=
# Material warns of MkDocs 2, which pyproject.toml keeps out.
DOCS   := NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo test test-quick lint types imports check format lock bench training docs wheel clean

demo: $(VENV)/.ready                 ## set up, then analyse the built-in synthetic match
	$(BIN)/touchline demo --output demo

test: $(VENV)/.ready-dev             ## set up, then run every test, the slow ones too
	$(PYTEST)

test-quick: $(VENV)/.ready-dev
	$(PYTEST) -m "not slow"

check: lint types imports test       ## what CI runs

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

imports: $(VENV)/.ready-dev
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready
	$(BIN)/touchline bench

docs: $(VENV)/.ready-dev             ## the site, into site/; the tests build it too
	$(DOCS) --clean

wheel: $(VENV)/.ready-dev            ## into dist/, and tried alone: no extra, another environment
	rm -rf dist
	$(BIN)/uv build --quiet --out-dir dist
	du -h dist/*.whl
	$(BIN)/uv run --no-project --isolated --quiet --with dist/*.whl touchline demo --output dist/demo

training: $(VENV)/.ready-dev         ## PyTorch is for training only; see training/README.md
	$(PIP) torch==2.13.0

lock: $(VENV)/.ready-dev             ## after a change of dependencies in pyproject.toml
	# botocore, behind s3fs, does not take 4 yet: one version for all.
	echo "python-dateutil<3" > $(VENV)/constraints.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    -c $(VENV)/constraints.txt pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    --extra miner --extra chain -c requirements.lock pyproject.toml -o requirements-miner.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    --extra miner --extra chain --extra batch --group dev --group docs -c requirements-miner.lock pyproject.toml \
	    -o requirements-dev.lock

clean:
	rm -rf $(VENV) demo dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/bin/python requirements.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@
