# What there is to do here: `make help`. Needs GNU make 3.81 (macOS ships it) and Python >= 3.11.

VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash

# A stamp is newer than everything that it was made from, so that a second run costs nothing.
VENV_STAMP := $(VENV)/.installed
STUBS_STAMP := firmware/typings/.installed

# One test process per core that this process may use.
PYTEST_ARGS ?= -n auto --dist worksteal
DEMO_ARGS ?=
BENCH_ARGS ?=
FIT_ARGS ?=
LOAD_ARGS ?=
VALIDATE_ARGS ?=
# Which board, on which port; what talks to it, and what compiles for it.
PORT ?=
BOARD ?= xiao_esp32c3
MPREMOTE ?= $(BIN)/mpremote
BUILD_PYTHON ?= $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint types types-host types-band bench load vectors torture fuzz validate
.PHONY: words fit image flash board-test test-bluez pictures clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(VENV_STAMP) ## Make .venv, which holds the command `pouch`

$(VENV_STAMP): pyproject.toml constraints.txt host/pouch_host/web/package.json tools/setup_venv.sh
	@tools/setup_venv.sh $(VENV)
	@touch $@

demo: venv ## Start a simulated ward and its page (DEMO_ARGS="--days 3 --exit")
	@$(BIN)/pouch demo $(DEMO_ARGS)

test: lint types ## Run every check: lint, types, all tests (PYTEST_ARGS="-x tests/host")
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: venv ## Check style with ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: types-host types-band ## Check types twice: host in CPython, band in its MicroPython

types-host: venv
	@echo "types of protocol, host, sim and tests in CPython:"
	@$(BIN)/basedpyright

types-band: venv $(STUBS_STAMP)
	@echo "types of firmware and protocol in the board's MicroPython:"
	@$(BIN)/basedpyright -p firmware

# --no-deps with both names: the stubs pin each other, and nothing else may land in that folder.
$(STUBS_STAMP): constraints.txt | $(VENV_STAMP)
	@rm -rf firmware/typings
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--target firmware/typings --constraint constraints.txt \
		micropython-esp32-stubs micropython-stdlib-stubs
	@touch $@

bench: venv ## Print the figures that a user feels, side by side with the plain way
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

# All cases of what `make test` runs a share of: cuts, seeds, kills, runs of the state machine.
TORTURE := tests/host/collect/test_every_cut.py tests/host/collect/test_faulty_link.py \
	tests/host/collect/test_lying_band.py tests/host/collect/test_killed.py \
	tests/protocol/test_machine.py

torture: venv ## Cut, lose, spoil and kill: every case (PYTEST_ARGS="-n 2 --seed 7")
	@$(BIN)/python -m pytest $(PYTEST_ARGS) --whole $(TORTURE)

fuzz: venv ## Try each parser with a million frames, in MicroPython with 20,000
	@$(BIN)/python -m pytest $(PYTEST_ARGS) --whole tests/protocol/test_fuzz.py

load: venv ## Let a ward of fifty bands live for three days on a bad radio (LOAD_ARGS="--hours 6")
	@$(BIN)/python -m tests.e2e.load_ward $(LOAD_ARGS)

# The runs are kept: another method costs only the second line. `make clean` removes them.
VALIDATION := build/validation

fit: venv ## Fit the analysis on the training scenarios (FIT_ARGS="--write")
	@$(BIN)/python -m pouch_sim.commands.fitting $(FIT_ARGS)

validate: venv ## Hold the method against runs it never saw (VALIDATE_ARGS="--infants 20")
	@$(BIN)/pouch sim campaign --out $(VALIDATION) $(VALIDATE_ARGS)
	@$(BIN)/pouch validate $$(cat $(VALIDATION)/runs.txt) --ablation \
		--out $(VALIDATION)/report --document docs/VALIDATION.md

pictures: venv ## Make the README's pictures of the pages, in build/pictures (needs Chromium)
	@$(BIN)/python -m tests.browser.pictures

words: venv ## Gather the screens' sentences for the translators, and say what lacks a translation
	@$(BIN)/python -m tools.extract_words

vectors: venv ## Check the locked byte vectors in CPython and in MicroPython
	@$(BIN)/python -m pytest tests/protocol -k "vector or micropython"

image: venv ## Compile the firmware into build/BOARD.pouch, for `pouch band update` (BOARD=pico_w)
	@$(BIN)/python tools/build_image.py "$(BOARD)"

flash: venv $(MPREMOTE) ## Put the firmware on a board (PORT=/dev/ttyACM0 BOARD=xiao_esp32c3|pico_w)
	@MPREMOTE="$(MPREMOTE)" PYTHON="$(BUILD_PYTHON)" tools/board.sh flash "$(PORT)" "$(BOARD)"

board-test: venv $(MPREMOTE) ## Run the board's tests on a board (PORT=..., BOARD=...)
	@MPREMOTE="$(MPREMOTE)" tools/board.sh test "$(PORT)" "$(BOARD)"

test-bluez: venv ## Try the collector against real BlueZ in a small QEMU guest (Debian, 2 minutes)
	@$(BIN)/python -m tests.bluez

$(BIN)/mpremote: | $(VENV_STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt mpremote

clean: ## Remove what make made: environment, stubs, caches, fetched libraries
	rm -rf $(VENV) firmware/typings build dist .pytest_cache .hypothesis .ruff_cache
	rm -rf host/pouch_host/web/node_modules host/pouch_host/web/static/vendor
	rm -rf tests/device_vm/node_modules tests/browser/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.egg-info' -type d -prune -exec rm -rf {} +
