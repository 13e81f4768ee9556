#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Explicit feedback, as the specification has it and as devices do it: the DSP follows a converter that runs 500 ppm too fast,
# and then 500 ppm too slow. The level of the device's FIFO is the judge. Without feedback it would leave the limits
# within two seconds.
. "$(dirname "$0")/../lib/vm.sh"

usbmodel=$OUT_DIR/devices/usbmodel
library=$TOP/vsoc/devices/library

# packets KEY STREAM: a number that the judge has for a stream of the last run's device.
packets() {
	sed -n "s/^$2 $1 //p" judged
}

# between NUMBER LEAST GREATEST
between() {
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || { echo "$1 is not between $2 and $3"; return 1; }
}

# follows NAME STREAM:RATE/CHANNELS/BITS [LINE]: plays 8 s to that device of the library, whose clock is off, by the DSP. LINE
# replaces the file's line about feedback.
follows() {
	local device=$1 name=$1${3:+, $3} stream=${2%%:*} rate channels bits packet middle
	IFS=/ read -r rate channels bits <<<"${2#*:}"
	sed "s/^  ppm .*/  ppm 500/; ${3:+s/^  feedback .*/  $3/}" "$library/$device.device" >"$device.device"
	"$TOOLS/wavmake" sound.wav --noise 21 "$rate" "$channels" "$bits" $((rate * 8))
	vm_files=(sound.wav)
	vm "$name" --device "$device.device" --moments "after $stream 4 s ppm crystal -500" <<'JOB'
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
check 'the DSP plays' aplay -q -D "plughw:$(dsp_card),0" sound.wav
sleep 1
JOB
	"$usbmodel" packets "$VM/device1.packets" >judged
	is "$(packets lost_frames "$stream") $(packets silent_frames "$stream")" '0 0' "$name: the FIFO never overflowed or ran empty"
	packet=$((rate * $(packets interval_us "$stream") / 1000000)) middle=$(($(packets fifo_frames "$stream") / 2))
	succeeds "$name: its level stays within 2 packets of its middle" \
		eval "between $(packets fifo_least "$stream") $((middle - 2 * packet)) $((middle + 2 * packet)) &&
			between $(packets fifo_greatest "$stream") $((middle - 2 * packet)) $((middle + 2 * packet))"
	diag "$name: FIFO of $(packets fifo_frames "$stream") frames, $(packets fifo_least "$stream") to $(packets fifo_greatest "$stream") full;" \
		"$(packets feedback_values "$stream") values"
}

if [ $# -gt 0 ]; then
	follows "$@"
	done_testing
fi

follows headset-feedback3 headphones:44100/2/16
follows dac-feedback-10-14 line:96000/2/24
follows dac-feedback-per-ms line:48000/2/32
follows dac-feedback-late line:48000/2/24

done_testing
