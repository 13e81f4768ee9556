#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation and each call of the offload driver fails once while a USB sound card is plugged in. Linux always has
# the card; the DSP has it, or not, and then the card is whole for it the next time. Nothing is left behind.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 24007
vm_file sound.wav

vm 'plugged in' <<'JOB'
. ./lib/inject.sh
. ./lib/pcm.sh
state=/sys/kernel/debug/snd_usb_offload/audio/state
driver=/sys/bus/usb/drivers/usb
bind_device() { echo 1-1 >$driver/bind && usb_card; }
unbind_device() { echo 1-1 >$driver/unbind; }
is_offloaded() { grep -q '^card' $state; }

# A card that the DSP has plays; one that it lacks is not there for it, and is when it is plugged in again.
card_is_right() {
	cat /tmp/walk.log
	usb_card || { echo 'Linux has no card'; return 1; }
	if is_offloaded; then
		dsp_plays sound.wav || return 1
	else
		says 'No such device' dsp_plays sound.wav || return 1
	fi
	unbind_device && no_resource_held && bind_device && is_offloaded && dsp_plays sound.wav && unbind_device && no_resource_held
}

check 'the sound cards are ready' sound_is_ready
check 'the DSP plays' dsp_plays sound.wav
check 'unplugged' eval 'unbind_device && no_resource_held'
inject_in "$(text_of snd_usb_offload)" "$(text_of snd_soc_usb)"
inject_calls device_add -12 dev_set_name -12 snd_soc_usb_connect -12
walk 'plugging in' bind_device card_is_right
check 'all of them were called' all_failed device_add dev_set_name snd_soc_usb_connect \
	'should_failslab for offload_card_create' 'should_failslab for list_pcms' 'should_failslab for offload_card_refresh' \
	'should_failslab for snd_soc_usb_connect'
check 'it is plugged in again' sound_is_ready
check 'the DSP plays as before' dsp_plays sound.wav
sleep 1
JOB

done_testing
