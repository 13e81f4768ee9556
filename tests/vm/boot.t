#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# The virtual SoC comes up, with all its parts.
. "$(dirname "$0")/lib.sh"

vm boot --cpus 1 <<'JOB'
check 'the USB sound card is there' wait_for 10 card_number USB-Audio
check 'every module is loaded' eval 'for module in $MODULES; do grep -q "^$module " /proc/modules || { echo "$module is not"; exit 1; }; done'
check 'Linux has one processor, the DSP is not among them' test "$(nproc --all)" = 1
check "QEMU's monitor takes commands" host log none
check 'and says what is wrong with one' says 'unknown command' host nonsense
JOB
# A kernel that checks itself takes its time.
[ "$VARIANT" != release ] || at_most "$(value boot_ms)" 3000 'the prompt is there within 3 s'

vm 'three processors' --cpus 3 <<'JOB'
check 'Linux has three processors' test "$(nproc)" = 3
check 'they are cores 0, 2 and 3: core 1 is the DSP' test \
	"$(cat /sys/devices/system/cpu/cpu[0-9]*/of_node/reg | od -An -v -tx1 | tr -d ' \n')" = 000000000000000200000003
check 'the sound cards are ready' sound_is_ready
check 'the DSP runs' grep -qx running /sys/class/remoteproc/remoteproc0/state
JOB

for cpus in 0 5 two ''; do
	is "$("$TOP/scripts/run-vm" --cpus "$cpus" "$TEST_DIR/none" "$TEST_DIR" 2>&1)" \
		"run-vm: --cpus $cpus: it is a number from 1 to $MAX_CPUS" "'$cpus' processors are refused"
done

done_testing
