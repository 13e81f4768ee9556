# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of qmi.t: requests, and how they have to be answered.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# counted COUNTER COMMAND...: COMMAND succeeds and COUNTER goes up by one.
counted() {
	counted_name=$1
	counted_before=$(counter "$counted_name")
	shift
	"$@" && [ "$(counter "$counted_name")" = $((counted_before + 1)) ]
}

is_dropped() {
	expect no-response timeout 50 raw "$1"
}
