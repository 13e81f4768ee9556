# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of hostile.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# last_value NAME: the VALUE of NAME=VALUE in the last line that hostile() has printed.
last_value() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" /tmp/hostile.log | tail -n 1; }
# honest_client_is_served [ACTION...]: a client that enables a stream and disables it, after which nothing is held.
honest_client_is_served() {
	qrtr-peer "$@" enable disable >/tmp/peer.log 2>&1
	cat /tmp/peer.log
	grep -q 'status=0 internal=0 slot=' /tmp/peer.log && wait_for 2 nothing_held
}
# With all checks a release takes more than a second of the processor, of which a flood and its refusal leave a third.
unplug_limit_ms=1000
[ "$slowness" = 1 ] || unplug_limit_ms=8000
