# The verbs of the project; CMakeLists.txt knows how things are built, tools/ how they are checked.
.DEFAULT_GOAL := build
SHELL := /bin/bash
.NOTPARALLEL:

PREFIX ?= /usr/local
PORT ?= 8080

# Where data sets and encoder weights lie, when the folder beside this one has them.
ifneq ($(wildcard ../shared/datasets),)
export MATINEE_DATA ?= $(abspath ../shared/datasets)
endif
ifneq ($(wildcard ../shared/models),)
export MATINEE_MODELS ?= $(abspath ../shared/models)
endif

.PHONY: help build run test check tidy format fuzz bench results soak docs install clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1 | /p' Makefile | column -t -s '|'

build: ## build/matinee
	@tools/bootstrap --dry-run run
	@tools/build release matinee

run: ## from nothing to served recommendations; PORT=8080
	@tools/bootstrap run
	@tools/build release matinee
	@tools/run $(PORT)

test: ## every quick test; ends with `N passed, N failed`
	@tools/bootstrap test
	@tools/build release
	@tools/run_tests build

check: ## the long checks: sanitizers, valgrind, clang-tidy, cross build (up to an hour)
	@tools/bootstrap check
	@tools/check

tidy: ## format, layers, sizes, names, docs
	@tools/bootstrap test
	@tools/build release
	@tools/tidy

format: ## rewrites the source in the one format
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

fuzz: ## every fuzz target for SECONDS=60 each
	@tools/bootstrap fuzz
	@tools/build fuzz
	@tools/fuzz $(or $(SECONDS),60)

bench: ## every benchmark of bench/
	@tools/bootstrap run
	@tools/build release matinee bench
	@tools/bench

results: ## every recipe of config/recipes; writes tests/regression/results.csv
	@tools/bootstrap results
	@tools/build release matinee
	@tools/results

soak: ## serves under load for MINUTES=10 and watches memory and answers
	@tools/build release matinee
	@tools/soak $(or $(MINUTES),10)

docs: ## writes docs/models.md, settings.md and routes.md from the program's tables
	@tools/build release matinee
	@for page in models settings routes; do build/matinee man --markdown $$page >docs/$$page.md; done

install: build ## PREFIX=/usr/local, DESTDIR=
	@tools/build release
	@DESTDIR="$(DESTDIR)" cmake --install build --prefix "$(PREFIX)"

clean: ## removes build/
	rm -rf build
