# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of inject-stream.t. Sourcing it waits for the card.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# A start and a stop. Requests are served one by one: with the answer to the stop, or none, all has been done.
start_and_stop() {
	qrtr-peer timeout 1000 enable disable
}
# answer_to N: how request N was answered: "STATUS REASON", or "none".
answer_to() {
	sed -n "s/^response txn=$1 .* status=\([0-9]*\) internal=\([-0-9]*\) .*/\1 \2/p
		s/^no-response txn=$1\$/none/p" /tmp/walk.log
}
next_works() {
	start_and_stop >/tmp/walk.log 2>&1
	cat /tmp/walk.log
	[ "$(answer_to 1), $(answer_to 2)" = '0 0, 0 0' ] && nothing_held
}
# answered_by "START, STOP"...: it was one of these, and nothing is held, and the next start works.
answered_by() {
	cat /tmp/walk.log
	nothing_held || return 1
	got="$(answer_to 1), $(answer_to 2)"
	for expected; do
		[ "$got" != "$expected" ] || { next_works; return; }
	done
	echo "got $got, expected one of:" "$@"
	return 1
}
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
