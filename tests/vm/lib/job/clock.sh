# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Clocks and durations. Times are virtual.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# uptime_s, uptime_ms: the time since the boot, without that in system sleep where the clock stands still then.
uptime_s() { cut -d. -f1 /proc/uptime; }
uptime_ms() { sed 's/\([0-9]*\)\.\([0-9]*\) .*/\1\20/' /proc/uptime; }

# rtc_s: the real-time clock, which goes on in every sleep.
rtc_s() { cat /sys/class/rtc/rtc0/since_epoch; }

# takes_at_most MS COMMAND...: COMMAND succeeds within that time, multiplied by the kernel's slowness. For use with check.
takes_at_most() {
	takes_limit_ms=$(($1 * slowness))
	takes_begin_ms=$(uptime_ms)
	shift
	"$@" || return 1
	takes_ms=$(($(uptime_ms) - takes_begin_ms))
	echo "took $takes_ms ms"
	[ $takes_ms -le "$takes_limit_ms" ]
}

# is_at_most NUMBER LIMIT: for use with check.
is_at_most() {
	echo "$1, at most $2"
	[ "$1" -le "$2" ]
}
