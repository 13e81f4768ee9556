#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The system is switched off or restarted under a stream that plays: it goes down soon, with the DSP stopped
# before and no complaint, also when the DSP does not help.
. "$(dirname "$0")/../lib/vm.sh"

"$TOOLS/wavmake" silence.wav --silence 48000 2 16 192000
vm_file silence.wav

# seconds_at TEXT: when the kernel said that, by its own clock.
seconds_at() {
	sed -n "s/^\[ *\([0-9.]*\)\] .*$1.*/\1/p" "$VM/console.log" | tail -n 1
}

# system_goes_down NAME HOW FAULT: HOW is a command. The job reports by itself all that init would report at its end.
system_goes_down() {
	vm "$1" --set how="$2" --set fault="$3" --append 'vsoc_dsp.fault_injection=1' <<'JOB'
. ./lib/leak-check.sh
. ./lib/pcm.sh
dmesg -n 8
check 'the sound cards are ready' sound_is_ready
start_player playing
check 'it plays' player_started
[ -z "$fault" ] || echo "$fault" >/sys/kernel/debug/vsoc-audio/fault
usleep 20000
expect_leak 'the system goes down under a stream'
result taint "$(cat /proc/sys/kernel/tainted)"
result exit 0
echo 'the end begins' >/dev/kmsg
$how
JOB
	at_most "$(awk -v from="$(seconds_at 'the end begins')" -v to="$(seconds_at 'reboot: ')" 'BEGIN { if (from && to) print to - from }')" "$slowness" \
		"$1: at most $slowness s from the command to its end"
	succeeds "$1: the DSP was stopped before" grep -aq 'stopped remote processor dsp' "$VM/console.log"
}

system_goes_down 'power-off' 'poweroff -f' ''
system_goes_down 'restart' 'reboot -f' ''
system_goes_down 'power-off, the DSP ignores messages' 'poweroff -f' ignore-rx
system_goes_down 'restart, the DSP hangs' 'reboot -f' hang

done_testing
