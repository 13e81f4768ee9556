#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Offers of a USB device to the DSP, and its requests: one clock for both directions, the service interval, and devices
# that Linux treats in a way of their own. A peer asks the class driver, which has a fake DSP, and programs open the
# sound card of the real one.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

library=$TOP/vsoc/devices/library

# odd_device NAME ID LINE...: a device of its own, that has these lines; NAME.device.
odd_device() {
	printf '%s\n' "product $1" "special $1" "id $2" "${@:3}" >"$1.device"
}

# The first stream decides about the rate of a clock: one of Linux, of the DSP, or another one of the DSP.
vm 'one clock' --append "$fake_dsp_modules" --device "$library/headset-shared-clock.device" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/delay.sh
wait_for 10 usb_card
pcm=hw:$(usb_card),0
capture_runs() { grep -q RUNNING "/proc/asound/card$(usb_card)/pcm0c/sub0/status"; }
# offers RATE: Linux may record at that rate alone.
offers() {
	arecord -D "$pcm" --dump-hw-params -t raw -f S16_LE -c 1 -d 1 /dev/null 2>&1 | tee /tmp/offered
	grep -q "^RATE: $1\$" /tmp/offered
}
check 'the fake DSP has the card' fake_dsp_gets_card

arecord -q -D "$pcm" -t raw -f S16_LE -c 1 -r 44100 /dev/null &
recorder=$!
check 'Linux records at 44100' wait_for 5 capture_runs
check 'the DSP does not get 48000' refused 1 -16 enable rate=48000 interval=
check 'the log says why' eval 'dmesg | grep "pcm 0 playback is not offloaded at 48000 Hz: the clock has the rate of another stream"'
check 'the DSP gets 44100' expect 'status=0' enable rate=44100 interval=
check 'Linux still records' capture_runs
kill $recorder
wait $recorder
check 'the DSP gets 48000 then' expect 'status=0' enable rate=48000 interval=

check 'two streams of the DSP get one rate' eval 'expect "txn=2 message=1" enable rate=48000 interval= enable direction=1 channels=1 rate=48000 interval= && [ "$(grep -c "status=0" /tmp/peer.log)" = 2 ]'
check 'but not two rates' expect 'txn=2 message=1 bytes=35 result=0,0 status=1 internal=-16' enable rate=48000 interval= enable direction=1 channels=1 rate=44100 interval=

peer_begin enable rate=48000 interval=
check 'the DSP plays at 48000' wait_for 5 grep -q running $service/state
check 'Linux is offered 48000 alone' offers 48000
peer_end
check 'all rates are back' eval 'wait_for 2 nothing_held && offers "\[44100 48000\]"'

# An application that has chosen 44100 before the DSP comes is told so.
late snd_usb_hw_params 2000
arecord -q -D "$pcm" -t raw -f S16_LE -c 1 -r 44100 -d 1 /dev/null &
recorder=$!
check 'Linux is about to set 44100' wait_for 5 is_waiting
peer_begin enable rate=48000 interval=
check 'the DSP plays at 48000 before that' wait_for 5 grep -q running $service/state
wait $recorder
check 'Linux is refused, rather than recording at 48000' test $? != 0
check 'it was late' was_late
check 'the DSP plays on' grep -q running $service/state
peer_end
check 'nothing is held' wait_for 2 nothing_held
JOB

# Of three settings that differ in their interval, the DSP gets the one that it asks for.
vm 'intervals' --append "$fake_dsp_modules" --device "$library/dac-two-intervals.device" <<'JOB'
. ./lib/fake-dsp.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
# gets INTERVAL BINTERVAL: a stream with that interval, whose endpoint says so.
gets() { expect 'status=0' enable format=10 interval="$1" && grep -Eq "data_ep=0705010d[0-9a-f]{4}${2}0000 " /tmp/peer.log; }
check '125 us' gets 125 01
check '500 us' gets 500 03
check '1 ms' gets 1000 04
check 'there is none of 250 us' refused 3 -95 enable format=10 interval=250
check 'any: the one of snd-usb-audio' gets '' 04
for interval in 125 500 1000; do
	check "$interval us are shown" grep -q "formats S24_3LE channels 2 rate_min_hz 48000 rate_max_hz 96000 interval_us $interval offload yes" $service/state
done
JOB

# Intervals that snd-usb-audio takes for the shortest.
odd_device slow-full f055:0ff0 'uac 1' 'speed full' 'play line' 'alt bits 16 interval 4 ms rates 8000'
odd_device slow-high f055:0ff1 'uac 2' 'speed high' 'clock crystal' 'rates 8000' 'play line' 'alt bits 16 interval 32 ms'
vm 'long intervals' --append "$fake_dsp_modules" --device slow-full.device --device slow-high.device <<'JOB'
. ./lib/fake-dsp.sh
check 'there are two cards' eval 'wait_for 10 test -e /proc/asound/card0 && wait_for 10 test -e /proc/asound/card1'
check 'the fake DSP has them' eval 'fake_dsp_gets_card && wait_for 5 grep -q "^card 1" $service/state'
full=$(sed -n 's/^ *\([0-9]*\) .*slow-full.*/\1/p' /proc/asound/cards | head -n 1)
high=$(sed -n 's/^ *\([0-9]*\) .*slow-high.*/\1/p' /proc/asound/cards | head -n 1)
check 'full speed: 4 ms' grep -q 'rate_max_hz 8000 interval_us 4000 offload yes' $service/state
check 'high speed: 32 ms' grep -q 'rate_max_hz 8000 interval_us 32000 offload yes' $service/state
check 'full speed: they are granted' expect 'status=0' enable "card=$full" rate=8000 interval=4000
check 'full speed: and no others' refused 3 -95 enable "card=$full" rate=8000 interval=1000
check 'high speed: they are granted' expect 'status=0' enable "card=$high" rate=8000 interval=32000
check 'high speed: and no others' refused 3 -95 enable "card=$high" rate=8000 interval=125
JOB

