#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# There is no room for messages to the DSP, and it reads none for a while, or none any more. No message is lost: all
# are served in order when the DSP reads again, and no memory is taken away from it before. A STOP or a RELEASE
# that is lost leaves the DSP reading a buffer that has been unmapped, which is an MMU fault.
. "$(dirname "$0")/../lib/crash.sh"

vm 'for a while' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
. ./lib/full-ring-job.sh
check 'the sound cards are ready' sound_is_ready
# In time for STOP; too late for STOP, in time for the watchdog.
for ms in 150 300; do
	start_silence
	stops=$(served 12) releases=$(served 13)
	check "$ms ms: no room" clog $ms
	check "$ms ms: the player ends" kill_player
	check "$ms ms: RELEASE was served" test "$(served 13)" = $((releases + 1))
	[ $ms -gt 200 ] || check "$ms ms: so was STOP" test "$(served 12)" = $((stops + 1))
	check "$ms ms: the DSP has not crashed" dsp_is_back 0
	check "$ms ms: nothing is held" nothing_held
	check "$ms ms: it plays" dsp_plays first-silence.wav
done
check 'set-up: no room' clog 100
check 'set-up: it waits, and plays' dsp_plays first-silence.wav
releases=$(served 3)
check 'unplugged: no room' clog 300
echo 0 >$usb_authorized
check 'unplugged: the DSP is told' wait_for 2 eval '[ $(served 3) = '$((releases + 1))' ]'
echo 1 >$usb_authorized
check 'plugged again' sound_is_ready
check 'plugged again: it plays' dsp_plays first-silence.wav
check 'in all this the DSP has not crashed' dsp_is_back 0
JOB
captured_copies 4 'for a while: each time it plays bit for bit'

vm 'for ever' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
. ./lib/full-ring-job.sh
check 'the sound cards are ready' sound_is_ready
start_silence
check 'playing: no room' clog 0
check 'playing: the player ends' takes_at_most 1000 kill_player
check 'playing: the DSP is ended' wait_for 5 dsp_is_back 1
check 'playing: it has had no fault before' no_fault
check 'playing: nothing is held' nothing_held
check 'playing: it plays' dsp_plays first-silence.wav
check 'idle: no room' clog 0
check 'idle: whoever needs it waits for its next generation, and plays' dsp_plays first-silence.wav
check 'idle: the DSP was ended' dsp_is_back 2
# The channel goes while the DSP plays: nothing can be said to it any more.
start_silence
device=$(basename /sys/bus/rpmsg/drivers/vsoc-audio-ipc/virtio*)
check 'the channel goes' eval "echo $device >/sys/bus/rpmsg/drivers/vsoc-audio-ipc/unbind"
wait $player
check 'the channel goes: the DSP is ended' wait_for 5 dsp_is_back 3
check 'the channel goes: it has had no fault before' no_fault
check 'the channel goes: it plays' dsp_plays first-silence.wav
JOB
captured_copies 3 'for ever: each time it plays bit for bit'

done_testing
