# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The class driver with a fake DSP (test/fake-dsp.c) in place of the sound card's driver, and programs that ask for streams as
# the firmware would: qrtr-peer, which is correct, and qrtr-hostile, which is not.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/offload.sh
fake=/sys/kernel/debug/snd_usb_offload_fake/audio

# bind_fake_dsp: the fake DSP takes the sound card's place.
bind_fake_dsp() {
	echo snd-usb-offload-fake-dsp >/sys/bus/platform/devices/audio/driver_override
	echo audio >/sys/bus/platform/drivers_probe
	wait_for 5 test -e $service/state
}

# fake_dsp_gets_card: and there is a USB card for it.
fake_dsp_gets_card() {
	bind_fake_dsp && wait_for 5 grep -q '^card' $service/state
}

unbind_fake_dsp() {
	echo audio >/sys/bus/platform/drivers/snd-usb-offload-fake-dsp/unbind
}

# peer_begin ACTION...: a peer that does ACTION, and then obeys tell(), until peer_end(). Its words are in
# /tmp/peer.log.
peer_begin() {
	rm -f /tmp/to_peer
	mkfifo /tmp/to_peer
	qrtr-peer "$@" - </tmp/to_peer >/tmp/peer.log 2>&1 &
	peer=$!
	exec 6>/tmp/to_peer
}
tell() { echo "$*" >&6; }
peer_end() { exec 6>&-; wait "$peer"; }

# peer_streams ACTION...: a peer that enables a stream, which is checked, does ACTION, and stays until peer_end().
peer_streams() {
	peer_begin enable "$@"
	check 'a stream of the peer runs' wait_for 5 grep -q running $service/state
}

# heard REGEX: the peer has printed a line that matches.
heard() {
	grep -q -e "$1" /tmp/peer.log
}

# hostile ACTION...: lets qrtr-hostile do it. Its words stay in /tmp/hostile.log.
hostile() {
	qrtr-hostile "$@" >/tmp/hostile.log 2>&1
	hostile_status=$?
	cat /tmp/hostile.log
	return $hostile_status
}

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
