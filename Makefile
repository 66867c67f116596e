# make run    the whole system on this machine; Ctrl-C ends it
# make web    the pages: builds them, and shows them on the stack that runs
# make check  lint, types and unit tests: the inner loop, in under a minute
# make test   every test, and how long each part took
# make test-browser  the tests of the pages alone; RUNNING_STACK=.local tests those of `make run`
# make proof  many seeds of the simulation (SEEDS=50000)
# make mutants  plants small faults in the engine: does a test notice? (MUTANTS=200 MUTANTS_SEED=1)
# make web-build  builds the pages, and lists their digests
# make publish  the built pages, to a stack on AWS (STACK_NAME=… STRIPE_KEY=pk_… RAZORPAY_KEY=rzp_…)
# make lint   format, lint, types, import arrows, template
# make openapi  writes docs/openapi.json anew
# make layers  writes the layers' lists anew, after a change of a dependency
# make fuzz   odd requests without end at a running stack (EXAMPLES=1000)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
# Python 3.13 by its own path, so that uv need not look into every interpreter of the machine. Where there is none, uv
# may bring one.
PYTHON := $(shell for name in python3.13 python3 python; do "$$name" -c 'import sys; assert sys.version_info[:2] == (3, 13); print(sys.executable)' 2>/dev/null && break; done)
export UV_PYTHON := $(or $(PYTHON),3.13)
# A uv on PATH may belong to another Python and fail: one that answers is used, or else one in a venv of its own.
export UV := $(shell if uv --version >/dev/null 2>&1; then command -v uv; else echo $(CURDIR)/.tools/uv/bin/uv; fi)
SAM = $(UV) tool run --quiet --from "$$($(or $(PYTHON),python3) -c 'from local.tools import SAM; print(SAM)')" sam
tool = $(UV) tool run --quiet --from "$$(.venv/bin/python -c 'from local import tools; print(tools.$(1))')"
export SAM_CLI_TELEMETRY := 0
# With it each of hundreds of interpreters would compile again what it imports.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv/.synced
RUN := .venv/bin/python -m
WORKERS ?= auto

.PHONY: help
help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(CURDIR)/.tools/uv/bin/uv:
	@echo "holdfast: installing uv $(UV_VERSION) into .tools/uv …"
	@"$(or $(PYTHON),python3)" -m venv .tools/uv || { echo "holdfast: Python 3.13 with the venv module is needed" >&2; exit 1; }
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

$(VENV): pyproject.toml uv.lock .python-version | $(filter $(CURDIR)/%,$(UV))
	@echo "holdfast: installing the Python packages of uv.lock into .venv …"
	@quiet=--quiet; if [ -t 2 ]; then quiet=; fi; $(UV) sync $$quiet $(if $(CI),--locked)
	@touch $@

.PHONY: setup
setup: $(VENV)

# ---- run

.PHONY: run
run: $(VENV)
	@exec $(RUN) local up

.PHONY: down
down: $(VENV)
	@$(RUN) local down

.PHONY: web web-build
web: $(VENV)
	@$(RUN) local web

web-build: $(VENV)
	@$(RUN) local web --build

# ---- test: four lanes at once. The two with a deployed stack wait more than they work, and browsers have short patience:
# the units and the store, which only work, yield to them.

define timed
@start=$$SECONDS; echo "== $(1)"; code=0; $(2) || code=$$?; echo "== $(1): $$((SECONDS - start)) s"; exit $$code
endef

.PHONY: test test-unit test-store test-smoke test-system test-pages
test: $(VENV)
	@echo "== unit tests are shown as they run; beside them run the store and two deployed stacks, whose reports come last"
	@start=$$SECONDS; code=0; reports=$$(mktemp -d); \
	$(MAKE) test-pages >"$$reports/pages" 2>&1 & pages=$$!; \
	$(MAKE) test-system >"$$reports/system" 2>&1 & system=$$!; \
	nice $(MAKE) -k test-store test-smoke >"$$reports/store" 2>&1 & store=$$!; \
	nice $(MAKE) test-unit || code=$$?; \
	wait $$store || code=$$?; cat "$$reports/store"; \
	wait $$system || code=$$?; cat "$$reports/system"; \
	wait $$pages || code=$$?; cat "$$reports/pages"; \
	rm -r "$$reports"; echo "== all parts: $$((SECONDS - start)) s"; exit $$code

test-unit: $(VENV)
	$(call timed,unit and component and contract tests and simulation,$(RUN) pytest -n $(WORKERS) --dist worksteal -m "not ministack and not dynamodb_local and not localstripe and not smoke and not system and not browser")

test-store: $(VENV)
	$(call timed,store contract and races,$(RUN) pytest -m "ministack or dynamodb_local or localstripe" tests/store tests/component/payments)

test-smoke: $(VENV) build
	$(call timed,imports from what sam build wrote,$(RUN) pytest -m smoke tests/smoke)

test-system: $(VENV)
	$(call timed,the deployed stack with holds of twenty seconds: HTTP and some pages,$(RUN) pytest -m "brief" tests/system tests/browser)

test-pages: $(VENV)
	$(call timed,the deployed stack as make run starts it: payments and the pages in a browser,$(RUN) tests.system.on_a_stack pytest -n 2 --dist loadfile -m "(system or browser) and not brief" tests/system tests/browser)

