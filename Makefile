# What a person types.  `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
PY ?= $(VENV)/bin/python
PIP_FLAGS ?= --quiet --disable-pip-version-check
STAMP := $(VENV)/.installed
BENCHED := $(VENV)/.benched
BIN = $(dir $(PY))

# `make test K=masks` runs the tests whose names contain "masks"; T=tests/unit one folder.
K ?=
T ?=
PART ?=
FUZZ_S ?= 300
JOBS ?= 2
PYTEST_FLAGS ?= -n $(JOBS) --dist loadgroup
# Tests make thousands of small databases, each of which waits for its disk at every commit.
MEMORY := $(shell df --output=avail /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 4000000 { print "/dev/shm" }')

# The wire may only grow: compared with the newest tag, before the first one with the commit before.
AGAINST ?= $(shell git describe --tags --abbrev=0 2>/dev/null || git rev-parse --verify --quiet HEAD~1)
PROTO_OUT ?= proto/gen
PROTOS := $(wildcard proto/accord/wire/v1/*.proto)
LINTED := benchmarks clients ledger nodes privacy proto tests tools

.PHONY: help install demo test check format lint types imports wire contracts-fresh bench fuzz proto contracts clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## .venv with Accord and its tools

# Looks for a Python that is new enough; the newest name last, so that a plain python3 wins.
$(STAMP): pyproject.toml
	@fits() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }; \
	found=""; \
	for candidate in $${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do \
	  if command -v "$$candidate" >/dev/null && fits "$$candidate"; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Accord needs Python 3.11 or later, and found none (python3 is $$(python3 --version 2>&1 || true))." >&2; \
	  echo "Debian 12, Ubuntu 24.04: sudo apt install python3 python3-venv; or name one: make install PYTHON=/path/to/python3.11" >&2; \
	  exit 1; \
	fi; \
	if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$found comes without its venv module. Debian, Ubuntu: sudo apt install python3-venv" >&2; \
	  exit 1; \
	fi; \
	[ -x "$(VENV)/bin/python" ] || "$$found" -m venv "$(VENV)"; \
	echo "Installing into $(VENV) (about 300 MB, half a minute) ..."; \
	"$(VENV)/bin/python" -m pip install $(PIP_FLAGS) --editable '.[all,dev]'
	@touch $@

demo: install ## a consortium on this machine: asks, verifies, stops (ARGS=--serve keeps it up)
	@"$(VENV)/bin/accord" demo $(ARGS)

test: install ## all tests; K=word and T=path narrow them
	@$(if $(MEMORY),TMPDIR=$(MEMORY)) "$(BIN)pytest" $(PYTEST_FLAGS) $(if $(K),-k '$(K)') $(T)

check: format lint types imports wire contracts-fresh ## format, lint, types, layers, wire, contract

format: install
	@"$(BIN)ruff" format --check --quiet $(LINTED)

lint: install
	@"$(BIN)ruff" check --quiet $(LINTED)

types: install
	@"$(BIN)mypy" --no-error-summary

imports: install
	@"$(BIN)lint-imports" --no-logo

wire: install
	@"$(BIN)buf" lint proto
	@if [ -n "$(AGAINST)" ] && git cat-file -e "$(AGAINST):proto/buf.yaml" 2>/dev/null; then \
	  "$(BIN)buf" breaking proto --against ".git#ref=$(AGAINST),subdir=proto"; \
	else echo "No earlier wire to compare with."; fi
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(MAKE) --no-print-directory proto PROTO_OUT="$$fresh" >/dev/null; \
	diff --recursive --brief --exclude=py.typed --exclude=__pycache__ "$$fresh" proto/gen \
	  || { echo "Generated code is stale; run: make proto" >&2; exit 1; }

contracts-fresh:
	@if ! command -v npm >/dev/null; then \
	  if [ -n "$${CI:-}" ]; then echo "npm is missing; the contract cannot be compared." >&2; exit 1; fi; \
	  echo "npm is missing; the contract was not recompiled."; \
	else \
	  [ -d ledger/contracts/node_modules/solc ] || npm ci --prefix ledger/contracts --silent --no-audit --no-fund; \
	  node ledger/contracts/compile.mjs --check; \
	fi

bench: $(BENCHED) ## measures what docs/performance.md lists, about ten minutes (PART=tally: that alone)
	@"$(PY)" -m benchmarks $(PART)

fuzz: install ## searches for input that breaks a reader, for FUZZ_S=300 seconds
	@"$(PY)" -m tests.fuzz.guided build/fuzz/corpus -max_total_time=$(FUZZ_S) -artifact_prefix=build/fuzz/

# A peer has no wheel for every Python: its rows then say that it is missing.
$(BENCHED): $(STAMP)
	@"$(VENV)/bin/python" -m pip install $(PIP_FLAGS) --editable '.[bench]' \
	  || echo "The peers of .[bench] do not install here; measuring without them."
	@touch $@

proto: ## generates proto/gen from proto/accord
	@mkdir -p "$(PROTO_OUT)"
	@"$(PY)" -m grpc_tools.protoc -Iproto \
	  --plugin=protoc-gen-mypy_grpc="$(BIN)protoc-gen-mypy_grpc" \
	  --python_out="$(PROTO_OUT)" --pyi_out="$(PROTO_OUT)" \
	  --grpc_python_out="$(PROTO_OUT)" --mypy_grpc_out="$(PROTO_OUT)" $(PROTOS)

contracts: ## compiles AccordLedger.sol into its artefact (needs npm)
	@npm ci --prefix ledger/contracts --silent --no-audit --no-fund
	@node ledger/contracts/compile.mjs

clean: ## removes .venv and everything generated that is not committed
	@rm -rf "$(VENV)" build dist ledger/contracts/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
