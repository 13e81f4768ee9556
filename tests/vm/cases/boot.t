#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The virtual SoC comes up, with all its parts.
. "$(dirname "$0")/../lib/vm.sh"

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

# turns: how many turns vsoc-turns has ended, of all processors.
turns() { awk '{ sum += $2 } END { print sum }' /sys/kernel/debug/vsoc-turns; }
settle
for n in 0 1 2; do
	before=$(turns)
	taskset $((1 << n)) sh -c 'end=$(($(date +%s) + 2)); while [ "$(date +%s)" -lt $end ]; do :; done'
	check "processor $n, when it is busy, yields at odd moments" test $(($(turns) - before)) -gt 200
done
before=$(turns)
sleep 20
result idle_turns $(($(turns) - before))

# The meter counts all processors: one that is busy all the time, and not the first.
taskset 4 sh -c 'while :; do :; done' &
ap-meter idle 2000 >/tmp/meter
kill $!
result busy_us "$(sed -n 's/^ap_busy_us //p' /tmp/meter)"
JOB
# A kernel that checks itself has things to do of its own: kmemleak looks through all memory.
[ "$VARIANT" != release ] || at_most "$(value busy_us)" 2200000 'three processors: one is busy for 2 s, and no more, as ap-meter has it'
at_most $((2000000 - $(value busy_us))) 50000 'three processors: and no less'
# Only the reading itself is left.
[ "$VARIANT" != release ] || at_most "$(value idle_turns)" 40 'three processors: idle, they are left alone'

for cpus in 0 5 two ''; do
	is "$("$TOP/scripts/run-vm" --cpus "$cpus" "$TEST_DIR/none" "$TEST_DIR" 2>&1)" \
		"run-vm: --cpus $cpus: it is a number from 1 to $MAX_CPUS" "'$cpus' processors are refused"
done

done_testing
