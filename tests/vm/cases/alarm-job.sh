# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of alarm.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

rtc=/sys/class/rtc/rtc0
# missed US: a plain alarm, set so long before a second begins, is due at once: it is not set any more.
missed() {
	rtc-edge "$1"
	[ -z "$(cat $rtc/wakealarm)" ]
}
# How long before a second to set a plain alarm: a kernel that checks itself takes longer from its look at the clock to the alarm.
edges_us() { seq 0 $((slowness * slowness)) $((99 * slowness * slowness)); }
# How long before a second to begin a sleep.
sleep_edges_us() { seq 0 $((20000 * (slowness == 1 ? 1 : 2))) 500000; }
# For how many seconds, one after the other. A kernel that checks itself needs more than a second for its way into a sleep, so
# that it sleeps in time only of the longer ones, and the alarm is due at once only of the shorter ones.
sleep_seconds() { if [ "$slowness" = 1 ]; then echo 1; else echo 1 3; fi; }
