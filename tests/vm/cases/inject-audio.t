#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation on behalf of the sound card's driver fails once while it comes. It comes not at all then and leaves
# nothing, or it can be taken away again; the next time it works.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 9607
vm_file "$TOP/tests/vm/lib/inject.sh" sound.wav

vm 'the sound card comes' <<'JOB'
. ./inject.sh
platform=/sys/bus/platform/drivers
play() { aplay -q -D "plughw:$(dsp_card),0" sound.wav; }
# Its two parts: the card waits for the device.
come() {
	echo audio >$platform/vsoc-audio/bind || return 1
	[ -e $platform/vsoc-sound/sound ] || echo sound >$platform/vsoc-sound/bind
}
go() {
	[ ! -e $platform/vsoc-sound/sound ] || echo sound >$platform/vsoc-sound/unbind
	[ ! -e $platform/vsoc-audio/audio ] || echo audio >$platform/vsoc-audio/unbind
}
comes_again() {
	cat /tmp/walk.log
	go
	! dsp_card && come && dsp_card && go && ! dsp_card && nothing_left
}
check 'the sound cards are ready' sound_is_ready
check 'it plays' play
check 'it goes' eval 'go && nothing_left'
# What ASoC does by itself when it puts the card together, some hundred allocations, is its own; what it calls of the
# driver's is not.
inject_in "$(text_around vsoc_audio vsoc_audio_card_probe)"
walk 'coming' come comes_again
check 'the sound card is there' dsp_card
check 'it plays again' wait_for 5 play
sleep 1
JOB

done_testing
