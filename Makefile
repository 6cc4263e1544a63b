# make run: the page. make test: everything that is checked. make fast: what is checked without browser and training, for daily work.
# All start from an empty folder.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python

# assertions that pytest has rewritten are kept: half of what collecting three thousand tests takes
test fast lint: export PYTHONDONTWRITEBYTECODE =

.PHONY: run test fast lint check bench screenshots clean

run: $(VENV)/.run
	$(PY) app.py $(ARGS)

test: check
	$(PY) -m pytest --numprocesses 2

fast: check
	$(PY) -m pytest --numprocesses 2 -m "not browser and not training"

lint: check
	$(PY) -m pytest tests/test_architecture.py

check: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

bench: $(VENV)/.test
	$(PY) -m benchmarks $(ARGS)

screenshots: $(VENV)/.test
	$(PY) -m benchmarks.screenshots

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with: make run PYTHON=…"; exit 1; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt tests/install_chromium.py
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(PY) tests/install_chromium.py
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
