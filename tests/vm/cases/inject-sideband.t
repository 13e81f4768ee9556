#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation and each call of the sideband fails once while the DSP plays: nothing stays offloaded, the next playback
# is whole, and Linux can play, too.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 9607
vm_file sound.wav

vm 'playing' <<'JOB'
. ./lib/inject.sh
. ./lib/pcm.sh
play_by_pcm_io() { pcm-io "/dev/snd/pcmC$(dsp_card)D0p" sound.wav buffer=9600 period=4800; }
# Refusals are for want of memory; the rest does no harm.
playing_is_right() {
	cat /tmp/walk.log
	grep -q '^ms [0-9]' /tmp/walk.log || grep -q 'Cannot allocate memory' /tmp/walk.log || return 1
	no_resource_held && play_by_pcm_io && linux_plays sound.wav && no_resource_held
}
check 'the sound cards are ready' sound_is_ready
check 'it plays' play_by_pcm_io
inject_in "$(text_of xhci_hcd '^(sideband_|xhci_sideband_|describe_ring|run_command)' 64)"
inject_calls xhci_alloc_interrupter 0 xhci_alloc_command 0 dma_get_sgtable_attrs -12
walk 'playing' play_by_pcm_io playing_is_right
check 'all of them were called' all_failed xhci_alloc_command xhci_alloc_interrupter dma_get_sgtable_attrs \
	should_failslab should_fail_alloc_page
sleep 1
JOB

done_testing
