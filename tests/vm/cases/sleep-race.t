#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Starts and stops of a stream that race with a system sleep. There are two outcomes: it streams, and the device stays
# up; or it does not, and the device sleeps and nothing is held. Whichever it is, all is as it should be afterwards.
#
# Which it is depends on who is first, by microseconds. Time is virtual, so the offset between the two at which the
# outcome changes is found by halving, and then tried at every 50 us around it. A kernel with all checks on takes some 40 s of the
# host's time for a try: there are fewer there, further apart.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound short 1 $((slowness * slowness * 14413))
sound last 2 48013
vm_file short-silence.wav last-silence.wav

race_prelude=$(
	cat <<'JOB'
service=/sys/kernel/debug/snd_usb_offload/audio
this_sleep() { dmesg | sed -n '/PM: suspend entry/{h;d};H;${x;p}'; }
unused() { ! grep -v "^\($other\|usb1\|usb2\) \| users 0 users_below 0 children_active 0 sleep awake$" /sys/kernel/debug/usb/offload; }
streams() { dmesg | awk '/created stream/ { n++ } /destroyed stream/ { n-- } /: usb suspend/ && $0 ~ device { at = n } END { print at + 0 }' device="usb $device:"; }
# A stream that is there when the sleep begins, or comes on the way into it.
has_streamed() {
	dmesg | awk '/PM: suspend entry/ { seen = n > 0 } /created stream/ { n++; seen = 1 } /destroyed stream/ { n-- } END { exit !seen }'
}
# outcome: `up` or `asleep`; anything else is a failure.
outcome() {
	if [ "$(suspends)" != $((suspends_before + 1)) ]; then
		echo 'no sleep'
	elif [ "$status" != 0 ]; then
		echo "the player ended with $status"
	elif this_sleep | grep -q "usb $device: usb suspend"; then
		# Whose device sleeps has no stream.
		[ "$(streams)" = 0 ] && echo asleep || echo "asleep with $(streams) streams"
	elif has_streamed; then
		echo up
	else
		echo 'up without a stream'
	fi
}
is_legal() { [ "$1" = up ] || [ "$1" = asleep ]; }
# try OFFSET_US: races, sees to it that nothing is left, and sets `came`.
try() {
	# It must not come before Linux is asleep.
	set_alarm $((2 * slowness))
	suspends_before=$(suspends)
	race $1
	came=$(outcome)
	race_tries=$((race_tries + 1))
	is_legal "$came" || illegal="$illegal $1: $came;"
	wait_for 5 nothing_held >/dev/null && wait_for 5 unused >/dev/null || left="$left $1"
	case $came in
	up) count_up=$((count_up + 1)) ;;
	asleep) count_asleep=$((count_asleep + 1)) ;;
	esac
}
step_us=50 steps=10
[ "$slowness" = 1 ] || step_us=400 steps=4
# sweep NAME MIN_US MAX_US: at these two the outcomes differ.
sweep() {
	race_tries=0 illegal='' left='' count_up=0 count_asleep=0
	low=$2 high=$3
	try $low
	low_came=$came
	try $high
	check "$1: at the ends of the range the outcomes differ" test "$low_came" != "$came"
	while [ $((high - low)) -gt $step_us ]; do
		middle=$(((low + high) / 2))
		try $middle
		if [ "$came" = "$low_came" ]; then low=$middle; else high=$middle; fi
	done
	echo "$1: the outcome changes between $low and $high us"
	for step in $(seq 0 $((2 * steps))); do
		try $((low + (step - steps) * step_us))
	done
	echo "$1: $race_tries tries, up $count_up, asleep $count_asleep"
	check "$1: there are two outcomes, and no third" test -z "$illegal"
	check "$1: nothing was left behind by any" test -z "$left"
	check "$1: around the change it came to both" test $count_up -gt 2 -a $count_asleep -gt 2
	result "${1}_tries" $race_tries
}
JOB
)

# races DEVICE OTHER: the job. OTHER is in use all the time, so that the controller is kept active: QEMU's forgets its devices
# in a sleep.
races() {
	printf '%s\n' "$prelude" "$race_prelude" "device=$1 other=$2"
	cat <<'JOB'
check 'the sound cards are ready' sound_is_ready
modprobe vsoc-moment
check 'there is another device' wait_for 5 test -e /sys/bus/usb/devices/$other
plan now get $other
check 'the other device is used' happened now get 0
card=$(dsp_card)
play() { exec aplay -q -D "plughw:$card,0" --period-time=10000000 --buffer-time=80000000 "$1"; }

# The sleep begins so long after the player has been started.
race() {
	play short-silence.wav &
	usleep "$1"
	echo freeze >/sys/power/state
	wait $!
	status=$?
}
sweep 'start' 1000 $((100000 * slowness * slowness))

# The player is told to end so long after 20 ms before the sleep begins, or after it if whoever tells is frozen before.
race() {
	play last-silence.wav 2>/dev/null &
	player=$!
	wait_for 5 pcm_runs "$card"
	(usleep "$1" && kill $player) &
	killer=$!
	usleep $((20000 * slowness))
	echo freeze >/sys/power/state
	wait $player $killer
	status=0
}
sweep 'stop' 0 $((100000 * slowness * slowness))

plan now put $other
check 'the other device is put' happened now put 0
# With a new device the capture begins anew.
check 'it is unplugged' host device_del headset
check 'it is gone' wait_for 5 test ! -e /sys/bus/usb/devices/$device
check 'it is plugged again' host device_add usb-audio,id=headset,bus=xhci.0,port=1,audiodev=sound
check 'the sound cards are ready again' sound_is_ready
play last-silence.wav &
wait $!
check 'then it plays' test $? = 0
sleep 1
JOB
}

vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2")
vm 'races' --append 'log_buf_len=4M' < <(races 1-1 1-2)
captured_is last.wav 'races: what is played in the end is captured bit for bit'

done_testing
