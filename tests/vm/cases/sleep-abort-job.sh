# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of sleep-abort.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/clock.sh

all_usages_are_awake() { grep ' children_active 0 sleep awake$' /sys/kernel/debug/usb/offload && ! grep -v ' children_active 0 sleep awake$' /sys/kernel/debug/usb/offload; }
all_is_back() {
	check "$1: all devices are awake" all_usages_are_awake
	check "$1: the music goes on" position_moves
	check "$1: the idle device is awake" grep -qx active "/sys/bus/usb/devices/$idle/power/runtime_status"
}
# given_up NAME: a sleep is tried and fails, and all is as before it.
given_up() {
	given_up_before=$(failed_suspends)
	check "$1: the sleep is given up" fails sleep_for 60
	check "$1: as the kernel counts" test "$(failed_suspends)" = $((given_up_before + 1))
	all_is_back "$1"
}
# woken NAME: a sleep is given up or, if it is too late for that, ends as soon as it has begun.
woken() {
	woken_began=$(uptime_s)
	sleep_for 60
	check "$1: the sleep ends at once" test $(($(uptime_s) - woken_began)) -lt 20
	all_is_back "$1"
}
