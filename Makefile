# What people do with this repository. The web comes first: the server carries web/dist inside.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help demo test bench leaks web clean tools peers

export PATH := $(PATH):$(HOME)/.cargo/bin

DATA ?= data/demo
LISTEN ?= 127.0.0.1:8321
WEB := crates/ledger/src/bundle/words.json $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/tests -prune -o -type f -print)

help:
	@echo "make demo    build, and try the product with a made-up company (DATA=$(DATA) LISTEN=$(LISTEN))"
	echo "make test    everything that has to hold before a change is taken"
	echo "make bench   measure, and print tables"
	echo "make leaks   leak a made-up company's lists in every way, and count who is found and who accused"
	echo "make clean   remove what was built; data stays"

demo: tools web/dist/console.js
	@cargo build --workspace --bin tigertally --locked
	exec target/debug/tigertally demo --data "$(DATA)" --listen "$(LISTEN)"

test: tools peers web/dist/console.js
	@(cd web && npm run --silent check)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	if cargo nextest --version >/dev/null 2>&1; then
		cargo nextest run --workspace --locked --no-fail-fast
	else
		cargo test --workspace --locked --no-fail-fast
	fi
	if [ -d web/tests ]; then
		find web/tests -name '*.test.*' -print0 | sort -z | xargs -0 -r node --test
	fi

bench: tools web/dist/console.js
	@cargo run --release -p tigertally-bench --locked

leaks: tools
	@cargo run --release -p tigertally-trace --bin leaks --locked

web: tools web/dist/console.js

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@(cd web && npm ci --no-audit --no-fund)
	touch $@

web/dist/console.js: web/node_modules/.package-lock.json $(WEB)
	@(cd web && npm run --silent build)
	touch $@

clean:
	@rm -rf target web/dist web/node_modules

# A C compiler, Node.js 20 or later, Rust. What is missing is installed where we may, else named.
tools:
	@missing=()
	node_is_there() { [ "$$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)" -ge 20 ] 2>/dev/null && command -v npm >/dev/null; }
	command -v cc >/dev/null || missing+=(gcc libc6-dev)
	node_is_there || missing+=(nodejs npm)
	if [ "$${#missing[@]}" -gt 0 ]; then
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			apt-get update -qq && apt-get install -y -qq --no-install-recommends "$${missing[@]}"
		else
			echo "please install: $${missing[*]}" >&2
			exit 1
		fi
	fi
	node_is_there || { echo "Node.js 20 or later with npm is needed: https://nodejs.org" >&2; exit 1; }
	command -v cargo >/dev/null || { echo "Rust is needed: https://rustup.rs" >&2; exit 1; }

# What the tests drive and compare with: a real browser and a Chinese font, time stamps by OpenSSL, logs read by Go,
# PDF files by poppler, files for keys opened by age; and strace, which lets the system calls of the store fail.
peers:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		missing=()
		command -v chromium >/dev/null || missing+=(chromium)
		command -v openssl >/dev/null || missing+=(openssl)
		command -v go >/dev/null || missing+=(golang-go)
		command -v pdftotext >/dev/null || missing+=(poppler-utils)
		command -v strace >/dev/null || missing+=(strace)
		command -v age >/dev/null || missing+=(age)
		for package in fonts-noto-cjk golang-golang-x-mod-dev; do
			dpkg -s "$$package" >/dev/null 2>&1 || missing+=("$$package")
		done
		if [ "$${#missing[@]}" -gt 0 ]; then
			apt-get update -qq && apt-get install -y -qq --no-install-recommends "$${missing[@]}"
		fi
	fi
