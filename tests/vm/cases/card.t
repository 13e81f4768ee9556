#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The sound card beyond what aplay asks of it: pointers that go back, no wake-ups, ends of every kind, routes.
. "$(dirname "$0")/../lib/vm.sh"

# with_tail FILE FRAMES: QEMU's USB device forgets what it has not passed on when its stream ends, so the
# sound is followed by silence, up to FRAMES in all.
with_tail() {
	local frames
	frames=$("$TOOLS/wavinfo" "$1" | sed -n 's/^frames //p')
	"$TOOLS/wavmake" tail.wav --silence 48000 2 16 $(($2 - frames))
	"$TOOLS/wavmake" "tailed-$1" "$1" tail.wav
	vm_file "tailed-$1"
}

noise turn.wav 1 2 16 1403
noise long.wav 2 2 16 150011
noise back.wav 3 2 16 90017
noise dry.wav 4 2 16 30011
noise again.wav 5 2 16 30011
with_tail turn.wav 1920
with_tail long.wav 156000
with_tail back.wav 96000
with_tail dry.wav 36000
with_tail again.wav 36000
vm 'pointers' <<'JOB'
check 'the sound cards are ready' sound_is_ready
pcm=/dev/snd/pcmC$(dsp_card)D0p
# The DSP takes a whole buffer without a word in between, and so soon that ALSA cannot tell by the clock: the
# position is where it was, and a drain that takes this for no motion waits for ever.
check 'exactly one buffer, no wake-ups' pcm-io $pcm tailed-turn.wav buffer=1920 period=960 no-wakeup
check 'many buffers, no wake-ups' pcm-io $pcm tailed-long.wav buffer=24000 period=4800 no-wakeup
check 'rewinds while it plays' pcm-io $pcm tailed-back.wav buffer=48000 period=4800 rewind
# The position stands still for longer than the buffer: it has not gone round. And the drain of what is empty ends.
check 'runs dry, no wake-ups' pcm-io $pcm tailed-dry.wav buffer=24000 period=4800 no-wakeup dry=1600
check 'runs dry' pcm-io $pcm tailed-again.wav buffer=24000 period=4800 dry=1600
check 'runs dry after exactly one buffer, no wake-ups' pcm-io $pcm tailed-dry.wav buffer=36000 period=3600 no-wakeup dry=1600
sleep 1
JOB
captured_is turn.wav long.wav back.wav dry.wav again.wav dry.wav 'pointers: captured bit for bit'

vm_files=(tailed-long.wav)
vm 'ends' <<'JOB'
check 'the sound cards are ready' sound_is_ready
card=$(dsp_card) stream=/sys/kernel/debug/vsoc-audio/stream0
pcm=/dev/snd/pcmC${card}D0p
number() { sed -n "s/^$1 //p" $stream; }

check 'a reset while it plays' pcm-io $pcm tailed-long.wav buffer=24000 period=4800 reset
check 'it drains what was written after it' test "$(number queued_frames)" = "$(number appl_frames)"

check 'a drop' pcm-io $pcm tailed-long.wav buffer=48000 period=4800 drop
check 'what was not taken is not played' test "$(number queued_frames)" -lt "$(number appl_frames)"
check 'a drop is no underrun' test "$(number underruns)" = 0

check 'all is taken back while it drains' pcm-io $pcm tailed-long.wav buffer=48000 period=4800 take-back
check 'the same, no wake-ups' pcm-io $pcm tailed-long.wav buffer=48000 period=4800 no-wakeup take-back

aplay -q -D "hw:$card,0" tailed-long.wav &
check 'it runs' wait_for 5 pcm_runs "$card"
kill -KILL $!
wait $! 2>/dev/null
check 'after a kill it can be opened' aplay -q -D "hw:$card,0" -d 1 tailed-long.wav

# A writer that is late has an underrun and goes on.
check 'a late writer recovers' eval '(head -c 100044 tailed-long.wav; sleep 1; tail -c 100000 tailed-long.wav) |
	aplay -D "hw:$card,0" -t wav - 2>&1 | grep "underrun!!!"'
JOB

vm 'routes' <<'JOB'
check 'the sound cards are ready' sound_is_ready
card=$(dsp_card) usb=$(usb_card)
route() { amixer -q -c "$card" cset "name=USB $1 Playback $2 Route" -- "$3"; }
play() { aplay -q -D "hw:$card,$1" -d 1 tailed-long.wav; }

check 'front end 0 plays to the first card' play 0
check 'front end 1 has no second card' says 'No such device' play 1
check 'a route to the card' route 1 Card "$usb"
check 'front end 1 plays there' play 1
aplay -q -D "hw:$card,0" tailed-long.wav &
check 'front end 0 plays' wait_for 5 pcm_runs "$card"
check 'front end 1 is refused meanwhile' says 'Device or resource busy' play 1
wait $!
check 'a route to a PCM that is not there' route 1 PCM 7
check 'it is refused' says 'No such device' play 1
check 'back to automatic' route 1 PCM -1
check 'it plays' play 1
check 'a route to a card that is not there' route 0 Card 30
check 'that is refused, too' says 'No such device' play 0
JOB

vm 'losses' <<'JOB'
check 'the sound cards are ready' sound_is_ready
card=$(dsp_card)
play() { aplay -q -D "hw:$card,0" "$@" tailed-long.wav; }
begin() {
	aplay -q -D "hw:$card,0" tailed-long.wav &
	check "it runs ($1)" wait_for 5 pcm_runs "$card"
}
# end: waits for what begin() began; an alarm of 10 s on the way. Sets status.
end() {
	player=$!
	(sleep 10 && kill -KILL $player) &
	guard=$!
	wait $player
	status=$?
	kill $guard 2>/dev/null
}

plugged() { amixer -c "$card" cget "iface=CARD,name=USB Offload Jack" | grep -q "values=$1"; }
check 'the jack says that there is a device' plugged on
begin 'unplug'
echo 1-1 >/sys/bus/usb/drivers/usb/unbind
end
check 'unplugged while it plays: an error, soon' test $status = 1
check 'without a device there is nothing to open' says 'No such device' play
check 'the jack says so' plugged off
echo 1-1 >/sys/bus/usb/drivers/usb/bind
check 'plugged again' sound_is_ready
check 'it plays' play -d 1
check 'the jack is on again' plugged on

begin 'crash'
echo 1 >/sys/kernel/debug/remoteproc/remoteproc0/crash
end
check 'a DSP that crashes comes back, and the application goes on' test $status = 0
check 'afterwards it plays' play -d 1

begin 'stop'
echo stop >/sys/class/remoteproc/remoteproc0/state
end
check 'the DSP is stopped: an error, soon' test $status = 1
check 'without a DSP there is nothing to open' says 'No such device' play
echo start >/sys/class/remoteproc/remoteproc0/state
check 'it is started, and plays' play -d 1

begin 'unbind'
echo audio >/sys/bus/platform/drivers/vsoc-audio/unbind
end
check 'the driver is unbound: an error, soon' test $status = 1
echo audio >/sys/bus/platform/drivers/vsoc-audio/bind
check 'it is bound again' wait_for 5 dsp_card
card=$(dsp_card)
check 'and plays' play -d 1
check 'the module can be unloaded' rmmod vsoc_audio
check 'and loaded' modprobe vsoc_audio
check 'the card is back' wait_for 5 dsp_card
card=$(dsp_card)
check 'and plays again' play -d 1
JOB

done_testing
