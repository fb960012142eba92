# Two commands set everything up: `make demo` and `make test`. Both need Python 3.11 or later and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --only-binary :all:
PROJECT := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index --editable .
DEMO_HOME ?= var/demo
PROCESSES ?= 2
SBOM ?= dist/sbom.json

.PHONY: demo test test-all lint types security sbom docs format clean requirements

demo: $(VENV)/.base
	@$(BIN)/triage demo --home $(DEMO_HOME)$(if $(SERVE), --serve)

# A file of tests stays in one process; what takes long comes first.
test: $(VENV)/.dev
	@$(BIN)/python -m pytest -m "not slow" --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

test-all: $(VENV)/.dev
	@$(BIN)/python -m pytest

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev
	@$(BIN)/mypy

security: $(VENV)/.dev
	@$(BIN)/python .ci/security.py

# What is inside a deployment, for who has to know: CycloneDX in JSON. Extras (ocr, traces, train) are not in it.
sbom: $(VENV)/.dev
	@mkdir -p $(dir $(SBOM))
	@$(BIN)/cyclonedx-py requirements requirements/base.txt --pyproject pyproject.toml --mc-type application --output-reproducible --output-format JSON --output-file $(SBOM)
	@echo "Written to $(SBOM)."

# The docs as a site in dist/site, with the reference made from the code.
docs: $(VENV)/.dev
	@$(BIN)/python -m mkdocs build --strict --quiet --config-file .ci/mkdocs.yml
	@echo "Written to dist/site/index.html."

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("odoo-triage needs Python 3.11 or later, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "Installing odoo-triage into $(VENV) ..."
	@$(PIP) -r requirements/build.txt -r requirements/base.txt
	@$(PROJECT)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) -r requirements/dev.txt
	@touch $@

# Renew the pinned versions; needs uv.
requirements:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --no-config pyproject.toml --output-file requirements/base.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --no-config pyproject.toml --group dev --constraints requirements/base.txt --output-file requirements/dev.txt
	printf "hatchling\neditables\n" | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --no-config - --constraints requirements/dev.txt --output-file requirements/build.txt

clean:
	rm -rf $(VENV) var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
