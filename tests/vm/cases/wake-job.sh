# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of wake.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/clock.sh

# times_sleep S: a system sleep that the clock ends after S seconds. Leaves how long it took in /tmp/took_s.
times_sleep() {
	slept_began=$(uptime_s)
	sleep_for "$1"
	slept_status=$?
	echo $(($(uptime_s) - slept_began)) >/tmp/took_s
	return $slept_status
}
was_short() { cat /tmp/took_s; test "$(cat /tmp/took_s)" -lt $((15 * slowness)); }
took_all_of() { cat /tmp/took_s; test "$(cat /tmp/took_s)" -ge $(($1 - 1)); }
woken_by() {
	woken_irq=$(cat /sys/power/pm_wakeup_irq)
	grep "^ *$woken_irq:" /proc/interrupts
	grep "^ *$woken_irq:" /proc/interrupts | grep -q "$1"
}
# player_ends NAME: waits for the player.
player_ends() {
	wait $player
	check "$1" test $? = 0
	sleep 1
}
# A platform's controller has a switch of its own, and it is off.
let_controller_wake() {
	for controller_wakeup in /sys/bus/platform/devices/xhci-hcd.*/power/wakeup; do
		[ ! -e "$controller_wakeup" ] || echo enabled >"$controller_wakeup"
	done
}
ring_ran_empty() { dmesg | grep 'Underrun event'; }
