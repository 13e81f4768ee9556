#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# When a USB device is offered.
. "$(dirname "$0")/../lib/vm.sh"

library=$TOP/vsoc/devices/library

# A card with two functions is offered once, when both are there.
vm 'two functions' --append 'vsoc_audio.dyndbg=+p' --device "$library/headset-two-functions.device" <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
# is_offered TIMES: so many times, with two PCMs that play, and never with less.
is_offered() {
	dmesg | grep 'USB card .* playback PCMs' >/tmp/offered
	cat /tmp/offered
	[ "$(grep -c '2 playback PCMs: connected' /tmp/offered)" = "$1" ] && [ "$(grep -c ': connected' /tmp/offered)" = "$1" ]
}
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 cards 1'
sleep 1
check 'it is offered once' is_offered 1
away_authorized
check 'it goes' wait_for 5 cards 0
back_authorized
check 'it is there again' wait_for 10 cards 1
sleep 1
check 'it is offered once more' is_offered 2
JOB

done_testing
