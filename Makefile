# make demo, make test: all set-up on a fresh machine is done by them. Everything they make lies in .venv and .cache.
PYTHON := $(shell for p in python3.12 python3.11 python3.13 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .cache/stamps
TESTS ?= tests

.PHONY: demo test check bench quality privacy slm system faults slm-engine clean help

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: system $(STAMPS)/venv  ## run the whole system here, ask it, break it
	@$(BIN)/fedlm demo $(DEMO)

test: system $(STAMPS)/venv slm-engine  ## all tests, with the real parts
	@$(BIN)/python -m pytest $(TESTS)

check: $(STAMPS)/venv  ## ruff, mypy --strict, import-linter
	@.ci/step "ruff" $(BIN)/ruff check .
	@.ci/step "ruff format" $(BIN)/ruff format --check .
	@.ci/step "mypy --strict" $(BIN)/mypy
	@.ci/step "import-linter" $(BIN)/lint-imports
	@.ci/step "the contract's files are up to date" $(BIN)/fedlm schema --check

bench: system $(STAMPS)/venv slm-engine  ## ratios, measured side by side
	@$(BIN)/python -m bench

quality: system $(STAMPS)/venv slm-engine  ## whole: answers judged by gold, with and without each stage
	@$(BIN)/python -m tests.grounding.measure
	@$(BIN)/python -m bench.quality

privacy: system $(STAMPS)/venv slm-engine  ## whole: what leaves for the cloud, and who gets in
	@$(BIN)/python -m tests.noninterference.whole 2000 20
	@$(BIN)/python -m tests.policy.whole 5000
	@$(BIN)/python -m tests.hostile.whole 10000
	@PRIVACY_EXAMPLES=20000 $(BIN)/python -m pytest tests/privacy/test_round_trip.py --timeout 900
	@$(BIN)/python -m bench.privacy

faults: system $(STAMPS)/venv  ## whole: everything is killed, filled, cut and damaged; FAULTS_SEED=n repeats a run
	@FAULTS=whole $(BIN)/python -m pytest -s tests/faults tests/journal

slm: system $(STAMPS)/venv slm-engine  ## whole: the small model's mechanics, and what the early prefill is worth
	@$(BIN)/python -m pytest tests/slm tests/whole/test_model.py
	@$(BIN)/python -m bench slm

system:  ## install mosquitto and a compiler, where missing
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; { command -v mosquitto && command -v mosquitto_pub && command -v g++ \
		&& command -v cmake; } >/dev/null 2>&1 || .ci/step "installing system packages (apt)" .ci/system

slm-engine: $(STAMPS)/slm-engine  ## build llama.cpp (some minutes, once) and fetch the small model
	@$(BIN)/python -c 'import llama_cpp' 2>/dev/null || { rm -f $(STAMPS)/slm-engine; $(MAKE) --no-print-directory $(STAMPS)/slm-engine; }

$(STAMPS)/slm-engine: $(STAMPS)/venv .ci/slm-engine
	@.ci/step "building llama.cpp for this CPU (some minutes, once)" .ci/slm-engine $(BIN)/python
	@touch $@

$(STAMPS)/venv: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "fedlm needs Python 3.11 or newer with venv (apt-get install python3-venv)" >&2; exit 1; }
	@mkdir -p $(STAMPS)
	@test -x $(BIN)/python || .ci/step "making a virtual environment with $(PYTHON)" $(PYTHON) -m venv $(VENV)
	@.ci/step "updating pip" $(BIN)/python -m pip install --quiet --upgrade pip
	@.ci/step "installing fedlm and what it needs" $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[demo]' --group dev
	@touch $@

clean:  ## remove what was made here; the built wheels stay
	rm -rf $(VENV) $(STAMPS) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
