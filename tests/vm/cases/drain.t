#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The end of a sound reaches the device: of one that Linux plays, which 6.12 without linux/patches/fixes loses, and of one that
# the DSP plays. No silence follows the sound, and it ends with a period.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/device.sh"

# ends_whole NAME STREAM RATE CHANNELS BITS PERIOD_FRAMES: both play 30 periods to that device.
ends_whole() {
	local name=$1 stream=$2 rate_hz=$3 channels=$4 bits=$5 period_frames=$6 output
	"$TOOLS/wavmake" linux.wav --noise 21 "$rate_hz" "$channels" "$bits" $((30 * period_frames))
	"$TOOLS/wavmake" dsp.wav --noise 22 "$rate_hz" "$channels" "$bits" $((30 * period_frames))
	vm_files=(linux.wav dsp.wav)
	vm "$name" --set "period_frames=$period_frames" --device "$library/$name.device" <<'JOB'
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
check 'Linux plays' aplay -q -D "hw:$(usb_card),0" --period-size="$period_frames" --buffer-size=$((4 * period_frames)) linux.wav
usleep 200000
check 'the DSP plays' aplay -q -D "plughw:$(dsp_card),0" dsp.wav
sleep 1
JOB
	if output=$("$TOOLS/wavdiff" linux.wav dsp.wav "$VM/device1-$stream.wav" 2>&1); then
		pass "$name: all of both sounds arrived, and nothing else"
	else
		fail "$name: all of both sounds arrived, and nothing else" "$output"
	fi
	"$usbmodel" packets "$VM/device1.packets" >judged
	is "$(packets lost_frames "$stream")" 0 "$name: the device lost nothing of it"
}

# Full speed, asynchronous with feedback; full speed, adaptive; high speed with intervals of 125 us, asynchronous.
ends_whole dongle-buttons headphones 48000 2 24 480
ends_whole speaker-desktop loudspeaker 48000 2 24 960
ends_whole dac-768k line 96000 2 32 1200
done_testing
