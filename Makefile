# Everything a newcomer, an examiner and CI need. `make demo` and `make test` set up what they use.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKS := $(VENV)/.packs

.PHONY: demo test lint prove bench fuzz clean setup tesseract sample help

help:
	@echo "make demo   set up everything and run the main job on the shipped sample"
	@echo "make test   set up everything and run all checks"
	@echo "make bench  measure speed against public tools, ratios within one run"
	@echo "make prove  the long proofs (thousands of mutations, kills and fuzz inputs)"

setup: $(STAMP) $(PACKS)

$(STAMP): constraints.txt pyproject.toml .ci/venv
	@bash .ci/venv $(PYTHON) $(VENV)
	@touch $(STAMP)

$(PACKS): $(STAMP) $(wildcard patterns/*/*.toml triage/packs/*.py extractors/language/*.py)
	@$(BIN)/python -m triage.packs.cache
	@touch $(PACKS)

tesseract:
	@bash .ci/tesseract

demo: setup tesseract
	@set +e; $(BIN)/triage demo triage-demo; code=$$?; [ $$code -eq 0 ] || [ $$code -eq 3 ]

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint tesseract
	$(BIN)/pytest -n 2 --dist loadfile -m "not prove" -q

prove: setup tesseract
	$(BIN)/pytest -n 2 -m prove -q

bench: setup tesseract
	$(BIN)/python -m tests.benchmarks

sample: setup
	$(BIN)/python samples/build/build.py

clean:
	rm -rf $(VENV) triage-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
