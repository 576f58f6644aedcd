# KMCC: `make demo` shows it, `make test` checks it. Both make .venv and install what they need first.

PYTHON ?= python3
SEED   ?=
OUT    ?=

VENV := .venv
BIN  := $(VENV)/bin
CORE := setup.py $(wildcard dsp/csrc/*)

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types layers core unit bench load fuzz quality proofs docs clean

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.runtime  ## a simulated morning of the house; SEED=n OUT=folder
	$(BIN)/kmcc demo $(if $(SEED),--seed $(SEED)) $(if $(OUT),--out $(OUT))

test: lint types layers core unit  ## all that CI runs: lint types layers core unit

check: test  ## the same

format: $(VENV)/.dev  ## write the sources in their usual form
	$(BIN)/ruff check --fix --exit-zero --quiet
	$(BIN)/ruff format

lint: $(VENV)/.dev  ## ruff: rules and form
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev  ## mypy --strict
	$(BIN)/mypy

layers: $(VENV)/.dev  ## import-linter: imports run down only
	$(BIN)/lint-imports

core: $(VENV)/.strict-core  ## the C sources without any warning

unit: $(VENV)/.dev  ## pytest, a process a core
	$(BIN)/pytest --numprocesses auto --dist loadfile

proofs: $(VENV)/.dev  ## the queue machine in every history of small systems, and beside Ciw: docs/proofs, docs/plots
	$(BIN)/python -m tests.switch.queue_compare
	$(BIN)/python -m tests.switch.queue_explorer
	$(BIN)/python -m tests.firmware_sim.erlang_points
	$(BIN)/python -m tests.docs_tables --write

bench: $(VENV)/.dev  ## the figures, each beside its rival; also into bench.json
	$(BIN)/pytest benchmarks -o addopts="--import-mode=importlib --strict-markers" -o python_files="bench_*.py" \
	  -o timeout=600 --benchmark-only --benchmark-quiet

media: $(VENV)/.dev  ## ten minutes of 64 E1 in real time beside a busy event loop; SECONDS=60 for fewer
	KMCC_MEDIA_S=$(or $(SECONDS),600) $(BIN)/pytest benchmarks/bench_media.py \
	  -o addopts="--import-mode=importlib --strict-markers" -o python_files="bench_*.py" --benchmark-only --benchmark-quiet

quality: $(VENV)/.dev  ## the long sweeps of the detectors beside libspandsp: docs/quality, docs/plots, docs/dsp.md
	$(BIN)/pytest tests/dsp/quality --full -o timeout=7200
	$(BIN)/python -m tests.docs_tables --write

load: $(VENV)/.dev  ## the runs of docs/load.md in real time, 20 minutes; SCENARIOS="killed" for some of them
	for scenario in $(or $(SCENARIOS),kunming tenfold televote killed); do \
	  $(BIN)/kmcc sim run $$scenario --speed real || exit 1; done

fuzz: $(VENV)/.dev  ## the C core under libFuzzer, 10^7 inputs; SHARE=0.1 for fewer
	$(BIN)/python tests/dsp/fuzz/run.py $(if $(SHARE),--share $(SHARE))

docs: $(VENV)/.dev  ## write the tables and pictures of docs/ anew from the code
	$(BIN)/python -m tests.docs_tables --write
	$(BIN)/python -m tests.docs_pictures --write

clean:  ## remove .venv and everything that was built
	rm -rf $(VENV) build dist demo-out bench.json *.egg-info src/*.egg-info dsp/_core.c dsp/_core*.so
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks

# --- stamps: nothing is installed twice, and nothing asks the network while all is there ----------------------

# setuptools stays in .venv so that a changed C source is compiled again without the network.
$(VENV)/.runtime-packages: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable . "setuptools>=77"
	@touch $@

$(VENV)/.dev-packages: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable ".[dev]" "setuptools>=77"
	@touch $@ $(VENV)/.runtime-packages

$(VENV)/.runtime: $(VENV)/.runtime-packages $(CORE)
	$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@

$(VENV)/.dev: $(VENV)/.dev-packages $(CORE)
	$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@ $(VENV)/.runtime

$(VENV)/.strict-core: $(CORE) | $(VENV)/.dev
	KMCC_WERROR=1 $(BIN)/python setup.py --quiet build_ext --force --build-lib build/strict --build-temp build/strict
	@touch $@

define missing
{ echo "missing $(1): sudo apt-get install $(2)" >&2; exit 1; }
endef

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || $(call missing,$(PYTHON),python3)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  $(call missing,Python 3.11 or newer ($(PYTHON) is older),python3)
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call missing,python3-venv,python3-venv)
	@command -v gcc >/dev/null || $(call missing,gcc,gcc)
	@echo '#include <stdlib.h>' | gcc -fsyntax-only -x c - 2>/dev/null || $(call missing,C headers,libc6-dev)
	@test -e "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" || \
	  $(call missing,Python.h,python3-dev)
	$(PYTHON) -m venv $(VENV)
