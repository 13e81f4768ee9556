#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation on behalf of the remoteproc driver fails once while it comes and starts the DSP. It comes not at all
# then and leaves nothing, or it can be taken away again; the next time it works.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 9607
vm_file sound.wav

vm 'remoteproc comes' <<'JOB'
. ./lib/inject.sh
. ./lib/pcm.sh
platform=/sys/bus/platform/drivers
# The firmware is loaded and started by another thread: within 60 ms, or not at all.
remoteproc_is_running() { grep -q running /sys/class/remoteproc/remoteproc*/state; }
remoteproc_comes() {
	echo remoteproc >$platform/vsoc-dsp/bind || return 1
	usleep $((100000 * slowness))
	remoteproc_is_running
}
remoteproc_goes() { [ ! -e $platform/vsoc-dsp/remoteproc ] || echo remoteproc >$platform/vsoc-dsp/unbind; }
remoteproc_comes_again() {
	cat /tmp/walk.log
	remoteproc_goes
	[ ! -e /sys/class/remoteproc/remoteproc* ] && remoteproc_comes && remoteproc_goes && no_resource_held
}
check 'the sound cards are ready' sound_is_ready
check 'it plays' dsp_plays sound.wav
check 'it goes' eval 'remoteproc_goes && no_resource_held'
inject_in "$(text_of vsoc_dsp)" "$(text_of vsoc_hw)"
walk 'coming' remoteproc_comes remoteproc_comes_again
check 'it runs' remoteproc_is_running
check 'it plays again' wait_for 5 dsp_plays sound.wav
sleep 1
JOB

done_testing
