#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation on behalf of the remoteproc driver fails once while it comes and starts the DSP. It comes not at all
# then and leaves nothing, or it can be taken away again; the next time it works.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 9607
vm_file "$TOP/tests/vm/lib/inject.sh" sound.wav

vm 'remoteproc comes' <<'JOB'
. ./inject.sh
platform=/sys/bus/platform/drivers
play() { aplay -q -D "plughw:$(dsp_card),0" sound.wav; }
# The firmware is loaded and started by another thread: within 60 ms, or not at all.
is_running() { grep -q running /sys/class/remoteproc/remoteproc*/state; }
come() {
	echo remoteproc >$platform/vsoc-dsp/bind || return 1
	usleep $((100000 * slowness))
	is_running
}
go() { [ ! -e $platform/vsoc-dsp/remoteproc ] || echo remoteproc >$platform/vsoc-dsp/unbind; }
comes_again() {
	cat /tmp/walk.log
	go
	[ ! -e /sys/class/remoteproc/remoteproc* ] && come && go && nothing_left
}
check 'the sound cards are ready' sound_is_ready
check 'it plays' play
check 'it goes' eval 'go && nothing_left'
inject_in "$(text_of vsoc_dsp)" "$(text_of vsoc_hw)"
walk 'coming' come comes_again
check 'it runs' is_running
check 'it plays again' wait_for 5 play
sleep 1
JOB

done_testing
