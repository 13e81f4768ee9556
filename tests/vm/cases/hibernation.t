#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Hibernation as far as the kernel's own test of it reaches (pm_test): streams are stopped before it and go on after
# it, at the very frame, whichever phase it is aborted in.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"
. "$(dirname "$0")/../lib/power.sh"

sound sound 1 480013
sound short 2 48013

# The kernel waits 5 s, with the processor busy, in each of its tests: so there are only as many as needed. One reaches
# as far as it can: all is frozen, devices are without power as far as drivers know, and interrupts are off.
for kind in PCI platform; do
	options=
	[ $kind = PCI ] || options='vsoc_xhci.platform=1'
	vm_files=(sound-silence.wav short-silence.wav)
	vm "$kind" --append "$options" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
check 'hibernation with nothing streaming' abort_at core disk
check 'the DSP was told nothing' test "$(told '[123]')" = 0
check 'nothing is held' nothing_held
check 'it plays' dsp_plays short-silence.wav
usleep 500000

start_draining sound-silence.wav
for level in freezer core; do
	usleep 300000
	queued=$(stream_number taken_frames)
	check "hibernation while it streams, up to $level" abort_at $level disk
	check "it was not there for the stream ($level)" test $(($(stream_number taken_frames) - queued)) -lt 48000
	check "the DSP knows of the end ($level)" wait_for 2 nothing_waits
	check "the application has seen nothing ($level)" pcm_is DRAINING
done
wait_player
check 'aplay ends well' test $status = 0
check 'the DSP was told each time' test "$(told 2),$(told 3)" = 2,2
check 'and of nothing else' test "$(told 1)" = 0
check 'nothing was forced' test "$(counter forced_releases)" = 0
check 'nothing is held' nothing_held
result underruns "$(stream_number underruns)"
JOB
	paused "$kind: captured bit for bit, with two pauses" 2 short.wav sound.wav
	is "$(value underruns)" 0 "$kind: no underrun"
done

done_testing
