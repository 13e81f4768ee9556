# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
# shellcheck shell=sh
#
# For jobs that measure: the load of the DSP, and system sleep.

trace=/sys/kernel/tracing

# The DSP's own account: ticks a second, busy, up, wake-ups.
dsp_load() {
	awk '{ value[$1] = $2 }
	     END { print value["ticks_hz"], value["busy_ticks"], value["uptime_ticks"], value["wakeups"] }' \
		/sys/kernel/debug/vsoc-audio/dsp_stats
}

# How long the processor was in suspend-to-idle, and how often it left it, if only to go back to it: from trace events
# in a clock that does not stand still meanwhile.
watch_sleep() {
	echo boot >$trace/trace_clock
	echo 1 >$trace/events/power/suspend_resume/enable
}

slept() {
	awk '
		/machine_suspend/ {
			for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) now_us = $i * 1000000
			if (/ begin$/) begin_us = now_us
			if (/ end$/ && begin_us) { asleep_us += now_us - begin_us; begin_us = 0; wakeups++ }
		}
		END { printf "ap_asleep_us %d\nsleep_wakeups %d\n", asleep_us, wakeups }' $trace/trace
}

# sleep_through MS NAP_S: lets the system sleep for all of the next MS milliseconds that a whole number of seconds covers.
# What is longer than NAP_S takes several sleeps, and in between the buffer is filled up.
sleep_through() {
	left_s=$(($1 / 1000))
	while [ "$left_s" -gt 0 ]; do
		nap_s=$((left_s < $2 ? left_s : $2))
		sleep_for $nap_s || return 1
		left_s=$((left_s - nap_s - 1))
		[ "$left_s" -le 0 ] || sleep 1
	done
}
