#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The sound card beyond the needs of aplay: pointers that go back, no wake-ups, ends of every kind, routes.
. "$(dirname "$0")/../lib/vm.sh"

# with_tail FILE FRAMES: QEMU's USB device forgets samples that it has not passed on when its stream ends, so the
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
# The position stands still for longer than the buffer: it has not gone round. And the drain of an empty buffer ends.
check 'runs dry, no wake-ups' pcm-io $pcm tailed-dry.wav buffer=24000 period=4800 no-wakeup dry=1600
check 'runs dry' pcm-io $pcm tailed-again.wav buffer=24000 period=4800 dry=1600
check 'runs dry after exactly one buffer, no wake-ups' pcm-io $pcm tailed-dry.wav buffer=36000 period=3600 no-wakeup dry=1600
sleep 1
JOB
captured_is turn.wav long.wav back.wav dry.wav again.wav dry.wav 'pointers: captured bit for bit'

vm_files=(tailed-long.wav)
vm 'ends' <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' sound_is_ready
card=$(dsp_card)
pcm=/dev/snd/pcmC${card}D0p

check 'a reset while it plays' pcm-io $pcm tailed-long.wav buffer=24000 period=4800 reset
check 'it drains what was written after it' test "$(stream_number taken_frames)" = "$(stream_number appl_frames)"

check 'a drop' pcm-io $pcm tailed-long.wav buffer=48000 period=4800 drop
check 'what was not taken is not played' test "$(stream_number taken_frames)" -lt "$(stream_number appl_frames)"
check 'a drop is no underrun' test "$(stream_number underruns)" = 0

check 'all that may be is taken back while it drains' pcm-io $pcm tailed-long.wav buffer=48000 period=4800 take-back
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
set_route() { amixer -q -c "$card" cset "name=USB $1 Playback $2 Route" -- "$3"; }
front_end_plays() { aplay -q -D "hw:$card,$1" -d 1 tailed-long.wav; }

check 'front end 0 plays to the first card' front_end_plays 0
check 'front end 1 has no second card' says 'No such device' front_end_plays 1
check 'a route to the card' set_route 1 Card "$usb"
check 'front end 1 plays there' front_end_plays 1
aplay -q -D "hw:$card,0" tailed-long.wav &
check 'front end 0 plays' wait_for 5 pcm_runs "$card"
check 'front end 1 is refused meanwhile' says 'Device or resource busy' front_end_plays 1
wait $!
check 'a route to a PCM that is not there' set_route 1 PCM 7
check 'it is refused' says 'No such device' front_end_plays 1
check 'back to automatic' set_route 1 PCM -1
check 'it plays' front_end_plays 1
check 'a route to a card that is not there' set_route 0 Card 30
check 'that is refused, too' says 'No such device' front_end_plays 0
JOB

vm 'losses' <<'JOB'
. ./lib/pcm.sh
. ./lib/dsp.sh
check 'the sound cards are ready' sound_is_ready
card=$(dsp_card)
tailed_plays() { aplay -q -D "hw:$card,0" "$@" tailed-long.wav; }
# tailed_begins NAME: in the background. Sets player.
tailed_begins() {
	aplay -q -D "hw:$card,0" tailed-long.wav &
	player=$!
	check "it runs ($1)" wait_for 5 pcm_runs "$card"
}

check 'the jack says that there is a device' jack_is on
tailed_begins 'unplug'
echo 1-1 >/sys/bus/usb/drivers/usb/unbind
end_player
check 'unplugged while it plays: an error, soon' test $status = 1
check 'without a device there is nothing to open' says 'No such device' tailed_plays
check 'the jack says so' jack_is off
echo 1-1 >/sys/bus/usb/drivers/usb/bind
check 'plugged again' sound_is_ready
check 'it plays' tailed_plays -d 1
check 'the jack is on again' jack_is on

tailed_begins 'crash'
crash_dsp
end_player
check 'a DSP that crashes comes back, and the application goes on' test $status = 0
check 'afterwards it plays' tailed_plays -d 1

tailed_begins 'stop'
stop_dsp
end_player
check 'the DSP is stopped: an error, soon' test $status = 1
check 'without a DSP there is nothing to open' says 'No such device' tailed_plays
start_dsp
check 'it is started, and plays' tailed_plays -d 1

tailed_begins 'unbind'
echo audio >/sys/bus/platform/drivers/vsoc-audio/unbind
end_player
check 'the driver is unbound: an error, soon' test $status = 1
echo audio >/sys/bus/platform/drivers/vsoc-audio/bind
check 'it is bound again' wait_for 5 dsp_card
card=$(dsp_card)
check 'and plays' tailed_plays -d 1
check 'the module can be unloaded' rmmod vsoc_audio
check 'and loaded' modprobe vsoc_audio
check 'the card is back' wait_for 5 dsp_card
card=$(dsp_card)
check 'and plays again' tailed_plays -d 1
JOB

done_testing
