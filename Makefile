# The same commands for a person and for CI.
SHELL := /bin/sh
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_BENCH := $(VENV)/.installed-bench
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help
.PHONY: help install demo test check fix bench browser clean

help: ## List the commands.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(INSTALLED) ## Make .venv with the command endcap.

demo: $(INSTALLED) ## Load the sample catalogue, train a model, serve on http://127.0.0.1:8000.
	@$(BIN)/endcap demo

test: $(INSTALLED_DEV) browser ## Install what the tests need and run every test.
	$(BIN)/pytest

check: $(INSTALLED_DEV) ## Linters, the strict type checker, the import contracts.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check

fix: $(INSTALLED_DEV) ## Let the linters mend what they can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED_BENCH) ## Run the benchmarks; results go to benchmarks/out.
	$(BIN)/python -m benchmarks

browser: ## Install Chromium for the browser tests, where apt and root allow it.
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests"; \
		apt-get update -qq >/dev/null && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver >/dev/null || \
		echo "Chromium could not be installed; the browser tests will be skipped"; \
	else \
		echo "No Chromium: install chromium and chromium-driver, or the browser tests are skipped"; \
	fi

clean: ## Remove .venv and the data directory.
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Endcap needs Python 3.11 (as $(PYTHON); else set PYTHON=...)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is not complete; on Debian and Ubuntu: apt install python3.11-venv"; exit 1; }

# Always against the constraints: a loose requirement drags in numpy 2 or protobuf 5, which
# TensorFlow 2.15 does not survive. The progress bar of pip is shown, since torch is large.
$(INSTALLED): $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing into $(VENV); the first time this fetches about 1 GB"
	$(BIN)/python -m pip --disable-pip-version-check install -q --progress-bar on -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@

$(INSTALLED_BENCH): $(INSTALLED_DEV)
	$(PIP) install -c constraints.txt -e '.[dev,bench]'
	@touch $@
