#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A job that asks QEMU's monitor waits for the host, and a host with much to do may let it wait. Virtual time must not run away
# meanwhile: with all processors idle, it leaps from timer to timer. Here the thread of QEMU that reads the monitor's input gets a
# processor only when nothing else wants one, and something else always does.
. "$(dirname "$0")/../lib/vm.sh"

# starve_monitor: waits for the machine of this test, and does that to it until it has ended.
starve_monitor() {
	local qemu='' hogs=()
	until [ -n "$qemu" ]; do
		qemu=$(pgrep -f "^qemu-system-aarch64 .*vsoc_guard.limit_s=$VM_LIMIT_S ") || sleep 0.05
	done
	# Besides the main one: the thread that frees memory, the monitor's, and the virtual processors'.
	monitor=
	until [ "$(printf '%s\n' "/proc/$qemu/task"/* | wc -l)" -ge 4 ]; do sleep 0.05; done
	monitor=$(printf '%s\n' "/proc/$qemu/task"/* | sort -V | sed -n 3p)
	chrt --idle --pid 0 "${monitor##*/}" && touch starved
	for ((i = 0; i < $(nproc) * 2; i++)); do
		while kill -0 "$qemu" 2>/dev/null; do :; done &
		hogs+=($!)
	done
	wait "${hogs[@]}"
}

# A number that no other machine has.
VM_LIMIT_S=611
starve_monitor &
starving=$!
vm 'starved' --no-audio --cpus 3 <<'JOB'
sleep 2
before_s=$(cut -d. -f1 /proc/uptime)
for number in 1 2 3; do
	check "keyboard $number is plugged" host device_add usb-kbd,id=keyboard$number,bus=xhci.0
	check "keyboard $number is unplugged" host device_del keyboard$number
done
result waited_s $(($(cut -d. -f1 /proc/uptime) - before_s))
JOB
kill $starving 2>/dev/null
wait $starving 2>/dev/null
succeeds "the monitor's thread was starved" test -e starved
at_most "$(value waited_s)" 300 'the machine did not wait for minutes of its own'

done_testing
