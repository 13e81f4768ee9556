#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP as a remote processor: it stops, starts, hangs and crashes, and plays again afterwards. Messages to it
# are checked, and an address that is not mapped ends in a crash report, not in somebody's memory.
. "$(dirname "$0")/../lib/vm.sh"

noise first.wav 1 2 16 30011
noise second.wav 2 2 16 30013

vm_file first.wav second.wav
vm 'stop and start' <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
check 'the sound cards are ready' sound_is_ready
check 'it plays' dsp_plays first.wav
sleep 1
check 'it stops when asked' stop_dsp
check 'it is offline' grep -qx offline $rproc/state
check 'it starts again' start_dsp
check 'it says hello' wait_for 2 dsp_is_heard
check 'its log can be read' grep -aq 'lullaby DSP firmware' /sys/kernel/debug/remoteproc/remoteproc0/trace0
check 'it plays again' dsp_plays second.wav
sleep 1
result wakeups "$(sed -n 's/^wakeups //p' $stats)"
sleep 5
result wakeups_later "$(sed -n 's/^wakeups //p' $stats)"
for count in rpmsg qrtr qmi control; do
	check "nothing was dropped: $count" grep -qx "${count}_dropped 0" $stats
done
JOB
captured_is first.wav second.wav 'stop and start: both plays are captured bit for bit'
# Reading the statistics is a request and a reply.
at_most $(($(value wakeups_later) - $(value wakeups))) 4 'stop and start: with nothing to do, the DSP sleeps'

# Message types and layouts: wire/audio_control.h. Stream 7 is none that the sound card uses.
vm 'what it is told is checked' <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
control_dropped() { sed -n 's/^control_dropped //p' $stats; }
answer_is() { answer=$1; shift; said=$(dsp-say "$@"); echo "$said"; [ "$said" = "$answer" ]; }
check 'the sound cards are ready' sound_is_ready
modprobe rpmsg_ctrl
modprobe rpmsg_char
token=$(($(usb_card) << 16))
# stream, token, S16_LE, 2 channels, 48000 Hz, flags, buffer, shared, bytes, period, USB format and channels,
# direction, latency, channel map, reserved
setup() {
	dsp-say 0x10 "$1" "$2" 2 2 48000 "$3" "$4" "$5" "$6" "$7" 19200 4800 "$8" 2 \
		$(($2 & 1)) 0 0 0 0 0 0 0 0 0 0 0 0 0
}
setup_is() { answer=$1; shift; said=$(setup "$@"); echo "$said"; [ "$said" = "status $answer" ]; }
check 'START of a stream that is not set up: wrong state' answer_is 'status 2' 0x11 0x80 0
check 'STOP of a stream that is not set up: wrong state' answer_is 'status 2' 0x12 7 0
check 'RELEASE of a stream that is not set up: fine' answer_is 'status 0' 0x13 7
check 'a stream that does not exist: invalid' answer_is 'status 1' 0x11 0x100 0
check 'SETUP with unknown flags: invalid' setup_is 1 7 "$token" 2 0x1000 0 0x8000 0 2
check 'SETUP with a buffer in the upper half: invalid' setup_is 1 7 "$token" 0 0x7c000000 0xffffff80 0x8000 0 2
check 'SETUP with position memory in the upper half: invalid' setup_is 1 7 "$token" 0 0x1000 0 0x7c000000 0xffffff80 2
check 'SETUP for capture from a device that only plays: no device' setup_is 3 7 $((token | 1)) 0 0x1000 0 0x8000 0 2
check 'SETUP with a USB format that loses bits: unsupported' setup_is 4 7 "$token" 0 0x1000 0 0x8000 0 0
check 'SETUP for a card that is not there: no device' setup_is 3 7 $((31 << 16)) 0 0x1000 0 0x8000 0 2
before=$(control_dropped)
check 'an unknown request: unsupported' answer_is 'status 4' 0x77
check 'a body that is too long: no reply' answer_is 'no reply' 0x11 7 7 7
check 'a body that is too short: no reply' answer_is 'no reply' 0x12 7
check 'a notification: no reply' answer_is 'no reply' 0x100 7
check 'all three were counted' test "$(control_dropped)" = $((before + 3))
check 'it plays' dsp_plays first.wav
sleep 1
JOB
captured_is first.wav 'what it is told is checked: and then it plays bit for bit'

vm 'crash and recovery' <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
check 'the sound cards are ready' sound_is_ready
modprobe rpmsg_ctrl
modprobe rpmsg_char
token=$(($(usb_card) << 16))
check 'a set-up whose memory is not mapped is believed' eval 'dsp-say 0x10 7 $token 2 2 48000 0 0x10000000 0 0x5a5a0000 0 19200 4800 2 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 || true'
dsp-say 0x11 0x80 0 >/tmp/start.log 2>&1 || true
check 'it is started again' wait_for 5 dsp_is_back 1
check 'the report says what was wrong' eval 'dmesg | grep -q "DSP crash: MMU fault"'
check 'the report says which address' eval 'dmesg | grep -Eq "far 000000005a5a0[0-9a-f]{3}"'
check 'then it plays' dsp_plays first.wav

aplay -q -D "plughw:$(dsp_card),0" second.wav >/dev/null 2>&1 &
sleep 0.2
crash_dsp
check 'pulled out while it plays, it is started again' wait_for 5 dsp_is_back 2
check 'the report says that it hung' eval 'dmesg | grep -q "DSP crash: pulled out of a hang"'
wait
result wakeups "$(sed -n 's/^wakeups //p' $stats)"
sleep 2
result wakeups_later "$(sed -n 's/^wakeups //p' $stats)"
check 'then it plays again' dsp_plays first.wav
sleep 1
JOB
at_most $(($(value wakeups_later) - $(value wakeups))) 4 'crash and recovery: with nothing to do, the DSP sleeps'

done_testing
