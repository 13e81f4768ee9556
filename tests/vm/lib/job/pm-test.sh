# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Sleeps that the kernel's own test of them (pm_test) aborts. Every kernel has it, so this uses nothing of ours.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# abort_at LEVEL STATE: a sleep that is aborted there, after pm_test_delay seconds.
abort_at() {
	echo "$1" >/sys/power/pm_test && echo "$2" >/sys/power/state && echo none >/sys/power/pm_test
}
