# Two commands do everything: make chat, make test.

HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin

.PHONY: chat index install test lint format evaluate bench screenshot clean

chat: .venv/installed
	@$(BIN)/asylum build
	@exec $(BIN)/asylum chat --host $(HOST) --port $(PORT)

index: .venv/installed
	$(BIN)/asylum build

test: .venv/installed-test
	@$(BIN)/asylum build
	$(BIN)/pytest

lint: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/asylum check

format: .venv/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

evaluate: .venv/installed-test
	@$(BIN)/asylum build
	$(BIN)/asylum evaluate run
	$(BIN)/asylum evaluate gate

bench: .venv/installed-test
	@$(BIN)/asylum build
	$(BIN)/python tests/benchmarks/encoder.py
	$(BIN)/python tests/benchmarks/peers.py $(if $(DATASET),--dataset $(DATASET))

screenshot: .venv/installed-test
	@$(BIN)/asylum build
	$(BIN)/pytest -q tests/browser --screenshot

clean:
	rm -rf .venv index/built tests/benchmarks/.peers build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Installed again only when pyproject.toml changed.
.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/installed-test: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ .venv/installed
