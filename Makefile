# Front door. `make help` lists the targets; CMakeLists.txt does the building.
BUILD   ?= release
PROFILE ?= host
PREFIX  ?= /usr/local
DESTDIR ?=
V       ?=

builds := release debug asan tsan fuzz
ifeq ($(filter $(BUILD),$(builds)),)
$(error BUILD=$(BUILD): want one of $(builds))
endif
ifeq ($(filter $(PROFILE),host embedded tiny sim),)
$(error PROFILE=$(PROFILE): want one of host embedded tiny sim)
endif

dir := build$(if $(filter release,$(BUILD)),,/$(BUILD))
cmake_flags := -DCMAKE_BUILD_TYPE=$(if $(filter debug,$(BUILD)),Debug,RelWithDebInfo) \
  -DTAPSTACK_SANITIZE=$(filter asan tsan fuzz,$(BUILD)) -DTAPSTACK_PROFILE=$(PROFILE) \
  -DCMAKE_INSTALL_PREFIX=$(PREFIX)
# libFuzzer is Clang's. Another compiler: make CXX=clang++-16 CC=clang-16 in a clean build folder.
ifeq ($(BUILD),fuzz)
cmake_flags += -DCMAKE_C_COMPILER=clang-16 -DCMAKE_CXX_COMPILER=clang++-16
else
ifneq ($(origin CXX),default)
cmake_flags += -DCMAKE_CXX_COMPILER=$(CXX)
endif
ifneq ($(origin CC),default)
cmake_flags += -DCMAKE_C_COMPILER=$(CC)
endif
endif
# Where interop and bench find the library; the run time of a sanitizer has to be preloaded first.
over_build = TAPSTACK_BUILD=$(CURDIR)/$(dir) $(if $(filter asan tsan,$(BUILD)),\
  TAPSTACK_PRELOAD_FIRST=$(shell realpath $$(c++ -print-file-name=lib$(BUILD).so)))
ninja := ninja -C $(dir) $(if $(V),-v) $(NINJAFLAGS)

.DEFAULT_GOAL := all
.PHONY: all demo test nightly unit sim interop conformance bench bench-loss bench-sim fuzz lint format \
        coverage size install uninstall clean help configure setup setup-test

all: configure ## build the library, the keeper and the command
	@$(ninja)

demo: ## show ping and nc over Tapstack against the host's kernel
	@scripts/setup demo
	@$(MAKE) --no-print-directory all
	@scripts/demo

test: ## run every test and print a summary
	@scripts/test

nightly: ## as test, with more seeds, longer interop tests, and fuzzing
	@scripts/test --nightly

unit: setup-test configure ## unit tests of every core file
	@$(ninja) unit_tests
	@ctest --test-dir $(dir) --output-on-failure -R '^unit_'

sim: setup-test configure ## whole stacks in virtual time
	@$(ninja) sim sim_paths
	@ctest --test-dir $(dir) --output-on-failure -R '^sim'

conformance: setup-test configure ## scripted segments against the RFCs
	@$(ninja) conformance
	@ctest --test-dir $(dir) --output-on-failure -R '^conformance$$'

interop: setup-test configure ## real programs against the host's kernel, then the whole matrix of tools
	@scripts/setup interop
	@$(ninja) all interop_programs
	@$(over_build) scripts/interop
	@$(over_build) scripts/matrix

bench: setup-test configure ## ratios against the kernel's own stack
	@$(ninja) all bench_programs interop_programs
	@$(over_build) scripts/bench cost
	@$(over_build) scripts/bench

bench-loss: setup-test configure ## sending over paths that lose packets, beside Linux; QUICK=1 for two of them
	@$(ninja) all bench_programs interop_programs
	@$(over_build) scripts/bench loss $(if $(QUICK),--quick)

bench-sim: setup-test configure ## congestion control in virtual time, FULL=1 for all of it; plots in build/report
	@$(ninja) bench_sim
	@$(dir)/tests/bench_sim $(if $(FULL),--full) --out=$(dir)/bench-sim.jsonl
	@/usr/bin/python3 tests/bench/sim/report.py $(dir)/bench-sim.jsonl $(dir)/report

fuzz: ## fuzz every target for FUZZ_SECONDS (60) each
	@scripts/fuzz

lint: setup-test configure ## clang-format, tidy.py and clang-tidy, changing nothing
	@scripts/lint $(dir)

format: setup-test ## lay out all C++ by .clang-format
	@scripts/lint --format

coverage: setup-test ## lines of the core's transport that no test reaches
	@scripts/coverage.py

size: setup-test configure ## sizes, undefined symbols and memory budget of the core per profile
	@BUILD_DIR=$(CURDIR)/$(dir) scripts/size

install: all ## install below PREFIX (/usr/local), under DESTDIR
	@$(ninja) install_extras
	@DESTDIR=$(DESTDIR) cmake --install $(dir) --prefix $(PREFIX)
	@printf '%s\n' '$(DESTDIR)' '$(PREFIX)' >$(dir)/install_place.txt

uninstall: ## remove what the last install put there
	@test -f $(dir)/install_place.txt || { echo "nothing is installed from $(dir)"; exit 1; }
	@{ read -r destdir; read -r prefix; } <$(dir)/install_place.txt; \
	while read -r file || [ -n "$$file" ]; do rm -fv "$$destdir$$file"; done <$(dir)/install_manifest.txt; \
	rm -rf "$$destdir$$prefix"/share/tapstack/interop/*/__pycache__; \
	for folder in include libexec share share/doc lib/cmake; do \
	  test ! -d "$$destdir$$prefix/$$folder/tapstack" || \
	    find "$$destdir$$prefix/$$folder/tapstack" -depth -type d -empty -delete; done
	@rm $(dir)/install_place.txt

clean: ## remove build/
	rm -rf build

help: ## print this
	@echo "make [target] [BUILD=release|debug|asan|tsan|fuzz] [PROFILE=host|embedded|tiny|sim]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
	  while IFS='|' read -r name what; do printf '  %-12s %s\n' "$$name" "$$what"; done

setup:
	@scripts/setup build

setup-test:
	@scripts/setup test

configure: setup
	@cmake -G Ninja -S . -B $(dir) $(cmake_flags) --log-level=NOTICE >/dev/null