# The pages alone; with RUNNING_STACK=.local on the stack that `make run` has running.
.PHONY: test-browser
test-browser: $(VENV)
	$(call timed,the pages in a browser,$(RUN) pytest -m browser tests/browser)

# The long run: as many seeds as SEEDS says, every pair of faults, every planted bug on the general workload.
.PHONY: proof
proof: $(VENV)
	$(call timed,worlds by the thousand,$(RUN) tests.simulation --seeds $(or $(SEEDS),50000))
	$(call timed,every pair of faults,$(RUN) tests.simulation --pairs)
	$(call timed,planted bugs on the general workload,$(RUN) tests.simulation --bugs --seeds 2000)

# Small faults in the engine's source, one at a time, drawn by the seed; ONLY=payments/cancel.py draws from one file.
.PHONY: mutants
mutants: $(VENV)
	$(call timed,mutants of the engine,$(RUN) tests.mutants --mutants $(or $(MUTANTS),200) --seed $(or $(MUTANTS_SEED),1) $(if $(ONLY),--only $(ONLY)))

# ---- check

.PHONY: check lint lint-python format
check: $(VENV)
	$(call timed,lint and types,$(MAKE) lint-python)
	$(call timed,unit tests,$(RUN) pytest --quiet -n $(WORKERS) tests/unit)

lint-python: $(VENV)
	@.venv/bin/ruff format --check --quiet . || { echo "holdfast: run make format" >&2; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

lint: lint-python
	@$(RUN) local web --check
	@$(SAM) validate --lint
	@$(call tool,CHECKOV) checkov --config-file .checkov.yaml

format: $(VENV)
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix --quiet .

# ---- describe

.PHONY: openapi
openapi: $(VENV)
	@HOLDFAST_RECORD=1 $(RUN) pytest --quiet tests/contract/test_openapi.py -k examples_are
	@$(RUN) apidocs.openapi

# Against the stack that `make run` has running; EXAMPLES for each route.
.PHONY: fuzz
fuzz: $(VENV)
	@$(RUN) apidocs.fuzz --examples $(or $(EXAMPLES),1000)
	@$(RUN) apidocs.fuzz --examples $(or $(EXAMPLES),1000) --caller guest

# ---- build

# For the machine's own processor, or for ARCHITECTURE (arm64, x86_64), which a deploy to AWS must name too.
# Each build has a name of its own, and its deploy publishes new versions: also for another value of a parameter.
.PHONY: build
build: $(VENV)
	@mkdir -p .aws-sam
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(SAM) build --config-env local \
		--parameter-overrides "Architecture=$(or $(ARCHITECTURE),$$(.venv/bin/python -c 'from local.cloud.deploy import architecture; print(architecture())'))" \
		> .aws-sam/build.log 2>&1 || { cat .aws-sam/build.log >&2; exit 1; }
	@$(RUN) local.cloud.bytecode
	@$(RUN) local.cloud.release

# What the layers are made of, from uv.lock and with its hashes: pip refuses any other file, so that a Lambda runs what
# the tests ran. To be done after each change of a dependency; a test compares.
.PHONY: layers sbom
layers: $(VENV)
	@$(UV) export --quiet --locked --no-header --no-annotate --no-emit-project --no-default-groups --output-file layers/shared/requirements.txt
	@$(UV) export --quiet --locked --no-header --no-annotate --no-emit-project --only-group pictures --output-file layers/pictures/requirements.txt

# The packages of both layers with versions and hashes, in CycloneDX: kept with each build that a tag makes.
sbom: $(VENV)
	@mkdir -p .aws-sam
	@$(UV) export --quiet --locked --preview-features sbom-export --format cyclonedx1.5 --no-default-groups --group pictures --output-file .aws-sam/sbom.json >/dev/null

# To AWS, with whatever credentials the environment has: what a tag does in CI. STACK_NAME, STAGE; CORS_ORIGINS (with
# commas between), ALARM_EMAIL and PARAMETERS (any others, as Name=value with spaces between), of which an empty one
# leaves what the stack has: SAM takes no empty value, and none with a space.
space := $(subst ,, )
.PHONY: deploy sam
sam: | $(filter $(CURDIR)/%,$(UV))
	@$(SAM) --version

deploy: | $(filter $(CURDIR)/%,$(UV))
	$(foreach name,STACK_NAME STAGE,$(if $($(name)),,$(error holdfast: $(name) is not set)))
	@$(SAM) deploy --stack-name "$(STACK_NAME)" --no-confirm-changeset --no-fail-on-empty-changeset \
		--tags service=holdfast "stage=$(STAGE)" \
		--parameter-overrides "Stage=$(STAGE)" $(if $(CORS_ORIGINS),"CorsOrigins=$(subst $(space),,$(CORS_ORIGINS))") $(if $(ALARM_EMAIL),"AlarmEmail=$(ALARM_EMAIL)") $(foreach one,$(PARAMETERS),"$(one)")

# The pages of `make web-build`, to a stack that `make deploy` has made; runs nothing of npm. STACK_NAME, and STRIPE_KEY or RAZORPAY_KEY or both, which are public.
.PHONY: publish
publish: $(VENV)
	$(if $(STACK_NAME),,$(error holdfast: STACK_NAME is not set))
	@$(RUN) local publish --stack-name "$(STACK_NAME)"
