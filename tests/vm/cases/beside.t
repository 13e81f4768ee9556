#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# All that a USB device has beside the stream that the DSP plays goes on: volume keys, MIDI ports, and another audio
# function. And the effect of a volume key while Linux sleeps (docs/power.md): none until resume, or, if the user allows
# the device to wake the system, a wake-up.
. "$(dirname "$0")/../lib/vm.sh"

library=$TOP/vsoc/devices/library
usbmodel=$OUT_DIR/devices/usbmodel

# make_sound NAME SEED RATE CHANNELS BITS FRAMES: makes NAME.wav, and NAME-silence.wav for the job to play.
make_sound() {
	"$TOOLS/wavmake" "$1.wav" --noise "${@:2}"
	"$TOOLS/wavmake" silence.wav --silence "$3" "$4" "$5" $(($3 / 10))
	"$TOOLS/wavmake" "$1-silence.wav" "$1.wav" silence.wav
	vm_file "$1-silence.wav"
}

# received STREAM FILE... NAME: the stream of the last run's device received these files, one after the other.
received() {
	local name=${*: -1} output
	if output=$("$TOOLS/wavdiff" "${@:2:$#-2}" "$VM/device1-$1.wav" 2>&1); then pass "$name"; else fail "$name" "$output"; fi
}

# Keys, by virtual time: two while Linux is awake, one while it sleeps, 9 s after the first packet.
make_sound keys 1 48000 2 16 $((slowness * 960017))
after_start="after headphones 500 ms key volume-up; after headphones 1000 ms key mute; after headphones $((slowness * 9000)) ms key volume-down"

# keys NAME MAY_WAKE: a key of a device that may wake the system, or may not.
keys() {
	vm "$1" --set "may_wake=$2" --device "$library/dongle-buttons.device" --moments "$after_start" <<'JOB'
. ./lib/pm.sh
. ./lib/clock.sh
modprobe usbhid
modprobe evdev
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
device=$(echo /sys/bus/usb/devices/*/sound/card"$(usb_card)" | sed 's|:[^/]*/sound.*||')
has_input() { ls "$device":*/*/input/input*/ | grep -q event; }
check 'there is an input device' wait_for 5 has_input
event=$(ls -d "$device":*/*/input/input*/event* | sed 's|.*/||')
cat "/dev/input/$event" >/tmp/events &
# keys_were CODE...: these keys went down and up, in this order.
keys_were() {
	od -An -v -t u2 -w24 /tmp/events | awk '$9 == 1 { print $10 ":" $11 }' | xargs >/tmp/were
	for key; do printf '%s:1 %s:0 ' "$key" "$key"; done | sed 's/ $//' >/tmp/expected
	echo "$(cat /tmp/were), expected $(cat /tmp/expected)"
	[ "$(cat /tmp/were)" = "$(cat /tmp/expected)" ]
}
check 'nothing may wake the system by itself' grep -qx disabled "$device/power/wakeup"
[ "$may_wake" = no ] || echo enabled >"$device/power/wakeup"
start_playing keys-silence.wav --period-time=10000000 --buffer-time=80000000
check 'it plays' wait_for 10 pcm_runs "$(dsp_card)"
check 'two keys come while the DSP plays' wait_for 3 keys_were 115 113
begin=$(rtc_s)
check 'Linux sleeps' sleep_for $((14 * slowness))
took_s=$(($(rtc_s) - begin))
if [ "$may_wake" = no ]; then
	check "it slept through the key ($took_s s)" test $took_s -ge $((13 * slowness))
	check 'woken by the clock' eval 'grep "^ *$(cat /sys/power/pm_wakeup_irq):" /proc/interrupts | grep -q rtc'
else
	check "the key woke it ($took_s s)" test $took_s -le $((9 * slowness))
	check 'by the interrupt of the xHC' eval 'grep "^ *$(cat /sys/power/pm_wakeup_irq):" /proc/interrupts | grep -q xhci'
fi
check 'the key of the sleep is there' wait_for 1 keys_were 115 113 114
check 'the music goes on' position_moves
wait_player
check 'to its end' test "$status" = 0
result underruns "$(sed -n 's/^underruns //p' /sys/kernel/debug/vsoc-audio/stream0)"
JOB
	received headphones keys.wav "$1: the sound arrives bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
}
keys 'a key in a sleep' no
keys 'a key that may wake' yes

# MIDI ports, while the DSP plays: the device sends back the bytes that it gets.
vm_files=()
make_sound decks 2 44100 6 16 88217
vm 'MIDI' --device "$library/controller-dj.device" <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
midi=/dev/snd/midiC$(usb_card)D0
check 'there is a MIDI port' wait_for 5 test -c "$midi"
start_playing decks-silence.wav
check 'it plays' wait_for 10 pcm_runs "$(dsp_card)"
cat "$midi" >/tmp/heard &
usleep 100000
for note in 1 2 3 4 5 6 7; do
	printf "\\220\\06$note\\100" >"$midi"
	usleep 100000
done
check 'it still plays' pcm_runs "$(dsp_card)"
heard_is() { od -An -v -tx1 /tmp/heard | xargs | tee /tmp/heard.text; test "$(cat /tmp/heard.text)" = "$1"; }
check 'seven notes come back as they were sent' heard_is "$(seq 31 37 | sed 's/.*/90 & 40/' | xargs)"
wait_player
check 'the sound comes to its end' test "$status" = 0
JOB
received decks decks.wav 'MIDI: the sound arrives bit for bit'

# Another function of the same device, for Linux itself, while the DSP plays.
vm_files=()
make_sound game 3 48000 2 16 144017
make_sound chat 4 48000 1 16 48007
vm_qemu=(-chardev "file,id=recorded,path=recorded.wav" -device "virtserialport,chardev=recorded,name=lullaby.recorded")
vm 'a second function' --device "$library/headset-two-functions.device" <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
start_playing game-silence.wav
check 'the DSP plays' wait_for 10 pcm_runs "$(dsp_card)"
check 'Linux plays to the other function' aplay -q -D "hw:$(usb_card),1" chat-silence.wav
# A card's streams take the first PCM that has none in their direction yet.
check 'and records from it' arecord -q -D "hw:$(usb_card),0" -d 1 -r 16000 -c 1 -f S16_LE /tmp/recorded.wav
check 'the DSP still plays' pcm_runs "$(dsp_card)"
wait_player
check 'and comes to its end' test "$status" = 0
cat /tmp/recorded.wav >"$(port lullaby.recorded)"
JOB
received game game.wav 'a second function: the sound of the DSP arrives bit for bit'
received chat chat.wav 'a second function: and that of Linux'
succeeds 'a second function: its recording is the pattern' "$usbmodel" pattern "$VM/recorded.wav"
done_testing
