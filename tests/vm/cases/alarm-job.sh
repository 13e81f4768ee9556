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
