#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A USB PCM has one user at a time: while one path plays, the other is refused with EBUSY, and the first
# is not disturbed. Afterwards the other path can play.
. "$(dirname "$0")/../lib/vm.sh"

noise first.wav 1 2 16 96001
noise second.wav 2 2 16 48007

vm_file first.wav second.wav

vm 'the DSP plays' <<'JOB'
check 'the sound cards are ready' sound_is_ready
usb=$(usb_card) dsp=$(dsp_card)
aplay -q -D "plughw:$dsp,0" first.wav &
check 'it runs' wait_for 5 pcm_runs "$dsp"
check 'Linux is refused' says EBUSY pcm-errno "$usb"
wait $!
status=$?
check 'the DSP plays to the end' test $status = 0
check 'then Linux may play' aplay -q -D "hw:$usb,0" second.wav
sleep 1
JOB
captured_is first.wav second.wav 'the DSP plays: captured bit for bit, then what Linux played'

vm 'Linux plays' <<'JOB'
check 'the sound cards are ready' sound_is_ready
usb=$(usb_card) dsp=$(dsp_card)
aplay -q -D "hw:$usb,0" first.wav &
check 'it runs' wait_for 5 pcm_runs "$usb"
check 'the DSP is refused' says EBUSY pcm-errno "$dsp"
wait $!
status=$?
check 'Linux plays to the end' test $status = 0
check 'then the DSP may play' aplay -q -D "plughw:$dsp,0" second.wav
sleep 1
JOB
captured_is first.wav second.wav 'Linux plays: captured bit for bit, then what the DSP played'

done_testing
