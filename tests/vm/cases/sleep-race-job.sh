# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of sleep-race.t.
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

this_sleep() { dmesg | sed -n '/PM: suspend entry/{h;d};H;${x;p}'; }
others_are_unused() { [ -r /sys/kernel/debug/usb/offload ] && ! grep -v "^\($other\|usb1\|usb2\) \| users 0 users_below 0 children_active 0 sleep awake$" /sys/kernel/debug/usb/offload; }
streams_at_suspend() { dmesg | awk '/created stream/ { n++ } /destroyed stream/ { n-- } /: usb suspend/ && $0 ~ device { at = n } END { print at + 0 }' device="usb $device:"; }
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
		[ "$(streams_at_suspend)" = 0 ] && echo asleep || echo "asleep with $(streams_at_suspend) streams"
	elif has_streamed; then
		echo up
	else
		echo 'up without a stream'
	fi
}
is_legal() { [ "$1" = up ] || [ "$1" = asleep ]; }
# try OFFSET_US: does the race that $race names, sees to it that nothing is left, and sets `came`.
try() {
	# It must not come before Linux is asleep.
	set_alarm $((2 * slowness))
	suspends_before=$(suspends)
	$race $1
	came=$(outcome)
	race_tries=$((race_tries + 1))
	is_legal "$came" || illegal="$illegal $1: $came;"
	wait_for 5 nothing_held >/dev/null && wait_for 5 others_are_unused >/dev/null || left="$left $1"
	case $came in
	up) count_up=$((count_up + 1)) ;;
	asleep) count_asleep=$((count_asleep + 1)) ;;
	esac
}
step_us=50 steps=10
[ "$slowness" = 1 ] || step_us=400 steps=4
# sweep NAME RACE MIN_US MAX_US: at these two the outcomes differ. RACE is a function.
sweep() {
	race_tries=0 illegal='' left='' count_up=0 count_asleep=0
	race=$2 low=$3 high=$4
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
