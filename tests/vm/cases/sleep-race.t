#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Starts and stops of a stream that race with a system sleep. There are two outcomes: it streams, and the device stays
# up; or it does not, and the device sleeps and nothing is held. Whichever it is, all is as it should be afterwards.
#
# The outcome depends on the order, by microseconds. Time is virtual, so the offset between the two at which the
# outcome changes is found by halving, and then tried at every 50 us around it. A kernel with all checks on takes some 40 s of the
# host's time for a try: there are fewer there, further apart.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound short 1 $((slowness * slowness * 14413))
sound last 2 48013
vm_file short-silence.wav last-silence.wav

# The other device is in use all the time, so that the controller is kept active: QEMU's forgets its devices in a sleep.
vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2")
vm 'races' --set device=1-1 --set other=1-2 --append 'log_buf_len=4M' <<'JOB'
. ./lib/pm.sh
. ./lib/sleep-race-job.sh
check 'the sound cards are ready' sound_is_ready
modprobe vsoc-pm-test
check 'there is another device' wait_for 5 test -e /sys/bus/usb/devices/$other
pm_action now get $other
check 'the other device is used' happened now get 0
card=$(dsp_card)
exec_aplay() { exec aplay -q -D "plughw:$card,0" --period-time=10000000 --buffer-time=80000000 "$1"; }

# The sleep begins so long after the player has been started.
race_start() {
	exec_aplay short-silence.wav &
	usleep "$1"
	echo freeze >/sys/power/state
	wait $!
	status=$?
}
sweep 'start' race_start 1000 $((100000 * slowness * slowness))

# The player is told to end so long after 20 ms before the sleep begins, or after it if the process that tells it is frozen before.
race_stop() {
	exec_aplay last-silence.wav 2>/dev/null &
	player=$!
	wait_for 5 pcm_runs "$card"
	(usleep "$1" && kill $player) &
	killer=$!
	usleep $((20000 * slowness))
	echo freeze >/sys/power/state
	wait $player $killer
	status=0
}
sweep 'stop' race_stop 0 $((100000 * slowness * slowness))

pm_action now put $other
check 'the other device is put' happened now put 0
# With a new device the capture begins anew.
check 'it is unplugged' host device_del headset
check 'it is gone' wait_for 5 test ! -e /sys/bus/usb/devices/$device
check 'it is plugged again' host device_add usb-audio,id=headset,bus=xhci.0,port=1,audiodev=sound
check 'the sound cards are ready again' sound_is_ready
exec_aplay last-silence.wav &
wait $!
check 'then it plays' test $? = 0
sleep 1
JOB
captured_is last.wav 'races: what is played in the end is captured bit for bit'

done_testing
