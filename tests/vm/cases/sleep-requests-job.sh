# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of sleep-requests.t.
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

device_is_unused() { [ -r /sys/kernel/debug/usb/offload ] && ! grep "usb $device users [1-9]" /sys/kernel/debug/usb/offload && ! grep "^$device users [1-9]" /sys/kernel/debug/usb/offload; }
is_queued() { grep -q queued /tmp/peer.log; }
# The last sleep only: the log since it began.
device_slept() { dmesg | sed -n '/PM: suspend entry/{h;d};H;${x;p}' | grep -q "usb $device: usb suspend"; }
# peer_queues ACTION...: plays the DSP in the background, until it has queued something.
peer_queues() {
	qrtr-peer timeout 60000 "$@" >/tmp/peer.log 2>&1 &
	peer=$!
	wait_for 5 is_queued
}
# make_ready: the fake DSP, hooks, and the other device in use.
make_ready() {
	check 'the fake DSP has the card' eval 'wait_for 10 usb_card; fake_dsp_gets_card'
	with_pm_hooks
	check 'there is another device' wait_for 5 test -e /sys/bus/usb/devices/$other
	pm_action now get $other
	check 'the other device is used' happened now get 0
}
# status_of TXN: status and reason in the answer to a request.
status_of() { sed -n "s/^response txn=$1 .* status=\(-*[0-9]*\) internal=\(-*[0-9]*\).*/\1 \2/p" /tmp/peer.log; }
