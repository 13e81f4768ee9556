#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The headset is unplugged and plugged in again while the DSP plays, N times.
. "$(dirname "$0")/lib.sh"

soak 'unplugged while it plays' <<'JOB'
. ./lib/soak.sh
unplug_round() {
	player_begins round.wav || { echo 'it does not play'; return 1; }
	host device_del headset || return 1
	player_ends_by_itself || { echo 'aplay hangs'; return 1; }
	wait_for 5 fails usb_card || { echo 'the card is there still'; return 1; }
	host device_add usb-audio,id=headset,bus=xhci.0,audiodev=sound || return 1
	sound_is_ready || { echo 'no sound card'; return 1; }
}
all_rounds unplug_round
JOB

done_testing
