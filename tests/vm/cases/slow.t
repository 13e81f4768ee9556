#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A device that answers nothing for 5 s, in the middle of a stream's start, holds up nobody but those who want something
# of it: other devices start, stop, play and are unplugged meanwhile.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

# The first start at 44100 Hz sets the rate for the second time: the probe has set 48000.
printf '%s\n' 'product slow' 'special slow' 'id f055:0ff2' 'uac 2' 'speed high' 'clock crystal' 'rates 44100 48000' \
	'play line' 'alt bits 16' 'on set-rate 2 silence' >slow.device
for n in 1 2; do
	printf '%s\n' "product quick$n" "special quick$n" "id f055:0ff$((2 + n))" 'uac 1' 'speed full' 'play line' \
		'alt bits 16 rates 48000' >quick$n.device
	noise next$n.wav 5$n 2 16 $((slowness * 96001 + n))
done

vm 'requests' --append "$fake_dsp_modules" --device slow.device --device quick1.device <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/clock.sh
check 'there are two cards' eval 'wait_for 10 card_number quick1 && wait_for 10 card_number slow'
check 'the fake DSP has them' eval 'fake_dsp_gets_card && wait_for 5 grep -q "^card 1" $service/state'
slow=$(card_number slow) quick=$(card_number quick1)

# The state of all cards cannot be read now: the slow one's is being changed.
claims() { [ "$(sed -n 's/^claims //p' $service/resources)" = "$1" ]; }
peer_begin enable card=$quick timeout $((200 * slowness)) enable card=$slow rate=44100 interval=
check 'a stream of the quick device runs, and the slow one is being started' wait_for 2 claims 2
check 'the slow one gets no response' wait_for 2 heard 'no-response txn=2'
tell timeout $((1000 * slowness))
tell disable card=$quick
check 'the quick device stops' wait_for 1 heard 'response txn=3 .*status=0'
tell enable card=$quick
check 'and starts again' wait_for 1 heard 'response txn=4 .*status=0'
tell enable card=$quick
check 'a wrong request is refused' wait_for 1 heard 'response txn=5 .*status=1 internal=-16'
check 'still the slow one has no response' fails heard '^response txn=2'
tell del-client
check 'the client goes: its stream of the quick device ends' wait_for 1 claims 1
check 'the slow one ends in its turn' wait_for 8 claims 0
peer_end
check 'nothing is held' wait_for 2 nothing_held
check 'the slow device is well again' expect 'status=0' enable card=$slow rate=44100 interval=
JOB

vm_file next1.wav next2.wav
vm 'playing' --device slow.device --device quick1.device --device quick2.device <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 cards 3'
dsp=$(dsp_card)
for n in slow:0 quick1:1 quick2:2 slow:3; do
	amixer -q -c "$dsp" cset "name=USB ${n#*:} Playback Card Route" "$(card_number "${n%:*}")"
done
quick2=$(card_number quick2)
usb_of() { basename "$(dirname "$(realpath "/sys/class/sound/card$1/device")")"; }
usb=/sys/bus/usb/devices/$(usb_of "$quick2")
silence() { aplay -q -D "plughw:$dsp,$1" -f S16_LE -c 2 -r "$2" -d "$3" /dev/zero; }

begin_ms=$(uptime_ms)
silence 0 44100 1 &
slow_player=$!
is_starting() { [ "$(sed -n 's/^claims //p' $service/resources)" = 1 ]; }
check 'the slow device is being started' wait_for 2 is_starting
# A second application that wants something of it waits, alone.
silence 3 44100 1 &
second_player=$!
usleep 50000

aplay -q -D "plughw:$dsp,1" next1.wav &
player1=$!
aplay -q -D "plughw:$dsp,2" next2.wav &
player2=$!
check 'the first of two others starts' takes_at_most 500 wait_for 5 pcm_runs "$dsp" 1
check 'so does the second' takes_at_most 500 wait_for 5 pcm_runs "$dsp" 2
wait $player1
check 'the first plays to its end' test $? = 0
wait $player2
check 'so does the second' test $? = 0
check 'it can be opened and closed again' takes_at_most 1500 silence 1 48000 1
silence 2 48000 10 &
player2=$!
check 'it plays' wait_for 2 pcm_runs $dsp 2
check 'it is unplugged' takes_at_most 300 eval "echo 0 >$usb/authorized"
wait $player2
check 'its player ends' test $? != 0
result slow_busy_ms $(($(uptime_ms) - begin_ms))
wait $slow_player
check 'the player of the slow device has got an error' test $? != 0
# It plays, or finds the first one's stream there still.
wait $second_player
check 'the slow device is well again, when its 5 s are over' eval 'sleep 4; silence 0 44100 1'
check 'the DSP has not been ended' fails eval 'dmesg | grep "crash detected"'
echo 1 >$usb/authorized
sleep 1
JOB
at_most "$(value slow_busy_ms)" $((5000 * slowness)) "playing: all of that while the slow device was silent ($(value slow_busy_ms) ms)"
for n in 1 2; do
	if output=$("$TOOLS/wavdiff" next$n.wav "$VM/device$((n + 1))-line.wav" 2>&1); then
		pass "playing: quick$n has got its sound"
	else
		fail "playing: quick$n has got its sound" "$output"
	fi
done

done_testing
