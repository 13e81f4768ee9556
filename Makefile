# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each target does the set-up and the building it needs; the scripts do the work.

# Variables of the command line (make play WAV=...) reach the scripts.
variables := DEVICE WAV OUT MODE LINUX KERNEL CPUS SEED JOBS N ROUND MINUTES SLOW
export $(variables)
variables += TESTS CROSS_COMPILE XDG_CACHE_HOME

# One that is mistyped would be the default, in silence.
unknown := $(strip $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(filter-out $(variables),$(name)))))
ifneq ($(unknown),)
nearest := $(shell scripts/lib/nearest $(firstword $(unknown)) $(variables))
$(error $(firstword $(unknown)): there is no such variable$(if $(nearest),; is $(nearest) meant?); 'make help' lists them)
endif

help:
	@echo 'make play       play a recording through the DSP on the virtual SoC, and compare'
	@echo '                  DEVICE=name     to a USB device of vsoc/devices/library, or of a file: .device,'
	@echo '                                  descriptors of a real device, or what lsusb -v prints'
	@echo '                  WAV=file.wav    another source: 16 bit PCM, 48000 Hz, mono or stereo; with DEVICE, what it has'
	@echo '                  OUT=directory   where the captures and report.json go (default: out)'
	@echo '                  MODE=ap|dsp|sleep|all  through Linux, through the DSP, through the DSP while Linux'
	@echo '                                  sleeps, or each of them (default: all); duplex: with DEVICE,'
	@echo '                                  records at once what a cable of the device brings back'
	@echo 'make devices    play to and record from each USB device of vsoc/devices/library, and print a table'
	@echo '                  DEVICE="name file ..."  only these'
	@echo '                  OUT=directory   where devices.json and the recordings go (default: out/devices)'
	@echo 'make check      run all tests: on the host and on the virtual SoC'
	@echo '                  TESTS="tests/vm/cases/play.t ..."   only these'
	@echo '                  OUT=directory   where junit.xml, the results for CI systems, goes (default: the cache)'
	@echo 'make check-all  the same, with each VM test on one processor and on three, and make harmless'
	@echo 'make bench      measure: savings of the AP, latency, boot time, DSP load, memory'
	@echo 'make soak       the long tests: 200 unplugs, 200 crashes of the DSP, 200 storms of starts and stops,'
	@echo '                2000 devices with faults in their descriptors'
	@echo '                  N=rounds  so many of each'
	@echo 'make smp        the parallel lane: processors that run truly at once, two things at a time, in rounds'
	@echo '                  N=rounds (40), MINUTES=n no new round after them, SLOW=n the clock'"'"'s factor'
	@echo '                  ROUND=k  only that round of the seed, N times'
	@echo 'make harmless   the same jobs on Linux as it is and on ours, with nothing offloading: all has to be the same'
	@echo 'make lint       checkpatch, sparse, W=1, kernel-doc, Coccinelle, cppcheck, shellcheck, REUSE'
	@echo 'make lint-matrix  our kernel code in twelve configurations, on three architectures'
	@echo 'make coverage   run the unit tests under gcov: lines and branches of each file of the firmware'
	@echo 'make figures    draw the figures of docs/ anew from their sources'
	@echo 'make compile_commands  write compile_commands.json, for the language server of an editor'
	@echo 'make shell      boot the virtual SoC to a shell'
	@echo 'make build      build everything that changed, and run nothing'
	@echo 'make clean      remove the logs, results and unit tests of this checkout, and out/'
	@echo 'make distclean  remove the whole cache, with the kernel build that all checkouts share, and out/'
	@echo
	@echo 'With every target: LINUX=<6.12 tarball or tree> another kernel source than Debian'"'"'s;'
	@echo 'KERNEL=debug a kernel with lockdep, KASAN and more; KERNEL=kcsan one that reports data races;'
	@echo 'KERNEL=production a kernel and firmware without test equipment, for make play, make build and make shell;'
	@echo 'KERNEL=plain Linux without Lullaby, for make build and make shell;'
	@echo 'CPUS=N so many processors for Linux (1 to 4, default 1);'
	@echo 'SEED=N this number decides everything random in the machine (default 1: the same each time);'
	@echo 'JOBS=N how many compilers and tests at once.'

play:
	@scripts/play

devices:
	@scripts/devices

check:
	@scripts/check $(TESTS)

check-all:
	@scripts/check --all $(TESTS)

bench:
	@scripts/bench

soak:
	@scripts/soak

smp:
	@scripts/smp

harmless:
	@scripts/check tests/plain/*.t

lint:
	@scripts/lint

lint-matrix:
	@scripts/lint-matrix

coverage:
	@scripts/coverage

figures:
	@scripts/figures

compile_commands:
	@scripts/compile-commands

shell: build
	@scripts/run-vm --shell

build:
	@scripts/build --show

clean:
	@scripts/clean

distclean:
	@scripts/clean --all

targets := help play devices check check-all bench soak smp harmless lint lint-matrix coverage figures compile_commands shell build clean distclean
.PHONY: $(targets)

# make asks whether this file is to be made, too.
Makefile: ;

.DEFAULT:
	@nearest=$$(scripts/lib/nearest '$@' $(targets)); echo "make: there is no target '$@'$${nearest:+; is 'make $$nearest' meant?}; 'make help' lists them" >&2; exit 1
