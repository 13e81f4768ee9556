# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Calls that are late: vsoc-delay holds a thread at one call of a function, so that a race's window is open.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

delay=/sys/kernel/debug/vsoc-delay
modprobe vsoc_delay

# late FUNCTION [MS]: the next call of it is late, by 1000 ms if no time is given.
late() {
	late_before=$(cat $delay/passed)
	echo "$1 ${2:-1000}" >$delay/next
}
is_waiting() { [ "$(cat $delay/waiting)" = 1 ]; }
has_passed() { [ "$(cat $delay/waiting)" = 0 ] && [ "$(cat $delay/passed)" = $((late_before + 1)) ]; }
was_late() { wait_for 10 has_passed; }
