#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation on behalf of the sound card's driver fails once while it comes. It comes not at all then and leaves
# nothing, or it can be taken away again; the next time it works.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 9607
vm_file sound.wav

vm 'the sound card comes' <<'JOB'
. ./lib/inject.sh
. ./lib/pcm.sh
platform=/sys/bus/platform/drivers
# Its two parts: the card waits for the device.
sound_card_comes() {
	echo audio >$platform/vsoc-audio/bind || return 1
	[ -e $platform/vsoc-sound/sound ] || echo sound >$platform/vsoc-sound/bind
}
sound_card_goes() {
	[ ! -e $platform/vsoc-sound/sound ] || echo sound >$platform/vsoc-sound/unbind
	[ ! -e $platform/vsoc-audio/audio ] || echo audio >$platform/vsoc-audio/unbind
}
sound_card_comes_again() {
	cat /tmp/walk.log
	sound_card_goes
	! dsp_card && sound_card_comes && dsp_card && sound_card_goes && ! dsp_card && no_resource_held
}
check 'the sound cards are ready' sound_is_ready
check 'it plays' dsp_plays sound.wav
check 'it goes' eval 'sound_card_goes && no_resource_held'
# ASoC puts the card together by itself, with some hundred allocations, which do not count; its calls
# of the driver do.
inject_in "$(text_around vsoc_audio vsoc_audio_card_probe)"
walk 'coming' sound_card_comes sound_card_comes_again
check 'the sound card is there' dsp_card
check 'it plays again' wait_for 5 dsp_plays sound.wav
sleep 1
JOB

done_testing
