#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Explicit feedback, as the specification has it and as devices do it: the DSP follows a converter that runs 500 ppm too fast,
# and then 500 ppm too slow. The level of the device's FIFO is the judge. Without feedback it would leave the limits
# within two seconds.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/device.sh"

# shellcheck disable=SC2317 # called by succeeds
# in_range NUMBER LEAST GREATEST
in_range() {
	echo "$1, which has to be from $2 to $3"
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# follows NAME STREAM:RATE/CHANNELS/BITS [LINE]: plays $seconds to that device of the library, whose clock is off, by the
# DSP. LINE replaces the file's line about feedback.
seconds=8 late=1
follows() {
	local device=$1 stream=${2%%:*} rate channels bits packet middle
	name=$1${3:+, $3}
	IFS=/ read -r rate channels bits <<<"${2#*:}"
	sed "s/^  ppm .*/  ppm 500/; ${3:+s/^  feedback .*/  $3/}" "$library/$device.device" >"$device.device"
	"$TOOLS/wavmake" sound.wav --noise 21 "$rate" "$channels" "$bits" $((rate * seconds))
	vm_files=(sound.wav)
	vm "$name" --device "$device.device" --moments "after $stream 4 s ppm crystal -500" <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
check 'the DSP plays' aplay -q -D "plughw:$(dsp_card),0" sound.wav
sleep 1
for count in accepted scaled refused; do result $count "$(stream_number feedback_$count)"; done
result lost_intervals "$(stream_number lost_intervals)"
result complaints "$(dmesg | grep -c 'no rate near')"
JOB
	"$usbmodel" packets "$VM/device1.packets" >judged
	is "$(packets lost_frames "$stream") $(packets silent_frames "$stream")" '0 0' "$name: the FIFO never overflowed or ran empty"
	is "$(packets missing_packets "$stream")" 0 "$name: no packet is missing"
	# QEMU's controller is late now and then, by up to an interval.
	succeeds "$name: no service interval is without a packet after the first" in_range "$(packets lost_intervals "$stream")" 0 "$late"
	if [ "$late" = 1 ]; then
		packet=$((rate * $(packets interval_us "$stream") / 1000000)) middle=$(($(packets fifo_frames "$stream") / 2))
		succeeds "$name: its level stays within 2 packets of its middle" \
			eval "in_range $(packets fifo_least "$stream") $((middle - 2 * packet)) $((middle + 2 * packet)) &&
				in_range $(packets fifo_greatest "$stream") $((middle - 2 * packet)) $((middle + 2 * packet))"
	fi
	succeeds "$name: the DSP knows of no more lost intervals" in_range "$(value lost_intervals)" 0 $((late - 1))
	is "$(value complaints)" 0 "$name: and has no complaint"
	diag "$name: FIFO of $(packets fifo_frames "$stream") frames, $(packets fifo_least "$stream") to $(packets fifo_greatest "$stream") full;" \
		"$(packets feedback_values "$stream") values, $(value accepted) accepted, $(value scaled) scaled, $(value refused) refused"
}

# values_were SCALED REFUSED: of the values of the last run, all or none that are accepted are scaled (yes or no), and so are REFUSED
# refused.
values_were() {
	local scaled=0
	[ "$1" = no ] || scaled=$(value accepted)
	succeeds "$name: values were accepted" test "$(value accepted)" -gt 100
	is "$(value scaled)" "$scaled" "$name: values with another scale than the specification's: $1"
	succeeds "$name: so many were refused" in_range "$(value refused)" "$2" "$2"
}

if [ $# -gt 0 ]; then
	follows "$@"
	done_testing
fi

follows headset-feedback3 headphones:44100/2/16
values_were no 0
follows dac-feedback-10-14 line:96000/2/24
values_were yes 0
follows dac-feedback-per-ms line:48000/2/32
values_were yes 0
follows dac-feedback-late line:48000/2/24
# Each fiftieth of its values is wild.
values_were no $(($(packets feedback_values line) / 50))
# While the first transfers are sent, the next ones have to be written: as much as there is in an interval.
# QEMU lets the processors take turns, and Linux is busy at a start: the DSP may come some milliseconds late with the first of
# so many samples.
seconds=1 late=24 follows converter-8x384k outputs:384000/8/32

# A value that never changes and is a quarter off the rate: the nominal rate stays, and the log says why.
sed 's/^  feedback .*/  feedback explicit stuck 60000/; s/^  ppm .*//' "$library/dac-feedback-late.device" >stuck.device
"$TOOLS/wavmake" sound.wav --noise 22 48000 2 24 150000
vm 'stuck feedback' --device stuck.device <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
check 'the DSP plays' aplay -q -D "plughw:$(dsp_card),0" sound.wav
check 'no value is accepted' test "$(stream_number feedback_accepted)" = 0
check 'all are refused' test "$(stream_number feedback_refused)" -gt 2000
check 'the log says so once' test "$(dmesg | grep -c 'no rate near')" = 1
JOB
"$usbmodel" packets "$VM/device1.packets" >judged
is "$(packets smallest_bytes line) $(packets largest_bytes line)" '36 36' 'stuck feedback: all packets have the nominal size'

done_testing
