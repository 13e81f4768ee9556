# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Bounds that a flood of messages has to keep: memory, and lines of the kernel's log.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# used_kb: memory that is in use.
used_kb() {
	echo $(($(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) - $(sed -n 's/^MemFree: *\([0-9]*\).*/\1/p' /proc/meminfo)))
}
# Freed memory is not free at once on a kernel that checks for its use.
memory_limit_kb=3072
[ ! -e /sys/kernel/debug/kmemleak ] || memory_limit_kb=65536

# log_lines: without those by which the leak check pairs objects.
log_lines() { dmesg | grep -vcE 'created|destroyed'; }

# log_limit LINES: the log is rate-limited: so many lines at once, and 12 a second since log_since, for all places together.
log_limit() { echo $(($1 + 12 * ($(cut -d. -f1 /proc/uptime) - log_since))); }
