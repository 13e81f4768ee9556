#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# An open that is refused says so at once, also one that may block. ALSA takes EAGAIN from a driver for "wait until
# somebody closes this PCM", and nobody will: so each reason that there is to refuse is given to an open that may block.
. "$(dirname "$0")/../lib/vm.sh"

"$TOOLS/wavmake" silence.wav --silence 48000 2 16 192000
vm_file silence.wav

vm 'opens that may block' <<'JOB'
. ./lib/inject.sh
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/dsp.sh
check 'the sound cards are ready' sound_is_ready
usb_pcm=$(usb_card) dsp=$(dsp_card)

check 'the DSP can have it' pcm-errno -b "$dsp"
start_player playing
check 'the DSP plays' player_started
check 'so Linux is refused' says 'open: EBUSY' pcm-errno -b "$usb_pcm"
end_player
aplay -q -D "hw:$usb_pcm,0" silence.wav &
check 'Linux plays' wait_for 5 pcm_runs "$usb_pcm"
check 'so the DSP is refused' says 'open: EBUSY' pcm-errno -b "$dsp"
wait $!

away_authorized
check 'there is no headset' says 'open: No such device' pcm-errno -b "$dsp"
back_authorized
check 'the headset is there again' sound_is_ready
stop_dsp
check 'there is no DSP' says 'open: No such device' pcm-errno -b "$dsp"
start_dsp

# Each call of the card's driver in an open says EAGAIN once, and then none does.
opens() { pcm-errno -b "$dsp" >/tmp/opened 2>&1; }
is_told() {
	cat /tmp/opened
	! grep -E 'open: (Interrupted|Resource temporarily)' /tmp/opened && pcm-errno -b "$dsp"
}
inject_in "$(text_of vsoc_audio)"
inject_calls vsoc_audio_ipc_wait_ready -11 vsoc_audio_route_find -11 snd_soc_usb_check_pcm_free -11 \
	snd_pcm_hw_rule_add -11
walk 'EAGAIN' opens is_told
check 'all of them were called' all_failed vsoc_audio_ipc_wait_ready vsoc_audio_route_find snd_soc_usb_check_pcm_free \
	snd_pcm_hw_rule_add
JOB

done_testing
