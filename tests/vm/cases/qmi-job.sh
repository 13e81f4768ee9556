# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of qmi.t: requests, and how they have to be answered.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# expect TEXT ACTION...: qrtr-peer prints a line that has TEXT, and then nothing is held.
expect() {
	expect_text=$1
	shift
	qrtr-peer "$@" >/tmp/peer.log 2>&1
	cat /tmp/peer.log
	grep -qF -- "$expect_text" /tmp/peer.log && wait_for 2 nothing_held
}

# refused STATUS REASON ACTION...: that is the answer.
refused() {
	refused_answer="status=$1 internal=$2\\>"
	shift 2
	expect 'response txn=1 message=1 ' "$@" && grep -q -- "$refused_answer" /tmp/peer.log && ! grep -q 'slot=' /tmp/peer.log
}

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
