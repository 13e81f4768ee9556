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
# How long before a second to begin a sleep. Of those up to 250 ms the alarm is due at once, and of those just above it is
# close: a kernel that checks itself sleeps in time only of those that leave it more of the second.
sleep_edges_us() { if [ "$slowness" = 1 ]; then seq 0 20000 500000; else seq 0 20000 980000; fi; }
