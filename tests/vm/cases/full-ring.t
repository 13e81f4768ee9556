#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# There is no room for messages to the DSP, and it reads none for a while, or none any more. No message is lost: what was
# submitted is served in order when the DSP reads again, and no memory is taken away from it before. A STOP or a RELEASE
# that is lost leaves the DSP reading a buffer that has been unmapped, which is an MMU fault.
. "$(dirname "$0")/../lib/crash.sh"

# shellcheck disable=SC2034 # for the jobs
ring=$(
	cat <<'JOB'
trace=/sys/kernel/debug/remoteproc/remoteproc0/trace0
usb_authorized=/sys/bus/usb/devices/1-1/authorized
# clog MS: the DSP reads nothing for that time (0: any more), and the ring is full.
clog() {
	provoke deaf-for "$1" && echo fill >$provoke
}
served() { grep -ac "control: request $1 done" $trace; }
no_fault() { ! dmesg | grep 'DSP crash: MMU fault'; }
# kill_player: the player is killed, so that its PCM is stopped and released at once. Waits for the end of that.
kill_player() {
	kill -KILL $player
	wait $player
	wait_for 10 pcm_is_closed
}
pcm_is_closed() { grep -qx closed /proc/asound/card"$(dsp_card)"/pcm0p/sub0/status; }
JOB
)

vm 'for a while' --append vsoc_dsp.provoke=1 <<JOB
$prelude
$ring
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
# In time for STOP; too late for STOP, in time for the watchdog.
for ms in 150 300; do
	begin
	stops=$(served 12) releases=$(served 13)
	check "$ms ms: no room" clog $ms
	check "$ms ms: the player ends" kill_player
	check "$ms ms: RELEASE was served" test "$(served 13)" = $((releases + 1))
	[ $ms -gt 200 ] || check "$ms ms: so was STOP" test "$(served 12)" = $((stops + 1))
	check "$ms ms: the DSP has not crashed" is_back 0
	check "$ms ms: nothing is held" nothing_is_held
	check "$ms ms: it plays" plays
done
check 'set-up: no room' clog 100
check 'set-up: it waits, and plays' plays
releases=$(served 3)
check 'unplugged: no room' clog 300
echo 0 >$usb_authorized
check 'unplugged: the DSP is told' wait_for 2 eval '[ $(served 3) = '$((releases + 1))' ]'
echo 1 >$usb_authorized
check 'plugged again' sound_is_ready
check 'plugged again: it plays' plays
check 'in all this the DSP has not crashed' is_back 0
CASES
)
JOB
captured_copies 4 'for a while: each time it plays bit for bit'

vm 'for ever' --append vsoc_dsp.provoke=1 <<JOB
$prelude
$ring
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
begin
check 'playing: no room' clog 0
check 'playing: the player ends' takes_at_most 1000 kill_player
check 'playing: the DSP is ended' wait_for 5 is_back 1
check 'playing: it has had no fault before' no_fault
check 'playing: nothing is held' nothing_is_held
check 'playing: it plays' plays
check 'idle: no room' clog 0
check 'idle: whoever needs it waits for its next life, and plays' plays
check 'idle: the DSP was ended' is_back 2
# The channel goes while the DSP plays: nothing can be said to it any more.
begin
device=$(basename /sys/bus/rpmsg/drivers/vsoc-audio-ipc/virtio*)
check 'the channel goes' eval "echo $device >/sys/bus/rpmsg/drivers/vsoc-audio-ipc/unbind"
wait $player
check 'the channel goes: the DSP is ended' wait_for 5 is_back 3
check 'the channel goes: it has had no fault before' no_fault
check 'the channel goes: it plays' plays
CASES
)
JOB
captured_copies 3 'for ever: each time it plays bit for bit'

done_testing
