# `make demo` and `make test` set up everything they need. `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PARTS  := kafka or promtool or kubectl or chromium or buildah

# Every test run starts hundreds of processes: none compiles anew what another has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo dev test check lint types contracts docstrings audit test-parts image soak ci bench golden record-release docs lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(READY) ## watch a year of real purchases being graded, and check the result
	$(BIN)/regrade demo $(DEMO_ARGS)

dev: $(READY) ## keep a broker, a store and a worker running
	$(BIN)/regrade dev

test: $(READY) ## what needs nothing but this machine and some minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not ($(PARTS) or long)"

check: lint types contracts docstrings ## everything that can be known without running it

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

docstrings: $(READY)
	$(BIN)/interrogate -q scoring streams tests

audit: ## ask about known vulnerabilities of what the lock file pins (AUDIT_ARGS: for pip-audit)
	PYTHON="$(PYTHON)" deploy/audit/audit.sh $(VENV)/audit $(AUDIT_ARGS)

# Three at once on two cores: most of each test is waiting for a group, a session or a server.
test-parts: $(READY) ## long tests, and those that need Apache Kafka (Java 17, Maven), promtool, kubectl, chromium
	deploy/kafka/install-java.sh
	deploy/prometheus/promtool.sh
	deploy/board/install-chromium.sh
	$(BIN)/python -c "from streams.embedded.jars import kafka_jars; print(kafka_jars())"
	$(BIN)/python -m pytest -n 3 --dist loadfile \
	  -m "(long or kafka or promtool or kubectl) and not (chromium or buildah)"
	$(BIN)/python -m pytest -m chromium # apart: a browser's loop runs beside no other

image: $(READY) ## build the image with Buildah, on a base of Debian packages, and run it (root)
	deploy/image/install-buildah.sh
	$(BIN)/python -m pytest -m buildah

soak: $(READY) ## random faults on Apache Kafka: SEED says where to begin, MINUTES for how long
	REGRADE_FAULT_SEED=$(or $(SEED),$(shell shuf -i 1-1000000 -n 1)) \
	  REGRADE_SOAK_MINUTES=$(or $(MINUTES),10) \
	  $(BIN)/python -m pytest -s -m kafka tests/faults/test_schedules.py

ci: check audit test test-parts ## what has to pass before a change lands

bench: $(READY) ## measure; one JSON line each
	@for script in core labels state_size latency midnight sweep flatness throughput; do \
	  $(BIN)/python benchmarks/$$script.py || exit 1; done

golden: $(READY) ## write the golden histories anew; review the difference
	$(BIN)/python -m tests.golden.regenerate

record-release: $(READY) ## keep what this version leaves in the store, for later versions to go on from
	$(BIN)/python -m tests.journeys.release_record

docs: $(READY) ## build the documentation as a site, into dist/docs
	$(BIN)/properdocs build --strict

lock: ## pin the newest versions that fit pyproject.toml
	$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install -q uv
	$(VENV)/lock/bin/uv pip compile --universal --python-version 3.11 pyproject.toml \
	  --all-extras --group dev --no-header --upgrade -o requirements.lock

clean: ## remove what the targets above made
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): requirements.lock pyproject.toml deploy/venv.sh
	PYTHON="$(PYTHON)" deploy/venv.sh $(VENV)
	@touch $@
