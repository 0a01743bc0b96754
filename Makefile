# make demo, make test: nothing else needs to be typed on a fresh Debian or Ubuntu machine with Swift.

SWIFT ?= swift
# Traits of this package: the command reads databases of SQLite.
TRAITS ?= --traits SQLite
SWIFT_FLAGS ?=
DATA := compat-fixtures/data
MIXEDLM := .build/release/mixedlm
DOCC ?= docc

.PHONY: all build clean databases demo docs docs-test site site-test bench fuzz lint sanitize setup spark spark-demo test

all: build

# System libraries: OpenBLAS, LAPACKE, zlib, SQLite, and pkg-config, by which SwiftPM finds them.
setup:
	@if command -v pkg-config >/dev/null && pkg-config --exists openblas lapacke zlib sqlite3; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "This machine lacks OpenBLAS, LAPACKE, zlib, SQLite or pkg-config, and has no apt-get to install them." >&2; \
	  echo "Install OpenBLAS with its LAPACKE interface, zlib, SQLite and pkg-config by other means" >&2; \
	  echo "(macOS: brew install openblas zlib sqlite pkgconf) so that 'pkg-config --exists openblas zlib' succeeds." >&2; \
	  command -v pkg-config >/dev/null && pkg-config --exists openblas zlib; exit $$?; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=; elif command -v sudo >/dev/null; then as_root=sudo; else \
	  echo "Run as root, or install sudo: apt-get install libopenblas-dev liblapacke-dev zlib1g-dev libsqlite3-dev pkg-config" >&2; exit 1; \
	fi; \
	echo "Installing libopenblas-dev, liblapacke-dev, zlib1g-dev, libsqlite3-dev and pkg-config"; \
	$$as_root apt-get update -qq && \
	$$as_root env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -y -qq --no-install-recommends libopenblas-dev liblapacke-dev zlib1g-dev libsqlite3-dev pkg-config

build: setup
	$(SWIFT) build -c release --product mixedlm $(TRAITS) $(SWIFT_FLAGS)

# One configuration for everything, and one build: `swift test` alone would build with flags of its own.
test: setup
	$(SWIFT) build -c release --build-tests $(TRAITS) $(SWIFT_FLAGS)
	$(SWIFT) test -c release --skip-build --disable-xctest $(TRAITS) $(SWIFT_FLAGS)

# The main job on real data. Each fit prints its summary, and how long it took on the last lines.
demo: build
	$(MIXEDLM) fit $(DATA)/dietox.csv --formula "Weight ~ Time" --groups Pig --timing
	$(MIXEDLM) fit $(DATA)/dietox.csv --formula "Weight ~ Time" --groups Pig --re-formula "~Time" --timing
	$(MIXEDLM) fit $(DATA)/Pastes.csv --formula "strength ~ 1" --groups batch \
	  --re-formula "~1" --vc-formula "cask=0 + C(cask)" --timing
	$(MIXEDLM) fit $(DATA)/students_tests.csv --formula "score ~ group" --single-group \
	  --vc-formula "student=0 + C(student)" --vc-formula "test=0 + C(test)" \
	  --vc-formula "school=0 + C(school)" --timing

# Models of tables that stay in DuckDB and PostgreSQL, against models of the same rows.
databases: build
	PYTHON=$(PYTHON) Tests/Databases/run.sh duckdb postgresql

# The command with Spark Connect, in a folder of its own: gRPC takes minutes, and other traits would build all else anew.
SPARK_FLAGS := --scratch-path .build/spark --traits SQLite,Spark
spark: setup
	$(SWIFT) build -c release --product mixedlm $(SPARK_FLAGS) $(SWIFT_FLAGS)

# A Spark Connect server on this machine, ROWS rows in it, and a fit of them that stays there.
ROWS ?= 10000000
spark-demo: spark
	ROWS=$(ROWS) PYTHON=$(PYTHON) MIXEDLM=$(CURDIR)/.build/spark/release/mixedlm Tests/Databases/run.sh spark

