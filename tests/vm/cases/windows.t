#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Races, with their windows held open: vsoc-delay makes one call late, and an event that may come at any moment comes
# in the meantime. The jack says whether there is a headset, in any order of reports; a USB card that goes ends nobody's
# stream but its own; and one that goes in the middle of a start, or comes back at once, plays the next sound.
. "$(dirname "$0")/../lib/vm.sh"

noise noise.wav 1 2 16 24007
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 192000
vm_file noise.wav silence.wav

# The headset comes or goes while the sound card is being bound, which looks for it as well.
vm 'jack' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/delay.sh
sound=/sys/bus/platform/drivers/vsoc-sound
check 'the sound cards are ready' sound_is_ready
check 'the jack is on' jack_is on

echo sound >$sound/unbind
late snd_soc_jack_report
echo sound >$sound/bind &
binding=$!
check 'the card has seen a headset' wait_for 5 is_waiting
away_authorized &
going=$!
wait $binding
wait $going
check 'it was late' was_late
check 'no headset, and the jack is off' jack_is off

echo sound >$sound/unbind
late snd_soc_jack_report
echo sound >$sound/bind &
binding=$!
check 'the card has seen no headset' wait_for 5 is_waiting
back_authorized &
coming=$!
wait $binding
wait $coming
check 'it was late again' was_late
check 'a headset, and the jack is on' jack_is on

late snd_soc_jack_report
away_authorized &
going=$!
check 'the headset has gone' wait_for 5 is_waiting
echo sound >$sound/unbind
echo sound >$sound/bind
wait $going
check 'it was late a third time' was_late
check 'bound in the meantime: the jack is off' jack_is off
back_authorized
check 'a headset again, and the jack is on' wait_for 5 jack_is on
JOB

# The headset goes while a stream is being started, at each step of it; and it is back before its player has noticed.
vm 'a start' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/delay.sh
check 'the sound cards are ready' sound_is_ready
for step in snd_usb_pcm_claim usb_offload_get snd_usb_hw_params snd_usb_pcm_prepare_claimed xhci_sideband_create_interrupter \
	xhci_sideband_add_endpoint xhci_sideband_get_endpoint_buffer; do
	late $step
	aplay -q -D "plughw:$(dsp_card),0" --buffer-time=500000 silence.wav &
	player=$!
	check "$step: the start has come to it" wait_for 5 is_waiting
	check "$step: the headset goes" away_authorized
	check "$step: it was late" was_late
	wait $player
	check "$step: the player ends" test $? = 1
	check "$step: nothing is left" wait_for 2 no_card_held
	check "$step: the headset comes" eval 'back_authorized && wait_for 5 cards 1'
	check "$step: the next sound plays" dsp_plays_out noise.wav
done
for cause in authorized unbind configuration; do
	start_player playing
	check "$cause: it plays" player_started
	check "$cause: the headset goes, and is back at once" eval 'away_$cause && back_$cause'
	end_player
	check "$cause: its player ends" player_lost_device
	check "$cause: the next sound plays" dsp_plays_out noise.wav
	check "$cause: nothing is held" wait_for 2 nothing_held
done
JOB

# While the first device's end is being dealt with, its player closes the front end, and another opens it, for the
# second device.
vm_qemu=(-audiodev 'wav,id=sound2,path=second.wav,out.frequency=48000' -device 'usb-audio,bus=xhci.0,audiodev=sound2')
vm 'two devices' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/delay.sh
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 cards 2'
start_player playing
check 'the first device plays' player_started
first=$player
late snd_soc_usb_check_pcm_free
away_authorized &
going=$!
check 'it goes' wait_for 5 is_waiting
kill -KILL $first
wait $first
start_player playing
check 'another player has the front end' player_started
wait $going
check 'it was late' was_late
sleep 1
check 'the other plays on' pcm_is RUNNING
end_player
check 'to its end' test "$status" = 0
back_authorized
JOB

# The DSP crashes while an indication is on its way to it. It is up again within milliseconds, with the same address, and
# its next generation may use the same device.
vm_qemu=()
vm 'next generation' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/delay.sh
. ./lib/dsp.sh
was_crashed_and_runs() { dmesg | grep -q 'remoteproc0: crash detected' && dsp_runs; }
check 'the sound cards are ready' sound_is_ready
start_player playing
check 'it plays' player_started
late qmi_send_indication 3000
away_authorized &
going=$!
check 'the DSP is being told that the device goes' wait_for 5 is_waiting
wait $going
end_player
crash_dsp
back_authorized
check 'the DSP is back' wait_for 10 was_crashed_and_runs
check 'and the device' wait_for 10 cards 1
start_player playing
check 'it plays again' player_started
check 'the DSP was told late' was_late
sleep 0.3
check 'the next generation was not told: it plays on' pcm_is RUNNING
end_player
check 'to its end' test "$status" = 0
JOB

done_testing
