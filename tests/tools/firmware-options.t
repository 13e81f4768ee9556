#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A directory in which the firmware was built with one option is built anew with another: a product must not keep the
# fault injection of a build before.
. "$(dirname "$0")/../tap.sh"

elf=built/lullaby-dsp.elf

# shellcheck disable=SC2317 # called by succeeds
# build [VARIABLE=VALUE]...: into the same directory each time.
build() { make -C "$TOP/firmware" O="$PWD/built" -j"$JOBS" "$@"; }

# injections: how many objects of the fault injection the ELF is linked from, by the files that its debug information names.
injections() { "${CROSS_COMPILE}objdump" --dwarf=info "$elf" | grep 'DW_AT_name.*target/vsoc/fault/' | sort -u | wc -l; }
sources=$(find "$TOP/firmware/target/vsoc/fault" -name '*.c' | wc -l)

succeeds 'it can be built with fault injection' build FAULT_INJECTION=y
is "$(injections)" "$sources" 'which the ELF has then'
succeeds 'and in the same directory without' build
is "$(injections)" 0 'which the ELF has not'
before=$(stat -c %y "$elf")
succeeds 'and once more' build
is "$(stat -c %y "$elf")" "$before" 'for which nothing is linked anew'
succeeds 'and with it again' build FAULT_INJECTION=y
is "$(injections)" "$sources" 'which the ELF has again'

done_testing