# This package and the other systems found, in turn on each workload, one thread each; then the table and pictures.
# WORKLOADS="W4 W5" measures these only, SYSTEMS=ours,lme4 with these systems only.
PYTHON ?= python3
WORKLOADS ?= sleepstudy dietox W1 W9 W5 W4 W7 W3 W2 W11 W10 W6_100k series
SYSTEMS ?= ours,lme4,mixedlm,glmm,gpboost,glmmTMB,statsmodels
BENCH := .build/release/mixedlm-bench
bench: setup
	$(SWIFT) build -c release --product mixedlm-bench $(TRAITS) $(SWIFT_FLAGS)
	$(PYTHON) Tests/Benchmarks/peers/make_data.py .build/bench-data
	rm -f .build/bench.jsonl
	$(BENCH) compare $(WORKLOADS) --systems $(SYSTEMS) --python $(PYTHON)
	$(BENCH) pictures
	$(BENCH) table

# Random inputs, some hours of them: SEED varies them, COUNT says how many each driver takes. A stop prints the command
# that runs its input again.
SEED ?= 1
COUNT ?= 1000000
FUZZ ?= fits saved csv formulas
fuzz: setup
	$(SWIFT) build -c release --product mixedlm-fuzz $(TRAITS) $(SWIFT_FLAGS)
	for driver in $(FUZZ); do .build/release/mixedlm-fuzz $$driver --seed $(SEED) --count $(COUNT) || exit 1; done

# The tests under the thread sanitizer, then under the address sanitizer; each in a build folder of its own. Leaks are not
# looked for: the parser of the command's options has some, and a process that leaks ends with another status.
sanitize: setup
	for kind in thread address; do \
	  ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --disable-xctest --sanitize $$kind --scratch-path .build/$$kind $(TRAITS) $(SWIFT_FLAGS) || exit 1; done

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests
	@if grep -rlE '^ *(@[a-z_]+ )*import COpenBLAS' Sources | grep -v '^Sources/LinearAlgebra/'; then \
	  echo "Only LinearAlgebra may import COpenBLAS." >&2; exit 1; fi

# The documentation as a DocC archive, from the modules of the last build, or of one made for it; a wrong symbol link is an
# error.
CONFIGURATION ?= debug
SYMBOLS := .build/docs/symbols
DARWIN := $(filter Darwin,$(shell uname -s))
EXTRACT_FLAGS := -target $(if $(DARWIN),$(shell uname -m)-apple-macosx14 -sdk $$(xcrun --show-sdk-path),$(shell uname -m)-unknown-linux-gnu)
docs: setup
	test -e .build/$(CONFIGURATION)/Modules/StatsModels.swiftmodule || \
	  $(SWIFT) build -c $(CONFIGURATION) --target StatsModels $(TRAITS) $(SWIFT_FLAGS)
	rm -rf .build/docs && mkdir -p $(SYMBOLS)
	for module in StatsModels Patsy DataFrames LinearAlgebra SQLModels; do \
	  $(SWIFT) symbolgraph-extract -module-name $$module -I .build/$(CONFIGURATION)/Modules -I Sources/COpenBLAS -I Sources/CZlib \
	    $(EXTRACT_FLAGS) -minimum-access-level public -skip-synthesized-members -output-dir $(SYMBOLS) || exit 1; done
	$(DOCC) convert Sources/StatsModels/Documentation.docc --warnings-as-errors \
	  --fallback-display-name StatsModels --fallback-bundle-identifier statsmodels.swift \
	  --additional-symbol-graph-dir $(SYMBOLS) --output-path .build/docs/StatsModels.doccarchive

# The archive as static pages in .build/site: python3 -m http.server -d .build/site, then http://localhost:8000. SITE_BASE is
# the path at which a server has them. The root leads to the page of the library; the pages ask for settings of a theme.
SITE := .build/site
SITE_BASE ?= /
site: docs
	rm -rf $(SITE)
	$(DOCC) process-archive transform-for-static-hosting .build/docs/StatsModels.doccarchive \
	  --output-path $(SITE) --hosting-base-path $(SITE_BASE)
	echo '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=documentation/statsmodels/">' \
	  '<title>StatsModels</title><a href="documentation/statsmodels/">StatsModels</a>' >$(SITE)/index.html
	echo '{}' >$(SITE)/theme-settings.json

# Opens the static pages in headless Chromium and follows their links; makes them first where they are missing.
site-test:
	@test -e $(SITE)/index.html || $(MAKE) site
	Tests/Documentation/site.sh $(SITE) $(SITE_BASE)

# Compiles and runs the code of the documentation's pages in a package of its own.
docs-test: setup
	Tests/Documentation/run.sh

clean:
	$(SWIFT) package clean
