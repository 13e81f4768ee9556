#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The production build (KERNEL=production) has nothing of the test equipment in it: no module, no symbol, no name of a fault or of
# its protocol. It plays. Each pattern is shown to find what it looks for in the build that the tests use.
. "$(dirname "$0")/../tap.sh"

[ "$VARIANT" = release ] || die "the production build is compared with the release kernel, not with KERNEL=$VARIANT"
production=${OUT_DIR%-*}-production
[ -e "$production/initramfs.cpio" ] || die "there is no production build: run make check TESTS=tests/production/production.t, which builds it"

# modules OUT: the names of all modules of a build, without their directories.
modules() {
	find -L "$1/modules" -name '*.ko' -printf '%f\n' | LC_ALL=C sort
}

# module OUT NAME
module() {
	find -L "$1/modules" -name "$2.ko"
}

# elf_symbols FILE: the names in its symbol table. texts FILE: the readable texts in it.
# shellcheck disable=SC2317 # called by name, as the next
elf_symbols() { "${CROSS_COMPILE}nm" "$1" | sed 's/.* //' | LC_ALL=C sort -u; }
# shellcheck disable=SC2317
texts() { strings -n 4 "$1" | LC_ALL=C sort -u; }

# none_in WHAT PATTERN FILE...: WHAT (elf_symbols, texts) of the production build's files match nowhere.
none_in() {
	local what=$1 pattern=$2 file found=()
	shift 2
	for file; do
		mapfile -t -O ${#found[@]} found < <("$what" "$file" | grep -E -- "$pattern" | sed "s|^|$(basename "$file"): |")
	done
	is "${found[*]:0:20}" '' "no $what like $pattern"
}

# found_in WHAT PATTERN FILE NAME: in the build of the tests there are some.
found_in() {
	if "$1" "$3" | grep -E -- "$2" >matches; then pass "$4"; else fail "$4" "no $1 of $3 match $2"; fi
}

# Firmware
fault_symbols='^(fault_|hostile_|install)'
fault_texts='DSP_FAULT|dsp_fault|fault injection'
found_in elf_symbols "$fault_symbols" "$OUT_DIR/firmware.elf" 'the firmware that is tested has fault injection'
found_in texts "$fault_texts" "$OUT_DIR/firmware.elf" 'and its names are readable there'
none_in elf_symbols "$fault_symbols" "$production/firmware.elf"
none_in texts "$fault_texts" "$production/firmware.elf"

# Modules that are equipment as a whole
equipment='^(vsoc-(inject|delay|pm-test|sleep|churn|turns|guard)|snd-usb-offload-fake-dsp|qrtr-tun|api-.*|kunit|.*_kunit_helpers|.*-test|.*-live|.*_test)\.ko$'
modules "$OUT_DIR" | grep -E -- "$equipment" >equipment.list
is "$(grep -cE '^(vsoc-(inject|delay|pm-test|sleep|churn|turns|guard)|snd-usb-offload-fake-dsp)\.ko' equipment.list)" 8 'the kernel that is tested has all equipment'
is "$(modules "$production" | grep -E -- "$equipment")" '' 'the production kernel has no module of it'
is "$(modules "$OUT_DIR" | LC_ALL=C comm -23 - <(modules "$production") | LC_ALL=C comm -23 - equipment.list)" '' 'it has all others'

# Equipment within modules, and within the kernel
symbol='vsoc_dsp_fault|vsoc_audio_fault|offload_fault|fail_step|fault_injection|kunit'
text='fault_injection|fault_at_boot|fail_step|ignore-rx|kunit'
for name in vsoc-dsp vsoc-audio snd-usb-offload; do
	found_in elf_symbols "$symbol" "$(module "$OUT_DIR" $name)" "$name has some of it in the kernel that is tested"
done
found_in texts "$text" "$(module "$OUT_DIR" vsoc-audio)" "and names of faults"
mapfile -t ours < <(find -L "$production/modules" -path '*/kernel/*' -name '*.ko')
is "$((${#ours[@]} >= 15))" 1 'the production kernel has modules'
none_in elf_symbols "$symbol" "${ours[@]}"
none_in texts "$text" "${ours[@]}"
# Linux's own, which only options of tests build in.
built_in='^(setup_fault_attr|should_fail|kprobe_event_define_fields)$'
found_in elf_symbols "$built_in" "$OUT_DIR/linux-objects/vmlinux" 'the kernel that is tested has some of it built in'
none_in elf_symbols "$built_in" "$production/linux-objects/vmlinux"

# It plays, by itself and while Linux sleeps.
noise source.wav 1 2 16 48000
if KERNEL=production nested "$TOP/scripts/play" WAV=source.wav OUT=out >play.log 2>&1; then
	pass 'it plays bit for bit'
else
	fail 'it plays bit for bit' "$(tail -n 30 play.log)"
fi
is "$(jq -r 'keys | join(" ")' out/report.json)" 'ap dsp sleep' 'through Linux, through the DSP, and while Linux sleeps'
is "$(sed -n 's/^taint //p' out/dsp/result)" 0 'the kernel has no complaint'

done_testing