# Devices whose packets Linux alters, known by their numbers, are not offered, and everybody says why.
play=('uac 1' 'speed full' 'play line' 'alt bits 16 rates 48000')
odd_device length-words 1686:00dd "${play[@]}"
odd_device interface-reset 001f:0b21 "${play[@]}"
odd_device delays 0951:16ad "${play[@]}"
vm 'quirks' --device length-words.device --device interface-reset.device --device delays.device <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 cards 3'
dsp=$(dsp_card)
card_named() { sed -n "s/^ *\([0-9]*\) .*$1.*/\1/p" /proc/asound/cards | head -n 1; }
offloadctl status >/tmp/status
cat /tmp/status
# says CARD TEXT: the status has that text in the part of the card.
status_says() {
	sed -n "/^  card number $1,/,/^  card/p" /tmp/status | grep -qF "$2"
}
length=$(card_named length-words) reset=$(card_named interface-reset) delays=$(card_named delays)
check 'length words are the reason' status_says "$length" 'offload no, reason each packet has to begin with its length'
check 'a reset of the interface is the reason' status_says "$reset" 'offload no, reason each start needs a reset of the interface'
check 'delays of control requests are none' status_says "$delays" 'offload yes'
check 'the first front end plays to the device that can be offloaded' aplay -q -D "plughw:$dsp,0" -d 1 -f cd -r 48000 /dev/zero
check 'to that one' grep -q 'playback idle starts 1' $service/state
plays_second() { aplay -q -D "hw:$dsp,1" -d 1 -f cd -r 48000 /dev/zero; }
check 'there is no second one' says 'No such device' plays_second
amixer -q -c "$dsp" cset "iface=MIXER,name='USB 1 Playback Card Route'" "$length"
check 'also if somebody routes a front end to it' says 'No such device' plays_second
JOB

# Stereo goes to the first two channels of a device that has six.
"$TOOLS/wavmake" stereo.wav --noise 61 44100 2 16 44107
vm_file stereo.wav
vm 'few channels' --device "$library/controller-dj.device" <<'JOB'
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 usb_card'
check 'the DSP plays stereo' aplay -q -D "hw:$(dsp_card),0" stereo.wav
sleep 1
JOB
if output=$("$TOOLS/wavdiff" stereo.wav "$VM/device1-decks.wav" 2>&1); then
	pass 'few channels: it arrives bit for bit, and the others are silent'
else
	fail 'few channels: it arrives bit for bit, and the others are silent' "$output"
fi
vm_files=()

# SuperSpeed bursts: for a client that knows them alone, which the firmware does.
vm 'bursts, asked for' --append "$fake_dsp_modules" --device "$library/interface-super-burst.device" <<'JOB'
. ./lib/fake-dsp.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
wide='channels=32 format=14 interval= buffer=65536'
check 'one packet of an interval needs no burst' expect 'status=0' enable $wide rate=48000
check 'an older client is not told of bursts' fails grep burst= /tmp/peer.log
check 'nor given a rate that needs them' refused 3 -95 enable $wide rate=192000
check 'the log says why' eval 'dmesg | grep "not offloaded at 192000 Hz: an interval needs more than one packet"'
check 'a client that knows them is told' expect 'burst=0xc800003' enable $wide rate=192000 known=1
JOB
"$TOOLS/wavmake" burst.wav --noise 62 192000 32 32 48011
vm_file burst.wav
vm 'bursts' --device "$library/interface-super-burst.device" <<'JOB'
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 usb_card'
check 'the DSP plays 3072 bytes in 125 us' aplay -q -D "hw:$(dsp_card),0" burst.wav
sleep 1
JOB
if output=$("$TOOLS/wavdiff" burst.wav "$VM/device1-outputs.wav" 2>&1); then
	pass 'bursts: it arrives bit for bit'
else
	fail 'bursts: it arrives bit for bit' "$output"
fi
vm_files=()

# A card with two functions is offered once, when both are there.
vm 'two functions' --append 'vsoc_audio.dyndbg=+p' --device "$library/headset-two-functions.device" <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
# is_offered TIMES: so many times, with all its PCMs, and never with less.
is_offered() {
	dmesg | grep 'USB card .* capture PCMs' >/tmp/offered
	cat /tmp/offered
	[ "$(grep -c '2 playback and 1 capture PCMs: connected' /tmp/offered)" = "$1" ] && [ "$(grep -c ': connected' /tmp/offered)" = "$1" ]
}
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 cards 1'
sleep 1
check 'it is offered once' is_offered 1
away_authorized
check 'it goes' wait_for 5 cards 0
back_authorized
check 'it is there again' wait_for 10 cards 1
sleep 1
check 'it is offered once more' is_offered 2
JOB

# The jack is off while no card can be offloaded.
vm 'no offer' --device length-words.device <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' eval 'wait_for 10 dsp_card && wait_for 10 usb_card'
sleep 1
check 'the jack is off' jack_is off
check 'an open is refused' says 'open: No such device' pcm-errno "$(dsp_card)"
check 'Linux plays' aplay -q -D "hw:$(usb_card),0" -d 1 -f cd -r 48000 /dev/zero
JOB

done_testing
