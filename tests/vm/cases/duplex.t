#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP plays to a device and records from it at once: linked PCMs start together, and all that is played comes back through the
# device's analogue loop, however fast its clock is.
. "$(dirname "$0")/../lib/vm.sh"

library=$TOP/vsoc/devices/library

# at FIRST-WORDS: the virtual time in ns of the device's first such event.
at() {
	awk -v words="$1" 'index($0, " " words " ") { print $1; exit }' "$VM/device1.packets"
}

# plays_and_records NAME PPM [PCM-DUPLEX-OPTION...]: the device's clock is off by so much.
plays_and_records() {
	local name=$1 skew_ns
	sed "s/ppm 500/ppm $2/" "$library/interface-loop.device" >loop.device
	vm "$name" --set "options=${*:3}" --device loop.device <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
pcm="/dev/snd/pcmC$(dsp_card)D0"
# shellcheck disable=SC2086 # several words
check 'it plays and records' eval 'pcm-duplex ${pcm}p ${pcm}c $options >/tmp/duplex'
cat /tmp/duplex
while read -r key number; do result "$key" "$number"; done </tmp/duplex
check 'no interval was lost' eval '! grep "^lost_intervals [1-9]" /sys/kernel/debug/vsoc-audio/stream0 /sys/kernel/debug/vsoc-audio/stream4'
check 'nothing is held' wait_for 5 nothing_held
JOB
	is "$(value errors)" 0 "$name: each frame came back, and in its place"
	at_most 48000 "$(value frames)" "$name: a second of them at least"
	skew_ns=$(($(at 'out outputs') - $(at 'in inputs')))
	at_most "${skew_ns#-}" 125000 "$name: the first packets of both directions are within a service interval"
	diag "$name: offset $(value offset) frames, round trip $(value round_trip_us) us, triggers $(value trigger_us) us apart"
}

if [ $# -gt 0 ]; then
	plays_and_records "$@"
	done_testing
fi

plays_and_records 'fast clock' 500 seconds=4
plays_and_records 'slow clock' -500 seconds=4

# With periods of a millisecond, and six of them ahead: with five, silence is played now and then. The offset is the latency of
# the device itself: its FIFO and its cable.
plays_and_records 'low latency' 500 seconds=4 period=48 buffer=480 play-buffer=288
at_most $(($(value round_trip_us) - $(value offset) * 1000 / 48)) 7500 \
	'low latency: the longest round trip, from the write of a frame to its read, less that through the device, in us'

done_testing
